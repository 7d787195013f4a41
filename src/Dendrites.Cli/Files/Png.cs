using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Dendrites.Cli;

/// <summary>Writes PNG files: 8 bits of red, green and blue for each pixel (ISO/IEC 15948).</summary>
internal static class Png
{
    private const int Bytes = 3;

    /// <summary>192 pixels an inch, in pixels a metre.</summary>
    private const int Density = 7559;

    private static readonly byte[] Signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(index => Remainder((uint)index))];

    /// <summary>The file of an image; <paramref name="pixels"/> holds three bytes for each, row by row.</summary>
    public static byte[] Encode(int width, int height, ReadOnlySpan<byte> pixels)
    {
        using var file = new MemoryStream();
        Begin(file, width, height);
        Chunk(file, "pHYs", [.. Word(Density), .. Word(Density), 1]);
        Chunk(file, "IDAT", Deflated(width, height, pixels));
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>The signature and the first chunk: depth 8, true colour, deflated, filtered by rows, not interlaced.</summary>
    public static void Begin(System.IO.Stream file, int width, int height)
    {
        file.Write(Signature);
        Chunk(file, "IHDR", [.. Word(width), .. Word(height), 8, 2, 0, 0, 0]);
    }

    /// <summary>Rows of pixels as an image's data.</summary>
    public static byte[] Deflated(int width, int height, ReadOnlySpan<byte> pixels)
    {
        using var data = new MemoryStream();
        using (var zip = new ZLibStream(data, CompressionLevel.Fastest))
        {
            for (var row = 0; row < height; row++)
            {
                // The filter of the row: none, which suits plain areas best.
                zip.WriteByte(0);
                zip.Write(pixels.Slice(row * width * Bytes, width * Bytes));
            }
        }

        return data.ToArray();
    }

    public static void Chunk(System.IO.Stream file, string name, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(name), .. data];
        file.Write(Word(data.Length));
        file.Write(body);
        file.Write(Word(unchecked((int)Checksum(body))));
    }

    /// <summary>Four bytes, the highest first.</summary>
    public static byte[] Word(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>CRC-32 of the bytes.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var value in bytes) sum = Table[(byte)(sum ^ value)] ^ (sum >> 8);
        return ~sum;
    }

    private static uint Remainder(uint value)
    {
        for (var bit = 0; bit < 8; bit++) value = (value & 1) == 1 ? 0xedb88320 ^ (value >> 1) : value >> 1;
        return value;
    }
}
