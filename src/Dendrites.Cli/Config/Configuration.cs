using Microsoft.FSharp.Core;

namespace Dendrites.Cli;

/// <summary>Resolves what a run is: preset, then configuration file, then --set, then --seed.</summary>
internal static class Configuration
{
    public const string DefaultPreset = "prototype-10";

    public const string PresetKey = "preset";

    public const string DataKey = "data";

    public const string SeedKey = "seed";

    /// <summary>Everything that the command line and its file say, in the order in which it counts.</summary>
    public static List<Setting> Explicit(RunArguments arguments)
    {
        var settings = arguments.Config is null ? [] : ConfigFile.Read(arguments.Config);
        settings.AddRange(arguments.Settings.Select(pair => new Setting(pair.Key, pair.Value)));
        return settings;
    }

    /// <summary>The preset that is asked for: --preset, else the last `preset` among the settings, else none.</summary>
    public static string? PresetOf(RunArguments arguments, IEnumerable<Setting> settings) =>
        arguments.Preset ?? settings.LastOrDefault(setting => setting.Key == PresetKey)?.Value;

    public static void CheckExperiment(string name)
    {
        if (Scenario.named.All(known => known.Item1 != name))
        {
            var accepted = string.Join(" | ", Scenario.named.Concat(ControlPresets.experiments).Select(known => known.Item1));
            throw new Failure(ExitCode.Usage, $"experiment was '{name}'; accepted: {accepted} (see dendrites run --help)");
        }
    }

    /// <summary>The configuration; fails with every problem in one line.</summary>
    public static RunConfig Resolve(RunArguments arguments)
    {
        CheckExperiment(arguments.Experiment);
        var settings = Explicit(arguments);
        var start = Scenario.named.First(known => known.Item1 == arguments.Experiment).Item2;
        var preset = Presets.find(PresetOf(arguments, settings) ?? start);
        if (preset.IsError) throw Failure.BadConfig([preset.ErrorValue]);
        var experiment = preset.ResultValue.Config.Experiment;
        if (experiment != arguments.Experiment)
            throw Failure.BadConfig($"preset was '{preset.ResultValue.Name}', which is of {experiment}; accepted: one of {arguments.Experiment}, such as {start}");
        var fromFile = settings.Where(setting => setting.Source is not null);
        var fromLine = settings.Where(setting => setting.Source is null);
        return Apply(Apply(preset.ResultValue.Config, Last(fromFile)), Last(fromLine));
    }

    /// <summary>The last setting of each key.</summary>
    public static IEnumerable<Setting> Last(IEnumerable<Setting> settings) => settings
        .Where(setting => setting.Key != PresetKey)
        .GroupBy(setting => setting.Key)
        .Select(group => group.Last());

    /// <summary>The configuration with a seed of --seed or --seeds.</summary>
    public static RunConfig WithSeed(RunConfig config, int seed) => Apply(config, [new(SeedKey, $"{seed}")]);

    /// <summary>The configuration with its settings, each in its turn: some set other keys.</summary>
    public static RunConfig Apply(RunConfig config, IEnumerable<Setting> settings) =>
        Apply(config, settings, RunConfigModule.rank, (setting, config) => RunConfigModule.set(setting.Key, Absolute(setting), config));

    /// <summary>The same of any configuration: the order in which keys are set, and how one is.</summary>
    public static T Apply<T>(
        T config,
        IEnumerable<Setting> settings,
        Func<string, int> rank,
        Func<Setting, T, FSharpResult<T, Problem>> set)
    {
        var problems = new List<string>();

        foreach (var setting in settings.OrderBy(setting => rank(setting.Key)))
        {
            var result = set(setting, config);
            if (result.IsOk) config = result.ResultValue;
            else problems.Add(setting.Source is null ? $"{result.ErrorValue}" : $"{setting.Source}: {result.ErrorValue}");
        }

        return problems.Count == 0 ? config : throw Failure.BadConfig(string.Join("; ", problems));
    }

    /// <summary>Fails with every reason why the keys cannot go together.</summary>
    public static void Validate(RunConfig config)
    {
        var problems = RunConfigModule.validate(config);
        if (!problems.IsEmpty) throw Failure.BadConfig(problems.Distinct());
    }

    /// <summary>The keys and values of a configuration, in the order in which they are printed.</summary>
    public static IEnumerable<(string Key, string Value)> Entries(RunConfig config) =>
        RunConfigModule.entries(config).Select(entry => (entry.Item1, entry.Item2));

    public static bool IsKnownData(RunConfig config) => Array.Exists(DataSet.All, set => set.Name == config.Data);

    /// <summary>A folder of images means the same folder wherever the run is resumed from.</summary>
    private static string Absolute(Setting setting) =>
        setting.Key == DataKey && setting.Value.Length > 0 && !Array.Exists(DataSet.All, set => set.Name == setting.Value)
            ? Path.GetFullPath(setting.Value)
            : setting.Value;
}
