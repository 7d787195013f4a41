namespace Dendrites.Cli;

/// <summary>The figures of a report of reinforcement learning: success as steps are made, and what units and segments of a policy do.</summary>
internal static class ControlFigures
{
    private const string Pooling = "each point pools the last ten tests, the last point is the last test alone";

    public static IEnumerable<Figure> Together(IReadOnlyList<ControlGroup> groups)
    {
        yield return new(
            "success",
            $"Mean success over the tasks, mean over seeds; {Pooling}. Bands are 95 % bootstrap intervals over seeds; rings are published figures.",
            Draw("Success as steps are made", groups.Select(group => Of(group.Name, group.Course(), group.Runs.Count > 1) with { Published = Published(group) })));
        foreach (var task in ControlGroup.Tasks(groups))
        {
            var curves = groups.Where(group => group.Runs[0].Tasks.Contains(task)).Select(group => Of(group.Name, group.Course(task), banded: true));
            yield return new(
                $"success-{task}",
                $"Share of successful episodes; {Pooling}. Bands are 95 % intervals: by bootstrap over seeds, of one seed by its episodes (Wilson).",
                Draw($"Success on {task}", curves));
        }
    }

    public static IEnumerable<Figure> Of(ControlGroup group, string slug)
    {
        var run = group.Runs.FirstOrDefault(run => run.Analysis.Value is not null) ?? group.Runs[0];
        yield return Returns(run, slug);
        if (run.Analysis.Value is not { } analysis) yield break;
        var tasks = string.Join(", ", run.Tasks.Select((task, number) => $"{number + 1} {task}"));
        foreach (var figure in AnalysisFigures.Of(analysis, "steps", run.Record.Seed, slug)) yield return figure with { Caption = $"{figure.Caption} Tasks: {tasks}." };
    }

    private static Figure Returns(KnownControlRun run, string slug)
    {
        var curves = run.Tasks.Select(task => new Curve(task, [.. run.Tests.Where(test => test.Task == task).Select(test => ((double)test.Steps, test.Return))]));
        return new(
            $"{slug}-returns",
            "The mean sum of rewards of a test's episodes, task by task.",
            LineFigure.Draw($"What episodes earn, seed {run.Record.Seed}", "steps of all tasks together", "return", [.. curves]));
    }

    private static Drawing Draw(string title, IEnumerable<Curve> curves) =>
        LineFigure.Draw(title, "steps of all tasks together", "success", [.. curves], upTo: 1);

    private static Curve Of(string name, IReadOnlyList<(double Steps, Estimated Success)> course, bool banded) =>
        new(name, [.. course.Select(point => (point.Steps, point.Success.Mean))])
        {
            Band = banded ? [.. course.Where(point => point.Success.Low is not null).Select(point => (point.Steps, point.Success.Low!.Value, point.Success.High!.Value))] : [],
        };

    private static IReadOnlyList<(double X, double Y)> Published(ControlGroup group) =>
        ControlConfiguration.Published(group.Runs[0].Config) is { } published ? [(group.Runs[0].Config.Steps, published)] : [];
}
