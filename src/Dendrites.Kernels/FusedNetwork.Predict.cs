namespace Dendrites.Kernels;

/// <summary>
/// Asking the network. Gates depend on the context alone, so what the segments say stands in a table of a row for each
/// prototype, made once after learning; a sample then costs what it costs an ungated network.
/// </summary>
internal sealed unsafe partial class FusedNetwork<TSimd, TVector>
{
    private NativeArray<float> _prototypes = new(0), _tables = new(0);
    private TiledWeights? _nearest;
    private NativeArray<float> _closeness = new(0);
    private int[] _rowOf = [];
    private long[] _tableAt = [];
    private int _rows;
    private long _tablesVersion;

    public override void SetPrototypes(ReadOnlySpan<float> rows, int count, ReadOnlySpan<float> keys)
    {
        Alive();
        if (count < 1 || rows.Length != (long)count * Shape.Context || (!keys.IsEmpty && keys.Length != (long)count * Shape.Inputs))
        {
            throw new ArgumentException(
                $"FusedNetwork.SetPrototypes: {count} contexts in {rows.Length} numbers, keys in {keys.Length}; accepted: one or more, {Shape.Context} numbers each, keys of {Shape.Inputs} or none");
        }

        _rowOf = new int[_capacity];
        _prototypes.Dispose();
        _tables.Dispose();
        _closeness.Dispose();
        _nearest?.Dispose();
        _prototypes = new((long)count * Shape.Context);
        rows.CopyTo(_prototypes.Span);
        _rows = count;
        _tableAt = new long[_hidden.Length];
        var at = 0L;
        for (var layer = 0; layer < _hidden.Length; layer++)
        {
            _tableAt[layer] = at;
            at += (long)count * _hidden[layer].Stride;
        }

        _tables = new(at);
        _tablesVersion = -1;
        _nearest = keys.IsEmpty ? null : Nearest(keys, count);
        _closeness = new(_nearest is null ? 0 : (long)_capacity * _nearest.Tiles * Tile.Width);
    }

    /// <summary>Brings the tables up to date.</summary>
    private void FillTables()
    {
        if (_tablesVersion == Version) return;
        for (var layer = 0; layer < _hidden.Length; layer++)
        {
            if (_hidden[layer].Segments is null) continue;
            var l = layer;
            _team.Run(rank => FillTable(l, _rows, rank));
        }

        _tablesVersion = Version;
    }

    private void FillTable(int layer, int count, int rank)
    {
        var hidden = _hidden[layer];
        var segments = hidden.Segments!;
        using var activation = new NativeArray<float>(segments.Segments);
        var (from, to) = _team.Share(rank, segments.Units);
        for (var unit = from; unit < to; unit++)
        {
            for (var row = 0; row < count; row++)
            {
                var prototype = _prototypes.Pointer + ((long)row * Shape.Context);
                for (var segment = 0; segment < segments.Segments; segment++)
                    activation.Pointer[segment] = SegmentKernels<TSimd, TVector>.Dot(segments.WeightRow(unit, segment), prototype, Shape.Context);
                _tables.Pointer[_tableAt[layer] + ((long)row * hidden.Stride) + hidden.Order.Place(unit)] = Respond(segments, activation.Pointer);
            }
        }
    }

    /// <summary>‖x - p‖² is least where x·p - ‖p‖²/2 is most: a linear map of the image, computed as any other.</summary>
    private TiledWeights Nearest(ReadOnlySpan<float> keys, int count)
    {
        var map = new TiledWeights(Shape.Inputs, count, sparse: false, adam: false);
        var halves = new float[count];
        var points = keys.ToArray();
        fixed (float* all = points)
        {
            for (var row = 0; row < count; row++)
            {
                var key = all + ((long)row * Shape.Inputs);
                halves[row] = -0.5f * SegmentKernels<TSimd, TVector>.Dot(key, key, Shape.Inputs);
            }
        }

        map.Copy(Part.Weight, points, true, _fixedInput, new(count));
        map.CopyBias(Part.Weight, halves, true, new(count));
        for (var tile = 0; tile < map.Tiles; tile++) TileKernels<TSimd, TVector>.SumColumns(map, tile);
        return map;
    }

    private float* TableOf(int layer, int sample) =>
        _tables.Pointer + _tableAt[layer] + ((long)_rowOf[sample] * _hidden[layer].Stride);

    public override void Predict(ReadOnlySpan<float> images, Span<float> scores)
    {
        var stride = _head.Tiles * Tile.Width;
        var count = images.Length / Shape.Inputs;
        if (images.Length != (long)count * Shape.Inputs || scores.Length != (long)count * Shape.Classes)
        {
            throw new ArgumentException(
                $"FusedNetwork.Predict: {images.Length} pixels and {scores.Length} scores; accepted: {Shape.Inputs} and {Shape.Classes} for each sample");
        }

        if (_tableAt.Length == 0 && _hidden.Any(hidden => hidden.Segments is not null))
            throw new InvalidOperationException("FusedNetwork.Predict: gates need a context; call SetPrototypes first");
        Alive();
        Flush();
        FillTables();
        _training = false;

        for (var from = 0; from < count; from += _capacity)
        {
            var samples = Math.Min(_capacity, count - from);
            fixed (float* x = images.Slice(from * Shape.Inputs, samples * Shape.Inputs))
            {
                Begin(x, samples, _backgroundChosen ? _background : BackgroundOf(x));
                ReadAll();
            }

            if (_nearest is not null) _team.Run(_choose ??= Choose);
            for (var layer = 0; layer < _hidden.Length; layer++)
            {
                _team.Run(_pass[layer]);
                _team.Run(_activate[layer]);
                ChooseForm(layer + 1);
            }

            _team.Run(_output);
            for (var sample = 0; sample < samples; sample++)
                new Span<float>(_scores.Pointer + ((long)sample * stride), Shape.Classes).CopyTo(scores[((from + sample) * Shape.Classes)..]);
        }
    }

    private Action<int>? _choose;

    /// <summary>The nearest prototype of each sample; of equally near ones the first.</summary>
    private void Choose(int rank)
    {
        var stride = _nearest!.Tiles * Tile.Width;
        var (from, to) = _team.Share(rank, _samples);
        for (var tile = 0; tile < _nearest.Tiles; tile++)
            Product(_nearest, tile, _input, from, to, _closeness.Pointer, stride);
        for (var sample = from; sample < to; sample++)
        {
            var closeness = _closeness.Pointer + ((long)sample * stride);
            var best = 0;
            for (var row = 1; row < _nearest.Outputs; row++)
                if (closeness[row] > closeness[best]) best = row;
            _rowOf[sample] = best;
        }
    }
}
