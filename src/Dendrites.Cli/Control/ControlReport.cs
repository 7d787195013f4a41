namespace Dendrites.Cli;

/// <summary>The report of runs of reinforcement learning.</summary>
internal static class ControlReport
{
    public static Report Of(IEnumerable<string> folders)
    {
        var groups = ControlGroup.Of(folders);
        return new()
        {
            Title = Report.TitleOf([.. groups.Select(group => group.Name)]),
            Runs = [.. groups.SelectMany(group => group.Runs).Select(run => run.Folder)],
            Tables = Success(groups) + Differences(groups),
            Together = [.. ControlFigures.Together(groups)],
            Parts = [.. groups.Index().Select(pair => Part(pair.Item, Report.Slug(pair.Index, pair.Item.Name)))],
            Document = groups.Select(group => group.Document()),
            WriteEvents = () =>
            {
                foreach (var run in groups.SelectMany(group => group.Runs)) ControlEventsFile.Write(run);
            },
        };
    }

    private static ReportPart Part(ControlGroup group, string slug) => new(group.Name, [.. ControlFigures.Of(group, slug)], Details(group));

    private static string Success(IReadOnlyList<ControlGroup> groups)
    {
        var rows = ControlComparison.Rows(groups);
        return HtmlTable.Of(ControlComparison.Told, [Cell.Word(rows[0][0]), .. Cell.Numbers(rows[0][1..])], rows[1..].Select(row => (Cell[])[Cell.Word(row[0]), .. Cell.Numbers(row[1..])]));
    }

    /// <summary>The keys in which some groups differ; nothing of one group.</summary>
    private static string Differences(IReadOnlyList<ControlGroup> groups)
    {
        var all = groups.Select(group => (group.Name, Keys: Entries(group))).ToArray();
        var keys = all[0].Keys.Keys.Where(key => Array.Exists(all, group => group.Keys[key] != all[0].Keys[key])).ToArray();
        return keys.Length == 0 ? "" : HtmlTable.Of(
            "The keys in which the configurations differ",
            [Cell.Word("key"), .. all.Select(group => Cell.Word(group.Name))],
            keys.Select(key => (Cell[])[Cell.Word(key), .. all.Select(group => Cell.Word(group.Keys[key]))]));
    }

    /// <summary>The runs of a group, and every key, folded away.</summary>
    private static string Details(ControlGroup group)
    {
        Cell[] head = [Cell.Number("seed"), .. Cell.Numbers("success", "steps", "time"), Cell.Word("folder")];
        var runs = group.Runs.Select(run => (Cell[])
        [
            Cell.Number($"{run.Record.Seed}"),
            Cell.Number(Words.Invariant($"{run.Last!.Average(test => (double)test.Successes / test.Episodes):0.00}{(run.Summary is null ? " so far" : "")}")),
            Cell.Number($"{run.Last![0].Steps}"),
            Cell.Number(run.Summary is { } summary ? Words.Duration(TimeSpan.FromSeconds(summary.Seconds)) : "not finished"),
            Cell.Word(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(run.Folder)))),
        ]);
        var keys = Entries(group).Select(key => Cell.Words(key.Key, key.Value));
        return $"<details><summary>{Words.Several(group.Runs.Count, "run")} and the whole configuration of {HtmlTable.Safe(group.Name)}</summary>\n"
            + $"{HtmlTable.Of("Runs", head, runs)}{HtmlTable.Of("Every key", Cell.Words("key", "value"), keys)}</details>\n";
    }

    private static Dictionary<string, string> Entries(ControlGroup group) =>
        ControlConfiguration.Entries(group.Runs[0].Config).Where(entry => entry.Key != Configuration.SeedKey).ToDictionary(entry => entry.Key, entry => entry.Value);
}
