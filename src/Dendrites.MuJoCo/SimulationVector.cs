namespace Dendrites.MuJoCo;

/// <summary>
/// Simulations that go on together, over threads. Each has a model of its own, so that what one writes into its model is not
/// seen by another. The numbers do not depend on how many threads there are, and a step allocates nothing.
/// </summary>
public sealed class SimulationVector : IDisposable
{
    private readonly Crew _crew;
    private readonly Simulation[] _simulations;
    private readonly Action<int> _step;
    private readonly Action<int> _forward;
    private int _steps;

    /// <summary>One simulation for each model, which is copied. Raises ArgumentOutOfRangeException for less than one thread.</summary>
    public SimulationVector(IEnumerable<Model> models, int threads)
    {
        _crew = new(threads);
        _simulations = [.. models.Select(model => new Simulation(model.Copy()))];
        _step = i => _simulations[i].Step(_steps);
        _forward = i => _simulations[i].Forward();
    }

    /// <summary>The number of simulations.</summary>
    public int Count => _simulations.Length;

    /// <summary>The number of threads.</summary>
    public int Threads => _crew.Threads;

    /// <summary>A simulation; not to be disposed by itself.</summary>
    public Simulation this[int index] => _simulations[index];

    /// <summary>`mj_step` for every simulation, <paramref name="count"/> times. Raises SimulationException of the first that failed.</summary>
    public void Step(int count = 1)
    {
        _steps = count;
        _crew.Each(Count, _step);
    }

    /// <summary>`mj_forward` for every simulation. Raises SimulationException of the first that failed.</summary>
    public void Forward() => _crew.Each(Count, _forward);

    /// <summary>
    /// Calls <paramref name="work"/> with every number below <see cref="Count"/>, over the threads; it may touch that simulation
    /// only. A delegate that is kept allocates nothing.
    /// </summary>
    public void Each(Action<int> work) => _crew.Each(Count, work);

    /// <summary>Frees the simulations and ends the threads.</summary>
    public void Dispose()
    {
        _crew.Dispose();
        foreach (var simulation in _simulations)
        {
            simulation.Dispose();
            simulation.Model.Dispose();
        }
    }
}
