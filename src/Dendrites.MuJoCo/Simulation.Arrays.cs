namespace Dendrites.MuJoCo;

/// <summary>Two geoms that touch, or nearly.</summary>
/// <param name="Geom1">The first geom's number.</param>
/// <param name="Geom2">The second geom's number.</param>
/// <param name="Dist">The distance, metres; negative where they overlap.</param>
public readonly record struct Contact(int Geom1, int Geom2, double Dist);

public sealed unsafe partial class Simulation
{
    /// <summary>`time`, seconds.</summary>
    public double Time
    {
        get => *(double*)(Address + Layout.Data.Time);
        set => *(double*)(Address + Layout.Data.Time) = value;
    }

    /// <summary>`ncon`: contacts that were found last.</summary>
    public int Ncon => *(int*)(Address + Layout.Data.Ncon);

    /// <summary>`nefc`: rows of constraints that were solved last.</summary>
    public int Nefc => *(int*)(Address + Layout.Data.Nefc);

    /// <summary>`qpos [nq]`: where the joints stand, metres or radians; of a free joint place and rotation (w, x, y, z).</summary>
    public Span<double> Qpos => Doubles(Layout.Data.Qpos, Model.Nq);

    /// <summary>`qvel [nv]`: how fast they move, per second.</summary>
    public Span<double> Qvel => Doubles(Layout.Data.Qvel, Model.Nv);

    /// <summary>`qacc [nv]`: accelerations of the last step.</summary>
    public Span<double> Qacc => Doubles(Layout.Data.Qacc, Model.Nv);

    /// <summary>`qacc_warmstart [nv]`: where the solver begins.</summary>
    public Span<double> QaccWarmstart => Doubles(Layout.Data.QaccWarmstart, Model.Nv);

    /// <summary>`act [na]`: states of the actuators that have one.</summary>
    public Span<double> Act => Doubles(Layout.Data.Act, Model.Na);

    /// <summary>`ctrl [nu]`: what the actuators are told.</summary>
    public Span<double> Ctrl => Doubles(Layout.Data.Ctrl, Model.Nu);

    /// <summary>`actuator_force [nu]`: what the actuators did in the last step.</summary>
    public Span<double> ActuatorForce => Doubles(Layout.Data.ActuatorForce, Model.Nu);

    /// <summary>`qfrc_applied [nv]`: forces on joints from outside.</summary>
    public Span<double> QfrcApplied => Doubles(Layout.Data.QfrcApplied, Model.Nv);

    /// <summary>`xfrc_applied [nbody; 6]`: forces and torques on bodies from outside.</summary>
    public Span<double> XfrcApplied => Doubles(Layout.Data.XfrcApplied, 6 * Model.Nbody);

    /// <summary>`mocap_pos [nmocap; 3]`: where the bodies are put that are moved from outside, metres.</summary>
    public Span<double> MocapPos => Doubles(Layout.Data.MocapPos, 3 * Model.Nmocap);

    /// <summary>`mocap_quat [nmocap; 4]`: how they are turned; MuJoCo normalises.</summary>
    public Span<double> MocapQuat => Doubles(Layout.Data.MocapQuat, 4 * Model.Nmocap);

    /// <summary>`userdata [nuserdata]`: the user's own numbers.</summary>
    public Span<double> Userdata => Doubles(Layout.Data.Userdata, Model.Nuserdata);

    /// <summary>`xpos [nbody; 3]`: where bodies are in the world, metres; after a step, as it was when that step began.</summary>
    public Span<double> Xpos => Doubles(Layout.Data.Xpos, 3 * Model.Nbody);

    /// <summary>`xquat [nbody; 4]`: rotations of bodies in the world (w, x, y, z).</summary>
    public Span<double> Xquat => Doubles(Layout.Data.Xquat, 4 * Model.Nbody);

    /// <summary>`xmat [nbody; 9]`: the same as matrices, row by row.</summary>
    public Span<double> Xmat => Doubles(Layout.Data.Xmat, 9 * Model.Nbody);

    /// <summary>`geom_xpos [ngeom; 3]`: where geoms are in the world, metres.</summary>
    public Span<double> GeomXpos => Doubles(Layout.Data.GeomXpos, 3 * Model.Ngeom);

    /// <summary>`geom_xmat [ngeom; 9]`: rotations of geoms as matrices, row by row.</summary>
    public Span<double> GeomXmat => Doubles(Layout.Data.GeomXmat, 9 * Model.Ngeom);

    /// <summary>`site_xpos [nsite; 3]`: where sites are in the world, metres.</summary>
    public Span<double> SiteXpos => Doubles(Layout.Data.SiteXpos, 3 * Model.Nsite);

    /// <summary>`site_xmat [nsite; 9]`: rotations of sites as matrices, row by row.</summary>
    public Span<double> SiteXmat => Doubles(Layout.Data.SiteXmat, 9 * Model.Nsite);

    /// <summary>mjData itself, for who calls MuJoCo on it; holds as long as the simulation does.</summary>
    internal nint Pointer => (nint)Address;

    private byte* Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            return (byte*)_handle.DangerousGetHandle();
        }
    }

    private Span<int> Warned => new(Address + Layout.Data.Warning, 16);

    /// <summary>The contact of a number below <see cref="Ncon"/>. Raises ArgumentOutOfRangeException.</summary>
    public Contact Contact(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, Ncon);
        var contact = *(byte**)(Address + Layout.Data.Contact) + number * Layout.Contact.Size;
        return new(
            *(int*)(contact + Layout.Contact.Geom1),
            *(int*)(contact + Layout.Contact.Geom2),
            *(double*)(contact + Layout.Contact.Dist));
    }

    private Span<double> Doubles(int offset, int count) => new(*(void**)(Address + offset), count);
}
