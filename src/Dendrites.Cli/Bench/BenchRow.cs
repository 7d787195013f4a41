using System.Text.Json.Serialization;

namespace Dendrites.Cli;

/// <summary>A median with the least and the most of its repetitions.</summary>
internal readonly record struct Spread(double Median, double Least, double Most)
{
    public static Spread Of(IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToArray();
        return new((sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, sorted[0], sorted[^1]);
    }
}

/// <summary>What was measured of one engine; every ratio is to the dense network in the same process, repetition by repetition.</summary>
internal sealed record BenchRow
{
    public required string Engine { get; init; }

    /// <summary>None for dense networks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required int? Segments { get; init; }

    public required double StepMilliseconds { get; init; }

    public required double StepLeast { get; init; }

    public required double StepMost { get; init; }

    public required double StepRatio { get; init; }

    public required double EvaluationSamplesPerSecond { get; init; }

    public required double EvaluationLeast { get; init; }

    public required double EvaluationMost { get; init; }

    public required double EvaluationRatio { get; init; }

    /// <summary>MiB at most while it was trained.</summary>
    public required long PeakMegabytes { get; init; }

    /// <summary>MiB at most while it was trained and asked.</summary>
    public required long EvaluationPeakMegabytes { get; init; }

    /// <summary>Of the dense network beside this row.</summary>
    public required double DenseStepMilliseconds { get; init; }

    public required int Repetitions { get; init; }

    public required int StepsPerRepetition { get; init; }

    /// <summary>Of the fused engine: the least that a step must take here.</summary>
    public BenchFloor? Floor { get; init; }

    /// <summary>Of the fused engine: where a step goes.</summary>
    public IReadOnlyList<BenchPhase>? Phases { get; init; }
}

/// <summary>The least that a step must take: its products at the rate of products, its bytes at the rate of a copy, the longer of the two.</summary>
internal sealed record BenchFloor
{
    public required int Segments { get; init; }

    public required double MultiplyAdds { get; init; }

    public required double MultiplyAddsPerSecond { get; init; }

    public required double ComputeMilliseconds { get; init; }

    public required double Bytes { get; init; }

    public required double BytesPerSecond { get; init; }

    public required double CopyMilliseconds { get; init; }

    public required double Milliseconds { get; init; }

    /// <summary>The fused engine's step over it.</summary>
    public required double FusedRatio { get; init; }
}

/// <summary>A part of a step.</summary>
internal sealed record BenchPhase(string Phase, double Milliseconds);
