namespace Dendrites.Cli;

/// <summary>
/// White paper of pixels. An area is painted by how much of each pixel it covers, exactly: every edge adds what lies to its right,
/// with its direction as sign, and the sums along a row are the cover. Areas that turn one way add up; a hole turns the other way.
/// </summary>
internal sealed class Raster(int width, int height)
{
    /// <summary>What a pixel's row has to the right of the paper, for edges that end there.</summary>
    private const int Margin = 2;

    private readonly float[] _sums = new float[(width + Margin) * height];

    private (int Left, int Top, int Right, int Bottom) _touched;

    public int Width { get; } = width;

    public int Height { get; } = height;

    /// <summary>Red, green and blue of each pixel, row by row.</summary>
    public byte[] Pixels { get; } = Enumerable.Repeat(byte.MaxValue, width * height * 3).ToArray();

    /// <summary>Paints all that lies within closed outlines. What is outside the paper is left out.</summary>
    public void Fill(IEnumerable<IReadOnlyList<(double X, double Y)>> outlines, (byte R, byte G, byte B) colour, double opacity)
    {
        _touched = (Width, Height, 0, 0);
        foreach (var outline in outlines)
        {
            for (var i = 0; i < outline.Count; i++) Edge(outline[i], outline[(i + 1) % outline.Count]);
        }

        for (var y = _touched.Top; y < _touched.Bottom; y++) Blend(y, colour, opacity);
    }

    private void Blend(int y, (byte R, byte G, byte B) colour, double opacity)
    {
        var row = _sums.AsSpan(y * (Width + Margin), Width + Margin);
        var sum = 0f;
        for (var x = _touched.Left; x < Math.Min(_touched.Right, Width); x++)
        {
            sum += row[x];
            var share = Math.Min(1, Math.Abs(sum)) * opacity;
            if (share < 1e-3) continue;
            var pixel = Pixels.AsSpan(((y * Width) + x) * 3, 3);
            pixel[0] = Mix(pixel[0], colour.R, share);
            pixel[1] = Mix(pixel[1], colour.G, share);
            pixel[2] = Mix(pixel[2], colour.B, share);
        }

        row[_touched.Left.._touched.Right].Clear();
    }

    private static byte Mix(byte below, byte above, double share) => (byte)Math.Round(below + ((above - below) * share));

    private void Edge((double X, double Y) from, (double X, double Y) to)
    {
        var sign = from.Y < to.Y ? 1 : -1;
        var (upper, lower) = from.Y < to.Y ? (from, to) : (to, from);
        var slope = (lower.X - upper.X) / (lower.Y - upper.Y);
        var (top, bottom) = (Math.Clamp((int)Math.Floor(upper.Y), 0, Height), Math.Clamp((int)Math.Ceiling(lower.Y), 0, Height));
        if (bottom <= top || lower.Y <= upper.Y) return;
        _touched = (_touched.Left, Math.Min(_touched.Top, top), _touched.Right, Math.Max(_touched.Bottom, bottom));

        for (var y = top; y < bottom; y++)
        {
            var (start, end) = (Math.Max(y, upper.Y), Math.Min(y + 1, lower.Y));
            if (end <= start) continue;
            var x1 = Math.Clamp(upper.X + ((start - upper.Y) * slope), 0, Width);
            var x2 = Math.Clamp(upper.X + ((end - upper.Y) * slope), 0, Width);
            Row(y, Math.Min(x1, x2), Math.Max(x1, x2), sign * (end - start));
        }
    }

    /// <summary>An edge within one row of pixels, from left to right, that covers <paramref name="cover"/> of what lies beyond it.</summary>
    private void Row(int y, double left, double right, double cover)
    {
        var row = _sums.AsSpan(y * (Width + Margin), Width + Margin);
        var (first, last) = ((int)left, (int)right);
        (_touched.Left, _touched.Right) = (Math.Min(_touched.Left, first), Math.Max(_touched.Right, last + Margin));
        var before = 0.0;
        for (var x = first; x <= last; x++)
        {
            // Of the part of the edge left of this pixel's right side, the cover that it gives to this pixel and all before it.
            var within = Beyond(left, right, x + 1) * cover;
            row[x] += (float)(within - before);
            before = within;
        }

        row[last + 1] += (float)(cover - before);
    }

    /// <summary>
    /// The sum of the cover of all pixels up to <paramref name="side"/> relative to the sum up to the pixel before: the mean, along the
    /// edge, of how far the side is beyond it, at most one pixel.
    /// </summary>
    private static double Beyond(double left, double right, double side)
    {
        // The mean over u uniform in [left, right] of clamp(side - u, 0, 1).
        if (right - left < 1e-9) return Math.Clamp(side - left, 0, 1);
        double Integral(double t) => t <= 0 ? 0 : t >= 1 ? t - 0.5 : t * t / 2;
        return (Integral(side - left) - Integral(side - right)) / (right - left);
    }
}
