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

    public static RunRecord Read(string path) => Read(path, record => ConfigJson.Digest(record.ToConfig()));

    /// <summary>A record, checked by the digest that its configuration has once it was read.</summary>
    public static RunRecord Read(string path, Func<RunRecord, string> digest)
    {
        try
        {
            var record = JsonSerializer.Deserialize<RunRecord>(File.ReadAllText(path), Json.Document)
                ?? throw Failure.BadConfig($"{path} is empty");
            if (digest(record) == record.ConfigDigest) return record;
            throw Failure.BadConfig(ConfigJson.Digest(record.Config) == record.ConfigDigest
                ? $"{path} is of version {record.Code.Version} ({record.Code.Revision}), and its settings mean another configuration to this one; accepted: a run that is begun anew, or that version"
                : $"{path} was changed since the run began: its configuration has another digest");
        }
        catch (JsonException e)
        {
            throw new Failure(ExitCode.BadConfig, $"{path} is no run record: {e.Message}", e);
        }
    }

    /// <summary>Warns, where other code, libraries or another machine go on with the run of a folder, that its bytes may differ.</summary>
    public void WarnOfOthers(string folder)
    {
        if (Code != CodeFacts.Here())
        {
            Screen.Warn(
                $"{folder} was begun by version {Code.Version} ({Code.Revision}) "
                + $"and goes on with {Build.Version} ({Build.Revision}): its bytes may differ");
        }

        if (Libraries != LibraryFacts.Here() || Machine.Processor != Machine.Here().Processor)
            Screen.Warn($"{folder} was begun on another machine or with other libraries: its bytes may differ");
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
