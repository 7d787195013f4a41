namespace Dendrites.Kernels;

/// <summary>A hidden layer: its linear map, its segments, and what it says about a batch.</summary>
internal sealed unsafe class HiddenLayer : IDisposable
{
    private readonly NativeArray<float> _drive, _wins;
    private NativeArray<float> _response, _pull;

    public HiddenLayer(LayerShape shape, TiledWeights map, SegmentLayer? segments, int capacity)
    {
        Shape = shape;
        Map = map;
        Segments = segments;
        Stride = map.Tiles * Tile.Width;
        Output = new(shape.Units, capacity);
        Gradient = new(map.Tiles, capacity);
        Order = new(shape.Units);
        DutyCycle = new float[shape.Units];
        _drive = new((long)capacity * Stride);
        _wins = new(shape.Units);
        _response = new(Stride);
        _pull = new(Stride);
    }

    public LayerShape Shape { get; }

    public TiledWeights Map { get; }

    /// <summary>Null where the layer is not gated.</summary>
    public SegmentLayer? Segments { get; }

    /// <summary>Units, rounded up to whole tiles.</summary>
    public int Stride { get; }

    public Entries Output { get; }

    /// <summary>∂loss/∂drive.</summary>
    public Gradient Gradient { get; }

    /// <summary>Where units stand.</summary>
    public UnitOrder Order { get; }

    /// <summary>[unit as declared]: how often each was above zero lately.</summary>
    public float[] DutyCycle { get; }

    /// <summary>[sample][place]: weights · input + bias.</summary>
    public float* Drive => _drive.Pointer;

    /// <summary>[place]: batches' entries since the last new order.</summary>
    public float* Wins => _wins.Pointer;

    /// <summary>[context][place]: what the segments say to each unit in training.</summary>
    public float* Response => _response.Pointer;

    /// <summary>[context][place]: ∂loss/∂response.</summary>
    public float* Pull => _pull.Pointer;

    /// <summary>Makes room for so many contexts.</summary>
    public void Reserve(int contexts)
    {
        Segments?.Reserve(contexts);
        if (_response.Length >= (long)contexts * Stride) return;
        _response.Dispose();
        _pull.Dispose();
        _response = new((long)contexts * Stride);
        _pull = new((long)contexts * Stride);
    }

    /// <summary>Entries of units [from, to) become gradients of responses, and count for the order.</summary>
    public void Gather(int from, int to, int samples, int contexts, ReadOnlySpan<int> contextOf)
    {
        for (var place = from; place < to; place++) Wins[place] += Output.UnitCount[place];
        if (Segments is null) return;
        for (var context = 0; context < contexts; context++)
            new Span<float>(Pull + ((long)context * Stride) + from, to - from).Clear();

        var added = Segments.Gate == GateKind.Bias;
        for (var sample = 0; sample < samples; sample++)
        {
            var units = Output.Unit + ((long)sample * Output.Units);
            var deltas = Output.Delta + ((long)sample * Output.Units);
            var drive = Drive + ((long)sample * Stride);
            var pull = Pull + ((contextOf.IsEmpty ? 0L : contextOf[sample]) * Stride);
            for (var n = Output.First(sample, from); n < Output.Count[sample] && units[n] < to; n++)
                pull[units[n]] += added ? deltas[n] : deltas[n] * drive[units[n]];
        }
    }

    /// <summary>The duty cycles after a batch, for units that stand at [from, to): a running mean over the period of how often each was above zero.</summary>
    public void Remember(int from, int to, int samples, float window)
    {
        for (var place = from; place < to; place++)
        {
            var above = 0;
            var values = Output.UnitValue + ((long)place * Output.Capacity);
            for (var n = 0; n < Output.UnitCount[place]; n++) above += values[n] > 0 ? 1 : 0;
            ref var duty = ref DutyCycle[Order.Declared(place)];
            duty = ((duty * (window - samples)) + above) / window;
        }
    }

    /// <summary>Deltas of a sample's entries become deltas of its drive.</summary>
    public void Spread(int sample, float* response)
    {
        Gradient.Clear(sample);
        var units = Output.Unit + ((long)sample * Output.Units);
        var deltas = Output.Delta + ((long)sample * Output.Units);
        var scaled = Segments is not null && Segments.Gate != GateKind.Bias;
        for (var n = 0; n < Output.Count[sample]; n++)
            Gradient.Set(sample, units[n], scaled ? deltas[n] * response[units[n]] : deltas[n]);
    }

    /// <summary>Takes part in a new order: what stood at place from[p] stands at place p.</summary>
    public void Follow(int[] from)
    {
        var ever = new Span<byte>(Output.Ever, Shape.Units).ToArray();
        Gradient.Forget();
        for (var place = 0; place < Shape.Units; place++)
        {
            Output.Ever[place] = ever[from[place]];
            Gradient.Ever[place / Tile.Width] |= Output.Ever[place];
            Wins[place] = 0;
        }

        Output.ListLive();
    }

    public void Dispose()
    {
        Map.Dispose();
        Segments?.Dispose();
        Output.Dispose();
        Gradient.Dispose();
        foreach (var array in new[] { _drive, _wins, _response, _pull }) array.Dispose();
    }
}
