using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>The part of a checkpoint of reinforcement learning that is no tensor: what its files must look like.</summary>
internal sealed record ControlCheckpointState
{
    public int Format { get; init; } = 1;

    /// <summary>Steps of all environments since the run began.</summary>
    public required int Steps { get; init; }

    /// <summary>Updates since the run began.</summary>
    public required int Updates { get; init; }

    public required string ConfigDigest { get; init; }

    /// <summary>SHA-256 of the tensors' file.</summary>
    public required string TensorsDigest { get; init; }

    public required LogLengths Lengths { get; init; }

    /// <summary>SHA-256 of this text with an empty digest.</summary>
    public string Digest { get; init; } = "";

    /// <summary>With the digest that belongs to the rest.</summary>
    public ControlCheckpointState Sealed()
    {
        var text = Encoding.UTF8.GetBytes((this with { Digest = "" }).ToString());
        return this with { Digest = Convert.ToHexStringLower(SHA256.HashData(text)) };
    }

    /// <summary>A checkpoint, both files whole. Damage raises what <see cref="StoredCheckpoint.IsDamage"/> knows.</summary>
    public static (string Tensors, ControlCheckpointState State) Read(string file)
    {
        var state = JsonSerializer.Deserialize<ControlCheckpointState>(File.ReadAllText(file), Json.Document) ?? throw new JsonException("it is null");
        if (state.Digest != state.Sealed().Digest) throw new InvalidDataException("its own SHA-256 is not what it says");

        var tensors = Path.ChangeExtension(file, StoredCheckpoint.TensorsEnding);
        if (SafetensorsReader.DigestOf(tensors) != state.TensorsDigest)
            throw new InvalidDataException($"the SHA-256 of {Path.GetFileName(tensors)} is not what it says");
        return (tensors, state);
    }

    public override string ToString() => JsonSerializer.Serialize(this, Json.Document) + "\n";
}
