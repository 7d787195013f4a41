namespace Dendrites.Cli;

/// <summary>The figures of what a network's units and segments do.</summary>
internal static class AnalysisFigures
{
    /// <summary>Units across a heat map.</summary>
    private const int Shown = 64;

    /// <summary>The figures of an analysis over these samples of each task, such as "test samples".</summary>
    public static IEnumerable<Figure> Of(Analysis analysis, string samples, int seed, string slug)
    {
        foreach (var (index, layer) in (analysis.Layers ?? []).Index())
            foreach (var figure in OfLayer(layer, samples, index + 1, $"{slug}-layer-{index + 1}", seed))
                yield return figure;
        if (analysis.Inference is { Count: > 0 } inference)
        {
            const string Title = "Contexts inferred rightly";
            yield return new(
                $"{slug}-inference",
                "How often the context that was inferred for a test sample is its task's own.",
                LineFigure.Draw(Title, "task", "share of samples", [new("inferred", [.. inference.Select((share, task) => (task + 1.0, share))]) { Named = false }]));
        }
    }

    private static IEnumerable<Figure> OfLayer(LayerAnalysis layer, string samples, int number, string slug, int seed)
    {
        if (layer.Units is { } units && IsMatrix(units))
        {
            var title = $"Hidden units by task, layer {number}, seed {seed}";
            yield return new(
                $"{slug}-units",
                $"Fraction of each task's {samples} for which a unit is active, the first {Math.Min(Shown, units[0].Count)} units: sub-networks that overlap but differ.",
                new HeatMap { Title = title, X = "unit", Y = "task", Rows = Cells(units.Select(row => row.Take(Shown))), Low = 0, High = 1 }.Draw());
        }

        if (layer.Means is { } means && IsMatrix(means))
        {
            var cells = Cells(means.Select(row => row.Take(Shown)));
            var most = Math.Max(1e-9, cells.SelectMany(row => row).Max(value => Math.Abs(value ?? 0)));
            yield return new(
                $"{slug}-means",
                $"What a unit answers on average over each task's {samples}, the first {cells[0].Count} units.",
                new HeatMap { Title = $"Mean activation by task, layer {number}, seed {seed}", X = "unit", Y = "task", Rows = cells, Low = -most, High = most, Diverging = true }.Draw());
        }

        var overlaps = new[]
        {
            ("authors", "share of all units that are active in both of two samples, as the authors define it", layer.OverlapAuthors),
            ("iou", "active in both as a share of those active in either (IoU)", layer.OverlapIou),
            ("cosine", "cosine between two tasks' fractions of active units", layer.OverlapCosine),
            ("subnetworks", "the units that are among the quarter that is most often above zero in both, as a share of that quarter", layer.Subnetworks),
        };
        foreach (var (name, told, matrix) in overlaps)
        {
            if (!IsMatrix(matrix)) continue;
            var title = $"Overlap of tasks, layer {number}: {name}";
            var high = Math.Max(1e-9, matrix!.Max(row => row.Max()));
            var map = new HeatMap { Title = title, X = "task", Y = "task", Rows = Cells(matrix!), Low = 0, High = high, Format = "0.000" };
            yield return new($"{slug}-overlap-{name}", $"Two tasks' representations: {told}.", map.Draw());
        }

        if (layer.DutyCycles is { Count: > 0 } duty)
            yield return new($"{slug}-duty", "How many units are active how often.", Histogram.Draw($"Duty cycles, layer {number}", "fraction of samples", duty));
        if (layer.SegmentOverlap is { Count: > 0 } alike)
            yield return new($"{slug}-segment-overlap", "How alike the winners of each unit's segments are from task to task: 1 where all tasks have the same.", Histogram.Draw($"Overlap of segments, layer {number}", "mean cosine over pairs of tasks", alike));
        if (layer.Entropy is { Count: > 0 } entropy)
            yield return new($"{slug}-entropy", "How evenly each unit's segments win, in nats; at most the logarithm of their number.", Histogram.Draw($"Entropy of segments, layer {number}", "nats", entropy));

        foreach (var segments in layer.Segments ?? [])
        {
            if (!IsMatrix(segments.Before) || !IsMatrix(segments.After)) continue;
            var all = segments.Before.Concat(segments.After).SelectMany(row => row).ToArray();
            var most = Math.Max(1e-9, all.Max(Math.Abs));
            foreach (var (when, rows) in new[] { ("before", segments.Before), ("after", segments.After) })
            {
                var title = $"Segments of unit {segments.Unit}, layer {number}, {when} training";
                yield return new(
                    $"{slug}-segments-{segments.Unit}-{when}",
                    $"Activation of each segment (down), averaged over each task's {samples} (across): after training, segments answer to tasks of their own.",
                    new HeatMap { Title = title, X = "task", Y = "segment", Rows = Cells(rows), Low = -most, High = most, Diverging = true }.Draw())
                {
                    BeginsRow = when == "before",
                };
            }
        }
    }

    /// <summary>Whether there are rows, and something in each.</summary>
    private static bool IsMatrix(IReadOnlyList<IReadOnlyList<double>>? rows) => rows is { Count: > 0 } && rows.All(row => row is { Count: > 0 });

    private static IReadOnlyList<double?>[] Cells(IEnumerable<IEnumerable<double>> rows) =>
        [.. rows.Select(row => (IReadOnlyList<double?>)[.. row.Select(value => (double?)value)])];
}
