using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dendrites.Cli;

/// <summary>The part of a checkpoint that is no tensor: where the run stands, and what its files must look like.</summary>
internal sealed record Checkpoint
{
    public int Format { get; init; } = 1;

    /// <summary>Tasks that are learned and tested.</summary>
    public required int TasksDone { get; init; }

    /// <summary>Updates since the run began.</summary>
    public required int Steps { get; init; }

    /// <summary>[after, on, correct, of] for each measured cell, tasks from 1; after 0, by first weights.</summary>
    public required int[][] Matrix { get; init; }

    public required string ConfigDigest { get; init; }

    /// <summary>SHA-256 of the tensors' file.</summary>
    public required string TensorsDigest { get; init; }

    public required LogLengths Lengths { get; init; }

    /// <summary>SHA-256 of this text with an empty digest.</summary>
    public string Digest { get; init; } = "";

    /// <summary>A checkpoint, from where a state stands after its last task.</summary>
    public static Checkpoint Of<TState>(
        Run.State<TState> state,
        string configDigest,
        string tensorsDigest,
        LogLengths lengths) => new()
        {
            TasksDone = state.Position.IsOver ? state.Task + 1 : state.Task,
            Steps = state.Steps,
            Matrix = [.. state.Matrix.Cells.Select(cell => Cell(cell.Key.Item1, cell.Key.Item2, cell.Value))],
            ConfigDigest = configDigest,
            TensorsDigest = tensorsDigest,
            Lengths = lengths,
        };

    /// <summary>The state of a run of <paramref name="tasks"/> tasks whose learner is <paramref name="learner"/>.</summary>
    public Run.State<TState> ToState<TState>(int tasks, TState learner)
    {
        var over = TasksDone == tasks;
        var matrix = Matrix.Aggregate(
            Metrics.empty,
            (matrix, cell) => Metrics.add(cell[0] - 1, cell[1] - 1, new Score(cell[2], cell[3]), matrix));
        return new(over ? tasks - 1 : TasksDone, over ? Position.Over : Position.Beginning, Steps, learner, matrix);
    }

    /// <summary>Whether a run can have written these figures.</summary>
    [JsonIgnore]
    public bool IsPossible =>
        TasksDone >= 1
        && Steps >= 0
        && Lengths is { Metrics: >= 0, Accuracy: >= 0 }
        && Matrix is not null
        && Array.TrueForAll(Matrix, cell => cell is [>= 0, >= 1, >= 0, >= 1]);

    /// <summary>With the digest that belongs to the rest.</summary>
    public Checkpoint Sealed()
    {
        var text = System.Text.Encoding.UTF8.GetBytes((this with { Digest = "" }).ToString());
        return this with { Digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(text)) };
    }

    private static int[] Cell(int after, int on, Score score) => [after + 1, on + 1, score.Correct, score.Total];

    public static Checkpoint Parse(string json) =>
        JsonSerializer.Deserialize<Checkpoint>(json, Json.Document) ?? throw new JsonException("it is null");

    public override string ToString() => JsonSerializer.Serialize(this, Json.Document) + "\n";
}
