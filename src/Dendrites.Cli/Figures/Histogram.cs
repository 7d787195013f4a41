namespace Dendrites.Cli;

/// <summary>How many values fall into each of some equal intervals.</summary>
internal static class Histogram
{
    private const double Width = 720, Height = 260, Left = 62, Right = 16, Top = 14, Bottom = 46;

    private const int Bins = 30;

    public static string Draw(string title, string x, IReadOnlyList<double> values)
    {
        var (low, high) = (values.Min(), values.Max());
        if (high <= low) high = low + 1;
        var counts = new int[Bins];
        foreach (var value in values) counts[Math.Min(Bins - 1, (int)((value - low) / (high - low) * Bins))]++;
        var up = Ticks.Of(0, counts.Max(), whole: true);
        var across = Ticks.Of(low, high);
        double Px(double value) => Left + ((value - low) / (high - low) * (Width - Left - Right));
        double Py(double value) => Height - Bottom - (value / up.High * (Height - Top - Bottom));
        var svg = new Svg(Width, Height);
        foreach (var tick in up.Values) svg.Line(Left, Py(tick), Width - Right, Py(tick), opacity: 0.15).Text(Left - 8, Py(tick) + 4, Ticks.Label(tick), "end");
        foreach (var (bin, count) in counts.Index())
        {
            var (from, to) = (low + ((high - low) * bin / Bins), low + ((high - low) * (bin + 1) / Bins));
            svg.Rectangle(Px(from), Py(count), Px(to) - Px(from) - 1, Height - Bottom - Py(count), Palette.Line(0), $"{Svg.Number(from)} to {Svg.Number(to)}: {count}");
        }

        foreach (var tick in across.Values.Where(tick => tick >= low && tick <= high)) svg.Text(Px(tick), Height - Bottom + 19, Ticks.Label(tick), "middle");
        svg.Line(Left, Height - Bottom, Width - Right, Height - Bottom).Text((Left + Width - Right) / 2, Height - 8, x, "middle", 13);
        return svg.Text(16, (Top + Height - Bottom) / 2, "count", "middle", 13, upright: true).Close(title);
    }
}
