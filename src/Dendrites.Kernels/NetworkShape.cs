namespace Dendrites.Kernels;

/// <summary>A hidden layer's shape.</summary>
/// <param name="Units">At least 1.</param>
/// <param name="Winners">Units that win in training; 0: a rectifier follows instead.</param>
/// <param name="WinnersAtInference">Units that win when the network is asked.</param>
/// <param name="Gate">How segments act on it.</param>
/// <param name="Segments">Segments of each unit; 0 without a gate.</param>
public sealed record LayerShape(int Units, int Winners, int WinnersAtInference, GateKind Gate, int Segments);

/// <summary>A network of the published family.</summary>
/// <param name="Inputs">Width of the input.</param>
/// <param name="Hidden">From the input upwards.</param>
/// <param name="Classes">Outputs.</param>
/// <param name="Context">Width of the context; 0 without gates.</param>
/// <param name="SparseWeights">Whether some weights do not exist.</param>
/// <param name="DutyCyclePeriod">Samples over which duty cycles average.</param>
/// <param name="Batch">The most samples of a batch.</param>
public sealed record NetworkShape(
    int Inputs, IReadOnlyList<LayerShape> Hidden, int Classes, int Context, bool SparseWeights, int DutyCyclePeriod, int Batch);

/// <summary>How to compute. Nothing here changes what is computed, but by the rounding of floats.</summary>
public sealed record EngineOptions
{
    /// <summary>At least 1. Results are the same, bit for bit, for every number of threads.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Which vectors to compute with.</summary>
    public InstructionSet Instructions { get; init; } = InstructionSets.Best;

    /// <summary>Whether moments of segments are two numbers each, where the context changes only with the optimiser's beginning.</summary>
    public bool RankOneMoments { get; init; } = true;

    /// <summary>Whether images are held as what is above their commonest pixel.</summary>
    public bool Background { get; init; } = true;

    /// <summary>Whether weights that have had no gradient for long are left alone until they get one.</summary>
    public bool Rest { get; init; } = true;

    /// <summary>Threads that several networks share, in turn, and that then are as many as it has; null: a network's own.</summary>
    public Team? Team { get; init; }

    /// <summary>Updates of a task after which units are put in the order of their winning; none: never.</summary>
    public IReadOnlyList<int> ReorderAfter { get; init; } = [8, 64, 256];
}
