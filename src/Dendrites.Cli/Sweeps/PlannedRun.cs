using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Dendrites.Cli;

/// <summary>A row of a sweep's table: one run, by the settings that make it.</summary>
internal sealed record PlannedRun
{
    /// <summary>Letters of an id.</summary>
    private const int Letters = 12;

    public required string Experiment { get; init; }

    public required string Preset { get; init; }

    /// <summary>`fused` or `reference` where the file asks for one.</summary>
    public string? Engine { get; init; }

    public required int Seed { get; init; }

    /// <summary>What the axes say of it, the seed too, in the file's order.</summary>
    public required IReadOnlyList<(string Key, string Value)> Axes { get; init; }

    /// <summary>What a command line must set, on top of the preset, for this run.</summary>
    public required IReadOnlyList<Setting> Settings { get; init; }

    /// <summary>Every key, resolved.</summary>
    public required JsonObject Config { get; init; }

    /// <summary>Why it cannot be run; null where it can.</summary>
    public string? Refusal { get; init; }

    /// <summary>
    /// What the run is called: the first 12 hexadecimal digits of the SHA-256 of its canonical JSON, whatever its settings' spelling, the
    /// preset they started from, and its place in the table.
    /// </summary>
    public string Id => field ??= Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Canonical.ToJsonString())))[..Letters];

    private JsonObject Canonical
    {
        get
        {
            var json = new JsonObject { ["experiment"] = Experiment };
            if (Engine is not null) json["engine"] = Engine;
            json["config"] = Config.DeepClone();
            return json;
        }
    }

    /// <summary>The axes but the seed: runs that share them are one cell.</summary>
    public IEnumerable<(string Key, string Value)> CellAxes => Axes.Where(axis => axis.Key != Configuration.SeedKey);

    public string Cell => string.Join(' ', CellAxes.Select(axis => $"{axis.Key}={axis.Value}"));

    /// <summary>Such as "segments=5 seed=42"; the id where nothing differs.</summary>
    public string Name => Axes.Count > 0 ? string.Join(' ', Axes.Select(axis => $"{axis.Key}={axis.Value}")) : Id;

    /// <summary>The row as plan.jsonl has it.</summary>
    public object Document() => new
    {
        id = Id,
        experiment = Experiment,
        preset = Preset,
        engine = Engine,
        axes = Axes.ToDictionary(axis => axis.Key, axis => axis.Value),
        config = Config,
        refusal = Refusal,
    };
}
