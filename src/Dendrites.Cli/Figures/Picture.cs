using System.Globalization;

namespace Dendrites.Cli;

/// <summary>Drawings as PNG: ink on white paper, two pixels for one of the drawing.</summary>
internal static class Picture
{
    /// <summary>Pixels along a length of 1 of the drawing.</summary>
    public const int Scale = 2;

    private const int Corners = 24;

    private const double RingThick = 1.5;

    private static readonly (byte, byte, byte) Black = (0x1b, 0x1f, 0x24);

    public static byte[] Png(Drawing drawing)
    {
        var paper = Paint(drawing);
        return Cli.Png.Encode(paper.Width, paper.Height, paper.Pixels);
    }

    /// <summary>The pixels.</summary>
    public static Raster Paint(Drawing drawing)
    {
        var paper = new Raster((int)Math.Ceiling(drawing.Width * Scale), (int)Math.Ceiling(drawing.Height * Scale));
        foreach (var shape in drawing.Shapes)
        {
            var (outlines, opacity) = Outlines(shape);
            paper.Fill(outlines.Select(Scaled), Colour(shape.Colour), opacity);
        }

        return paper;
    }

    private static (IEnumerable<IReadOnlyList<(double X, double Y)>> Outlines, double Opacity) Outlines(Shape shape) => shape switch
    {
        Stroke line => (Dashes(line).SelectMany(points => Ribbon(points, line.Thick)), line.Opacity),
        Area area => ([area.Points], area.Opacity),
        Box box => ([[(box.X, box.Y), (box.X + box.Width, box.Y), (box.X + box.Width, box.Y + box.Height), (box.X, box.Y + box.Height)]], 1),
        Disc { Open: true } disc => ([Circle(disc.X, disc.Y, disc.Radius + (RingThick / 2)), [.. Circle(disc.X, disc.Y, disc.Radius - (RingThick / 2)).Reverse()]], 1),
        Disc disc => ([Circle(disc.X, disc.Y, disc.Radius)], 1),
        Label label => (Letters(label), 1),
        _ => throw new ArgumentOutOfRangeException(nameof(shape)),
    };

    private static IReadOnlyList<(double X, double Y)> Scaled(IReadOnlyList<(double X, double Y)> outline) =>
        [.. outline.Select(point => (point.X * Scale, point.Y * Scale))];

    private static IReadOnlyList<(double X, double Y)> Circle(double x, double y, double radius) =>
        [.. Enumerable.Range(0, Corners).Select(corner => (x + (radius * Math.Cos(Math.Tau * corner / Corners)), y + (radius * Math.Sin(Math.Tau * corner / Corners))))];

    /// <summary>A rectangle for each piece of a line, and discs where pieces meet; all turn the way that <see cref="Circle"/> does.</summary>
    private static IEnumerable<IReadOnlyList<(double X, double Y)>> Ribbon(IReadOnlyList<(double X, double Y)> points, double thick)
    {
        for (var i = 0; i + 1 < points.Count; i++)
        {
            var (a, b) = (points[i], points[i + 1]);
            var length = Math.Sqrt(((b.X - a.X) * (b.X - a.X)) + ((b.Y - a.Y) * (b.Y - a.Y)));
            if (length < 1e-9) continue;
            var (dx, dy) = ((b.Y - a.Y) / length * thick / 2, (a.X - b.X) / length * thick / 2);
            yield return [(a.X + dx, a.Y + dy), (b.X + dx, b.Y + dy), (b.X - dx, b.Y - dy), (a.X - dx, a.Y - dy)];
            if (i > 0) yield return Circle(a.X, a.Y, thick / 2);
        }
    }

    /// <summary>The pieces of a line that its dashes leave.</summary>
    private static IEnumerable<IReadOnlyList<(double X, double Y)>> Dashes(Stroke line)
    {
        if (line.Dashes.Count == 0)
        {
            yield return line.Points;
            yield break;
        }

        var (dash, left) = (0, line.Dashes[0]);
        for (var i = 0; i + 1 < line.Points.Count; i++)
        {
            var (a, b) = (line.Points[i], line.Points[i + 1]);
            var length = Math.Sqrt(((b.X - a.X) * (b.X - a.X)) + ((b.Y - a.Y) * (b.Y - a.Y)));
            (double, double) At(double along) => (a.X + ((b.X - a.X) * along / length), a.Y + ((b.Y - a.Y) * along / length));
            for (var along = 0.0; along < length;)
            {
                var end = Math.Min(length, along + left);
                if (dash % 2 == 0) yield return [At(along), At(end)];
                left -= end - along;
                along = end;
                if (left < 1e-9) (dash, left) = (dash + 1, line.Dashes[(dash + 1) % line.Dashes.Count]);
            }
        }
    }

    private static IEnumerable<IReadOnlyList<(double X, double Y)>> Letters(Label label)
    {
        var start = Glyphs.Width(label.Text) * label.Anchor switch { Anchor.Middle => -0.5, Anchor.End => -1, _ => 0 };
        return Glyphs.Outlines(label.Text).Select(outline => (IReadOnlyList<(double, double)>)[.. outline.Select(Place)]);

        (double, double) Place((double X, double Y) point)
        {
            var (along, up) = ((start + point.X) * label.Size, point.Y * label.Size);
            return label.Upright ? (label.X - up, label.Y - along) : (label.X + along, label.Y - up);
        }
    }

    private static (byte, byte, byte) Colour(string colour)
    {
        if (colour == Drawing.Ink) return Black;
        byte Part(int from)
        {
            // #rgb has one digit for each, and means it twice.
            var wide = colour.Length > 4 ? 2 : 1;
            var part = byte.Parse(colour.AsSpan(1 + (from * wide), wide), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            return (byte)(wide == 1 ? part * 17 : part);
        }

        return (Part(0), Part(1), Part(2));
    }
}
