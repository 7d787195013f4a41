namespace Dendrites.Cli;

/// <summary>Runs that differ by their seeds only.</summary>
internal sealed record RunGroup
{
    /// <summary>The longest variant that a name holds.</summary>
    private const int Longest = 40;

    public required string Experiment { get; init; }

    public required string Preset { get; init; }

    /// <summary>In the order of their seeds.</summary>
    public required IReadOnlyList<KnownRun> Runs { get; init; }

    /// <summary>The keys that differ from another group's of the same preset, such as "segments=5"; empty of one alone.</summary>
    public required string Variant { get; init; }

    public IEnumerable<Summary> Finished => Runs.Select(run => run.Summary).OfType<Summary>();

    /// <summary>Which of the groups of its preset it is, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The preset and what differs, or, where that is too long for a name, a number.</summary>
    public string Name => IsNumbered ? $"{Preset} variant {Number}" : $"{Preset} {Variant}".TrimEnd();

    /// <summary>Whether the name does not say what differs.</summary>
    public bool IsNumbered => Variant.Length > Longest;

    public string Method => Runs[0].Config() is { } config ? Methods.nameOf(config) : Runs[0].Keys["method"];

    /// <summary>Every key but the seed, as text.</summary>
    public IReadOnlyDictionary<string, string> Keys => Settings(Runs[0]).ToDictionary();

    /// <summary>What the method is told of the tasks.</summary>
    public string? Information => Runs[0].Config() is { } config ? global::Dendrites.Information.describe(config) : null;

    public int Tasks => Runs[0].Tasks;

    public double? Published => Finished.FirstOrDefault()?.Published ?? PublishedWith?.Accuracy;

    /// <summary>The published figure, where it was reached with other settings than these, and which; null where it was not.</summary>
    public Published? PublishedWith => Finished.FirstOrDefault()?.PublishedWith;

    /// <summary>Accuracy above the published figure.</summary>
    public double? Difference => Accuracy?.Mean - Published;

    /// <summary>The published figure in percent, with a star where it was reached with other settings; empty where there is none.</summary>
    public string PublishedText => Published is { } figure ? Words.Invariant($"{100 * figure:0.00}{(PublishedWith is null ? "" : "*")}") : "";

    /// <summary>The difference in percentage points; empty where there is none.</summary>
    public string DifferenceText => Difference is { } difference ? Words.Invariant($"{100 * difference:+0.00;-0.00}") : "";

    /// <summary>How long a run took on average; null before one is finished.</summary>
    public TimeSpan? Time => Finished.Any() ? TimeSpan.FromSeconds(Finished.Average(summary => summary.Seconds)) : null;

    /// <summary>Seeds that are finished, such as "3", or "2 of 3".</summary>
    public string Seeds => Finished.Count() == Runs.Count ? $"{Runs.Count}" : $"{Finished.Count()} of {Runs.Count}";

    /// <summary>The accuracy in percent; of runs of which none is finished, what the furthest has.</summary>
    public string AccuracyText => Accuracy?.ToString() ?? Unfinished();

    /// <summary>What the stars stand for.</summary>
    public static IEnumerable<string> Stars(IEnumerable<RunGroup> groups) => groups
        .Where(group => group.PublishedWith is not null)
        .Select(group => $"* {group.Name}: published with {string.Join(", ", group.PublishedWith!.Changed)}");

    /// <summary>What methods are told, each with the names of those that are told just this.</summary>
    public static IEnumerable<(string Names, string Told)> Tellings(IEnumerable<RunGroup> groups) => groups
        .GroupBy(group => group.Information ?? "not known: another version wrote run.json")
        .Select(told => (string.Join(", ", told.Select(group => group.Name)), told.Key));

    /// <summary>The mean accuracy over seeds, and the 95 % bootstrap interval of it; null before a run is finished.</summary>
    public Estimated? Accuracy => Estimated.Of(Finished.Select(summary => summary.Accuracy));

    /// <summary>The same of a metric by its name; null where a run lacks it.</summary>
    public Estimated? Metric(string name)
    {
        var values = Runs.Where(run => run.Summary is not null).Select(run => run.Metric(name)).ToArray();
        return Array.TrueForAll(values, value => value is not null) ? Estimated.Of(values.Select(value => value!.Value)) : null;
    }

    /// <summary>The groups of some runs, in the order in which their first runs are given.</summary>
    public static List<RunGroup> Of(IEnumerable<KnownRun> runs)
    {
        var groups = runs
            .GroupBy(run => (run.Experiment, run.Preset, Key: string.Join('\n', Settings(run).OrderBy(key => key.Key, StringComparer.Ordinal).Select(key => $"{key.Key}={key.Value}"))))
            .ToList();

        return groups.ConvertAll(group => new RunGroup
        {
            Experiment = group.Key.Experiment,
            Preset = group.Key.Preset,
            Runs = [.. group.GroupBy(run => run.Seed).OrderBy(seed => seed.Key).Select(Only)],
            Variant = Different(group.First(), Siblings(group.Key.Preset).Select(other => other.First())),
            Number = Siblings(group.Key.Preset).TakeWhile(other => other != group).Count() + 1,
        });

        IEnumerable<IEnumerable<KnownRun>> Siblings(string preset) => groups.Where(group => group.Key.Preset == preset);
    }

    /// <summary>Of runs with one seed, which say nothing of the spread over seeds: a finished one, of these the one that began last.</summary>
    private static KnownRun Only(IEnumerable<KnownRun> runs)
    {
        var ordered = runs.OrderByDescending(run => run.Summary is not null).ThenByDescending(run => run.Started).ToArray();
        foreach (var other in ordered.Skip(1))
            Screen.Warn($"{RunFolder.Show(Path.GetFullPath(other.Folder))} is left out: {ordered[0].Folder} is the same run, seed {other.Seed}");
        return ordered[0];
    }

    private string Unfinished()
    {
        var last = Runs.Select(run => run.Course().LastOrDefault()).MaxBy(point => point.Tasks);
        return last.Tasks == 0 ? "no task yet" : Words.Invariant($"{100 * last.Mean:0.00} after {last.Tasks}");
    }

    private static IEnumerable<KeyValuePair<string, string>> Settings(KnownRun run) =>
        run.Resolved.Where(key => key.Key != Configuration.SeedKey);

    private static string Different(KnownRun run, IEnumerable<KnownRun> siblings)
    {
        var others = siblings.ToArray();
        return string.Join(' ', Settings(run)
            .Where(key => Array.Exists(others, other => other.Resolved.GetValueOrDefault(key.Key) != key.Value))
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
