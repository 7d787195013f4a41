namespace Dendrites.Cli;

/// <summary>summary.json: the final figures; written last, so its presence means that the run is done.</summary>
internal sealed record Summary
{
    public required string Experiment { get; init; }

    public required string Preset { get; init; }

    public required string Method { get; init; }

    public required string Engine { get; init; }

    public required string Device { get; init; }

    public required int Threads { get; init; }

    public required int Tasks { get; init; }

    public required int Seed { get; init; }

    /// <summary>Mean of <see cref="AccuracyPerTask"/>, in [0, 1].</summary>
    public required double Accuracy { get; init; }

    /// <summary>After the last task, on each task in order, in [0, 1].</summary>
    public required double[] AccuracyPerTask { get; init; }

    /// <summary>The published mean accuracy, where the settings are the published ones.</summary>
    public double? Published { get; init; }

    /// <summary>The published mean accuracy, where the settings are nearly the published ones.</summary>
    public Published? PublishedWith { get; init; }

    /// <summary>Metrics by the name of their formula; null where a cell they need was not measured.</summary>
    public required IReadOnlyDictionary<string, double?> Metrics { get; init; }

    /// <summary>How often the context inferred for a test sample was its task's own, mean over tasks, in [0, 1].</summary>
    public double? Inference { get; init; }

    /// <summary>Clusters once the stream was over, where contexts are clustered.</summary>
    public int? Clusters { get; init; }

    /// <summary>Weights that take part, and all biases.</summary>
    public required long ParametersNonZero { get; init; }

    public required long ParametersStored { get; init; }

    public required int Steps { get; init; }

    /// <summary>Wall clock over all processes that worked on the run.</summary>
    public required double Seconds { get; init; }

    public required double SecondsTraining { get; init; }

    public required double SecondsTesting { get; init; }

    public required long PeakMegabytes { get; init; }

    public required string RunFolder { get; init; }
}
