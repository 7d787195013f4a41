using Microsoft.FSharp.Collections;

namespace Dendrites.Cli;

/// <summary>The tasks that a run of reinforcement learning is about: Meta-World's, simulated, or toys.</summary>
internal sealed class ControlTasks : IDisposable
{
    public const string Simulated = "mt10";

    private readonly SimulatedTasks? _simulated;

    private ControlTasks(Environments environments, SimulatedTasks? simulated) => (Environments, _simulated) = (environments, simulated);

    public Environments Environments { get; }

    /// <summary>The tasks by name, in the order that numbers them.</summary>
    public static FSharpList<string> Names(ControlConfig config) => config.Tasks.IsEmpty ? All(config) : config.Tasks;

    /// <summary>Fails for a task that the experiment has not.</summary>
    public static void Check(ControlConfig config)
    {
        var all = All(config);
        if (config.Tasks.FirstOrDefault(name => !all.Contains(name)) is { } name)
            throw Failure.BadConfig($"tasks was '{name}'; accepted: all, or of {string.Join(", ", all)}; the nearest is {ProblemModule.nearest(all, name)}");
        if (config.Experiment != Simulated && config.Assets.Length > 0)
            throw Failure.BadConfig($"assets was '{config.Assets}'; accepted: none with {config.Experiment}");
    }

    /// <summary>How many tasks, and the widths of their observations and actions.</summary>
    public static (int Tasks, int Observation, int Actions) Sizes(ControlConfig config) => config.Experiment == Simulated
        ? (Names(config).Length, SimulatedTasks.ObservationSize, MetaWorld.EnvironmentVector.ActionSize)
        : (Names(config).Length, Toys.points(1).Observation, Toys.points(1).Actions);

    /// <summary>
    /// The SHA-256 of each file that the tasks are simulated by, the library's among them. Fails with one line where there is none.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Ready(ControlConfig config) => config.Experiment == Simulated
        ? SimulatedTasks.Ready(config, Names(config))
        : new Dictionary<string, string>();

    /// <summary>The tasks, simulated on so many threads.</summary>
    public static ControlTasks Open(ControlConfig config, int threads)
    {
        if (config.Experiment != Simulated) return new(EnvironmentsModule.choose(Names(config), Toys.points(config.Horizon)), null);
        var simulated = new SimulatedTasks(config, threads);
        return new(EnvironmentsModule.choose(Names(config), simulated.Environments), simulated);
    }

    public void Dispose() => _simulated?.Dispose();

    private static FSharpList<string> All(ControlConfig config) =>
        config.Experiment == Simulated ? MetaWorld.MT10.names : Toys.points(config.Horizon).Tasks;
}
