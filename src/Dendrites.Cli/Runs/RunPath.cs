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
        var preset = Presets.find(config.Preset).ResultValue.Config;
        string Variant(RunConfig of) => ConfigJson.Digest(Configuration.WithSeed(of, 0));
        return Of(arguments, $"{config.Experiment}-{config.Preset}", config.Seed, Variant(config), Variant(preset));
    }

    /// <summary>The same of any run: its name, and the digests, without the seed, of its settings and its preset's.</summary>
    public static string Of(RunArguments arguments, string name, int seed, string digest, string preset)
    {
        if (arguments.Out is { } given) return Path.GetFullPath(arguments.ManySeeds ? Path.Combine(given, $"seed-{seed}") : given);
        return Path.GetFullPath(Path.Combine("runs", $"{name}-{seed}{(digest == preset ? "" : "-" + digest[..Distinct])}"));
    }
}
