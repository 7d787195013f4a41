namespace Dendrites.Kernels;

/// <summary>
/// A network of the published family that learns in place. Every sample of a batch reads the same context (or one of a few),
/// k-winners leave few units to act, and a segment that never won does not move: the engine does only what then remains,
/// and that exactly. A step makes no garbage. Not for use by several threads at once.
/// </summary>
public abstract unsafe class FusedNetwork : IDisposable
{
    private protected FusedNetwork(NetworkShape shape, UpdateRule rule, EngineOptions options)
    {
        Shape = shape;
        Choices = shape.Classes;
        Rule = rule;
        Options = options;
    }

    /// <summary>Layers and widths.</summary>
    public NetworkShape Shape { get; }

    /// <summary>How it learns.</summary>
    public UpdateRule Rule { get; }

    /// <summary>How it computes.</summary>
    public EngineOptions Options { get; }

    /// <summary>Updates since the optimiser began.</summary>
    public int Steps { get; private protected set; }

    /// <summary>Classes among which the answer to a sample is sought: the group of so many, one after another, that its label falls in.</summary>
    public int Choices { get; set; }

    /// <summary>Samples that k-winners have seen in training.</summary>
    public long Samples { get; set; }

    /// <summary>Changes with everything that the network learns, and with the order that units stand in.</summary>
    public long Version { get; private protected set; }

    /// <summary>A network with all weights zero.</summary>
    /// <param name="shape">Layers and widths.</param>
    /// <param name="rule">How it learns.</param>
    /// <param name="options">How it computes.</param>
    /// <param name="contextsBeginOptimiser">Whether the context never changes without <see cref="ForgetMoments"/>.</param>
    /// <param name="segments">For each hidden layer, where its segments' weights stand, [unit][segment][context]; zero without a gate. The memory is the caller's, must outlive the network, and is learned in place.</param>
    /// <param name="segmentMasks">For each hidden layer, 0 where a segment's weight does not exist; zero if all do.</param>
    public static FusedNetwork Create(
        NetworkShape shape, UpdateRule rule, EngineOptions options, bool contextsBeginOptimiser, IReadOnlyList<nint> segments, IReadOnlyList<nint> segmentMasks)
    {
        if (options.Team is { } team) options = options with { Threads = team.Size };
        var rankOne = options.RankOneMoments && contextsBeginOptimiser;
        return options.Instructions switch
        {
            InstructionSet.Avx512 => new FusedNetwork<Simd512, System.Runtime.Intrinsics.Vector512<float>>(shape, rule, options, rankOne, segments, segmentMasks),
            InstructionSet.Avx2 => new FusedNetwork<Simd256, System.Runtime.Intrinsics.Vector256<float>>(shape, rule, options, rankOne, segments, segmentMasks),
            _ => new FusedNetwork<SimdPortable, System.Numerics.Vector<float>>(shape, rule, options, rankOne, segments, segmentMasks),
        };
    }

    /// <summary>Number of hidden layers; the layer of that number is the output.</summary>
    public int Outputs => Shape.Hidden.Count;

    /// <summary>Sets a layer's feed-forward mask, [output][input], 0 where a weight does not exist.</summary>
    public abstract void SetMask(int layer, ReadOnlySpan<float> mask);

    /// <summary>Sets weights or moments of a layer: [output][input] and [output].</summary>
    public abstract void Set(int layer, Part part, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias);

    /// <summary>
    /// Hooks for Synaptic Intelligence on the feed-forward weights and biases: from now on the loss has the penalty
    /// <paramref name="strength"/> · Σ importance · (θ - anchor)², which <see cref="Step"/> does not return, and every update adds -gradient · movement to the
    /// path, the gradient being that of both, or, <paramref name="lossAlone"/>, of the loss. <see cref="Part.Anchor"/> and <see cref="Part.Importance"/> are the caller's to set,
    /// <see cref="Part.Path"/> to read and to set back; all begin with zero.
    /// </summary>
    public abstract void Consolidate(double strength, bool lossAlone);

    /// <summary>Says that the moments that were set are those after so many updates.</summary>
    public abstract void Resume(int steps);

    /// <summary>Reads weights or moments of a layer: [output][input] and [output].</summary>
    public abstract void Get(int layer, Part part, Span<float> weight, Span<float> bias);

