namespace Dendrites.Cli;

/// <summary>`dendrites compare`: runs beside each other, those that differ by seed as one.</summary>
internal static class CompareCommand
{
    private static readonly string[] Metrics = ["accuracy.area", "forgetting.max-earlier", "bwt.lopez-paz"];

    public static int Execute(CompareArguments arguments)
    {
        var screen = new Screen(Quiet: false, arguments.Json);
        var groups = RunGroup.Of(arguments.Runs.Select(KnownRun.Read));
        screen.Document(new { groups = groups.Select(Document) });
        screen.Result(Text(groups));
        return ExitCode.Ok;
    }

    /// <summary>A group as JSON has it.</summary>
    public static object Document(RunGroup group) => new
    {
        name = group.Name,
        preset = group.Preset,
        method = group.Method,
        tasks = group.Tasks,
        seeds = group.Runs.Select(run => run.Seed),
        finished = group.Finished.Count(),
        accuracy = group.Accuracy,
        published = group.Published,
        difference = group.Accuracy?.Mean - group.Published,
        metrics = MetricNames().ToDictionary(name => name, group.Metric),
        seconds = group.Finished.Any() ? group.Finished.Average(summary => summary.Seconds) : (double?)null,
        information = group.Information,
        folders = group.Runs.Select(run => run.Folder),
    };

    private static IEnumerable<string> MetricNames() => global::Dendrites.Metrics.named.Select(metric => metric.Item1);

    private static string Text(List<RunGroup> groups)
    {
        string[] header = ["run", "method", "tasks", "seeds", "accuracy, % (95 %)", "published", "difference", .. Metrics, "time"];
        var rows = groups.ConvertAll(group => Row(group));
        var table = TextTable.Of([header, .. rows]);
        var told = groups.Where(group => group.Information is not null).Select(group => $"{group.Name}: {group.Information}");
        return table + "\nIntervals: bootstrap over seeds. What each method is told:\n  " + string.Join("\n  ", told);
    }

    private static string[] Row(RunGroup group)
    {
        var finished = group.Finished.Count();
        return
        [
            group.Name,
            group.Method,
            $"{group.Tasks}",
            finished == group.Runs.Count ? $"{finished}" : $"{finished} of {group.Runs.Count}",
            group.Accuracy?.ToString() ?? Unfinished(group),
            group.Published is { } published ? Words.Invariant($"{100 * published:0.00}") : "-",
            group.Accuracy?.Mean - group.Published is { } difference ? Words.Invariant($"{100 * difference:+0.00;-0.00}") : "-",
            .. Metrics.Select(name => group.Metric(name) is { } metric ? Words.Invariant($"{metric.Mean:0.0000}") : "-"),
            finished > 0 ? Words.Duration(TimeSpan.FromSeconds(group.Finished.Average(summary => summary.Seconds))) : "-",
        ];
    }

    private static string Unfinished(RunGroup group)
    {
        var last = group.Runs.Select(run => run.Course().LastOrDefault()).MaxBy(point => point.Tasks);
        return last.Tasks == 0 ? "no task yet" : Words.Invariant($"{100 * last.Mean:0.00} after {last.Tasks}");
    }
}
