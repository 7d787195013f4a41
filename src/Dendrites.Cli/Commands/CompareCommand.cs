namespace Dendrites.Cli;

/// <summary>`dendrites compare`: runs beside each other, those that differ by seed as one.</summary>
internal static class CompareCommand
{
    private static readonly string[] Metrics = ["accuracy.area", "forgetting.max-earlier", "bwt.lopez-paz"];

    private const string Ahead = "fwt.lopez-paz";

    public static int Execute(CompareArguments arguments)
    {
        var screen = new Screen(Quiet: false, arguments.Json);
        if (ControlComparison.Applies(arguments.Runs))
        {
            ControlComparison.Show(arguments.Runs, screen);
            return ExitCode.Ok;
        }

        var groups = RunGroup.Of(KnownRun.Read(arguments.Runs));
        screen.Document(new { groups = groups.Select(Document) });
        screen.Result(Text(groups));
        return ExitCode.Ok;
    }

    /// <summary>A group as JSON has it.</summary>
    public static object Document(RunGroup group) => new
    {
        name = group.Name,
        experiment = group.Experiment,
        preset = group.Preset,
        variant = group.Variant,
        method = group.Method,
        tasks = group.Tasks,
        seeds = group.Runs.Select(run => run.Seed),
        finished = group.Finished.Count(),
        accuracy = group.Accuracy,
        published = group.Published,
        publishedWith = group.PublishedWith?.Changed,
        difference = group.Difference,
        metrics = MetricNames().ToDictionary(name => name, group.Metric),
        seconds = group.Time?.TotalSeconds,
        information = group.Information,
        folders = group.Runs.Select(run => run.Folder),
    };

    private static IEnumerable<string> MetricNames() => global::Dendrites.Metrics.named.Select(metric => metric.Item1);

    private static string Text(List<RunGroup> groups)
    {
        // Forward transfer has a column where a run was tested ahead.
        string[] metrics = [.. Metrics, .. groups.Exists(group => group.Metric(Ahead) is not null) ? new[] { Ahead } : []];
        string[] header = ["run", "method", "tasks", "seeds", "accuracy (95 %)", "published", "difference", .. metrics, "time"];
        var rows = groups.ConvertAll(group => Row(group, metrics));
        string[] lines =
        [
            TextTable.Of([header, .. rows]),
            .. RunGroup.Stars(groups),
            .. groups.Where(group => group.IsNumbered).Select(group => $"{group.Name}: {group.Variant}"),
            "",
            "In percent; of several seeds the mean, and its 95 % interval by bootstrap over seeds. What the methods are told:",
            .. RunGroup.Tellings(groups).Select(pair => $"  {pair.Names}: {pair.Told}"),
        ];
        return string.Join('\n', lines);
    }

    private static string[] Row(RunGroup group, string[] metrics) =>
    [
        group.Name,
        group.Method,
        $"{group.Tasks}",
        group.Seeds,
        group.AccuracyText,
        Or(group.PublishedText),
        Or(group.DifferenceText),
        .. metrics.Select(name => group.Metric(name) is { } metric ? Words.Invariant($"{100 * metric.Mean:0.00}") : "-"),
        group.Time is { } time ? Words.Duration(time) : "-",
    ];

    private static string Or(string text) => text.Length > 0 ? text : "-";
}
