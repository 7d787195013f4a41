using System.Security.Cryptography;

namespace Dendrites.Cli;

/// <summary>Hands the bytes of a tensor, little-endian, piece by piece to <paramref name="piece"/>.</summary>
internal delegate void BytesOf(string name, BytePiece piece);

/// <summary>Takes some bytes; they are valid during the call only.</summary>
internal delegate void BytePiece(ReadOnlySpan<byte> bytes);

/// <summary>Writes safetensors files without holding a copy of them.</summary>
internal static class SafetensorsWriter
{
    /// <summary>Writes the file that <paramref name="header"/> describes; its SHA-256.</summary>
    public static string Write(System.IO.Stream target, SafetensorsHeader header, BytesOf bytesOf)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        void Put(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            target.Write(bytes);
        }

        Put(header.ToBytes());

        foreach (var entry in header.Entries)
        {
            long written = 0;
            bytesOf(entry.Name, bytes =>
            {
                Put(bytes);
                written += bytes.Length;
            });
            if (written != entry.Length) throw new InvalidDataException($"{entry.Name} gave {written} bytes, not {entry.Length}");
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>Reads safetensors files, one tensor at a time. Damage raises InvalidDataException.</summary>
internal sealed class SafetensorsReader : IDisposable
{
    private const int Piece = 1 << 20;

    private readonly System.IO.Stream _file;
    private readonly long _dataStart;
    private readonly Dictionary<string, SafetensorsEntry> _entries;

    public SafetensorsReader(string path)
        : this(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0))
    {
    }

    /// <summary>Reads from a stream that can seek, and disposes of it.</summary>
    public SafetensorsReader(System.IO.Stream file)
    {
        _file = file;

        try
        {
            (Header, _dataStart) = ReadHeader(_file);
            _entries = Header.Entries.ToDictionary(entry => entry.Name);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public SafetensorsHeader Header { get; }

    public SafetensorsEntry? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>Fills <paramref name="target"/> with the entry's bytes from <paramref name="from"/> on.</summary>
    public void Read(SafetensorsEntry entry, long from, Span<byte> target)
    {
        _file.Position = _dataStart + entry.Offset + from;

        try
        {
            _file.ReadExactly(target);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException($"it ends inside {entry.Name}", e);
        }
    }

    /// <summary>Hands all bytes of an entry over, piece by piece; no piece parts an element.</summary>
    public void Read(SafetensorsEntry entry, BytePiece take)
    {
        var buffer = new byte[Math.Min(Piece, entry.Length)];
        for (long from = 0; from < entry.Length; from += Piece)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(Piece, entry.Length - from));
            Read(entry, from, piece);
            take(piece);
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>The SHA-256 of a whole file.</summary>
    public static string DigestOf(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static (SafetensorsHeader, long) ReadHeader(System.IO.Stream file)
    {
        try
        {
            var prefix = new byte[SafetensorsHeader.Prefix];
            file.ReadExactly(prefix);
            var header = new byte[SafetensorsHeader.LengthOf(prefix, file.Length)];
            file.ReadExactly(header);
            var start = prefix.Length + header.Length;
            return (SafetensorsHeader.Parse(header, file.Length - start), start);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("it ends inside its header", e);
        }
    }
}
