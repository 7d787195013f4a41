namespace Dendrites.Cli;

/// <summary>The tables of a report, as HTML.</summary>
internal static class ReportTables
{
    private static readonly string[] Shown = ["forgetting.max-earlier", "bwt.lopez-paz"];

    /// <summary>The experiments beside each other.</summary>
    public static string Experiments(IReadOnlyList<RunGroup> groups)
    {
        var published = groups.Any(group => group.Published is not null);
        Cell[] head = [.. Cell.Words("run", "method"), .. Cell.Numbers(["tasks", "seeds", "accuracy", .. published ? new[] { "published", "difference" } : [], .. Shown, "time"])];
        var rows = groups.Select(group => (Cell[])
        [
            .. Cell.Words(group.Name, group.Method),
            .. Cell.Numbers([
                $"{group.Tasks}",
                group.Seeds,
                group.AccuracyText,
                .. published ? new[] { group.PublishedText, group.DifferenceText } : [],
                .. Shown.Select(name => group.Metric(name) is { } metric ? Words.Invariant($"{100 * metric.Mean:0.00}") : ""),
                group.Time is { } time ? Words.Duration(time) : "",
            ]),
        ]);
        var stars = RunGroup.Stars(groups).Select(star => $"<p class=\"note\">{HtmlTable.Safe(star)}</p>\n");
        return HtmlTable.Of("In percent: means over seeds, accuracy with its 95 % bootstrap interval. Runs that differ by seed only are one line", head, rows) + string.Concat(stars);
    }

    /// <summary>What each method is told of the tasks.</summary>
    public static string Information(IReadOnlyList<RunGroup> groups) => HtmlTable.Of(
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
        return keys.Length == 0 ? "" : HtmlTable.Of(
            "The keys in which the configurations differ",
            [Cell.Word("run"), .. keys.Select(key => groups.All(group => Cell.Value(group.Keys.GetValueOrDefault(key, "")).Kind == "number") ? Cell.Number(key) : Cell.Word(key))],
            groups.Select(group => (Cell[])[Cell.Word(group.Name), .. keys.Select(key => Cell.Value(group.Keys.GetValueOrDefault(key, "")))]));
    }

    /// <summary>The metrics of a group.</summary>
    public static string Metrics(RunGroup group) => !group.Finished.Any() ? "" : HtmlTable.Of(
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
            Cell.Number(run.Summary is { } summary ? Words.Invariant($"{100 * summary.Accuracy:0.00}") : "not finished"),
            Cell.Number(run.Summary is { } finished ? Words.Duration(TimeSpan.FromSeconds(finished.Seconds)) : ""),
            Cell.Word(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(run.Folder)))),
        ]);
        var keys = group.Keys.Select(key => (Cell[])[Cell.Word(key.Key), Cell.Word(key.Value)]);
        return $"<details><summary>{Words.Several(group.Runs.Count, "run")} and the whole configuration of {HtmlTable.Safe(group.Name)}</summary>\n"
            + $"{HtmlTable.Of("Runs", head, runs)}{HtmlTable.Of("Every key", Cell.Words("key", "value"), keys)}</details>\n";
    }
}
