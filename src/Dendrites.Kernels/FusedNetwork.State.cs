namespace Dendrites.Kernels;

/// <summary>What the network is made of, and how it is set and read.</summary>
internal sealed unsafe partial class FusedNetwork<TSimd, TVector> : FusedNetwork
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Samples that are in work at a time where nothing is learned.</summary>
    private const int LeastCapacity = 256;

    private readonly bool _rankOne, _whole;
    private readonly HiddenLayer[] _hidden;
    private readonly TiledWeights _head;
    private readonly UnitOrder _fixedInput, _fixedOutput;
    private readonly Team _team;
    private readonly Entries _input;
    private readonly Gradient _headGradient;
    private readonly NativeArray<float> _scores;
    private readonly NativeArray<float>[] _scratch;
    private readonly NativeArray<int>[] _keys;
    private readonly float[] _guess;
    private readonly double[] _losses;
    private readonly int _capacity;
    private NativeArray<float> _context;
    private int _contexts;
    private float _strength;
    private bool _disposed;

    public FusedNetwork(NetworkShape shape, UpdateRule rule, EngineOptions options, bool rankOne, IReadOnlyList<nint> segments, IReadOnlyList<nint> masks)
        : base(shape, rule, options)
    {
        _rankOne = rankOne;
        _capacity = Math.Max(LeastCapacity, shape.Batch);
        var widths = shape.Hidden.Select(layer => layer.Units).Prepend(shape.Inputs).ToArray();
        _hidden = [.. shape.Hidden.Select((layer, l) => new HiddenLayer(
            layer,
            new(widths[l], layer.Units, shape.SparseWeights, rule.IsAdam),
            layer.Gate == GateKind.None
                ? null
                : new(layer.Units, layer.Segments, shape.Context, layer.Gate, rankOne, (float*)segments[l], (float*)masks[l]),
            _capacity))];
        _head = new(widths[^1], shape.Classes, shape.SparseWeights, rule.IsAdam);
        _fixedInput = new(shape.Inputs);
        _fixedOutput = new(shape.Classes);
        _input = new(shape.Inputs, _capacity);
        _headGradient = new(_head.Tiles, _capacity);
        _scores = new((long)_capacity * _head.Tiles * Tile.Width);
        _context = new(shape.Context);
        _scratch = [.. Enumerable.Range(0, options.Threads).Select(_ => new NativeArray<float>(ScratchLength))];
        _keys = [.. Enumerable.Range(0, options.Threads).Select(_ => new NativeArray<int>(widths.Max()))];
        _guess = new float[options.Threads * 16];
        _losses = new double[_capacity];
        // Last: threads that nobody ends would wait for ever if something above failed.
        _team = options.Team ?? new(options.Threads);
        MakePhases();
        _whole = true;
    }

    /// <summary>The safety net of an owner that forgot; what a failed constructor made has nets of its own.</summary>
    ~FusedNetwork()
    {
        if (_whole) Free();
    }

    private void Alive() => ObjectDisposedException.ThrowIf(_disposed, this);

    /// <summary>Whether the network keeps a part at all, and lives.</summary>
    private void Has(int layer, Part part)
    {
        Alive();
        if (!Map(layer).Has(part))
            throw new InvalidOperationException($"FusedNetwork: {part} is not kept; Anchor, Importance and Path are once Consolidate was called, Second is with Adam");
    }

    /// <summary>Room for one sample's gated drive, for a segment's gradient, for a block of samples' sums or one of weights on the way back.</summary>
    private long ScratchLength => Math.Max(
        Shape.Hidden.Select(layer => (long)Tile.Count(layer.Units) * Tile.Width).Append(Tile.Width * Tile.Width).Append(Shape.Context).Max(),
        (long)BackBlock * Shape.Hidden.Select(layer => layer.Units).Append(Shape.Inputs).Max() * TSimd.Lanes);

    private TiledWeights Map(int layer) => layer == _hidden.Length ? _head : _hidden[layer].Map;

    private Gradient GradientOf(int layer) => layer == _hidden.Length ? _headGradient : _hidden[layer].Gradient;

    private Entries InputOf(int layer) => layer == 0 ? _input : _hidden[layer - 1].Output;

    private UnitOrder InputOrder(int layer) => layer == 0 ? _fixedInput : _hidden[layer - 1].Order;

    private UnitOrder OutputOrder(int layer) => layer == _hidden.Length ? _fixedOutput : _hidden[layer].Order;

    public override void SetMask(int layer, ReadOnlySpan<float> mask) =>
        Map(layer).SetMask(mask, InputOrder(layer), OutputOrder(layer));

    public override void Set(int layer, Part part, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        Has(layer, part);
        Settle();
        fixed (float* w = weight, b = bias)
        {
            Map(layer).Copy(part, new(w, weight.Length), true, InputOrder(layer), OutputOrder(layer));
            Map(layer).CopyBias(part, new(b, bias.Length), true, OutputOrder(layer));
        }

        Version++;
    }

    public override void Consolidate(double strength, bool lossAlone)
    {
        Settle();
        _strength = (float)(2 * strength);
        for (var layer = 0; layer <= _hidden.Length; layer++)
        {
            Map(layer).Consolidate(lossAlone);
            Wake(layer);
        }
    }

    /// <summary>Steps without a gradient after which weights rest; a penalty pulls for ever.</summary>
    private int Patience => _strength != 0 || !Options.Rest ? int.MaxValue : Rule.Patience;

    /// <summary>Nothing of the layer may be passed over.</summary>
    private void Wake(int layer)
    {
        InputOf(layer).Wake(Math.Max(1, Steps));
        GradientOf(layer).Wake(Math.Max(1, Steps));
    }

    public override void Resume(int steps)
    {
        Steps = steps;
        for (var layer = 0; layer <= _hidden.Length; layer++) Map(layer).TakenTo(steps);
        Settle();
    }

    public override void Get(int layer, Part part, Span<float> weight, Span<float> bias)
    {
        Has(layer, part);
        Flush();
        if (part != Part.Weight) Map(layer).CatchUp(Steps, Rule);
        Map(layer).Copy(part, weight, false, InputOrder(layer), OutputOrder(layer));
        Map(layer).CopyBias(part, bias, false, OutputOrder(layer));
    }

    public override void SetSegmentMoments(int layer, ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        if (_hidden[layer].Segments is not { RankOne: false } segments)
            throw new InvalidOperationException("Moments of rank one cannot be set: make the engine with RankOneMoments off.");

        segments.Forget();
        for (var unit = 0; unit < segments.Units; unit++)
        {
            for (var segment = 0; segment < segments.Segments; segment++)
            {
                var at = (int)segments.Row(unit, segment) * segments.Context;
                var m = first.Slice(at, segments.Context);
                var v = second.IsEmpty ? [] : second.Slice(at, segments.Context);
                if (!m.ContainsAnyExcept(0f) && !v.ContainsAnyExcept(0f)) continue;
                segments.Allocate(unit, segment);
                m.CopyTo(segments.Moment(unit, segment, 0));
                v.CopyTo(segments.Moment(unit, segment, 1));
            }
        }
    }

    public override void GetSegmentMoments(int layer, Part part, Span<float> moment)
    {
        moment.Clear();
        if (_hidden[layer].Segments is not { } segments) return;

        for (var unit = 0; unit < segments.Units; unit++)
        {
            for (var n = 0; n < segments.LiveCount[unit]; n++)
            {
                var segment = segments.Live(unit)[n];
                var row = segments.Row(unit, segment);
                var to = moment.Slice((int)row * segments.Context, segments.Context);
                if (!segments.RankOne)
                {
                    CatchUp(segments, unit, segment, Steps);
                    segments.Moment(unit, segment, part == Part.First ? 0 : 1).CopyTo(to);
                    continue;
                }

                for (var i = 0; i < to.Length; i++)
                {
                    var c = _context.Pointer[i];
                    to[i] = part == Part.First ? segments.Mu[row] * c : segments.Nu[row] * (c * c);
                }
            }
        }
    }

    public override Span<float> DutyCycle(int layer) => _hidden[layer].DutyCycle;

    public override void ForgetMoments()
    {
        // Nothing to catch up with, since all is forgotten.
        Flush();
        Steps = 0;
        for (var layer = 0; layer <= _hidden.Length; layer++)
        {
            Map(layer).ForgetMoments();
            InputOf(layer).Forget();
            GradientOf(layer).Forget();
        }

        foreach (var layer in _hidden)
        {
            layer.Output.Forget();
            layer.Segments?.Forget();
        }

        Settle();
        for (var layer = 0; _head.IsConsolidated && layer <= _hidden.Length; layer++) Wake(layer);
    }

    public override void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Options.Team is null) _team.Dispose();
        foreach (var layer in _hidden) layer.Dispose();
        foreach (var array in _scratch) array.Dispose();
        foreach (var array in _keys) array.Dispose();
        foreach (IDisposable part in new IDisposable[] { _outsideContexts, _head, _input, _headGradient, _scores, _context, _prototypes, _tables, _closeness }) part.Dispose();
        _nearest?.Dispose();
    }
}
