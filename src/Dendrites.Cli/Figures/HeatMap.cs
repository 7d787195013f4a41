namespace Dendrites.Cli;

/// <summary>A matrix as coloured cells; missing ones stay empty.</summary>
internal static class HeatMap
{
    private const double Left = 62, Top = 14, Bottom = 46, Right = 70, Widest = 720, Tallest = 480, Largest = 48, Lowest = 14;

    /// <summary>The most columns whose cells are written in.</summary>
    private const int Written = 12;

    /// <summary>Rows from top to bottom; values from <paramref name="low"/> to <paramref name="high"/> are coloured dark to light.</summary>
    public static string Draw(string title, string x, string y, IReadOnlyList<IReadOnlyList<double?>> rows, double low, double high, string format = "0.00")
    {
        var columns = rows.Max(row => row.Count);
        var cell = Math.Min(Math.Min((Widest - Left - Right) / columns, Math.Max(8, Tallest / rows.Count)), Largest);
        var tall = Math.Min(Math.Max(cell, Lowest), Tallest / rows.Count);
        var (width, height) = (Left + (cell * columns) + Right, Top + (tall * rows.Count) + Bottom);
        var svg = new Svg(Math.Max(width, 320), height);
        double Share(double value) => high > low ? (value - low) / (high - low) : 0.5;

        foreach (var (r, row) in rows.Index())
        {
            foreach (var (c, value) in row.Index())
            {
                if (value is not { } known) continue;
                var (left, top) = (Left + (c * cell), Top + (r * tall));
                var text = known.ToString(format, System.Globalization.CultureInfo.InvariantCulture);
                svg.Rectangle(left, top, cell - (cell > 10 ? 1 : 0), tall - (tall > 10 ? 1 : 0), Palette.Scale(Share(known)), $"{y} {r + 1}, {x} {c + 1}: {text}");
                if (columns <= Written && cell > 30 && tall > 15) svg.Text(left + (cell / 2), top + (tall / 2) + 4, text, "middle", 11, Palette.On(Share(known)));
            }
        }

        foreach (var tick in Ticks.Of(1, columns, whole: true).Values.Where(tick => tick >= 1 && tick <= columns))
            svg.Text(Left + ((tick - 0.5) * cell), height - Bottom + 16, Ticks.Label(tick), "middle");
        foreach (var tick in Ticks.Of(1, rows.Count, whole: true).Values.Where(tick => tick >= 1 && tick <= rows.Count))
            svg.Text(Left - 6, Top + ((tick - 0.5) * tall) + 4, Ticks.Label(tick), "end");
        svg.Text(Left + (columns * cell / 2), height - 8, x, "middle", 13);
        svg.Text(18, Top + (rows.Count * tall / 2), y, "middle", 13, upright: true);
        Key(svg, Left + (columns * cell) + 14, Math.Min(160, rows.Count * tall), low, high, format);
        return svg.Close(title);
    }

    private static void Key(Svg svg, double left, double tall, double low, double high, string format)
    {
        const int Steps = 32;
        string Show(double value) => value.ToString(format, System.Globalization.CultureInfo.InvariantCulture);
        for (var step = 0; step < Steps; step++)
            svg.Rectangle(left, Top + (tall * (Steps - 1 - step) / Steps), 12, (tall / Steps) + 0.5, Palette.Scale((double)step / (Steps - 1)));
        svg.Text(left + 16, Top + 10, Show(high), size: 11).Text(left + 16, Top + tall, Show(low), size: 11);
    }
}
