using System.Runtime.CompilerServices;

namespace Dendrites.Kernels;

/// <summary>A hidden layer: its linear map, its segments, and what it says about a batch.</summary>
internal sealed unsafe class HiddenLayer : IDisposable
{
    private readonly NativeArray<float> _drive, _wins;
    private readonly int _capacity;
    private NativeArray<float> _response, _pull, _errors = new(0);
    private int[] _parts = [];

    public HiddenLayer(LayerShape shape, TiledWeights map, SegmentLayer? segments, int capacity)
    {
        Shape = shape;
        Map = map;
        Segments = segments;
        _capacity = capacity;
        Stride = Tile.OddLines(map.Tiles * Tile.Width);
        Output = new(shape.Units, capacity);
        if (IsRectified) Output.ReserveRows();
        Gradient = new(map.Tiles, capacity);
        Order = new(shape.Units);
        DutyCycle = new float[shape.Units];
        _drive = new((long)capacity * Stride);
        _wins = new(shape.Units);
        _response = new(Stride);
        _pull = new(Stride);
    }

    public LayerShape Shape { get; }

    /// <summary>Whether a rectifier follows, not k-winners.</summary>
    public bool IsRectified => Shape.Winners == 0;

    public TiledWeights Map { get; }

    /// <summary>Null where the layer is not gated.</summary>
    public SegmentLayer? Segments { get; }

    /// <summary>Floats from one row of units to the next, whole tiles and more.</summary>
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

    /// <summary>[sample][place]: ∂loss/∂output of all units, where the batch is dense; then, without lists, ∂loss/∂response.</summary>
    public float* Errors => _errors.Pointer;

    /// <summary>[place]: batches' entries since the last new order.</summary>
    public float* Wins => _wins.Pointer;

    /// <summary>[context][place]: what the segments say to each unit in training.</summary>
    public float* Response => _response.Pointer;

    /// <summary>[context][place]: ∂loss/∂response.</summary>
    public float* Pull => _pull.Pointer;

    /// <summary>The places [from, to) whose entries fall to a thread: about as many entries for each as there were lately.</summary>
    public (int From, int To) Share(int rank, Team team)
    {
        if (_parts.Length == 0) return team.Share(rank, Shape.Units);
        return (_parts[rank], _parts[rank + 1]);
    }

    /// <summary>Makes room for <see cref="Errors"/>.</summary>
    public void ReserveErrors()
    {
        if (_errors.Length > 0) return;
        _errors.Dispose();
        _errors = new((long)_capacity * Stride);
    }

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
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Gather(int from, int to, int samples, int contexts, ReadOnlySpan<int> contextOf)
    {
        for (var place = from; place < to; place++) Wins[place] += Output.UnitCount[place];
        if (Segments is null) return;
        for (var context = 0; context < contexts; context++)
            new Span<float>(Pull + ((long)context * Stride) + from, to - from).Clear();

        for (var sample = 0; sample < samples; sample++)
        {
            var pull = Pull + ((contextOf.IsEmpty ? 0L : contextOf[sample]) * Stride);
            if (Output.Form == Form.Rows)
            {
                var errors = Errors + ((long)sample * Stride);
                for (var place = from; place < to; place++) pull[place] += errors[place];
                continue;
            }

            var units = Output.Unit + ((long)sample * Output.Stride);
            var deltas = Output.Delta + ((long)sample * Output.Stride);
            for (var n = Output.First(sample, from); n < Output.Count[sample] && units[n] < to; n++)
                pull[units[n]] += deltas[n];
        }
    }

    /// <summary>The duty cycles after a batch, for units that stand at [from, to): a running mean over the period of how often each was above zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Remember(int from, int to, int samples, float window)
    {
        for (var place = from; place < to; place++)
        {
            var above = 0;
            var values = Output.UnitValue + ((long)place * Output.UnitStride);
            var count = Output.Form == Form.Lists ? Output.UnitCount[place] : samples;
            for (var n = 0; n < count; n++) above += values[n] > 0 ? 1 : 0;
            ref var duty = ref DutyCycle[Order.Declared(place)];
            duty = ((duty * (window - samples)) + above) / window;
        }
    }

    /// <summary>Whether what segments say multiplies the drive.</summary>
    public bool IsMultiplied => Segments is not null && Segments.Gate != GateKind.Bias;

    /// <summary>The deltas of a sample's entries out of <see cref="Errors"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void TakeErrors(int sample)
    {
        var units = Output.Unit + ((long)sample * Output.Stride);
        var deltas = Output.Delta + ((long)sample * Output.Stride);
        var errors = Errors + ((long)sample * Stride);
        var count = Output.Count[sample];
        for (var n = 0; n < count; n++) deltas[n] = errors[units[n]];
    }

    /// <summary>Deltas of a sample's entries become deltas of its drive, and in their own place those of its response.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Spread(int sample, float* response, int step)
    {
        Gradient.Clear(sample);
        var units = Output.Unit + ((long)sample * Output.Stride);
        var deltas = Output.Delta + ((long)sample * Output.Stride);
        var drive = Drive + ((long)sample * Stride);
        var multiplied = IsMultiplied;
        for (var n = 0; n < Output.Count[sample]; n++)
        {
            var unit = units[n];
            deltas[n] *= Output.Scale;
            Gradient.Set(sample, unit, multiplied ? deltas[n] * response[unit] : deltas[n], step);
            if (multiplied) deltas[n] *= drive[unit];
        }
    }

    /// <summary>Takes part in a new order: what stood at place from[p] stands at place p.</summary>
    public void Follow(int[] from, Team team)
    {
        Divide(from, team.Size);
        var last = new Span<int>(Output.Last, Shape.Units).ToArray();
        Gradient.Forget();
        for (var place = 0; place < Shape.Units; place++)
        {
            Output.Last[place] = last[from[place]];
            ref var tile = ref Gradient.Last[place / Tile.Width];
            tile = Math.Max(tile, Output.Last[place]);
        }

        new Span<float>(Wins, Shape.Units).Clear();
    }

    /// <summary>Counts wins anew.</summary>
    public void Recount()
    {
        new Span<float>(Wins, Shape.Units).Clear();
        _parts = [];
    }

    private void Divide(int[] from, int parts)
    {
        var total = 0.0;
        for (var place = 0; place < Shape.Units; place++) total += Wins[place];
        _parts = new int[parts + 1];
        _parts[parts] = Shape.Units;
        var (part, sum) = (1, 0.0);
        for (var place = 0; place < Shape.Units; place++)
        {
            while (part < parts && sum >= total * part / parts) _parts[part++] = place;
            sum += Wins[from[place]];
        }

        while (part < parts) _parts[part++] = Shape.Units;
    }

    public void Dispose()
    {
        Map.Dispose();
        Segments?.Dispose();
        Output.Dispose();
        Gradient.Dispose();
        foreach (var array in new[] { _drive, _wins, _response, _pull, _errors }) array.Dispose();
    }
}
