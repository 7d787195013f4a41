namespace Dendrites.Cli;

/// <summary>How many values fall into each of some equal intervals.</summary>
internal static class Histogram
{
    private const double Width = 480, Height = 220, Left = 62, Right = 16, Top = 14, Bottom = 46;

    private const int Bins = 30;

    public static Drawing Draw(string title, string x, IReadOnlyList<double> values)
    {
        var (low, high) = (values.Min(), values.Max());
        if (high <= low) high = low + 1;
        var counts = new int[Bins];
        foreach (var value in values) counts[Math.Min(Bins - 1, (int)((value - low) / (high - low) * Bins))]++;
        var up = Ticks.Of(0, counts.Max(), whole: true);
        var across = Ticks.Of(low, high);
        double Px(double value) => Left + ((value - low) / (high - low) * (Width - Left - Right));
        double Py(double value) => Height - Bottom - (value / up.High * (Height - Top - Bottom));
        var drawing = new Drawing(title, Width, Height);
        foreach (var tick in up.Values) drawing.Line(Left, Py(tick), Width - Right, Py(tick), opacity: 0.15).Text(Left - 8, Py(tick) + 4, Ticks.Label(tick), Anchor.End);
        foreach (var (bin, count) in counts.Index())
        {
            var (from, to) = (low + ((high - low) * bin / Bins), low + ((high - low) * (bin + 1) / Bins));
            drawing.Rectangle(Px(from), Py(count), Px(to) - Px(from) - 1, Height - Bottom - Py(count), Palette.Line(0), $"{Ticks.Label(from)} to {Ticks.Label(to)}: {count}");
        }

        foreach (var tick in across.Values.Where(tick => tick >= low && tick <= high)) drawing.Text(Px(tick), Height - Bottom + 19, Ticks.Label(tick), Anchor.Middle);
        drawing.Line(Left, Height - Bottom, Width - Right, Height - Bottom).Text((Left + Width - Right) / 2, Height - 8, x, Anchor.Middle, 13);
        return drawing.Text(16, (Top + Height - Bottom) / 2, "count", Anchor.Middle, 13, upright: true);
    }
}
