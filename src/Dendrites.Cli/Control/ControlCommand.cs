using System.Text.Json;
using Microsoft.FSharp.Core;

namespace Dendrites.Cli;

/// <summary>`dendrites run` of reinforcement learning.</summary>
internal sealed class ControlCommand
{
    private readonly RunArguments _arguments;
    private readonly Screen _screen;
    private readonly Engine _engine;
    private readonly Interruption _interruption;

    private ControlCommand(RunArguments arguments, Screen screen, Engine engine, Interruption interruption)
    {
        _arguments = arguments;
        _screen = screen;
        _engine = engine;
        _interruption = interruption;
    }

    public static int Execute(RunArguments arguments)
    {
        var screen = new Screen(arguments.Quiet, arguments.Json);
        var config = ControlConfiguration.Resolve(arguments);
        var engine = Engine.Choose(arguments, config);
        int[] seeds = arguments.Seeds.Length > 0 ? arguments.Seeds : [config.Seed];
        var configs = Array.ConvertAll(seeds, seed => ControlConfiguration.WithSeed(config, seed));
        if (arguments.DryRun) return ControlDryRun.Show(arguments, engine, configs, screen);

        using var interruption = new Interruption();
        var command = new ControlCommand(arguments, screen, engine, interruption);
        return arguments.ManySeeds ? command.Many(configs) : command.Single(configs[0]);
    }

    private int Single(ControlConfig config)
    {
        var summary = One(config);
        _screen.Result(summary.Table());
        _screen.Document(summary);
        return ExitCode.Ok;
    }

    /// <summary>A run for each seed; one that fails does not stop the others.</summary>
    private int Many(ControlConfig[] configs)
    {
        var done = new List<ControlSummary>();
        var failed = 0;

        foreach (var config in configs)
        {
            try
            {
                done.Add(One(config));
            }
            catch (Exception e) when (Failure.Of(e) is { Code: ExitCode.Failed or ExitCode.BadConfig } failure)
            {
                Screen.Warn($"seed {config.Seed}: {failure.Message}");
                failed++;
            }
        }

        _screen.Result(ControlSummary.Seeds(done));
        _screen.Document(new { runs = done, failed });
        return failed == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private ControlSummary One(ControlConfig config)
    {
        var path = ControlConfiguration.PathOf(_arguments, config);
        if (!Refuse(config, path)) ControlTasks.Ready(config);
        using var folder = RunFolder.Open(path);
        // Another process may have begun a run there meanwhile.
        var exists = Refuse(config, path);
        if (folder.IsFinished) return Finished(folder, config);

        try
        {
            var record = exists ? Recorded(folder, config) : Begin(folder, config);
            File.Delete(folder.Failed);
            return Train(folder, record);
        }
        catch (Exception e) when (Failure.Of(e) is { Code: ExitCode.Failed } failure)
        {
            var failed = new { reason = failure.Message, at = DateTimeOffset.UtcNow };
            AtomicFile.WriteText(folder.Failed, JsonSerializer.Serialize(failed, Json.Document) + "\n");
            throw;
        }
    }

    /// <summary>Fails if there cannot be a run of this configuration in this folder; else whether there is one to go on with.</summary>
    private bool Refuse(ControlConfig config, string path)
    {
        if (!File.Exists(Path.Combine(path, RunFolder.RecordName)))
        {
            ControlConfiguration.Validate(config);
            return false;
        }

        if (_arguments.Resume) return true;
        throw Failure.BadConfig(
            $"{RunFolder.Show(path)} holds a run already; accepted: --resume to go on with it, or another folder by --out");
    }

    private ControlSummary Train(RunFolder folder, RunRecord record)
    {
        var config = ControlConfiguration.Of(record);
        // With lag, the next round is simulated while this one is learned from, and each has its own threads.
        var simulating = config.Lag ? Math.Max(1, record.Threads / 2) : record.Threads;
        var learning = config.Lag ? Math.Max(1, record.Threads - simulating) : record.Threads;
        using var tasks = ControlTasks.Open(config, simulating);
        return Engine.WasFused(record)
            ? Train(folder, record, tasks.Environments, agent => FusedActorCritic.make(learning, config.Batch, agent), libtorchThreads: 1)
            : Train(folder, record, tasks.Environments, SacAgent.make, learning);
    }

    private ControlSummary Train<TState>(
        RunFolder folder, RunRecord record, Environments environments, Func<SoftActorCritic.Config, Agent<TState>> learner, int libtorchThreads)
    {
        Native.setThreads(libtorchThreads);
        var plan = ControlRun.planWith(FuncConvert.FromFunc(learner), ControlConfiguration.Of(record), environments);
        return _screen.Watch(display =>
            new ControlSession<TState>(folder, record, plan, display, RunFolder.Resumption(record.Experiment, folder.Path), _arguments.Until, _interruption.Token).Execute());
    }

    private RunRecord Begin(RunFolder folder, ControlConfig config)
    {
        var record = new RunRecord
        {
            Experiment = config.Experiment,
            Preset = config.Preset,
            Seed = config.Seed,
            Engine = _engine.Name,
            EngineAsked = _engine.Asked,
            Device = _engine.Device,
            Threads = _engine.Threads,
            Config = ConfigJson.Of(ControlConfiguration.Entries(config)),
            ConfigDigest = ControlConfiguration.Digest(config),
            Data = ControlTasks.Ready(config),
            Code = CodeFacts.Here(),
            Libraries = LibraryFacts.Here(),
            Machine = Machine.Here(),
            Started = DateTimeOffset.UtcNow,
        };
        record.Write(folder.Record);
        return record;
    }

    private RunRecord Recorded(RunFolder folder, ControlConfig config)
    {
        var record = Agreed(folder, config);
        if (!ControlTasks.Ready(ControlConfiguration.Of(record)).OrderBy(pair => pair.Key).SequenceEqual(record.Data.OrderBy(pair => pair.Key)))
        {
            throw Failure.BadData(
                $"the simulator or its models are not those that {RunFolder.Show(folder.Record)} was begun with; "
                + "put the same files back, or start anew in another folder");
        }

        record.WarnOfOthers(folder.Shown);
        return record;
    }

    private ControlSummary Finished(RunFolder folder, ControlConfig config)
    {
        Agreed(folder, config);
        _screen.Say($"{folder.Shown} is finished; its summary:");
        return JsonSerializer.Deserialize<ControlSummary>(File.ReadAllText(folder.Summary), Json.Document)
            ?? throw new Failure(ExitCode.Failed, $"{folder.Summary} is empty");
    }

    private RunRecord Agreed(RunFolder folder, ControlConfig config)
    {
        var record = RunRecord.Read(folder.Record, record => ControlConfiguration.Digest(ControlConfiguration.Of(record)));
        Conflict.Check(
            _arguments,
            _arguments.Seeds.Length > 0 ? config.Seed : null,
            record,
            folder.Shown,
            ControlConfiguration.Entries(ControlConfiguration.Resolve(_arguments)),
            ControlConfiguration.Entries(ControlConfiguration.Of(record)));
        return record;
    }
}
