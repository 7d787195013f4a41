namespace Dendrites.Kernels;

/// <summary>
/// The segments of a layer: their weights (the caller's memory, [unit][segment][context], units as declared), what they say to the
/// contexts of a batch, and the moments of those that have won. A segment that has not won since the optimiser began
/// has had no gradient: it stands still, its activation stands in the cache, and nothing is kept for it. So a step costs
/// the same for ten segments and for a hundred.
/// </summary>
internal sealed unsafe class SegmentLayer : IDisposable
{
    private const int RowsInChunk = 64;

    private readonly NativeArray<float> _mu, _nu;
    private readonly NativeArray<int> _live, _liveCount, _slot, _last, _updated;
    private readonly List<NativeArray<float>> _chunks = [];
    private NativeArray<float> _activation;
    private int _slots;

    public SegmentLayer(int units, int segments, int context, GateKind gate, bool rankOne, float* weight, float* mask)
    {
        Units = units;
        Segments = segments;
        Context = context;
        Gate = gate;
        RankOne = rankOne;
        Weight = weight;
        Mask = mask;
        var all = (long)units * segments;
        _activation = new(all);
        _live = new(all);
        _liveCount = new(units);
        _slot = new(all);
        _last = new(rankOne ? 0 : all);
        _updated = new(rankOne ? 0 : all);
        _mu = new(rankOne ? all : 0);
        _nu = new(rankOne ? all : 0);
    }

    public int Units { get; }

    public int Segments { get; }

    public int Context { get; }

    public GateKind Gate { get; }

    /// <summary>Whether moments are two numbers a segment: valid while the context and the optimiser begin anew together.</summary>
    public bool RankOne { get; }

    public float* Weight { get; }

    /// <summary>As <see cref="Weight"/>, 0 where a weight does not exist; null if all do.</summary>
    public float* Mask { get; }

    /// <summary>Whether the winner is the segment of largest magnitude.</summary>
    public bool ByMagnitude => Gate is GateKind.AbsMax or GateKind.AbsMaxUnsigned;

    /// <summary>[context][unit][segment]: activations.</summary>
    public float* Activation => _activation.Pointer;

    /// <summary>[unit]: segments that have won since the optimiser began.</summary>
    public int* LiveCount => _liveCount.Pointer;

    /// <summary>[unit][n]: which.</summary>
    public int* Live(int unit) => _live.Pointer + ((long)unit * Segments);

    /// <summary>[unit][segment]: the last step at which it had a gradient; where moments are rows.</summary>
    public int* Last => _last.Pointer;

    /// <summary>[unit][segment]: the last step that its moments have taken; where moments are rows.</summary>
    public int* Updated => _updated.Pointer;

    /// <summary>[unit][segment]: first moments in multiples of the context.</summary>
    public float* Mu => _mu.Pointer;

    /// <summary>[unit][segment]: second moments in multiples of the squared context.</summary>
    public float* Nu => _nu.Pointer;

    public long Row(int unit, int segment) => ((long)unit * Segments) + segment;

    public float* WeightRow(int unit, int segment) => Weight + (Row(unit, segment) * Context);

    public float* MaskRow(int unit, int segment) => Mask is null ? null : Mask + (Row(unit, segment) * Context);

    /// <summary>Makes room for the activations of so many contexts at once.</summary>
    public void Reserve(int contexts)
    {
        var all = (long)contexts * Units * Segments;
        if (_activation.Length >= all) return;
        _activation.Dispose();
        _activation = new(all);
    }

    public bool IsLive(int unit, int segment) => _slot.Pointer[Row(unit, segment)] != 0;

    /// <summary>A segment won for the first time. Only the thread that has the unit may call it; moments that are rows need <see cref="Allocate"/>.</summary>
    public void Enliven(int unit, int segment)
    {
        _slot.Pointer[Row(unit, segment)] = -1;
        Live(unit)[LiveCount[unit]++] = segment;
    }

    /// <summary>As <see cref="Enliven"/>, with rows for its moments; one thread at a time.</summary>
    public void Allocate(int unit, int segment)
    {
        if (_slots == _chunks.Count * RowsInChunk) _chunks.Add(new(2L * RowsInChunk * Context));
        Enliven(unit, segment);
        _slot.Pointer[Row(unit, segment)] = ++_slots;
        Last[Row(unit, segment)] = Updated[Row(unit, segment)] = 0;
        Moment(unit, segment, 0).Clear();
        Moment(unit, segment, 1).Clear();
    }

    /// <summary>The row of a live segment's first (0) or second (1) moment.</summary>
    public Span<float> Moment(int unit, int segment, int which) => new(MomentRow(unit, segment, which), Context);

    public float* MomentRow(int unit, int segment, int which)
    {
        var slot = _slot.Pointer[Row(unit, segment)] - 1;
        return _chunks[slot / RowsInChunk].Pointer + (((2L * (slot % RowsInChunk)) + which) * Context);
    }

    /// <summary>The optimiser begins anew.</summary>
    public void Forget()
    {
        for (var unit = 0; unit < Units; unit++)
        {
            for (var n = 0; n < LiveCount[unit]; n++)
            {
                var row = Row(unit, Live(unit)[n]);
                _slot.Pointer[row] = 0;
                if (!RankOne) continue;
                Mu[row] = 0;
                Nu[row] = 0;
            }

            LiveCount[unit] = 0;
        }

        _slots = 0;
    }

    public void Dispose()
    {
        foreach (var chunk in _chunks) chunk.Dispose();
        foreach (IDisposable array in new IDisposable[] { _mu, _nu, _live, _liveCount, _slot, _last, _updated, _activation }) array.Dispose();
    }
}
