namespace Dendrites.Cli;

/// <summary>When a run may be put beside a published figure.</summary>
internal static class Published
{
    /// <summary>Keys that do not change what is learned.</summary>
    private static readonly HashSet<string> Free = ["seed", "evaluate", "evaluation-batch"];

    /// <summary>The published mean accuracy of the preset, unless a key that matters was changed.</summary>
    public static double? Of(RunConfig config)
    {
        var preset = Presets.find(config.Preset);
        if (preset.IsError || preset.ResultValue.Published is not { } figure) return null;
        var same = Configuration.Entries(config)
            .Zip(Configuration.Entries(preset.ResultValue.Config))
            .All(pair => pair.First == pair.Second || Free.Contains(pair.First.Key));
        return same ? figure.Value : null;
    }
}
