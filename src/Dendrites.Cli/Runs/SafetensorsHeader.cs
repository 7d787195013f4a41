using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>One tensor of a safetensors file: where its bytes are, counted from the end of the header.</summary>
internal sealed record SafetensorsEntry(string Name, string Dtype, long[] Shape, long Offset, long Length);

/// <summary>
/// The header of a safetensors file: u64 little-endian length, JSON {name: {dtype, shape, data_offsets}} with an
/// optional __metadata__ of strings; raw little-endian bytes follow, without gaps. Hostile headers raise
/// InvalidDataException: every length, order and overlap is checked before a byte of a tensor is read.
/// </summary>
internal sealed record SafetensorsHeader(
    IReadOnlyList<SafetensorsEntry> Entries,
    IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Bytes of the number in front of the header.</summary>
    public const int Prefix = 8;

    /// <summary>Longest header that is read, in bytes: the format's own limit.</summary>
    public const long Longest = 100_000_000;

    private const string MetadataKey = "__metadata__";

    /// <summary>Element types of the format, and their size in bytes.</summary>
    public static readonly IReadOnlyDictionary<string, int> Sizes = new Dictionary<string, int>
    {
        ["F64"] = 8,
        ["I64"] = 8,
        ["U64"] = 8,
        ["F32"] = 4,
        ["I32"] = 4,
        ["U32"] = 4,
        ["F16"] = 2,
        ["BF16"] = 2,
        ["I16"] = 2,
        ["U16"] = 2,
        ["I8"] = 1,
        ["U8"] = 1,
        ["BOOL"] = 1,
    };

    /// <summary>The entries for tensors in the order that the format's own writer uses: widest type first, so that
    /// every tensor is aligned, then by name.</summary>
    public static SafetensorsHeader Lay(
        IEnumerable<(string Name, string Dtype, long[] Shape)> tensors,
        IReadOnlyDictionary<string, string> metadata)
    {
        var entries = new List<SafetensorsEntry>();
        long offset = 0;

        var ordered = tensors.OrderByDescending(t => Sizes[t.Dtype]).ThenBy(t => t.Name, StringComparer.Ordinal);

        foreach (var (name, dtype, shape) in ordered)
        {
            var length = shape.Aggregate((long)Sizes[dtype], (product, size) => checked(product * size));
            entries.Add(new(name, dtype, shape, offset, length));
            offset += length;
        }

        return new(entries, metadata);
    }

    /// <summary>The length prefix and the JSON, padded with spaces to a multiple of 8 bytes.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        stream.Write(new byte[Prefix]);

        using (var json = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();

            if (Metadata.Count > 0)
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }

            foreach (var entry in Entries) Write(json, entry);
            json.WriteEndObject();
        }

        while (stream.Length % Prefix != 0) stream.WriteByte((byte)' ');
        var bytes = stream.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - Prefix);
        return bytes;
    }

    private static void Write(Utf8JsonWriter json, SafetensorsEntry entry)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", entry.Dtype);
        json.WriteStartArray("shape");
        foreach (var size in entry.Shape) json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(entry.Offset);
        json.WriteNumberValue(entry.Offset + entry.Length);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The length of the header that <paramref name="prefix"/> announces.</summary>
    public static int LengthOf(ReadOnlySpan<byte> prefix, long fileLength)
    {
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > Longest) throw new InvalidDataException($"its header claims {length} bytes, more than {Longest}");
        if ((long)length > fileLength - Prefix) throw new InvalidDataException($"its header claims {length} of {fileLength} bytes");
        return (int)length;
    }

    /// <summary>Reads the JSON of a header in front of <paramref name="dataLength"/> bytes of tensors.</summary>
    public static SafetensorsHeader Parse(ReadOnlyMemory<byte> header, long dataLength)
    {
        if (header.Length == 0 || header.Span[0] != '{') throw new InvalidDataException("its header does not begin with {");

        try
        {
            using var json = JsonDocument.Parse(header, new() { AllowDuplicateProperties = false, MaxDepth = 4 });
            var metadata = new Dictionary<string, string>();
            var entries = new List<SafetensorsEntry>();

            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataKey)
                {
                    foreach (var pair in property.Value.EnumerateObject())
                        metadata.Add(pair.Name, pair.Value.GetString() ?? throw new FormatException($"{pair.Name} is null"));
                }
                else
                {
                    entries.Add(Entry(property.Name, property.Value));
                }
            }

            entries.Sort((a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Length.CompareTo(b.Length));
            CheckOrder(entries, dataLength);
            return new(entries, metadata);
        }
        catch (Exception e)
            when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or OverflowException)
        {
            throw new InvalidDataException($"its header is malformed: {e.Message}", e);
        }
    }

    private static SafetensorsEntry Entry(string name, JsonElement json)
    {
        var dtype = json.GetProperty("dtype").GetString() ?? "null";
        if (!Sizes.TryGetValue(dtype, out var size)) throw new InvalidDataException($"{name} has the unknown type {dtype}");
        long[] shape = [.. json.GetProperty("shape").EnumerateArray().Select(length => length.GetInt64())];
        long[] offsets = [.. json.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64())];
        if (offsets.Length != 2) throw new InvalidDataException($"{name} has {offsets.Length} offsets, not 2");
        if (shape.Any(length => length < 0)) throw new InvalidDataException($"{name} has a negative size");
        var needed = shape.Aggregate((long)size, (product, length) => checked(product * length));
        if (offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] - offsets[0] != needed)
            throw new InvalidDataException($"{name} needs {needed} bytes, and has bytes {offsets[0]} to {offsets[1]}");
        return new(name, dtype, shape, offsets[0], needed);
    }

    private static void CheckOrder(List<SafetensorsEntry> entries, long dataLength)
    {
        long end = 0;

        foreach (var entry in entries)
        {
            if (entry.Offset != end)
                throw new InvalidDataException($"{entry.Name} begins at byte {entry.Offset}, where {end} is next");
            end += entry.Length;
        }

        if (end != dataLength) throw new InvalidDataException($"its tensors take {end} bytes, and {dataLength} are there");
    }
}
