namespace Dendrites.Cli;

/// <summary>Where a label's point is in it.</summary>
internal enum Anchor
{
    Start,
    Middle,
    End,
}

/// <summary>A shape of a figure. Lengths are in pixels of the figure at its own size, y downwards; colours are #rrggbb, or <see cref="Drawing.Ink"/>.</summary>
internal abstract record Shape(string Colour);

/// <summary>A line through points; dashes are lengths drawn and left out by turns, none for a whole line.</summary>
internal sealed record Stroke(IReadOnlyList<(double X, double Y)> Points, string Colour, double Thick, double Opacity, IReadOnlyList<double> Dashes) : Shape(Colour);

/// <summary>The area within points.</summary>
internal sealed record Area(IReadOnlyList<(double X, double Y)> Points, string Colour, double Opacity) : Shape(Colour);

/// <summary>A rectangle, and what it tells whoever points at it.</summary>
internal sealed record Box(double X, double Y, double Width, double Height, string Colour, string? Told) : Shape(Colour);

/// <summary>A disc, or a ring.</summary>
internal sealed record Disc(double X, double Y, double Radius, string Colour, bool Open) : Shape(Colour);

/// <summary>Text on a line; upright text is read from below.</summary>
internal sealed record Label(double X, double Y, string Text, Anchor Anchor, double Size, string Colour, bool Upright) : Shape(Colour);

/// <summary>The shapes of a figure, in the order in which they are painted.</summary>
internal sealed class Drawing(string title, double width, double height)
{
    /// <summary>The colour of the text around the figure, so that it suits light and dark.</summary>
    public const string Ink = "currentColor";

    private readonly List<Shape> _shapes = [];

    /// <summary>What a reader hears that sees no picture.</summary>
    public string Title { get; } = title;

    public double Width { get; } = width;

    public double Height { get; } = height;

    public IReadOnlyList<Shape> Shapes => _shapes;

    public Drawing Line(double x1, double y1, double x2, double y2, string colour = Ink, double thick = 1, double opacity = 1, IReadOnlyList<double>? dashes = null) =>
        Add(new Stroke([(x1, y1), (x2, y2)], colour, thick, opacity, dashes ?? []));

    public Drawing Path(IEnumerable<(double X, double Y)> points, string colour, double thick = 2, IReadOnlyList<double>? dashes = null) =>
        Add(new Stroke([.. points], colour, thick, 1, dashes ?? []));

    public Drawing Area(IEnumerable<(double X, double Y)> points, string colour) => Add(new Area([.. points], colour, 0.2));

    public Drawing Rectangle(double x, double y, double w, double h, string colour, string? told = null) => Add(new Box(x, y, w, h, colour, told));

    public Drawing Dot(double x, double y, string colour, bool open = false, double radius = 3.5) => Add(new Disc(x, y, radius, colour, open));

    /// <summary>Text whose start, middle or end is at a point.</summary>
    public Drawing Text(double x, double y, string text, Anchor anchor = Anchor.Start, double size = 12, string colour = Ink, bool upright = false) =>
        Add(new Label(x, y, text, anchor, size, colour, upright));

    private Drawing Add(Shape shape)
    {
        _shapes.Add(shape);
        return this;
    }
}
