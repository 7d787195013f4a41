using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dendrites.Cli;

/// <summary>A run of reinforcement learning as others read it: its settings, and its tests so far in the order in which they were made.</summary>
internal sealed record KnownControlRun(string Folder, RunRecord Record, ControlConfig Config, IReadOnlyList<TestMetric> Tests)
{
    /// <summary>Settings but the seed: runs that have the same are runs of the same thing.</summary>
    public string Kind { get; } = ControlConfiguration.Digest(ControlConfiguration.WithSeed(Config, 0));

    /// <summary>The tasks of the run, in order.</summary>
    public string[] Tasks { get; } = [.. ControlTasks.Names(Config)];

    /// <summary>The figures; null while the run is not finished.</summary>
    public ControlSummary? Summary { get; } = Finished(Path.Combine(Folder, RunFolder.SummaryName));

    /// <summary>What units and segments of its policy do; null where that was not found out, or cannot be read.</summary>
    public Lazy<Analysis?> Analysis { get; } = new(() => Cli.Analysis.Read(Folder));

    /// <summary>The last test of each task; null before the first.</summary>
    public TestMetric[]? Last
    {
        get
        {
            TestMetric[] last = [.. Tasks.Select(task => Tests.LastOrDefault(test => test.Task == task)).OfType<TestMetric>()];
            return last.Length == Tasks.Length ? last : null;
        }
    }

    /// <summary>Whether what is in a folder says that it is such a run; what cannot be read is none.</summary>
    public static bool Is(string folder)
    {
        var record = Path.Combine(folder, RunFolder.RecordName);
        try
        {
            return File.Exists(record)
                && JsonNode.Parse(File.ReadAllText(record)) is JsonObject json
                && json["experiment"] is JsonValue value
                && value.TryGetValue<string>(out var experiment)
                && ControlConfiguration.Is(experiment);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The run in a folder, of which <see cref="Is"/> holds. Fails, naming the file, where it cannot be read.</summary>
    public static KnownControlRun Read(string folder)
    {
        var record = RunRecord.Read(Path.Combine(folder, RunFolder.RecordName), record => ControlConfiguration.Digest(ControlConfiguration.Of(record)));
        return new(folder, record, ControlConfiguration.Of(record), [.. KnownRun.Lines<TestMetric>(folder, "test")]);
    }

    private static ControlSummary? Finished(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize<ControlSummary>(File.ReadAllText(path), Json.Document) : null;
}
