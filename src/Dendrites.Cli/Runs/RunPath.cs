namespace Dendrites.Cli;

/// <summary>Which folder a run gets.</summary>
internal static class RunPath
{
    /// <summary>Enough of a digest to tell the variants of a preset apart.</summary>
    private const int Distinct = 8;

    /// <summary>--out, with a folder in it for each of many seeds; else runs/EXPERIMENT-PRESET-SEED, with a digest
    /// when keys of the preset were changed.</summary>
    public static string Of(RunArguments arguments, RunConfig config)
    {
        if (arguments.Out is { } given)
            return Path.GetFullPath(arguments.ManySeeds ? Path.Combine(given, $"seed-{config.Seed}") : given);

        return Path.GetFullPath(Path.Combine("runs", $"{config.Experiment}-{config.Preset}-{config.Seed}{Variant(config)}"));
    }

    private static string Variant(RunConfig config)
    {
        var preset = Presets.find(config.Preset).ResultValue.Config;
        var changed = ConfigJson.Digest(Configuration.WithSeed(config, 0));
        return changed == ConfigJson.Digest(Configuration.WithSeed(preset, 0)) ? "" : "-" + changed[..Distinct];
    }
}
