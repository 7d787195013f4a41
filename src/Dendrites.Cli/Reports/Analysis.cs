using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>analysis.json: what the hidden units and segments of a finished run do, task by task.</summary>
internal sealed record Analysis
{
    public IReadOnlyList<LayerAnalysis>? Layers { get; init; }

    /// <summary>How often, on each task's test samples, the context that was inferred is the task's own, in [0, 1].</summary>
    public IReadOnlyList<double>? Inference { get; init; }

    /// <summary>Clusters once the stream was over, where contexts are clustered.</summary>
    public int? Clusters { get; init; }

    public const string Name = "analysis.json";

    /// <summary>That of a run folder; null where it has none, or one that cannot be read.</summary>
    public static Analysis? Read(string folder)
    {
        var path = Path.Combine(folder, Name);

        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<Analysis>(File.ReadAllText(path), Json.Line) : null;
        }
        catch (JsonException e)
        {
            Screen.Warn($"{RunFolder.Show(path)} cannot be read and is left out: {e.Message}");
            return null;
        }
    }
}

/// <summary>What a hidden layer does; see `Representation` for the formulas.</summary>
internal sealed record LayerAnalysis
{
    /// <summary>[tasks][units]: the fraction of a task's samples for which a unit is not zero, of the first units.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? Units { get; init; }

    /// <summary>[tasks][units]: what a unit answers on average, of the first units.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? Means { get; init; }

    /// <summary>[tasks][tasks]: the units that two tasks' sub-networks have in common, as a share of one.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? Subnetworks { get; init; }

    /// <summary>[units]: the fraction of samples for which each unit is not zero.</summary>
    public IReadOnlyList<double>? DutyCycles { get; init; }

    /// <summary>[units]: how evenly a unit's segments win, in nats.</summary>
    public IReadOnlyList<double>? Entropy { get; init; }

    /// <summary>[units]: how alike the winners of a unit's segments are from task to task, from 0 to 1.</summary>
    public IReadOnlyList<double>? SegmentOverlap { get; init; }

    /// <summary>[tasks][tasks]: units that are not zero in both of two samples, as a share of all units.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? OverlapAuthors { get; init; }

    /// <summary>[tasks][tasks]: those units as a share of the units that are not zero in either.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? OverlapIou { get; init; }

    /// <summary>[tasks][tasks]: the cosine between two tasks' fractions of active units.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? OverlapCosine { get; init; }

    /// <summary>What chosen units' segments say to each task.</summary>
    public IReadOnlyList<SegmentAnalysis>? Segments { get; init; }
}

/// <summary>[segments][tasks]: a unit's segment activations, on average over each task's samples.</summary>
internal sealed record SegmentAnalysis(int Unit, IReadOnlyList<IReadOnlyList<double>> Before, IReadOnlyList<IReadOnlyList<double>> After);
