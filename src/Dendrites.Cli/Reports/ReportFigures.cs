namespace Dendrites.Cli;

/// <summary>The figures of a report: of all runs together, of each group's first run, and of what an analysis found.</summary>
internal static class ReportFigures
{
    /// <summary>Tasks from which on an axis of them is logarithmic.</summary>
    private const int Many = 20;

    public static IEnumerable<Figure> Together(IReadOnlyList<RunGroup> groups)
    {
        if (Accuracy(groups) is { } accuracy) yield return accuracy;
        if (Streams(groups) is { } streams) yield return streams;
        if (Clusters(groups) is { } clusters) yield return clusters;
        foreach (var (key, title) in new[] { ("density", "fraction of units that win"), ("segments", "segments per unit") })
            if (Sweep(groups, key, title) is { } sweep) yield return sweep;
    }

    public static IEnumerable<Figure> Of(RunGroup group, string slug)
    {
        var run = group.Runs.FirstOrDefault(run => run.Summary is not null) ?? group.Runs[0];
        if (run.Accuracy.Count == 0) yield break;
        yield return Matrix(run, slug);
        if (run.Accuracy.Keys.Max(cell => cell.After) > 1) yield return Forgetting(run, slug);
        if (run.Analysis.Value is not { } analysis) yield break;
        foreach (var figure in AnalysisFigures.Of(analysis, "test samples", run.Seed, slug)) yield return figure;
    }

    private static Figure? Accuracy(IReadOnlyList<RunGroup> groups)
    {
        var curves = groups.Select(Course).Where(curve => curve.Points.Count > 0).ToArray();
        if (curves.Length == 0) return null;
        const string Title = "Accuracy as tasks are learned";
        return new(
            "accuracy",
            "Mean accuracy over the tasks so far, mean over seeds; bands are 95 % bootstrap intervals; rings are published figures.",
            LineFigure.Draw(Title, "tasks learned", "mean accuracy", curves, log: groups.Max(group => group.Tasks) > Many));
    }

    private static Curve Course(RunGroup group)
    {
        var points = group.Runs
            .SelectMany(run => run.Course())
            .GroupBy(point => point.Tasks, point => point.Mean)
            .OrderBy(point => point.Key)
            .Select(point => (Tasks: point.Key, Mean: Estimated.Of(point)!))
            .ToArray();
        return new(group.Name, [.. points.Select(point => ((double)point.Tasks, point.Mean.Mean))])
        {
            Band = [.. points.Where(point => point.Mean.Low is not null).Select(point => ((double)point.Tasks, point.Mean.Low!.Value, point.Mean.High!.Value))],
            Published = group.Published is { } published ? [(group.Tasks, published)] : [],
        };
    }

    /// <summary>Accuracy over the length of the stream, where groups differ in their tasks and are otherwise one family of presets.</summary>
    private static Figure? Streams(IReadOnlyList<RunGroup> groups)
    {
        var curves = groups
            .Where(group => group.Accuracy is not null)
            .GroupBy(Family)
            .Where(family => family.DistinctBy(group => group.Tasks).Count() > 1)
            .Select(family => family.DistinctBy(group => group.Tasks).OrderBy(group => group.Tasks).ToArray())
            .Select(family => new Curve(Family(family[0]), [.. family.Select(group => ((double)group.Tasks, group.Accuracy!.Mean))])
            {
                Band = [.. family.Where(group => group.Accuracy!.Low is not null).Select(group => ((double)group.Tasks, group.Accuracy!.Low!.Value, group.Accuracy.High!.Value))],
                Published = [.. family.Where(group => group.Published is not null).Select(group => ((double)group.Tasks, group.Published!.Value))],
            })
            .ToArray();
        if (curves.Length == 0) return null;
        const string Title = "Accuracy by the length of the stream";
        return new(
            "streams",
            "Mean accuracy over all tasks after the last, each point a stream of its own; bands are 95 % bootstrap intervals over seeds; rings are published figures.",
            LineFigure.Draw(Title, "tasks in the stream", "mean accuracy", curves, log: curves.Max(curve => curve.Points[^1].X) > Many));
    }

    /// <summary>The name without its number of tasks, such as prototype of prototype-10, and the keys that do not follow from it.</summary>
    private static string Family(RunGroup group)
    {
        var preset = Presets.find(group.Preset);
        var tasks = preset.IsOk ? $"{preset.ResultValue.Config.Tasks}" : "";
        var keys = group.Variant.Split(' ').Where(key => !key.StartsWith("tasks=", StringComparison.Ordinal) && !key.StartsWith("segments=", StringComparison.Ordinal));
        return string.Join(' ', [string.Join('-', group.Preset.Split('-').Where(part => part != tasks)), .. keys]).TrimEnd();
    }

