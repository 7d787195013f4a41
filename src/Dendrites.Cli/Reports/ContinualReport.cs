namespace Dendrites.Cli;

/// <summary>The report of runs of continual learning.</summary>
internal static class ContinualReport
{
    public static Report Of(IEnumerable<string> folders)
    {
        var runs = KnownRun.Read(folders);
        var groups = RunGroup.Of(runs);
        return new()
        {
            Title = Report.TitleOf([.. groups.Select(group => group.Name)]),
            Runs = [.. runs.Select(run => run.Folder)],
            Tables = ReportTables.Experiments(groups) + ReportTables.Information(groups) + ReportTables.Differences(groups),
            Together = [.. ReportFigures.Together(groups)],
            Parts = [.. groups.Index().Select(pair => Part(pair.Item, Report.Slug(pair.Index, pair.Item.Name)))],
            Document = groups.Select(CompareCommand.Document),
            WriteEvents = () => Array.ForEach(runs, RunEvents.Write),
        };
    }

    private static ReportPart Part(RunGroup group, string slug) =>
        new(group.Name, [.. ReportFigures.Of(group, slug)], ReportTables.Metrics(group) + ReportTables.Details(group));
}
