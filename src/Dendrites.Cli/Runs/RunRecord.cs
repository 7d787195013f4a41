using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dendrites.Cli;

/// <summary>run.json: all that determines a run, written before any work.</summary>
internal sealed record RunRecord
{
    public int Format { get; init; } = 1;

    public required string Experiment { get; init; }

    public required string Preset { get; init; }

    public required int Seed { get; init; }

    /// <summary>The engine that computes, after `auto` has chosen.</summary>
    public required string Engine { get; init; }

    public required string EngineAsked { get; init; }

    public required string Device { get; init; }

    public required int Threads { get; init; }

    /// <summary>Every key, resolved.</summary>
    public required JsonObject Config { get; init; }

    public required string ConfigDigest { get; init; }

    /// <summary>SHA-256 of each data file, uncompressed.</summary>
    public required IReadOnlyDictionary<string, string> Data { get; init; }

    public required CodeFacts Code { get; init; }

    public required LibraryFacts Libraries { get; init; }

    public required Machine Machine { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>The configuration that the record holds.</summary>
    public RunConfig ToConfig()
    {
        var preset = Presets.find(Preset);
        if (preset.IsError) throw Failure.BadConfig([preset.ErrorValue]);
        return ConfigJson.Read(Config, preset.ResultValue.Config);
    }

    public static RunRecord Read(string path)
    {
        try
        {
            var record = JsonSerializer.Deserialize<RunRecord>(File.ReadAllText(path), Json.Document)
                ?? throw Failure.BadConfig($"{path} is empty");
            if (ConfigJson.Digest(record.ToConfig()) == record.ConfigDigest) return record;
            throw Failure.BadConfig($"{path} was changed since the run began: its configuration has another digest");
        }
        catch (JsonException e)
        {
            throw new Failure(ExitCode.BadConfig, $"{path} is no run record: {e.Message}", e);
        }
    }

    public void Write(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, Json.Document) + "\n");
}

/// <summary>Which code ran.</summary>
internal sealed record CodeFacts(string Version, string Revision)
{
    public static CodeFacts Here() => new(Build.Version, Build.Revision);
}

/// <summary>What it ran on top of; of libtorch the version that the packages bring, or the folder that was named instead.</summary>
internal sealed record LibraryFacts(string Runtime, string TorchSharp, string LibTorch, string FSharpCore)
{
    public static LibraryFacts Here() => new(
        Build.Runtime,
        Build.VersionOf<TorchSharp.torch.Tensor>(),
        Environment.GetEnvironmentVariable("DENDRITES_LIBTORCH") is { Length: > 0 } other ? other : Native.LibTorchVersion,
        Build.VersionOf<Microsoft.FSharp.Core.Unit>());
}
