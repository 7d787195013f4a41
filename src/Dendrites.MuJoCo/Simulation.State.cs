namespace Dendrites.MuJoCo;

public sealed unsafe partial class Simulation
{
    private readonly Part[] _saved;

    /// <summary>How many numbers <see cref="Save(Span{double})"/> writes.</summary>
    public int SavedLength { get; }

    /// <summary>
    /// Writes all that the future depends on: time, qpos, qvel, act, qacc_warmstart, ctrl, forces from outside, mocap_pos,
    /// mocap_quat, userdata and the model's body_pos; and what is seen, so that it need not be computed anew: places and
    /// rotations of bodies, geoms and sites. Not contacts and forces: these come with the next step. Raises ArgumentException
    /// when <paramref name="target"/> has not <see cref="SavedLength"/> numbers.
    /// </summary>
    public void Save(Span<double> target)
    {
        Expect(target.Length);
        foreach (var part in _saved)
        {
            At(part).CopyTo(target);
            target = target[part.Count..];
        }
    }

    /// <summary>As above, into an array of its own.</summary>
    public double[] Save()
    {
        var state = new double[SavedLength];
        Save(state);
        return state;
    }

    /// <summary>
    /// Goes on from a state that this simulation, or one of an equal model, saved: what follows is the same to the bit as if
    /// it had never been left. Raises ArgumentException when the length is another model's.
    /// </summary>
    public void Restore(ReadOnlySpan<double> state)
    {
        Expect(state.Length);
        foreach (var part in _saved)
        {
            state[..part.Count].CopyTo(At(part));
            state = state[part.Count..];
        }

        Warned.Clear();
    }

    private void Expect(int length)
    {
        if (length != SavedLength)
            throw new ArgumentException($"Simulation: a state of this model has {SavedLength} numbers, got {length}");
    }

    private Span<double> At(Part part) => part.Kind switch
    {
        PartKind.OfModel => Model.BodyPos,
        PartKind.InPlace => new(Address + part.Offset, part.Count),
        _ => Doubles(part.Offset, part.Count),
    };

    private Part[] States()
    {
        var m = Model;
        return
        [
            new(PartKind.InPlace, Layout.Data.Time, 1),
            new(PartKind.OfModel, Layout.Model.BodyPos, 3 * m.Nbody),
            Array(Layout.Data.Qpos, m.Nq),
            Array(Layout.Data.Qvel, m.Nv),
            Array(Layout.Data.Act, m.Na),
            Array(Layout.Data.QaccWarmstart, m.Nv),
            Array(Layout.Data.Ctrl, m.Nu),
            Array(Layout.Data.QfrcApplied, m.Nv),
            Array(Layout.Data.XfrcApplied, 6 * m.Nbody),
            Array(Layout.Data.MocapPos, 3 * m.Nmocap),
            Array(Layout.Data.MocapQuat, 4 * m.Nmocap),
            Array(Layout.Data.Userdata, m.Nuserdata),
            Array(Layout.Data.Xpos, 3 * m.Nbody),
            Array(Layout.Data.Xquat, 4 * m.Nbody),
            Array(Layout.Data.Xmat, 9 * m.Nbody),
            Array(Layout.Data.GeomXpos, 3 * m.Ngeom),
            Array(Layout.Data.GeomXmat, 9 * m.Ngeom),
            Array(Layout.Data.SiteXpos, 3 * m.Nsite),
            Array(Layout.Data.SiteXmat, 9 * m.Nsite),
        ];

        static Part Array(int offset, int count) => new(PartKind.Pointed, offset, count);
    }

    /// <summary>Where the numbers of a part of the state stand.</summary>
    private enum PartKind
    {
        /// <summary>In an array that mjData points at.</summary>
        Pointed,

        /// <summary>In mjData itself.</summary>
        InPlace,

        /// <summary>In body_pos of mjModel.</summary>
        OfModel,
    }

    /// <summary>Some numbers of the state.</summary>
    private readonly record struct Part(PartKind Kind, int Offset, int Count);
}
