using System.Text;

namespace Dendrites.Cli;

/// <summary>The table of published rows beside ours, as Markdown, with the runs behind it as CSV.</summary>
internal static class ReproductionTable
{
    private const string Begin = "<!-- written by dendrites reproduce: begin -->";

    private const string End = "<!-- written by dendrites reproduce: end -->";

    /// <summary>A published row, and our runs of it in the order of their seeds.</summary>
    internal sealed record Row(Presets.Preset Preset, IReadOnlyList<ReproducedRun> Runs)
    {
        public Estimated? Ours => Estimated.Of(Runs.Select(run => run.Accuracy));

        public double Published => Preset.Published!.Value;

        public double? Difference => Ours?.Mean - Published;

        public string Verdict => Difference is not { } difference
            ? "not run"
            : Math.Abs(difference) <= Presets.tolerance(Preset) ? "inside" : difference > 0 ? "above" : "below";
    }

    /// <summary>The CSV beside a table.</summary>
    public static string Csv(string table) => Path.ChangeExtension(table, ".csv");

    /// <summary>
    /// The rows of presets: the runs that a table's CSV knows, and others, which come before those of the same preset and seed.
    /// </summary>
    public static Row[] Rows(string table, IEnumerable<Presets.Preset> presets, IEnumerable<ReproducedRun> others)
    {
        var known = others.Concat(ReproducedRun.ReadAll(Csv(table))).DistinctBy(run => (run.Preset, run.Seed)).ToLookup(run => run.Preset);
        return [.. presets.Select(preset => new Row(preset, [.. known[preset.Name].OrderBy(run => run.Seed)]))];
    }

    /// <summary>
    /// Puts the table into a Markdown file, between the two marks where it has them, else as the whole of it, and the CSV beside it.
    /// </summary>
    public static void Write(string path, IReadOnlyList<Row> rows)
    {
        var table = $"{Begin}\n\n{Markdown(rows)}\n{End}";
        var old = File.Exists(path) ? File.ReadAllText(path) : "";
        var (from, to) = (old.IndexOf(Begin, StringComparison.Ordinal), old.IndexOf(End, StringComparison.Ordinal));
        if (old.Length > 0 && (from < 0 || to < from))
            throw Failure.BadConfig($"{RunFolder.Show(path)} is another file; accepted: a new one, or one that has the lines {Begin} and {End}");
        AtomicFile.WriteText(path, old.Length == 0 ? $"# Reproduction\n\n{table}\n" : old[..from] + table + old[(to + End.Length)..]);
        AtomicFile.WriteText(Csv(path), string.Concat(rows.SelectMany(row => row.Runs).Select(run => $"{run}\n").Prepend($"{ReproducedRun.Header}\n")));
    }

    public static string Markdown(IReadOnlyList<Row> rows)
    {
        var text = new StringBuilder();
        text.Append("| preset | method | tasks | ours, % (95 %) | published | difference | tolerance | verdict | seeds | time of a run | date |\n");
        text.Append("|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var row in rows) text.Append($"| {string.Join(" | ", Cells(row))} |\n");
        return text.ToString();
    }

    private static string[] Cells(Row row) =>
    [
        $"`{row.Preset.Name}`",
        Methods.nameOf(row.Preset.Config),
        $"{row.Preset.Config.Tasks}",
        row.Ours?.ToString() ?? "",
        Words.Invariant($"{100 * row.Published:0.00}"),
        row.Difference is { } difference ? Words.Invariant($"{100 * difference:+0.00;-0.00}") : "",
        Words.Invariant($"{100 * Presets.tolerance(row.Preset):0.0}"),
        row.Verdict,
        string.Join(' ', row.Runs.Select(run => $"{run.Seed}")),
        row.Runs.Count > 0 ? Words.Duration(TimeSpan.FromSeconds(row.Runs.Average(run => run.Seconds))) : "",
        row.Runs.Count > 0 ? Words.Invariant($"{row.Runs.Max(run => run.Date):yyyy-MM-dd}") : "",
    ];
}
