using TorchSharp;

namespace Dendrites.Cli;

/// <summary>Tensors to and from safetensors files. No second copy of a tensor is made on the way.</summary>
internal static class TensorFile
{
    /// <summary>Elements that are handed over at once: no span reaches its limit of 2 GiB.</summary>
    private const long Piece = 1 << 24;

    private static readonly (Dtype Dtype, string Name, torch.ScalarType Kind)[] Types =
    [
        (Dtype.Float32, "F32", torch.ScalarType.Float32), (Dtype.Float64, "F64", torch.ScalarType.Float64),
        (Dtype.Int64, "I64", torch.ScalarType.Int64), (Dtype.Int32, "I32", torch.ScalarType.Int32),
        (Dtype.Bool, "BOOL", torch.ScalarType.Bool), (Dtype.Byte, "U8", torch.ScalarType.Byte),
    ];

    /// <summary>Writes named tensors; the SHA-256 of the file.</summary>
    public static string Write(
        System.IO.Stream target,
        IReadOnlyDictionary<string, Tensor> tensors,
        IReadOnlyDictionary<string, string> metadata)
    {
        var header = SafetensorsHeader.Lay(
            tensors.Select(pair => (pair.Key, NameOf(pair.Value.dtype), pair.Value.torch.shape)),
            metadata);

        return SafetensorsWriter.Write(target, header, (name, piece) =>
        {
            using var scope = torch.NewDisposeScope();
            var flat = tensors[name].torch.cpu().contiguous().flatten();
            for (long from = 0; from < flat.shape[0]; from += Piece)
                piece(flat.narrow(0, from, Math.Min(Piece, flat.shape[0] - from)).bytes);
        });
    }

    private static string NameOf(Dtype dtype) => Array.Find(Types, type => type.Dtype.Equals(dtype)).Name;

    /// <summary>The tensor of an entry, on the CPU, the caller's to free.</summary>
    public static Tensor Read(SafetensorsReader reader, SafetensorsEntry entry)
    {
        var type = Array.Find(Types, type => type.Name == entry.Dtype);
        if (type.Name is null)
            throw new InvalidDataException($"{entry.Name} is of type {entry.Dtype}, which tensors here cannot have");

        if (!Fits(entry.Shape)) throw new InvalidDataException($"{entry.Name} has a size that tensors here cannot have");

        Native.load();
        var tensor = torch.empty(entry.Shape, type.Kind);

        try
        {
            using var scope = torch.NewDisposeScope();
            var flat = tensor.flatten();
            var size = SafetensorsHeader.Sizes[entry.Dtype];

            for (long from = 0; from < flat.shape[0]; from += Piece)
                reader.Read(entry, from * size, flat.narrow(0, from, Math.Min(Piece, flat.shape[0] - from)).bytes);
        }
        catch
        {
            tensor.Dispose();
            throw;
        }

        return Tensor.ofTorch(tensor)!;
    }

    /// <summary>Whether libtorch can count along a shape: one empty dimension hides how long the others claim to be.</summary>
    private static bool Fits(long[] shape)
    {
        UInt128 elements = 1;

        foreach (var size in shape)
        {
            if (size > int.MaxValue) return false;
            elements *= (UInt128)Math.Max(1, size);
            if (elements > long.MaxValue) return false;
        }

        return true;
    }
}
