namespace Dendrites.Cli;

/// <summary>Resolves what a run of reinforcement learning is: preset, then configuration file, then --set, then --seed.</summary>
internal static class ControlConfiguration
{
    private const string AssetsKey = "assets";

    private const string None = "none";

    public static bool Is(string experiment) => ControlPresets.experiments.Any(known => known.Item1 == experiment);

    /// <summary>The configuration; fails with every problem in one line.</summary>
    public static ControlConfig Resolve(RunArguments arguments)
    {
        var settings = Configuration.Explicit(arguments);
        var start = ControlPresets.experiments.First(known => known.Item1 == arguments.Experiment).Item2;
        var preset = Preset(Configuration.PresetOf(arguments, settings) ?? start);
        if (preset.Config.Experiment != arguments.Experiment)
            throw Failure.BadConfig($"preset was '{preset.Name}', which is of {preset.Config.Experiment}; accepted: one of {arguments.Experiment}, such as {start}");
        var fromFile = settings.Where(setting => setting.Source is not null);
        var fromLine = settings.Where(setting => setting.Source is null);
        return Apply(Apply(preset.Config, Configuration.Last(fromFile)), Configuration.Last(fromLine));
    }

    /// <summary>The configuration that a record holds.</summary>
    public static ControlConfig Of(RunRecord record) => Apply(Preset(record.Preset).Config, ConfigJson.Settings(record.Config));

    public static ControlPresets.Preset Preset(string name)
    {
        var preset = ControlPresets.find(name);
        return preset.IsOk ? preset.ResultValue : throw Failure.BadConfig([preset.ErrorValue]);
    }

    public static ControlConfig WithSeed(ControlConfig config, int seed) => Apply(config, [new(Configuration.SeedKey, $"{seed}")]);

    public static ControlConfig Apply(ControlConfig config, IEnumerable<Setting> settings) => Configuration.Apply(
        config,
        settings,
        ControlKeys.rank,
        (setting, config) => ControlConfigModule.set(setting.Key, Absolute(setting), config));

    /// <summary>Fails with every reason why the keys cannot go together, or cannot be met by the experiment's tasks.</summary>
    public static void Validate(ControlConfig config)
    {
        ControlTasks.Check(config);
        var (tasks, observation, actions) = ControlTasks.Sizes(config);
        var problems = ControlConfigModule.validate(tasks, observation, actions, config);
        if (!problems.IsEmpty) throw Failure.BadConfig(problems);
    }

    /// <summary>The keys and values of a configuration, in the order in which they are printed.</summary>
    public static IEnumerable<(string Key, string Value)> Entries(ControlConfig config) =>
        ControlConfigModule.entries(config).Select(entry => (entry.Item1, entry.Item2));

    public static string Digest(ControlConfig config) => ConfigJson.Digest(ConfigJson.Of(Entries(config)));

    /// <summary>The published mean success, where the settings are the published ones.</summary>
    public static double? Published(ControlConfig config)
    {
        var preset = Preset(config.Preset);
        return Digest(WithSeed(config, 0)) == Digest(WithSeed(preset.Config, 0)) ? preset.Published?.Value : null;
    }

    /// <summary>Which folder a run gets.</summary>
    public static string PathOf(RunArguments arguments, ControlConfig config) => RunPath.Of(
        arguments,
        $"{config.Experiment}-{config.Preset}",
        config.Seed,
        Digest(WithSeed(config, 0)),
        Digest(WithSeed(Preset(config.Preset).Config, 0)));

    /// <summary>A folder of models means the same folder wherever the run is resumed from.</summary>
    private static string Absolute(Setting setting) =>
        setting.Key == AssetsKey && setting.Value is not ("" or None) ? Path.GetFullPath(setting.Value) : setting.Value;
}
