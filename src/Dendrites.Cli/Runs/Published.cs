namespace Dendrites.Cli;

/// <summary>A published mean accuracy, and the settings it was reached with where the run has others.</summary>
internal sealed record Published(double Accuracy, string[] Changed)
{
    /// <summary>Keys that do not change what is learned.</summary>
    private static readonly HashSet<string> Free = ["seed", "evaluate", "evaluation-batch"];

    /// <summary>Keys of which a run may differ and still be put beside the figure, with a word about it.</summary>
    private static readonly HashSet<string> Near = ["epochs", "lr", "batch"];

    /// <summary>The figure of the configuration's preset; nothing where another experiment is made of it.</summary>
    public static Published? Of(RunConfig config)
    {
        var preset = Presets.find(config.Preset);
        if (preset.IsError || preset.ResultValue.Published is not { } figure) return null;
        var changed = Configuration.Entries(preset.ResultValue.Config)
            .Except(Configuration.Entries(config))
            .Where(entry => !Free.Contains(entry.Key))
            .ToArray();
        return Array.TrueForAll(changed, entry => Near.Contains(entry.Key))
            ? new(figure.Value, [.. changed.Select(entry => $"{entry.Key}={entry.Value}")])
            : null;
    }

    /// <summary>Such as "published 0.9455 with epochs=3".</summary>
    public override string ToString() =>
        $"published {Words.Accuracy(Accuracy)}{(Changed.Length > 0 ? $" with {string.Join(", ", Changed)}" : "")}";
}
