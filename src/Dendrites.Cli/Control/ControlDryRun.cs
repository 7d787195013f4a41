using System.Text;

namespace Dendrites.Cli;

/// <summary>`dendrites run --dry-run` of reinforcement learning: what would be done, and what it would cost; nothing is touched.</summary>
internal static class ControlDryRun
{
    public static int Show(RunArguments arguments, Engine engine, ControlConfig[] configs, Screen screen)
    {
        var config = configs[0];
        ControlConfiguration.Validate(config);
        var cost = Cost.Of(config);
        var folders = configs.Select(config => (config.Seed, Folder: RunFolder.Show(ControlConfiguration.PathOf(arguments, config)))).ToArray();

        screen.Document(new
        {
            experiment = config.Experiment,
            preset = config.Preset,
            engine = engine.Name,
            engineAsked = engine.Asked,
            device = engine.Device,
            threads = engine.Threads,
            config = ConfigJson.Of(ControlConfiguration.Entries(config)),
            configDigest = ControlConfiguration.Digest(config),
            cost,
            published = ControlConfiguration.Published(config),
            runs = folders.Select(run => new { seed = run.Seed, folder = run.Folder }),
        });
        screen.Result(Text(config, engine, cost, folders));
        return ExitCode.Ok;
    }

    private static string Text(ControlConfig config, Engine engine, Cost cost, (int Seed, string Folder)[] folders)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(Words.Invariant(line));
        text.AppendLine($"{config.Experiment}, preset {config.Preset}, {engine.Name} engine, {engine.Device}, {Words.Several(engine.Threads, "thread")}");
        text.AppendLine();
        foreach (var key in ControlKeys.all) text.AppendLine($"{key.Name,-19} {key.Read.Invoke(config),-18} {key.Meaning}");
        text.AppendLine();
        Line($"tasks               {string.Join(", ", ControlTasks.Names(config))}");
        Line($"parameters          {cost.ParametersNonZero:#,0} non-zero of {cost.ParametersStored:#,0}, policy and critics");
        Line($"rounds              {cost.Rounds:#,0} of {cost.StepsPerRound:#,0} steps at most");
        Line($"updates             {cost.Updates:#,0} of {config.Batch:#,0} transitions");
        Line($"test episodes       {cost.TestEpisodes:#,0}");
        Line($"memory              {cost.BufferMegabytes:#,0} MiB of transitions, beside networks");
        Line($"disk                {cost.CheckpointMegabytes:#,0} MiB a checkpoint at most; two are kept");
        text.AppendLine();
        text.Append(string.Join(Environment.NewLine, folders.Select(run => $"seed {run.Seed,-14} {run.Folder}")));
        return text.ToString();
    }

    /// <summary>What a run is made of.</summary>
    internal sealed record Cost(
        long ParametersStored,
        long ParametersNonZero,
        long StepsPerRound,
        long Rounds,
        long Updates,
        long TestEpisodes,
        long BufferMegabytes,
        long CheckpointMegabytes)
    {
        public static Cost Of(ControlConfig config)
        {
            var (tasks, observation, actions) = ControlTasks.Sizes(config);
            var agent = ControlConfigModule.agent(tasks, observation, actions, config);
            var (actor, critic) = (TaskNetwork.count(agent.Actor), TaskNetwork.count(agent.Critic));
            var stepsPerRound = (long)tasks * config.Episodes * config.Horizon;
            var rounds = (config.Steps + stepsPerRound - 1) / stepsPerRound;
            var tests = (rounds + config.EvaluateEvery - 1) / config.EvaluateEvery;
            // Two observations, an action, a reward, an end, and a task of eight bytes.
            long row = sizeof(float) * (2 * observation + actions + 2) + sizeof(long);
            var held = Math.Min(config.Capacity, rounds * stepsPerRound);
            // Each network with its two moments; critics with their targets too.
            var numbers = 3 * actor.Stored + config.Critics * 4 * critic.Stored;
            return new(
                actor.Stored + config.Critics * critic.Stored,
                actor.NonZero + config.Critics * critic.NonZero,
                stepsPerRound,
                rounds,
                (long)(config.Updates * rounds * stepsPerRound),
                tasks * (tests * config.EvaluationEpisodes + config.FinalEpisodes),
                config.Capacity * row >> 20,
                (held * row + sizeof(float) * numbers) >> 20);
        }
    }
}
