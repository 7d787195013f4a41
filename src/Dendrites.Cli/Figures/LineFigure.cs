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
    private const double Width = 720, Height = 400, Left = 62, Right = 16, Top = 14, Bottom = 46;

    /// <summary>As wide as a letter of a legend is taken to be.</summary>
    private const double Letter = 6.6;

    /// <summary>The whole figure; `log` spaces x by its logarithm.</summary>
    public static string Draw(string title, string x, string y, IReadOnlyList<Curve> curves, bool log = false, bool identity = false)
    {
        var all = curves.SelectMany(curve => curve.Points.Concat(curve.Published)
            .Concat(curve.Band.SelectMany(band => new[] { (band.X, band.Low), (band.X, band.High) }))).ToArray();
        if (all.Length == 0) all = [(0, 0), (1, 1)];
        var across = Ticks.Of(all.Min(point => point.Item1), all.Max(point => point.Item1), whole: true);
        var up = Ticks.Of(all.Min(point => point.Item2), all.Max(point => point.Item2));
        var (low, high) = (all.Min(point => point.Item1), all.Max(point => point.Item1));
        if (high <= low) high = low + 1;
        double Along(double value) => log ? Math.Log(Math.Max(value, 1e-12)) : value;
        double Px(double value) => Left + ((Along(value) - Along(low)) / (Along(high) - Along(low)) * (Width - Left - Right));
        double Py(double value) => Height - Bottom - ((value - up.Low) / (up.High - up.Low) * (Height - Top - Bottom));

        var legend = Legend(curves);
        var svg = new Svg(Width, Height + legend.Height);
        foreach (var tick in up.Values)
        {
            svg.Line(Left, Py(tick), Width - Right, Py(tick), opacity: 0.15);
            svg.Text(Left - 8, Py(tick) + 4, Ticks.Label(tick), "end");
        }

        foreach (var tick in log ? Ticks.Powers(low, high) : across.Values.Where(tick => tick >= low && tick <= high))
            svg.Line(Px(tick), Height - Bottom, Px(tick), Height - Bottom + 5).Text(Px(tick), Height - Bottom + 19, Ticks.Label(tick), "middle");

        svg.Line(Left, Height - Bottom, Width - Right, Height - Bottom);
        svg.Text((Left + Width - Right) / 2, Height - 8, x, "middle", 13);
        svg.Text(16, (Top + Height - Bottom) / 2, y, "middle", 13, upright: true);
        if (identity) svg.Line(Px(low), Py(Math.Max(low, up.Low)), Px(high), Py(Math.Min(high, up.High)), opacity: 0.4);

        foreach (var (number, curve) in curves.Index())
        {
            var colour = curve.Colour ?? Palette.Line(number);
            if (curve.Band.Count > 0)
            {
                var top = curve.Band.Select(band => (Px(band.X), Py(band.High)));
                svg.Area(top.Concat(curve.Band.Reverse().Select(band => (Px(band.X), Py(band.Low)))), colour);
            }

            svg.Path(curve.Points.Select(point => (Px(point.X), Py(point.Y))), colour, curve.Named ? 2 : 1.2, curve.Colour is null ? Palette.Dashes(number) : "");
            if (curve.Named && curve.Points.Count <= 20) foreach (var point in curve.Points) svg.Dot(Px(point.X), Py(point.Y), colour);
            foreach (var point in curve.Published) svg.Dot(Px(point.X), Py(point.Y), colour, open: true, radius: 6);
        }

        foreach (var (place, entry) in legend.Entries.Index())
        {
            var (left, top) = legend.Places[place];
            svg.Line(left, top - 4, left + 18, top - 4, entry.Colour, 3, dashes: entry.Dashes).Text(left + 24, top, entry.Name);
        }

        return svg.Close(title);
    }

    private static (double Height, List<(string Name, string Colour, string Dashes)> Entries, List<(double X, double Y)> Places) Legend(IReadOnlyList<Curve> curves)
    {
        var entries = curves.Index()
            .Where(pair => pair.Item.Named)
            .Select(pair => (pair.Item.Name, pair.Item.Colour ?? Palette.Line(pair.Index), pair.Item.Colour is null ? Palette.Dashes(pair.Index) : ""))
            .ToList();
        var places = new List<(double, double)>();
        var (x, y) = (Left, Height + 14);
        foreach (var (name, _, _) in entries)
        {
            var wide = 40 + (Letter * name.Length);
            if (x > Left && x + wide > Width) (x, y) = (Left, y + 20);
            places.Add((x, y));
            x += wide;
        }

        return (entries.Count == 0 ? 0 : y - Height + 10, entries, places);
    }
}
