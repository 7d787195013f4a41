namespace Dendrites.Cli;

/// <summary>A curve: points, the band around them where there is one, and single points that others have published.</summary>
internal sealed record Curve(string Name, IReadOnlyList<(double X, double Y)> Points)
{
    public IReadOnlyList<(double X, double Low, double High)> Band { get; init; } = [];

    public IReadOnlyList<(double X, double Y)> Published { get; init; } = [];

    public string? Colour { get; init; }

    /// <summary>Whether it is named beside the figure.</summary>
    public bool Named { get; init; } = true;
}

/// <summary>Curves over a common axis.</summary>
internal static class LineFigure
{
    private const double Width = 480, Height = 310, Left = 62, Right = 16, Top = 14, Bottom = 46;

    /// <summary>The size of a legend's letters, and how wide what stands beside its words is.</summary>
    private const double Letters = 12, Mark = 40;

    /// <summary>
    /// The whole figure; `log` spaces x by its logarithm, `identity` draws the line on which y is x, and y goes at least to `upTo`.
    /// </summary>
    public static Drawing Draw(string title, string x, string y, IReadOnlyList<Curve> curves, bool log = false, bool identity = false, double? upTo = null)
    {
        var all = curves.SelectMany(curve => curve.Points.Concat(curve.Published)
            .Concat(curve.Band.SelectMany(band => new[] { (band.X, band.Low), (band.X, band.High) }))).ToArray();
        if (all.Length == 0) all = [(0, 0), (1, 1)];
        if (identity) all = [.. all, (0, 0)];
        var (low, high) = (all.Min(point => point.Item1), all.Max(point => point.Item1));
        var across = Ticks.Of(low, high, whole: Array.TrueForAll(all, point => double.IsInteger(point.Item1)));
        double[] heights = [.. all.Select(point => point.Item2), .. identity ? new[] { low, high } : [], .. upTo is { } least ? new[] { least } : []];
        var up = Ticks.Of(heights.Min(), heights.Max());
        if (high <= low) high = low + 1;
        double Along(double value) => log ? Math.Log(Math.Max(value, 1e-12)) : value;
        double Px(double value) => Left + ((Along(value) - Along(low)) / (Along(high) - Along(low)) * (Width - Left - Right));
        double Py(double value) => Height - Bottom - ((value - up.Low) / (up.High - up.Low) * (Height - Top - Bottom));

        var legend = Legend(curves);
        var drawing = new Drawing(title, Width, Height + legend.Height);
        foreach (var tick in up.Values)
        {
            drawing.Line(Left, Py(tick), Width - Right, Py(tick), opacity: 0.15);
            drawing.Text(Left - 8, Py(tick) + 4, Ticks.Label(tick), Anchor.End);
        }

        foreach (var tick in log ? Ticks.Powers(low, high) : across.Values.Where(tick => tick >= low && tick <= high))
            drawing.Line(Px(tick), Height - Bottom, Px(tick), Height - Bottom + 5).Text(Px(tick), Height - Bottom + 19, Ticks.Label(tick), Anchor.Middle);

        drawing.Line(Left, Height - Bottom, Width - Right, Height - Bottom);
        drawing.Text((Left + Width - Right) / 2, Height - 8, x, Anchor.Middle, 13);
        drawing.Text(16, (Top + Height - Bottom) / 2, y, Anchor.Middle, 13, upright: true);
        if (identity) drawing.Line(Px(low), Py(low), Px(high), Py(high), opacity: 0.4);

        foreach (var (number, curve) in curves.Index())
        {
            var colour = curve.Colour ?? Palette.Line(number);
            if (curve.Band.Count > 0)
            {
                var top = curve.Band.Select(band => (Px(band.X), Py(band.High)));
                drawing.Area(top.Concat(curve.Band.Reverse().Select(band => (Px(band.X), Py(band.Low)))), colour);
            }

            drawing.Path(curve.Points.Select(point => (Px(point.X), Py(point.Y))), colour, curve.Named ? 2 : 1.2, Dashes(curve, number));
            if (curve.Named && curve.Points.Count <= 20) foreach (var point in curve.Points) drawing.Dot(Px(point.X), Py(point.Y), colour);
            foreach (var point in curve.Published) drawing.Dot(Px(point.X), Py(point.Y), colour, open: true, radius: 6);
        }

        foreach (var (place, entry) in legend.Entries.Index())
        {
            var (left, top) = legend.Places[place];
            drawing.Line(left, top - 4, left + 18, top - 4, entry.Colour, 3, dashes: entry.Dashes).Text(left + 24, top, entry.Name);
        }

        return drawing;
    }

    private static (double Height, List<(string Name, string Colour, IReadOnlyList<double> Dashes)> Entries, List<(double X, double Y)> Places) Legend(IReadOnlyList<Curve> curves)
    {
        var entries = curves.Index()
            .Where(pair => pair.Item.Named)
            .Select(pair => (pair.Item.Name, pair.Item.Colour ?? Palette.Line(pair.Index), Dashes(pair.Item, pair.Index)))
            .ToList();
        var places = new List<(double, double)>();
        var (x, y) = (Left, Height + 14);
        foreach (var (name, _, _) in entries)
        {
            var wide = Mark + (Letters * Glyphs.Width(name));
            if (x > Left && x + wide > Width) (x, y) = (Left, y + 20);
            places.Add((x, y));
            x += wide;
        }

        return (entries.Count == 0 ? 0 : y - Height + 10, entries, places);
    }

    /// <summary>A curve that has a colour of its own has no dashes.</summary>
    private static IReadOnlyList<double> Dashes(Curve curve, int number) => curve.Colour is null ? Palette.Dashes(number) : [];
}
