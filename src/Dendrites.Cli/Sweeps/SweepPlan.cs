using System.Text.Json.Nodes;

namespace Dendrites.Cli;

/// <summary>The runs that a sweep's file stands for, in the table's order, each once.</summary>
internal sealed record SweepPlan(SweepFile File, IReadOnlyList<PlannedRun> Runs, int Repeated)
{
    /// <summary>Keys that tell cells apart, in the table's order.</summary>
    public string[] CellKeys => [.. SweepModule.keys(File.Table).Where(key => key != Configuration.SeedKey)];

    public IEnumerable<IGrouping<string, PlannedRun>> Cells => Runs.GroupBy(run => run.Cell);

    public static SweepPlan Read(string path) => Of(SweepFile.Read(path));

    /// <summary>The plan of a file. Fails where a key or a value is none; settings that do not go together are that run's refusal.</summary>
    public static SweepPlan Of(SweepFile file)
    {
        string[] known = [.. Scenario.named.Concat(ControlPresets.experiments).Select(experiment => experiment.Item1)];
        if (!known.Contains(file.Experiment))
            throw Failure.BadConfig($"{file.Places["experiment"]}: experiment was '{file.Experiment}'; accepted: {string.Join(" | ", known)}");
        if (file.Engine is not (null or "auto" or "fused" or "reference"))
            throw Failure.BadConfig($"{file.Places["engine"]}: engine was '{file.Engine}'; accepted: auto | fused | reference");
        var rows = SweepModule.runs(file.Table).Select(row => row.Select(pair => (pair.Item1, pair.Item2)).ToArray()).ToArray();
        var runs = Array.ConvertAll(rows, row => ControlConfiguration.Is(file.Experiment) ? OfControl(file, row) : OfStream(file, row));
        PlannedRun[] distinct = [.. runs.DistinctBy(run => run.Id)];
        return new(file, distinct, runs.Length - distinct.Length);
    }

    private static PlannedRun OfStream(SweepFile file, (string Key, string Value)[] row)
    {
        var start = Scenario.named.First(known => known.Item1 == file.Experiment).Item2;
        var preset = Presets.find(PresetOf(file, row) ?? start);
        if (preset.IsError) throw Failure.BadConfig([preset.ErrorValue]);
        Belongs(file, preset.ResultValue.Name, preset.ResultValue.Config.Experiment, start);
        var config = Configuration.Apply(preset.ResultValue.Config, Settings(file, row));
        foreach (var rung in file.Halving?.Rungs ?? [])
        {
            if (rung < config.Tasks && !RunConfigModule.evaluatesAfter(rung, config))
                throw Failure.BadConfig($"{file.Path}: rungs was {rung}, after which no run of {config.Tasks} tasks is tested; accepted: tasks that `evaluate` names, which is {RunConfigModule.entries(config).First(entry => entry.Item1 == "evaluate").Item2}");
        }

        var problems = RunConfigModule.validate(config);
        return Planned(file, row, preset.ResultValue.Name, config.Seed, ConfigJson.Of(config), problems.IsEmpty ? null : string.Join("; ", problems.Distinct()));
    }

    private static PlannedRun OfControl(SweepFile file, (string Key, string Value)[] row)
    {
        var start = ControlPresets.experiments.First(known => known.Item1 == file.Experiment).Item2;
        var preset = ControlConfiguration.Preset(PresetOf(file, row) ?? start);
        Belongs(file, preset.Name, preset.Config.Experiment, start);
        var config = ControlConfiguration.Apply(preset.Config, Settings(file, row));
        return Planned(file, row, preset.Name, config.Seed, ConfigJson.Of(ControlConfiguration.Entries(config)), Refusal(config));
    }

    private static string? Refusal(ControlConfig config)
    {
        try
        {
            ControlConfiguration.Validate(config);
            return null;
        }
        catch (Failure failure)
        {
            return failure.Message;
        }
    }

    private static string? PresetOf(SweepFile file, (string Key, string Value)[] row) =>
        row.Where(pair => pair.Key == Configuration.PresetKey).Select(pair => pair.Value).FirstOrDefault() ?? file.Preset;

    private static void Belongs(SweepFile file, string preset, string experiment, string start)
    {
        if (experiment == file.Experiment) return;
        throw Failure.BadConfig($"{file.Path}: preset was '{preset}', which is of {experiment}; accepted: one of {file.Experiment}, such as {start}");
    }

    private static Setting[] Settings(SweepFile file, (string Key, string Value)[] row) =>
    [
        .. file.Fixed,
        .. row.Where(pair => pair.Key != Configuration.PresetKey).Select(pair => new Setting(pair.Key, pair.Value, file.Places.GetValueOrDefault(pair.Key, file.Path))),
    ];

    private static PlannedRun Planned(SweepFile file, (string Key, string Value)[] row, string preset, int seed, JsonObject config, string? refusal) => new()
    {
        Experiment = file.Experiment,
        Preset = preset,
        Engine = file.Engine is "auto" ? null : file.Engine,
        Seed = seed,
        Axes = row,
        Settings = Settings(file, row),
        Config = config,
        Refusal = refusal,
    };
}
