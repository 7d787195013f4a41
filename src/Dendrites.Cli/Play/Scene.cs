namespace Dendrites.Cli;

/// <summary>What is shown: a task, how it is simulated, the random vector of the episode, and who acts.</summary>
/// <param name="Config">The task and its model.</param>
/// <param name="Goal">The number of the goal.</param>
/// <param name="Vector">The goal's random vector.</param>
/// <param name="Act">One step.</param>
internal sealed record Scene(MetaWorld.EnvironmentConfig Config, int Goal, double[] Vector, Func<MetaWorld.TaskEnvironment, MetaWorld.Outcome> Act)
{
    private const int UsualSeed = 42;

    /// <summary>The scripted policy of a task.</summary>
    public static Scene[] Scripted(PlayArguments arguments)
    {
        var model = OracleCommand.Model(arguments.Model ?? "faithful", arguments.Assets);
        var (number, task) = OracleCommand.Task("oracle", arguments.Oracle!);
        OracleCommand.Check(model, task);
        var config = MetaWorld.EnvironmentConfigModule.usual(model, task);
        var goal = arguments.Goal ?? 0;
        var seen = new double[MetaWorld.Observation.size];
        return [new(config, goal, MetaWorld.Goals.mt10((uint)(arguments.Seed ?? UsualSeed))[number][goal], environment => MetaWorld.Oracle.step(environment, seen))];
    }

    /// <summary>The policy of a run, on each of its tasks or on those that are asked for.</summary>
    public static Scene[] Learned(PlayArguments arguments)
    {
        var policy = StoredPolicy.Read(arguments.Checkpoint!);
        var config = policy.Config;
        string[] names = [.. ControlTasks.Names(config)];
        string[] chosen = arguments.Tasks is { Length: > 0 } given ? given : names;
        if (Array.Find(chosen, name => !names.Contains(name)) is { } other)
            throw Failure.BadConfig($"tasks was '{other}'; accepted: {string.Join(", ", names)}, the run's; the nearest is {ProblemModule.nearest(Microsoft.FSharp.Collections.ListModule.OfArray(names), other)}");
        var vectors = MetaWorld.Goals.mt10((uint)(arguments.Seed ?? config.Seed));
        return Array.ConvertAll([.. chosen.Distinct()], name =>
        {
            var (number, task) = OracleCommand.Task("tasks", name);
            var place = Array.IndexOf(names, name);
            var goal = arguments.Goal ?? (config.Goals.IsFixedGoals ? ControlRun.fixedGoal(config, MetaWorld.Goals.count, place) : 0);
            var described = SimulatedTasks.Described(config, task);
            OracleCommand.Check(described.Model, task);
            return new Scene(described, goal, vectors[number][goal], environment => policy.Act(environment, place));
        });
    }
}