    private static Figure? Clusters(IReadOnlyList<RunGroup> groups)
    {
        var points = groups
            .SelectMany(group => group.Runs)
            .Select(run => (Run: run, run.Analysis.Value?.Clusters))
            .Where(pair => pair.Clusters is not null)
            .Select(pair => ((double)pair.Run.Tasks, (double)pair.Clusters!.Value))
            .GroupBy(point => point.Item1, point => point.Item2)
            .OrderBy(point => point.Key)
            .Select(point => (point.Key, point.Average()))
            .ToArray();
        if (points.Length == 0) return null;
        const string Title = "Clusters found";
        return new(
            "clusters",
            "Clusters once the stream was over, mean over runs; the line is as many clusters as tasks.",
            LineFigure.Draw(Title, "tasks", "clusters", [new("clusters", points)], identity: true));
    }

    /// <summary>Accuracy over a key, where groups of one preset differ in nothing else.</summary>
    private static Figure? Sweep(IReadOnlyList<RunGroup> groups, string key, string title)
    {
        var curves = groups
            .Where(group => group.Accuracy is not null)
            .GroupBy(group => (group.Preset, Kept: Others(group, key)))
            .Where(sweep => sweep.Count() > 1)
            .Select(sweep => new Curve(sweep.Key.Preset, [.. sweep.Select(group => (Value(group, key), group.Accuracy!.Mean)).Order()])
            {
                Band = [.. sweep.Where(group => group.Accuracy!.Low is not null).Select(group => (Value(group, key), group.Accuracy!.Low!.Value, group.Accuracy.High!.Value)).Order()],
            })
            .ToArray();
        var caption = $"Mean accuracy over all tasks after the last, by {title}.";
        return curves.Length == 0 ? null : new($"sweep-{key}", caption, LineFigure.Draw($"Accuracy by {title}", title, "mean accuracy", curves));
    }

    /// <summary>Every other key with its value.</summary>
    private static string Others(RunGroup group, string key) =>
        string.Join(' ', group.Keys.Where(other => other.Key != key).OrderBy(other => other.Key, StringComparer.Ordinal).Select(other => $"{other.Key}={other.Value}"));

    private static double Value(RunGroup group, string key) =>
        double.Parse(group.Runs[0].Keys[key], System.Globalization.CultureInfo.InvariantCulture);

    private static Figure Matrix(KnownRun run, string slug)
    {
        var afters = run.Accuracy.Keys.Select(cell => cell.After).Distinct().Order().ToArray();
        var tasks = run.Accuracy.Keys.Max(cell => cell.On);
        var rows = afters.Select(after => (IReadOnlyList<double?>)[.. Enumerable.Range(1, tasks)
            .Select(on => run.Accuracy.TryGetValue((after, on), out var accuracy) ? accuracy : (double?)null)]).ToArray();
        var map = new HeatMap
        {
            Title = $"Accuracy matrix, seed {run.Seed}",
            X = "on task",
            Y = "after task",
            Rows = rows,
            RowNumbers = afters,
            Low = run.Accuracy.Values.Min(),
            High = run.Accuracy.Values.Max(),
        };
        return new(
            $"{slug}-matrix",
            $"Accuracy on each task (across) after each task (down){(afters.Length < tasks ? $"; measured after {string.Join(", ", afters)}" : "")}.",
            map.Draw());
    }

    private static Figure Forgetting(KnownRun run, string slug)
    {
        var tasks = run.Accuracy.Keys.Max(cell => cell.On);
        var curves = run.Accuracy
            .GroupBy(cell => cell.Key.On)
            .OrderBy(task => task.Key)
            .Select(task => new Curve($"task {task.Key}", [.. task.OrderBy(cell => cell.Key.After).Select(cell => ((double)cell.Key.After, cell.Value))])
            {
                Colour = Palette.Scale(tasks > 1 ? 0.25 + (0.6 * (task.Key - 1) / (tasks - 1)) : 0.25),
                Named = tasks <= 10,
            })
            .ToArray();
        var title = $"What becomes of each task, seed {run.Seed}";
        return new(
            $"{slug}-forgetting",
            "Accuracy on each task as later ones are learned; earlier tasks are darker.",
            LineFigure.Draw(title, "tasks learned", "accuracy on the task", curves, log: tasks > Many));
    }
}
