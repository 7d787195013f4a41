using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Dendrites.Cli;

/// <summary>
/// An array of bytes in LeCun's IDX format: magic number (0, 0, 8 for bytes, rank), big-endian sizes, the bytes.
/// </summary>
internal sealed record IdxFile(int[] Sizes, byte[] Bytes, string Digest)
{
    /// <summary>No data set of this field is nearly as long; a header that claims more is damaged.</summary>
    private const long Longest = 1L << 30;

    private const byte Unsigned8 = 8;

    /// <summary>The array of <paramref name="rank"/> dimensions at <paramref name="path"/>, or at path.gz; a path that ends so is unzipped.</summary>
    public static IdxFile Open(string path, int rank, string cure)
    {
        const string Zipped = ".gz";
        var zipped = path.EndsWith(Zipped, StringComparison.Ordinal) ? path : path + Zipped;

        try
        {
            if (path != zipped && File.Exists(path))
            {
                using var plain = File.OpenRead(path);
                return Read(plain, path, rank, cure);
            }

            if (!File.Exists(zipped)) throw Failure.BadData($"{path} is missing; {cure}");
            using var file = File.OpenRead(zipped);
            using var content = new GZipStream(file, CompressionMode.Decompress);
            return Read(content, zipped, rank, cure);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new Failure(ExitCode.BadData, $"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads to the end of <paramref name="stream"/>; <paramref name="name"/> is for errors.</summary>
    public static IdxFile Read(System.IO.Stream stream, string name, int rank, string cure)
    {
        try
        {
            return ReadWhole(stream, name, rank, cure);
        }
        catch (EndOfStreamException e)
        {
            throw new Failure(ExitCode.BadData, $"{name} is truncated inside its header; {cure}", e);
        }
        catch (InvalidDataException e)
        {
            throw new Failure(ExitCode.BadData, $"{name} is not a whole gzip file; {cure}", e);
        }
    }

    private static IdxFile ReadWhole(System.IO.Stream stream, string name, int rank, string cure)
    {
        Failure Wrong(string what) => Failure.BadData($"{name} {what}; {cure}");

        var header = new byte[4 + 4 * rank];
        stream.ReadExactly(header, 0, 4);
        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        var expected = (uint)(Unsigned8 << 8 | rank);
        if (magic != expected)
            throw Wrong($"is no IDX file of {rank}-dimensional bytes: its magic number is 0x{magic:x8}, not 0x{expected:x8}");

        stream.ReadExactly(header, 4, 4 * rank);
        var sizes = new int[rank];
        long length = 1;

        for (var i = 0; i < rank; i++)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4 + 4 * i));
            if (size == 0 || size > Longest) throw Wrong($"has an impossible size, {size}, in dimension {i + 1}");
            length = Math.Min(length * size, Longest + 1);
            sizes[i] = (int)size;
        }

        var shape = string.Join(" × ", sizes);
        if (length > Longest) throw Wrong($"has an impossible size, {shape}");
        if (stream.CanSeek && stream.Length != header.Length + length)
            throw Wrong($"is {stream.Length} bytes long where its header, {shape}, needs {header.Length + length}");

        var bytes = new byte[length];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (read < length) throw Wrong($"is truncated: {read} of {length} bytes after the header");
        if (stream.ReadByte() >= 0) throw Wrong($"goes on after the {length} bytes that its header, {shape}, announces");

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        hash.AppendData(bytes);
        return new IdxFile(sizes, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
