using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.FSharp.Collections;

namespace Dendrites.Cli;

/// <summary>A run folder as others read it: what was run, what is known of it so far, and its figures once it is finished.</summary>
internal sealed record KnownRun
{
    /// <summary>Keys that every run has, whatever its version.</summary>
    private static readonly string[] Needed = ["method", "tasks"];

    private IReadOnlyDictionary<string, string>? _resolved;

    public required string Folder { get; init; }

    public required string Experiment { get; init; }

    public required string Preset { get; init; }

    public required int Seed { get; init; }

    public required int Tasks { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>Every key as text, as run.json has it.</summary>
    public required IReadOnlyDictionary<string, string> Keys { get; init; }

    /// <summary>The figures; null while the run is not finished.</summary>
    public Summary? Summary { get; init; }

    /// <summary>The accuracy, in [0, 1], for each (after, on) that was measured of tasks learned by then; tasks count from 1.</summary>
    public required IReadOnlyDictionary<(int After, int On), double> Accuracy { get; init; }

    /// <summary>Mean accuracy over the tasks so far, after each number of tasks after which all of them were tested.</summary>
    public IEnumerable<(int Tasks, double Mean)> Course() => Accuracy
        .GroupBy(cell => cell.Key.After)
        .Where(row => row.Count() == row.Key)
        .OrderBy(row => row.Key)
        .Select(row => (row.Key, row.Average(cell => cell.Value)));

    /// <summary>The matrix as metrics.jsonl tells it, tasks from 0; empty where the folder has no such file.</summary>
    public required Lazy<AccuracyMatrix> Matrix { get; init; }

    /// <summary>What its units and segments do; null where that was not found out, or cannot be read.</summary>
    public required Lazy<Analysis?> Analysis { get; init; }

    /// <summary>The losses that metrics.jsonl tells, in order.</summary>
    public IEnumerable<StepMetric> Losses() => Lines<StepMetric>(Folder, "step");

    /// <summary>A metric by its name: the summary's, or, of a run that is older than the metric, what its matrix gives.</summary>
    public double? Metric(string name) => Summary?.Metrics.TryGetValue(name, out var known) == true
        ? known
        : Metrics.named.FirstOrDefault(metric => metric.Item1 == name)?.Item2.Invoke(Matrix.Value)?.Value;

    /// <summary>
    /// The configuration, without the keys that this version does not know (another one wrote the run); null where a value is
    /// of another version too.
    /// </summary>
    public RunConfig? Config()
    {
        var preset = Presets.find(Preset);
        if (preset.IsError) return null;
        var known = RunConfigModule.keys.Select(key => key.Name).ToHashSet();
        var result = RunConfigModule.setAll(
            ListModule.OfSeq(Keys.Where(key => known.Contains(key.Key)).Select(key => Tuple.Create(key.Key, key.Value))),
            RunConfigModule.undropped(preset.ResultValue.Config));
        return result.IsOk ? result.ResultValue : null;
    }

    /// <summary>
    /// Every key as this version resolves it, so that runs of two versions can be compared: keys that are new since have their
    /// values, and keys that are gone are left out. As run.json has them where that cannot be done.
    /// </summary>
    public IReadOnlyDictionary<string, string> Resolved => _resolved ??=
        Config() is { } config ? Configuration.Entries(config).ToDictionary(entry => entry.Key, entry => entry.Value) : Keys;

    /// <summary>The runs of some folders; one that is given twice is read once.</summary>
    public static KnownRun[] Read(IEnumerable<string> folders) =>
        [.. folders.DistinctBy(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))).Select(Read)];

    /// <summary>Fails, naming the file, where there is no run or one that cannot be read.</summary>
    public static KnownRun Read(string folder)
    {
        var record = Path.Combine(folder, RunFolder.RecordName);
        if (!File.Exists(record))
            throw Failure.BadConfig($"{RunFolder.Show(Path.GetFullPath(folder))} is no run folder: there is no {RunFolder.RecordName} in it");

        try
        {
            var json = JsonNode.Parse(File.ReadAllText(record))?.AsObject() ?? throw new FormatException("it is null");
            JsonNode Field(string name) => json[name] ?? throw new FormatException($"it has no {name}");
            if ((string?)json["experiment"] is { } experiment && ControlConfiguration.Is(experiment))
                throw new FormatException($"it is of {experiment}, reinforcement learning");
            var keys = Field("config").AsObject().ToDictionary(key => key.Key, key => ConfigJson.Text(key.Value));
            if (Array.Find(Needed, name => !keys.ContainsKey(name)) is { } missing) throw new FormatException($"its configuration has no {missing}");
            return new()
            {
                Folder = folder,
                Experiment = (string)Field("experiment")!,
                Preset = (string)Field("preset")!,
                Seed = (int)Field("seed"),
                Tasks = int.Parse(keys["tasks"], CultureInfo.InvariantCulture),
                Started = DateTimeOffset.Parse((string)Field("started")!, CultureInfo.InvariantCulture),
                Keys = keys,
                Summary = ReadSummary(Path.Combine(folder, RunFolder.SummaryName)),
                Accuracy = ReadAccuracy(Path.Combine(folder, RunFolder.AccuracyName)),
                Analysis = new(() => Cli.Analysis.Read(folder)),
                Matrix = new(() => ReadMatrix(folder)),
            };
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            throw new Failure(ExitCode.BadConfig, $"{RunFolder.Show(Path.GetFullPath(folder))} cannot be read as a run: {e.Message}", e);
        }
    }

    private static Summary? ReadSummary(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize<Summary>(File.ReadAllText(path), Json.Document) : null;

    private static Dictionary<(int After, int On), double> ReadAccuracy(string path)
    {
        var cells = new Dictionary<(int After, int On), double>();
        if (!File.Exists(path)) return cells;
        foreach (var line in File.ReadLines(path).Skip(1))
        {
            var parts = line.Split(',');
            // The last line of a run that goes on may be half written.
            if (parts.Length != 3 || !double.TryParse(parts[2], CultureInfo.InvariantCulture, out var accuracy)) break;
            var (after, on) = (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
            if (on <= after) cells[(after, on)] = accuracy;
        }

        return cells;
    }

    private static AccuracyMatrix ReadMatrix(string folder) => Lines<EvaluationMetric>(folder, "evaluation").Aggregate(
        Metrics.empty,
        (matrix, cell) => Metrics.add(cell.After - 1, cell.On - 1, new Score(cell.Correct, cell.Of), matrix));

    /// <summary>The lines of metrics.jsonl that tell one kind of event.</summary>
    internal static IEnumerable<T> Lines<T>(string folder, string happened)
        where T : class
    {
        var path = Path.Combine(folder, RunFolder.MetricsName);
        return File.Exists(path)
            ? File.ReadLines(path).Where(line => line.Contains($"\"{happened}\"", StringComparison.Ordinal)).Select(Parsed<T>).OfType<T>()
            : [];
    }

    private static T? Parsed<T>(string line)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, Json.Line);
        }
        catch (JsonException)
        {
            // Half written, as above.
            return null;
        }
    }
}
