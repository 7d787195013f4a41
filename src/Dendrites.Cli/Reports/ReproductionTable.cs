using System.Text;

namespace Dendrites.Cli;

/// <summary>The table of published rows beside ours, as Markdown and as CSV.</summary>
internal static class ReproductionTable
{
    /// <summary>A published row, and our runs of it.</summary>
    internal sealed record Row(Presets.Preset Preset, IReadOnlyList<KnownRun> Runs)
    {
        public IEnumerable<Summary> Finished => Runs.Select(run => run.Summary).OfType<Summary>();

        public Estimated? Ours => Estimated.Of(Finished.Select(summary => summary.Accuracy));

        public double Published => Preset.Published!.Value;

        public double? Difference => Ours?.Mean - Published;

        public string Verdict => Difference is not { } difference
            ? "not run"
            : Math.Abs(difference) <= Presets.tolerance(Preset) ? "inside" : difference > 0 ? "above" : "below";

        public TimeSpan? Time => Ours is null ? null : TimeSpan.FromSeconds(Finished.Average(summary => summary.Seconds));

        public DateTimeOffset? Date => Ours is null ? null : Runs.Where(run => run.Summary is not null).Max(run => run.Started);
    }

    private const string Begin = "<!-- written by dendrites reproduce: begin -->";

    private const string End = "<!-- written by dendrites reproduce: end -->";

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
        AtomicFile.WriteText(Path.ChangeExtension(path, ".csv"), Csv(rows));
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
        string.Join(' ', row.Runs.Where(run => run.Summary is not null).Select(run => $"{run.Seed}")),
        row.Time is { } time ? Words.Duration(time) : "",
        row.Date is { } date ? Words.Invariant($"{date:yyyy-MM-dd}") : "",
    ];

    public static string Csv(IReadOnlyList<Row> rows)
    {
        var text = new StringBuilder("preset,method,tasks,ours,low,high,published,difference,tolerance,verdict,seeds,seconds,date\n");
        foreach (var row in rows)
        {
            var config = row.Preset.Config;
            text.Append(Words.Invariant($"{row.Preset.Name},{Methods.nameOf(config)},{config.Tasks},{row.Ours?.Mean:0.00000},"));
            text.Append(Words.Invariant($"{row.Ours?.Low:0.00000},{row.Ours?.High:0.00000},{row.Published:0.00000},"));
            text.Append(Words.Invariant($"{row.Difference:0.00000},{Presets.tolerance(row.Preset):0.000},{row.Verdict},"));
            text.Append(Words.Invariant($"{row.Finished.Count()},{row.Time?.TotalSeconds:0},{row.Date:yyyy-MM-dd}\n"));
        }

        return text.ToString();
    }
}
