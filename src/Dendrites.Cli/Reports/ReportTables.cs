using System.Net;

namespace Dendrites.Cli;

/// <summary>The tables of a report, as HTML.</summary>
internal static class ReportTables
{
    /// <summary>A cell: what it says, and whether it is a number, which stands to the right, or a sentence, which is wrapped.</summary>
    private readonly record struct Cell(string Text, string Kind)
    {
        public static Cell Word(string text) => new(text, "");

        public static Cell Number(string text) => new(text, "number");

        public static Cell Sentence(string text) => new(text, "sentence");
    }

    private static readonly string[] Shown = ["forgetting.max-earlier", "bwt.lopez-paz"];

    /// <summary>The experiments beside each other.</summary>
    public static string Experiments(IReadOnlyList<RunGroup> groups)
    {
        var published = groups.Any(group => group.Published is not null);
        Cell[] head = [.. Words("run", "method"), .. Numbers(["tasks", "seeds", "accuracy", .. published ? new[] { "published", "difference" } : [], .. Shown, "time"])];
        var rows = groups.Select(group => (Cell[])
        [
            .. Words(group.Name, group.Method),
            .. Numbers([
                $"{group.Tasks}",
                group.Seeds,
                group.AccuracyText,
                .. published ? new[] { group.PublishedText, group.DifferenceText } : [],
                .. Shown.Select(name => group.Metric(name) is { } metric ? Cli.Words.Invariant($"{100 * metric.Mean:0.00}") : ""),
                group.Time is { } time ? Cli.Words.Duration(time) : "",
            ]),
        ]);
        var stars = RunGroup.Stars(groups).Select(star => $"<p class=\"note\">{Safe(star)}</p>\n");
        return Table("In percent: means over seeds, accuracy with its 95 % bootstrap interval. Runs that differ by seed only are one line", head, rows) + string.Concat(stars);
    }

    /// <summary>What each method is told of the tasks.</summary>
    public static string Information(IReadOnlyList<RunGroup> groups) => Table(
        "What the methods are told of the tasks, beside images and labels",
        [Cell.Word("runs"), Cell.Sentence("told")],
        RunGroup.Tellings(groups).Select(pair => (Cell[])[Cell.Sentence(pair.Names), Cell.Sentence(pair.Told)]));

    /// <summary>The keys in which some groups differ; nothing of one group.</summary>
    public static string Differences(IReadOnlyList<RunGroup> groups)
    {
        var keys = groups
            .SelectMany(group => group.Keys.Keys)
            .Distinct()
            .Where(key => groups.DistinctBy(group => group.Keys.GetValueOrDefault(key)).Count() > 1)
            .ToArray();
        return keys.Length == 0 ? "" : Table(
            "The keys in which the configurations differ",
            [Cell.Word("run"), .. keys.Select(key => groups.All(group => Value(group.Keys.GetValueOrDefault(key, "")).Kind == "number") ? Cell.Number(key) : Cell.Word(key))],
            groups.Select(group => (Cell[])[Cell.Word(group.Name), .. keys.Select(key => Value(group.Keys.GetValueOrDefault(key, "")))]));
    }

    /// <summary>The metrics of a group.</summary>
    public static string Metrics(RunGroup group) => !group.Finished.Any() ? "" : Table(
        "Metrics of the accuracy matrix by the names of their formulas, in percent",
        [Cell.Word("metric"), Cell.Number("mean")],
        global::Dendrites.Metrics.named.Select(metric => (Cell[])[Cell.Word(metric.Item1), Cell.Number(group.Metric(metric.Item1)?.ToString() ?? "not measured")]));

    /// <summary>The runs of a group, and every key, folded away.</summary>
    public static string Details(RunGroup group)
    {
        Cell[] head = [Cell.Number("seed"), Cell.Number("accuracy"), Cell.Number("time"), Cell.Word("folder")];
        var runs = group.Runs.Select(run => (Cell[])
        [
            Cell.Number($"{run.Seed}"),
            Cell.Number(run.Summary is { } summary ? Cli.Words.Invariant($"{100 * summary.Accuracy:0.00}") : "not finished"),
            Cell.Number(run.Summary is { } finished ? Cli.Words.Duration(TimeSpan.FromSeconds(finished.Seconds)) : ""),
            Cell.Word(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(run.Folder)))),
        ]);
        var keys = group.Keys.Select(key => (Cell[])[Cell.Word(key.Key), Cell.Word(key.Value)]);
        return $"<details><summary>{Cli.Words.Several(group.Runs.Count, "run")} and the whole configuration of {Safe(group.Name)}</summary>\n"
            + $"{Table("Runs", head, runs)}{Table("Every key", Words("key", "value"), keys)}</details>\n";
    }

    private static Cell[] Words(params string[] texts) => Array.ConvertAll(texts, Cell.Word);

    private static Cell[] Numbers(params string[] texts) => Array.ConvertAll(texts, Cell.Number);

    /// <summary>A number, or words.</summary>
    private static Cell Value(string text) =>
        double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _) ? Cell.Number(text) : Cell.Word(text);

    /// <summary>The first cell of a row is its head.</summary>
    private static string Table(string caption, Cell[] head, IEnumerable<Cell[]> rows)
    {
        var body = rows.Select(row => $"<tr>{string.Concat(row.Index().Select(pair => Tag(pair.Index == 0 ? "th scope=\"row\"" : "td", pair.Item)))}</tr>\n");
        return $"<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{Safe(caption)}\"><table>\n<caption>{Safe(caption)}</caption>\n"
            + $"<thead><tr>{string.Concat(head.Select(cell => Tag("th scope=\"col\"", cell)))}</tr></thead>\n<tbody>\n{string.Concat(body)}</tbody>\n</table></div>\n";
    }

    private static string Tag(string tag, Cell cell) =>
        $"<{tag}{(cell.Kind.Length > 0 ? $" class=\"{cell.Kind}\"" : "")}>{Safe(cell.Text)}</{tag[..2]}>";

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}
