namespace Dendrites.Cli;

/// <summary>Parallel coordinates: an upright axis for each setting and one for the result, and a line through all of them for each cell.</summary>
internal static class ParallelFigure
{
    private const double Height = 360, Left = 60, Right = 80, Top = 20, Bottom = 50, Gap = 130;

    /// <summary>The figure of some cells: their values on each axis, and their result, which colours the line, the best ones last, so that they lie above.</summary>
    public static Drawing Draw(string title, IReadOnlyList<string> axes, string result, IReadOnlyList<(IReadOnlyList<string> Values, double Result)> cells)
    {
        var drawing = new Drawing(title, Left + Right + (Gap * axes.Count), Height);
        Axis[] scales = [.. axes.Select((_, number) => Axis.Of(cells.Select(cell => cell.Values[number])))];
        var (low, high) = cells.Count > 0 ? (cells.Min(cell => cell.Result), cells.Max(cell => cell.Result)) : (0, 1);
        double Share(double value) => high > low ? (value - low) / (high - low) : 0.5;
        double Px(int axis) => Left + (Gap * axis);
        double Py(double place) => Height - Bottom - (place * (Height - Top - Bottom));

        foreach (var (values, value) in cells.OrderBy(cell => cell.Result))
        {
            var points = values.Select((text, axis) => (Px(axis), Py(scales[axis].Place(text)))).Append((Px(axes.Count), Py(Share(value))));
            drawing.Path(points, Palette.Shade(Share(value)), 1.5);
        }

        foreach (var (number, scale) in scales.Index())
        {
            drawing.Line(Px(number), Top, Px(number), Height - Bottom);
            foreach (var (place, label) in scale.Labels) drawing.Text(Px(number) + 6, Py(place) + 4, label, size: 11);
            drawing.Text(Px(number), Height - 24, axes[number], Anchor.Middle, 13);
        }

        drawing.Line(Px(axes.Count), Top, Px(axes.Count), Height - Bottom, thick: 2);
        foreach (var tick in Ticks.Of(low, high).Values.Where(tick => tick >= low && tick <= high))
            drawing.Text(Px(axes.Count) + 6, Py(Share(tick)) + 4, Ticks.Label(tick), size: 11);
        return drawing.Text(Px(axes.Count), Height - 24, result, Anchor.Middle, 13);
    }
}
