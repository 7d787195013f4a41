namespace Dendrites.Cli;

/// <summary>A matrix as coloured cells; missing ones stay empty.</summary>
internal sealed record HeatMap
{
    private const double Left = 62, Top = 14, Bottom = 46, Right = 70, Widest = 500, Tallest = 420, Largest = 48, Lowest = 14, Narrowest = 320;

    /// <summary>The most columns whose cells are written in.</summary>
    private const int Written = 12;

    public required string Title { get; init; }

    /// <summary>What the columns are, which count from 1.</summary>
    public required string X { get; init; }

    /// <summary>What the rows are.</summary>
    public required string Y { get; init; }

    /// <summary>From top to bottom.</summary>
    public required IReadOnlyList<IReadOnlyList<double?>> Rows { get; init; }

    /// <summary>The numbers of the rows, where they do not count from 1.</summary>
    public IReadOnlyList<int>? RowNumbers { get; init; }

    /// <summary>The value of the first colour.</summary>
    public required double Low { get; init; }

    /// <summary>The value of the last colour.</summary>
    public required double High { get; init; }

    /// <summary>Whether the middle of the colours stands for nothing, and their ends for less and more.</summary>
    public bool Diverging { get; init; }

    public string Format { get; init; } = "0.00";

    public Drawing Draw()
    {
        var columns = Rows.Max(row => row.Count);
        var cell = Math.Min(Math.Min((Widest - Left - Right) / columns, Math.Max(8, Tallest / Rows.Count)), Largest);
        var tall = Math.Min(Math.Max(cell, Lowest), Tallest / Rows.Count);
        var (width, height) = (Left + (cell * columns) + Right, Top + (tall * Rows.Count) + Bottom);
        var drawing = new Drawing(Title, Math.Max(width, Narrowest), height);

        foreach (var (r, row) in Rows.Index())
        {
            foreach (var (c, value) in row.Index())
            {
                if (value is not { } known) continue;
                var (left, top, colour, text) = (Left + (c * cell), Top + (r * tall), Colour(known), Show(known));
                drawing.Rectangle(left, top, cell - (cell > 10 ? 1 : 0), tall - (tall > 10 ? 1 : 0), colour, $"{Y} {Number(r)}, {X} {c + 1}: {text}");
                if (columns <= Written && cell > 30 && tall > 15) drawing.Text(left + (cell / 2), top + (tall / 2) + 4, text, Anchor.Middle, 12, Palette.On(colour));
            }
        }

        foreach (var column in Numbered(columns)) drawing.Text(Left + ((column - 0.5) * cell), height - Bottom + 17, Ticks.Label(column), Anchor.Middle);
        foreach (var row in Numbered(Rows.Count)) drawing.Text(Left - 6, Top + ((row - 0.5) * tall) + 4, $"{Number(row - 1)}", Anchor.End);
        drawing.Text(Left + (columns * cell / 2), height - 8, X, Anchor.Middle, 13);
        drawing.Text(18, Top + (Rows.Count * tall / 2), Y, Anchor.Middle, 13, upright: true);
        Key(drawing, Left + (columns * cell) + 14, Math.Min(160, Rows.Count * tall));
        return drawing;
    }

    /// <summary>The places, from 1, that get a number: all of a few, and round ones of many.</summary>
    private IEnumerable<int> Numbered(int count) => count <= Written || (RowNumbers is not null && count * Lowest <= Tallest)
        ? Enumerable.Range(1, count)
        : Ticks.Of(1, count, whole: true).Values.Where(tick => tick >= 1 && tick <= count).Select(tick => (int)tick);

    private int Number(int row) => RowNumbers?[row] ?? row + 1;

    private string Show(double value) => value.ToString(Format, System.Globalization.CultureInfo.InvariantCulture);

    private string Colour(double value) => Shade(High > Low ? (value - Low) / (High - Low) : 0.5);

    private string Shade(double share) => Diverging ? Palette.Diverging(share) : Palette.Scale(share);

    private void Key(Drawing drawing, double left, double tall)
    {
        const int Steps = 32;
        for (var step = 0; step < Steps; step++)
            drawing.Rectangle(left, Top + (tall * (Steps - 1 - step) / Steps), 12, (tall / Steps) + 0.5, Shade((double)step / (Steps - 1)));
        drawing.Text(left + 16, Top + 10, Show(High)).Text(left + 16, Top + tall, Show(Low));
    }
}
