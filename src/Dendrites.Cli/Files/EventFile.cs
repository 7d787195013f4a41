using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;
using Tensorboard;

namespace Dendrites.Cli;

/// <summary>Scalars as TensorBoard reads them: a file of events, each a record with its length and masked checksums.</summary>
internal static class EventFile
{
    /// <summary>TensorBoard looks for this in names.</summary>
    public const string Prefix = "events.out.tfevents.";

    private const string Version = "brain.Event:2";

    /// <summary>What is added to a rotated checksum, so that one over data with checksums in it is sound.</summary>
    private const uint Mask = 0xa282ead8;

    /// <summary>Writes scalars that all bear one time.</summary>
    public static void Write(System.IO.Stream target, DateTimeOffset time, IEnumerable<(string Tag, long Step, double Value)> scalars)
    {
        var seconds = time.ToUnixTimeMilliseconds() / 1000.0;
        Write(target, new Event { WallTime = seconds, FileVersion = Version });

        foreach (var (tag, step, value) in scalars)
        {
            var summary = new Tensorboard.Summary();
            summary.Value.Add(new Tensorboard.Summary.Types.Value { Tag = tag, SimpleValue = (float)value });
            Write(target, new Event { WallTime = seconds, Step = step, Summary = summary });
        }
    }

    private static void Write(System.IO.Stream target, Event happened)
    {
        var data = happened.ToByteArray();
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)data.Length);
        target.Write(length);
        WriteChecksum(target, length);
        target.Write(data);
        WriteChecksum(target, data);
    }

    private static void WriteChecksum(System.IO.Stream target, ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var octet in data) crc = BitOperations.Crc32C(crc, octet);
        Span<byte> masked = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(masked, BitOperations.RotateRight(~crc, 15) + Mask);
        target.Write(masked);
    }
}
