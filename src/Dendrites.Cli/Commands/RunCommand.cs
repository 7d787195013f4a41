using System.Text.Json;
using Dendrites.Kernels;

namespace Dendrites.Cli;

/// <summary>`dendrites run`.</summary>
internal sealed class RunCommand
{
    private readonly RunArguments _arguments;
    private readonly Screen _screen;
    private readonly Engine _engine;
    private readonly Interruption _interruption;

    private RunCommand(RunArguments arguments, Screen screen, Engine engine, Interruption interruption)
    {
        _arguments = arguments;
        _screen = screen;
        _engine = engine;
        _interruption = interruption;
    }

    public static int Execute(RunArguments arguments)
    {
        if (ControlConfiguration.Is(arguments.Experiment)) return ControlCommand.Execute(arguments);
        var screen = new Screen(arguments.Quiet, arguments.Json);
        var config = Configuration.Resolve(arguments);
        var engine = Engine.Choose(arguments, config);
        int[] seeds = arguments.Seeds.Length > 0 ? arguments.Seeds : [config.Seed];
        var configs = Array.ConvertAll(seeds, seed => Configuration.WithSeed(config, seed));
        if (arguments.DryRun) return DryRun.Show(arguments, engine, configs, screen);

        using var interruption = new Interruption();
        var command = new RunCommand(arguments, screen, engine, interruption);
        return arguments.ManySeeds ? command.Many(configs) : command.Single(configs[0]);
    }

    private int Single(RunConfig config)
    {
        var summary = One(config);
        _screen.Result(Words.Table(summary));
        _screen.Document(summary);
        return ExitCode.Ok;
    }

    /// <summary>A run for each seed; one that fails does not stop the others. What can be known to fail does before the first.</summary>
    private int Many(RunConfig[] configs)
    {
        var done = new List<Summary>();
        var failed = 0;

        foreach (var config in configs)
            if (!Refuse(config, RunPath.Of(_arguments, config))) Images(config).CheckBatch(config);

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

        _screen.Result(Words.Seeds(done));
        _screen.Document(new { runs = done, failed });
        return failed == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private Summary One(RunConfig config)
    {
        var path = RunPath.Of(_arguments, config);
        if (!Refuse(config, path)) Images(config).CheckBatch(config);
        using var folder = RunFolder.Open(path);
        // Another process may have begun a run there while the images were read.
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
    private bool Refuse(RunConfig config, string path)
    {
        if (!File.Exists(Path.Combine(path, RunFolder.RecordName)))
        {
            Configuration.Validate(config);
            return false;
        }

        if (_arguments.Resume) return true;
        throw Failure.BadConfig(
            $"{RunFolder.Show(path)} holds a run already; accepted: --resume to go on with it, or another folder by --out");
    }

    private RunData Images(RunConfig config) => RunData.Shared(config, DataFolder.Locate(_arguments.DataDir), _screen.Say, _interruption.Token);

    private Summary Train(RunFolder folder, RunRecord record)
    {
        var config = record.ToConfig();
        var (train, test, scale) = (Images(config).Train, Images(config).Test, Images(config).Scale);
        if (!Engine.WasFused(record))
        {
            Native.setThreads(record.Threads);
            var reference = Functional.Of<Learner.Config, Method<Learner.State>>(Learner.asMethod);
            return Learn(folder, record, Run.planBy(reference, scale, config, train, test), learner => learner);
        }

        // libtorch's own threads wait in a loop for their next work, and would keep the engine's from a core.
        Native.setThreads(1);
        var options = new EngineOptions { Threads = record.Threads };
        if (Subnetwork.applies(Learner.ofRun(ImageSet.Pixels, Scenario.classes(config), config)))
        {
            var parts = Functional.Of<Learner.Config, Method<SubnetworkState>>(learner => Subnetwork.asMethod(options, config.Batch, learner));
            return Learn(folder, record, Run.planBy(parts, scale, config, train, test), Subnetwork.look);
        }

        var engine = Functional.Of<Learner.Config, Method<FusedState>>(learner => Fused.asMethod(options, config.Batch, learner));
        return Learn(folder, record, Run.planBy(engine, scale, config, train, test), Fused.look);
    }

    private Summary Learn<TState>(RunFolder folder, RunRecord record, Run.Plan<TState> plan, Func<TState, Learner.State> look) => _screen.Watch(display =>
        new Session<TState>(folder, record, plan, look, display, Resumption(folder, record), _arguments.Until, _interruption.Token).Execute());

    /// <summary>The command that goes on with a run.</summary>
    private string Resumption(RunFolder folder, RunRecord record)
    {
        var data = _arguments.DataDir is { } given ? $" --data-dir {Words.Quoted(given)}" : "";
        return RunFolder.Resumption(record.Experiment, folder.Path) + data;
    }

    private RunRecord Begin(RunFolder folder, RunConfig config)
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
            Config = ConfigJson.Of(config),
            ConfigDigest = ConfigJson.Digest(config),
            Data = Images(config).Digests,
            Code = CodeFacts.Here(),
            Libraries = LibraryFacts.Here(),
            Machine = Machine.Here(),
            Started = DateTimeOffset.UtcNow,
        };
        record.Write(folder.Record);
        return record;
    }

    private RunRecord Recorded(RunFolder folder, RunConfig config)
    {
        var record = Agreed(folder, config);
        if (!Images(record.ToConfig()).Digests.OrderBy(pair => pair.Key).SequenceEqual(record.Data.OrderBy(pair => pair.Key)))
        {
            throw Failure.BadData(
                $"the images are not those that {RunFolder.Show(folder.Record)} was begun with; "
                + "put the same files back, or start anew in another folder");
        }

        record.WarnOfOthers(folder.Shown);
        return record;
    }

    private Summary Finished(RunFolder folder, RunConfig config)
    {
        Agreed(folder, config);
        _screen.Say($"{folder.Shown} is finished; its summary:");
        return JsonSerializer.Deserialize<Summary>(File.ReadAllText(folder.Summary), Json.Document)
            ?? throw new Failure(ExitCode.Failed, $"{folder.Summary} is empty");
    }

    private RunRecord Agreed(RunFolder folder, RunConfig config)
    {
        var record = RunRecord.Read(folder.Record);
        Conflict.Check(_arguments, _arguments.Seeds.Length > 0 ? config.Seed : null, record, folder.Shown);
        return record;
    }
}
