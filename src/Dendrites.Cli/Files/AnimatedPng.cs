using System.Buffers.Binary;

namespace Dendrites.Cli;

/// <summary>
/// Writes animated PNG files (PNG third edition, section 11.3.6), which programs that know no animation show the first picture of. Of
/// each picture only the rectangle that differs from the one before is stored.
/// </summary>
internal static class AnimatedPng
{
    private const int Bytes = 3;

    /// <summary>
    /// Pictures of one size, three bytes for each pixel, row by row; each is shown for so many milliseconds, the last for two seconds,
    /// and all again and again.
    /// </summary>
    public static void Write(System.IO.Stream file, int width, int height, IReadOnlyList<byte[]> pictures, int milliseconds)
    {
        const int Rest = 2000;
        if (pictures.Count == 0) throw new ArgumentException("there are no pictures", nameof(pictures));
        Png.Begin(file, width, height);
        Png.Chunk(file, "acTL", [.. Png.Word(pictures.Count), .. Png.Word(0)]);
        var number = 0;
        for (var at = 0; at < pictures.Count; at++)
        {
            var (left, top, right, bottom) = at == 0 ? (0, 0, width, height) : Changed(width, height, pictures[at - 1], pictures[at]);
            var delay = at + 1 == pictures.Count ? Rest : milliseconds;
            // What was shown stays, and the rectangle is put over it.
            Png.Chunk(file, "fcTL", [.. Png.Word(number++), .. Png.Word(right - left), .. Png.Word(bottom - top), .. Png.Word(left), .. Png.Word(top), .. Short(delay), .. Short(1000), 0, 0]);
            var data = Png.Deflated(right - left, bottom - top, Cut(width, pictures[at], left, top, right, bottom));
            if (at == 0) Png.Chunk(file, "IDAT", data);
            else Png.Chunk(file, "fdAT", [.. Png.Word(number++), .. data]);
        }

        Png.Chunk(file, "IEND", []);
    }

    /// <summary>The rectangle outside which two pictures are the same; a pixel where they are the same all over.</summary>
    private static (int Left, int Top, int Right, int Bottom) Changed(int width, int height, byte[] before, byte[] now)
    {
        var (left, top, right, bottom) = (width, height, 0, 0);
        for (var y = 0; y < height; y++)
        {
            var old = before.AsSpan(y * width * Bytes, width * Bytes);
            var row = now.AsSpan(y * width * Bytes, width * Bytes);
            var same = row.CommonPrefixLength(old);
            if (same == row.Length) continue;
            var end = row.Length;
            while (row[end - 1] == old[end - 1]) end--;
            (left, right) = (Math.Min(left, same / Bytes), Math.Max(right, (end + Bytes - 1) / Bytes));
            (top, bottom) = (Math.Min(top, y), y + 1);
        }

        return right == 0 ? (0, 0, 1, 1) : (left, top, right, bottom);
    }

    private static byte[] Cut(int width, byte[] picture, int left, int top, int right, int bottom)
    {
        var cut = new byte[(right - left) * (bottom - top) * Bytes];
        var row = (right - left) * Bytes;
        for (var y = top; y < bottom; y++) picture.AsSpan(((y * width) + left) * Bytes, row).CopyTo(cut.AsSpan((y - top) * row));
        return cut;
    }

    private static byte[] Short(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }
}
