namespace Dendrites.MuJoCo;

public sealed unsafe partial class Model
{
    /// <summary>What MuJoCo's compiler warned of; null when nothing.</summary>
    public string? Warning { get; private init; }

    /// <summary>`nq`: numbers of a position, qpos.</summary>
    public int Nq => Count(Layout.Model.Nq);

    /// <summary>`nv`: degrees of freedom, numbers of qvel.</summary>
    public int Nv => Count(Layout.Model.Nv);

    /// <summary>`nu`: actuators, numbers of ctrl.</summary>
    public int Nu => Count(Layout.Model.Nu);

    /// <summary>`na`: states of actuators, numbers of act.</summary>
    public int Na => Count(Layout.Model.Na);

    /// <summary>`nbody`: bodies, the world among them as number 0.</summary>
    public int Nbody => Count(Layout.Model.Nbody);

    /// <summary>`njnt`: joints.</summary>
    public int Njnt => Count(Layout.Model.Njnt);

    /// <summary>`ngeom`: geoms.</summary>
    public int Ngeom => Count(Layout.Model.Ngeom);

    /// <summary>`nsite`: sites.</summary>
    public int Nsite => Count(Layout.Model.Nsite);

    /// <summary>`ncam`: cameras.</summary>
    public int Ncam => Count(Layout.Model.Ncam);

    /// <summary>`neq`: equality constraints.</summary>
    public int Neq => Count(Layout.Model.Neq);

    /// <summary>`nmocap`: bodies that are moved from outside.</summary>
    public int Nmocap => Count(Layout.Model.Nmocap);

    /// <summary>`nuserdata`: the user's own numbers.</summary>
    public int Nuserdata => Count(Layout.Model.Nuserdata);

    /// <summary>`opt.timestep`, seconds.</summary>
    public double Timestep => *(double*)(Address + Layout.Model.Timestep);

    /// <summary>`opt.gravity [3]`, m/s².</summary>
    public Span<double> Gravity => new(Address + Layout.Model.Gravity, 3);

    /// <summary>`qpos0 [nq]`: the position that a reset gives.</summary>
    public Span<double> Qpos0 => Doubles(Layout.Model.Qpos0, Nq);

    /// <summary>`body_parentid [nbody]`: the body that a body hangs on.</summary>
    public Span<int> BodyParentid => Ints(Layout.Model.BodyParentid, Nbody);

    /// <summary>`body_mocapid [nbody]`: a body's row in mocap_pos; -1 for none.</summary>
    public Span<int> BodyMocapid => Ints(Layout.Model.BodyMocapid, Nbody);

    /// <summary>`body_jntadr [nbody]`: a body's first joint; -1 for none.</summary>
    public Span<int> BodyJntadr => Ints(Layout.Model.BodyJntadr, Nbody);

    /// <summary>`body_pos [nbody; 3]`: places in the frame of the parent, metres. Part of a simulation's state here: fixtures move.</summary>
    public Span<double> BodyPos => Doubles(Layout.Model.BodyPos, 3 * Nbody);

    /// <summary>`body_quat [nbody; 4]`: rotations (w, x, y, z) in the frame of the parent.</summary>
    public Span<double> BodyQuat => Doubles(Layout.Model.BodyQuat, 4 * Nbody);

    /// <summary>`body_mass [nbody]`, kg.</summary>
    public Span<double> BodyMass => Doubles(Layout.Model.BodyMass, Nbody);

    /// <summary>`body_inertia [nbody; 3]`: principal moments, kg m².</summary>
    public Span<double> BodyInertia => Doubles(Layout.Model.BodyInertia, 3 * Nbody);

    /// <summary>`jnt_type [njnt]`: 0 free, 1 ball, 2 slide, 3 hinge.</summary>
    public Span<int> JntType => Ints(Layout.Model.JntType, Njnt);

    /// <summary>`jnt_qposadr [njnt]`: a joint's first number in qpos.</summary>
    public Span<int> JntQposadr => Ints(Layout.Model.JntQposadr, Njnt);

    /// <summary>`jnt_dofadr [njnt]`: a joint's first number in qvel.</summary>
    public Span<int> JntDofadr => Ints(Layout.Model.JntDofadr, Njnt);

    /// <summary>`jnt_range [njnt; 2]`: limits, metres or radians.</summary>
    public Span<double> JntRange => Doubles(Layout.Model.JntRange, 2 * Njnt);

    /// <summary>`geom_bodyid [ngeom]`: the body that a geom is of.</summary>
    public Span<int> GeomBodyid => Ints(Layout.Model.GeomBodyid, Ngeom);

    /// <summary>`geom_size [ngeom; 3]`, metres; what they mean depends on the kind of geom.</summary>
    public Span<double> GeomSize => Doubles(Layout.Model.GeomSize, 3 * Ngeom);

    /// <summary>`geom_pos [ngeom; 3]`: places in the frame of the body, metres.</summary>
    public Span<double> GeomPos => Doubles(Layout.Model.GeomPos, 3 * Ngeom);

    /// <summary>`geom_quat [ngeom; 4]`: rotations in the frame of the body.</summary>
    public Span<double> GeomQuat => Doubles(Layout.Model.GeomQuat, 4 * Ngeom);

    /// <summary>`site_bodyid [nsite]`: the body that a site is on.</summary>
    public Span<int> SiteBodyid => Ints(Layout.Model.SiteBodyid, Nsite);

    /// <summary>`site_pos [nsite; 3]`: places in the frame of the body, metres.</summary>
    public Span<double> SitePos => Doubles(Layout.Model.SitePos, 3 * Nsite);

    /// <summary>`site_quat [nsite; 4]`: rotations in the frame of the body.</summary>
    public Span<double> SiteQuat => Doubles(Layout.Model.SiteQuat, 4 * Nsite);

    /// <summary>`eq_type [neq]`: 0 connect, 1 weld, 2 joint.</summary>
    public Span<int> EqType => Ints(Layout.Model.EqType, Neq);

    /// <summary>`eq_data [neq; 11]`: of a weld the anchor (3), the relative pose (3 and 4) and the scale of torques.</summary>
    public Span<double> EqData => Doubles(Layout.Model.EqData, Layout.EqDataStride * Neq);

    /// <summary>`actuator_ctrlrange [nu; 2]`: what ctrl is held to.</summary>
    public Span<double> ActuatorCtrlrange => Doubles(Layout.Model.ActuatorCtrlrange, 2 * Nu);

    private byte* Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(Handle.IsClosed, this);
            return (byte*)Handle.DangerousGetHandle();
        }
    }

    private int Count(int offset) => *(int*)(Address + offset);

    private Span<double> Doubles(int offset, int count) => new(*(void**)(Address + offset), count);

    private Span<int> Ints(int offset, int count) => new(*(void**)(Address + offset), count);
}
