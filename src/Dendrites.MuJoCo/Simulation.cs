namespace Dendrites.MuJoCo;

/// <summary>What MuJoCo counts in a simulation while it goes on; the numbers are MuJoCo's.</summary>
public enum SimulationWarning
{
    /// <summary>A mass matrix that is nearly singular.</summary>
    Inertia = 0,

    /// <summary>More contacts than the model has room for: some were left out.</summary>
    ContactFull = 1,

    /// <summary>More constraints than the model has room for: some were left out.</summary>
    ConstraintFull = 2,
}

/// <summary>
/// One simulation of a model (mjData), for one thread at a time. Its arrays are seen through spans, which hold as long as the
/// simulation does. Neither a step nor a look at an array allocates.
/// </summary>
public sealed unsafe partial class Simulation : IDisposable
{
    /// <summary>The first of the four warnings that MuJoCo resets a simulation for, or leaves out its controls.</summary>
    private const int BadNumbers = 4;

    private const int BadKinds = 4;

    private readonly DataHandle _handle;

    /// <summary>A simulation in the model's first state. The model stays the caller's to dispose, after this.</summary>
    public Simulation(Model model)
    {
        Model = model;
        _handle = Functions.MakeData(model.Handle);
        _saved = States();
        SavedLength = _saved.Sum(part => part.Count);
    }

    internal DataHandle Handle => _handle;

    /// <summary>The model; <see cref="Reset"/> leaves it as it is.</summary>
    public Model Model { get; }

    /// <summary>
    /// `mj_step`, <paramref name="count"/> times. Raises SimulationException when a number was none or past 1e10, in which case
    /// MuJoCo has reset the state.
    /// </summary>
    public void Step(int count = 1)
    {
        for (var i = 0; i < count; i++)
        {
            Functions.Step(Model.Handle, _handle);
            Refuse("Step");
        }
    }

    /// <summary>
    /// `mj_forward`: everything that follows from the state, without going on in time. Changes qacc_warmstart, so the steps
    /// that follow may differ in their last bits. Raises SimulationException when a control is no number.
    /// </summary>
    public void Forward()
    {
        Functions.Forward(Model.Handle, _handle);
        Refuse("Forward");
    }

    /// <summary>`mj_kinematics`: the places of bodies, geoms and sites that follow from qpos and mocap_pos, and no more.</summary>
    public void Kinematics() => Functions.Kinematics(Model.Handle, _handle);

    /// <summary>`mj_resetData`: the model's first state; the model, with its body_pos, stays as it is.</summary>
    public void Reset() => Functions.ResetData(Model.Handle, _handle);

    /// <summary>How often a warning came up since the last reset.</summary>
    public int Warnings(SimulationWarning warning) => Warned[2 * (int)warning + 1];

    /// <summary>Frees the simulation; its model stays.</summary>
    public void Dispose() => _handle.Dispose();

    /// <summary>Raises SimulationException when MuJoCo met a bad number, and forgets it.</summary>
    private void Refuse(string what)
    {
        var warned = (int*)(Address + Layout.Data.Warning) + 2 * BadNumbers;
        if ((warned[1] | warned[3] | warned[5] | warned[7]) == 0) return;

        var kind = 0;
        while (warned[2 * kind + 1] == 0) kind++;
        var fallback = $"bad number in {Kind(kind)} {warned[2 * kind]}";
        for (var i = 0; i < BadKinds; i++) warned[2 * i + 1] = 0;
        throw new SimulationException($"Simulation.{what}: {Handlers.TakeWarning() ?? fallback}");
    }

    private static string Kind(int kind) => kind switch { 0 => "qpos", 1 => "qvel", 2 => "qacc", _ => "ctrl" };
}
