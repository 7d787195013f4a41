namespace Dendrites.Cli;

/// <summary>The figures of what a network's units and segments do.</summary>
internal static class AnalysisFigures
{
    /// <summary>Units across a heat map.</summary>
    private const int Shown = 64;

    public static IEnumerable<Figure> Of(Analysis analysis, KnownRun run, string slug)
    {
        foreach (var (index, layer) in (analysis.Layers ?? []).Index())
            foreach (var figure in OfLayer(layer, index + 1, $"{slug}-layer-{index + 1}", run.Seed))
                yield return figure;
        if (analysis.Inference is { Count: > 0 } inference)
        {
            const string Title = "Contexts inferred rightly";
            yield return new(
                $"{slug}-inference",
                Title,
                "How often the context that was inferred for a test sample is its task's own.",
                LineFigure.Draw(Title, "task", "share of samples", [new("inferred", [.. inference.Select((share, task) => (task + 1.0, share))]) { Named = false }]));
        }
    }

    private static IEnumerable<Figure> OfLayer(LayerAnalysis layer, int number, string slug, int seed)
    {
        if (layer.Units is { Count: > 0 } units)
        {
            var title = $"Hidden units by task, layer {number}, seed {seed}";
            yield return new(
                $"{slug}-units",
                title,
                $"Fraction of each task's test samples for which a unit is active, the first {Math.Min(Shown, units[0].Count)} units: sub-networks that overlap but differ.",
                HeatMap.Draw(title, "unit", "task", Cells(units.Select(row => row.Take(Shown))), 0, 1));
        }

        var overlaps = new[]
        {
            ("authors", "share of all units that are active in both of two samples, as the authors define it", layer.OverlapAuthors),
            ("iou", "active in both as a share of those active in either (IoU)", layer.OverlapIou),
            ("cosine", "cosine between two tasks' fractions of active units", layer.OverlapCosine),
        };
        foreach (var (name, told, matrix) in overlaps)
        {
            if (matrix is not { Count: > 0 }) continue;
            var title = $"Overlap of tasks, layer {number}: {name}";
            var high = Math.Max(1e-9, matrix.Max(row => row.Max()));
            yield return new($"{slug}-overlap-{name}", title, $"Two tasks' representations: {told}.", HeatMap.Draw(title, "task", "task", Cells(matrix), 0, high, "0.000"));
        }

        if (layer.DutyCycles is { Count: > 0 } duty)
            yield return new($"{slug}-duty", $"Duty cycles, layer {number}", "How many units are active how often.", Histogram.Draw($"Duty cycles, layer {number}", "fraction of samples", duty));
        if (layer.SegmentOverlap is { Count: > 0 } alike)
            yield return new($"{slug}-segment-overlap", $"Overlap of segments, layer {number}", "How alike the winners of each unit's segments are from task to task: 1 where all tasks have the same.", Histogram.Draw($"Overlap of segments, layer {number}", "mean cosine over pairs of tasks", alike));
        if (layer.Entropy is { Count: > 0 } entropy)
            yield return new($"{slug}-entropy", $"Entropy of segments, layer {number}", "How evenly each unit's segments win, in nats; at most the logarithm of their number.", Histogram.Draw($"Entropy of segments, layer {number}", "nats", entropy));

        foreach (var segments in layer.Segments ?? [])
        {
            var all = segments.Before.Concat(segments.After).SelectMany(row => row).ToArray();
            foreach (var (when, rows) in new[] { ("before", segments.Before), ("after", segments.After) })
            {
                var title = $"Segments of unit {segments.Unit}, layer {number}, {when} training";
                yield return new(
                    $"{slug}-segments-{segments.Unit}-{when}",
                    title,
                    "Activation of each segment (down), averaged over each task's samples (across): after training, segments answer to tasks of their own.",
                    HeatMap.Draw(title, "task", "segment", Cells(rows), all.Min(), all.Max()));
            }
        }
    }

    private static IReadOnlyList<double?>[] Cells(IEnumerable<IEnumerable<double>> rows) =>
        [.. rows.Select(row => (IReadOnlyList<double?>)[.. row.Select(value => (double?)value)])];
}
