namespace Dendrites.Cli;

/// <summary>Runs that differ by their seeds only.</summary>
internal sealed record RunGroup
{
    public required string Preset { get; init; }

    /// <summary>In the order of their seeds.</summary>
    public required IReadOnlyList<KnownRun> Runs { get; init; }

    /// <summary>The keys that differ from another group's of the same preset, such as "segments=5"; empty of one alone.</summary>
    public required string Variant { get; init; }

    public IEnumerable<Summary> Finished => Runs.Select(run => run.Summary).OfType<Summary>();

    public string Name => Variant.Length == 0 ? Preset : $"{Preset} {Variant}";

    public string Method => Runs[0].Config() is { } config ? Methods.nameOf(config) : Runs[0].Keys["method"];

    /// <summary>What the method is told of the tasks.</summary>
    public string? Information => Runs[0].Config() is { } config ? global::Dendrites.Information.describe(config) : null;

    public int Tasks => int.Parse(Runs[0].Keys["tasks"], System.Globalization.CultureInfo.InvariantCulture);

    public double? Published => Finished.FirstOrDefault()?.Published;

    /// <summary>The mean accuracy over seeds, and the 95 % bootstrap interval of it; null before a run is finished.</summary>
    public Estimated? Accuracy => Estimated.Of(Finished.Select(summary => summary.Accuracy));

    /// <summary>The same of a metric by its name; null where a run lacks it.</summary>
    public Estimated? Metric(string name) => Finished.All(summary => summary.Metrics.GetValueOrDefault(name) is not null)
        ? Estimated.Of(Finished.Select(summary => summary.Metrics[name]!.Value))
        : null;

    /// <summary>The groups of some runs, in the order in which their first runs are given.</summary>
    public static List<RunGroup> Of(IEnumerable<KnownRun> runs)
    {
        var groups = runs
            .GroupBy(run => (run.Preset, Key: string.Join('\n', Settings(run).Select(key => $"{key.Key}={key.Value}"))))
            .ToList();

        return groups.ConvertAll(group => new RunGroup
        {
            Preset = group.Key.Preset,
            Runs = [.. group.OrderBy(run => run.Seed)],
            Variant = Different(group.First(), groups.Where(other => other.Key.Preset == group.Key.Preset).Select(other => other.First())),
        });
    }

    private static IEnumerable<KeyValuePair<string, string>> Settings(KnownRun run) =>
        run.Keys.Where(key => key.Key != Configuration.SeedKey).OrderBy(key => key.Key, StringComparer.Ordinal);

    private static string Different(KnownRun run, IEnumerable<KnownRun> siblings)
    {
        var others = siblings.ToArray();
        return string.Join(' ', Settings(run)
            .Where(key => Array.Exists(others, other => other.Keys.GetValueOrDefault(key.Key) != key.Value))
            .Select(key => $"{key.Key}={key.Value}"));
    }
}

/// <summary>A mean over seeds, and its 95 % bootstrap interval where there are two seeds or more.</summary>
internal sealed record Estimated(double Mean, double? Low, double? High, int Seeds)
{
    public const double Confidence = 0.95;

    public static Estimated? Of(IEnumerable<double> values)
    {
        var all = Microsoft.FSharp.Collections.ListModule.OfSeq(values);
        if (all.IsEmpty) return null;
        var interval = Bootstrap.mean(Confidence, KeyModule.ofSeed(0), all)?.Value;
        return new(all.Average(), interval?.Item1, interval?.Item2, all.Length);
    }

    /// <summary>In percent, such as "94.8 (94.7 to 95.0)".</summary>
    public override string ToString() => Low is { } low && High is { } high
        ? Words.Invariant($"{100 * Mean:0.00} ({100 * low:0.00} to {100 * high:0.00})")
        : Words.Invariant($"{100 * Mean:0.00}");
}