    /// <summary>Sets the moments of a layer's segments, [unit][segment][context]; not where they are of rank one.</summary>
    public abstract void SetSegmentMoments(int layer, ReadOnlySpan<float> first, ReadOnlySpan<float> second);

    /// <summary>Reads a moment of a layer's segments, [unit][segment][context].</summary>
    public abstract void GetSegmentMoments(int layer, Part part, Span<float> moment);

    /// <summary>[unit]: how often each was above zero lately.</summary>
    public abstract Span<float> DutyCycle(int layer);

    /// <summary>
    /// The contexts of the batches to come, [rows][context]; none without gates. Several are for one <see cref="Step"/>: what they
    /// say to segments is computed here.
    /// </summary>
    public abstract void SetContexts(ReadOnlySpan<float> rows, int count);

    /// <summary>
    /// Dropout of the next <see cref="Step"/>, and of it alone, at a level: 0 is the input, n what the n-th hidden layer says after its rectifier. Not behind k-winners,
    /// whose duty cycles would not count what is dropped.
    /// </summary>
    /// <param name="level">0 to the number of hidden layers.</param>
    /// <param name="kept">Which stay, [unit][sample] in bits, the lowest first, whole bytes for each unit.</param>
    /// <param name="scale">What those are multiplied by; above 1.</param>
    public abstract void Drop(int level, ReadOnlySpan<byte> kept, float scale);

    /// <summary>
    /// One update by a batch: mean cross-entropy, backwards, the optimiser, missing weights back to zero. The loss before it.
    /// </summary>
    /// <param name="images">[samples][inputs].</param>
    /// <param name="labels">[samples], each below the number of classes.</param>
    /// <param name="contextOf">The context of each sample; empty: the first of all.</param>
    public abstract double Step(ReadOnlySpan<float> images, ReadOnlySpan<long> labels, ReadOnlySpan<int> contextOf);

    /// <summary>
    /// The contexts that <see cref="Predict"/> chooses from, [rows][context]. A sample's is the one whose key, [rows][inputs], is
    /// nearest to it; without keys, the first.
    /// </summary>
    public abstract void SetPrototypes(ReadOnlySpan<float> rows, int count, ReadOnlySpan<float> keys);

    /// <summary>
    /// Scores [samples][classes] of inputs [samples][inputs] as a step sees them, for a loss that the caller has: <see cref="Learn"/> or
    /// <see cref="InputGradient"/> then takes its gradient, once.
    /// </summary>
    /// <param name="inputs">[samples][inputs].</param>
    /// <param name="contextOf">The context of each sample; empty: the first of all.</param>
    /// <param name="scores">[samples][classes]; its length says how many samples there are.</param>
    public abstract void Forward(ReadOnlySpan<float> inputs, ReadOnlySpan<int> contextOf, Span<float> scores);

    /// <summary>One update by the gradient of the last scores, [samples][classes].</summary>
    public abstract void Learn(ReadOnlySpan<float> scoreGradient);

    /// <summary>What the gradient of the last scores is for inputs [first, first + count), [samples][count]; nothing is learned.</summary>
    public abstract void InputGradient(ReadOnlySpan<float> scoreGradient, int first, int count, Span<float> gradient);

    /// <summary>Every parameter θ moves to θ + rate · (θ of <paramref name="goal"/> - θ); its moments stay.</summary>
    public abstract void Approach(FusedNetwork goal, double rate);

    /// <summary>
    /// Class scores [samples][classes] of images [samples][inputs]. Images are asked in batches, in the form that is quicker for each: beside others, an image's
    /// scores can differ in their last bits.
    /// </summary>
    public abstract void Predict(ReadOnlySpan<float> images, Span<float> scores);

    /// <summary>Does what is put off, and puts units back in their declared order: the network is then a function of what <see cref="Get"/> gives.</summary>
    public abstract void Settle();

    /// <summary>The optimiser begins anew.</summary>
    public abstract void ForgetMoments();

    /// <summary>Frees the native memory and ends the threads.</summary>
    public abstract void Dispose();

    /// <summary>Milliseconds that the phases of a step took since the last call, by name; for benchmarks.</summary>
    public abstract IReadOnlyList<(string Phase, double Milliseconds)> TakePhases();
}
