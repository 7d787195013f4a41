namespace Dendrites.Cli;

/// <summary>The response of a result to one setting: a dot for each cell, and a line through the means of the cells that share a value.</summary>
internal static class ResponseFigure
{
    private const double Width = 480, Height = 310, Left = 62, Right = 30, Top = 14, Bottom = 46;

    public static Drawing Draw(string title, string axis, string result, IReadOnlyList<(string Value, double Result)> cells)
    {
        var drawing = new Drawing(title, Width, Height);
        var scale = Axis.Of(cells.Select(cell => cell.Value));
        var up = Ticks.Of(cells.Min(cell => cell.Result), cells.Max(cell => cell.Result));
        double Px(double place) => Left + 14 + (place * (Width - Left - Right - 14));
        double Py(double value) => Height - Bottom - ((value - up.Low) / (up.High - up.Low) * (Height - Top - Bottom));

        foreach (var tick in up.Values)
        {
            drawing.Line(Left, Py(tick), Width - Right, Py(tick), opacity: 0.15);
            drawing.Text(Left - 8, Py(tick) + 4, Ticks.Label(tick), Anchor.End);
        }

        drawing.Line(Left, Height - Bottom, Width - Right, Height - Bottom);
        foreach (var (place, label) in scale.Labels)
            drawing.Line(Px(place), Height - Bottom, Px(place), Height - Bottom + 5).Text(Px(place), Height - Bottom + 19, label, Anchor.Middle);
        drawing.Text((Left + Width - Right) / 2, Height - 8, axis, Anchor.Middle, 13);
        drawing.Text(16, (Top + Height - Bottom) / 2, result, Anchor.Middle, 13, upright: true);

        var means = cells.GroupBy(cell => scale.Place(cell.Value)).OrderBy(group => group.Key).Select(group => (Px(group.Key), Py(group.Average(cell => cell.Result))));
        drawing.Path(means, Palette.Line(0));
        foreach (var (value, height) in cells) drawing.Dot(Px(scale.Place(value)), Py(height), Palette.Line(0), open: true);
        return drawing;
    }
}
