namespace Dendrites.Kernels;

/// <summary>
/// A linear map's weights, biases and moments in tiles. Inputs and outputs stand in an order of the engine's own
/// (see <see cref="UnitOrder"/>); outside they are seen as declared, [output][input].
/// </summary>
internal sealed unsafe class TiledWeights : IDisposable
{
    private readonly NativeArray<float> _bias, _columnSum;
    private readonly NativeArray<ulong>? _exists;
    private readonly NativeArray<int> _updated;
    private NativeArray<float> _weight, _first, _second, _anchor = new(0), _importance = new(0), _path = new(0);

    public TiledWeights(int inputs, int outputs, bool sparse, bool adam)
    {
        Inputs = inputs;
        Outputs = outputs;
        Tiles = Tile.Count(outputs);
        var all = (long)Tiles * inputs * Tile.Width;
        _weight = new(all);
        _first = new(all);
        _second = new(adam ? all : 0);
        _bias = new(6L * Tiles * Tile.Width);
        _columnSum = new((long)Tiles * Tile.Width);
        _updated = new((long)Tiles * inputs);
        BiasUpdated = new int[Tiles];
        _exists = sparse ? new((long)Tiles * inputs) : null;
    }

    public int Inputs { get; }

    public int Outputs { get; }

    public int Tiles { get; }

    /// <summary>[input][output in tile].</summary>
    public float* Weight(int tile) => _weight.Pointer + Offset(tile);

    /// <summary>Adam's first moment, or the velocity; as <see cref="Weight"/>.</summary>
    public float* First(int tile) => _first.Pointer + Offset(tile);

    /// <summary>Adam's second moment; as <see cref="Weight"/>.</summary>
    public float* Second(int tile) => _second.Length == 0 ? null : _second.Pointer + Offset(tile);

    /// <summary>Whether a path is kept and a penalty paid (see <see cref="Consolidate"/>).</summary>
    public bool IsConsolidated => _path.Length > 0;

    /// <summary>Whether the path's gradient is that of the loss without the penalty.</summary>
    public bool FollowsLossAlone { get; private set; }

    /// <summary>Where the penalty pulls to; as <see cref="Weight"/>.</summary>
    public float* Anchor(int tile) => _anchor.Pointer + Offset(tile);

    /// <summary>How strongly; as <see cref="Weight"/>.</summary>
    public float* Importance(int tile) => _importance.Pointer + Offset(tile);

    /// <summary>-Σ gradient · movement; as <see cref="Weight"/>.</summary>
    public float* Path(int tile) => _path.Pointer + Offset(tile);

    /// <summary>Makes room for what Synaptic Intelligence keeps, all zero.</summary>
    public void Consolidate(bool lossAlone)
    {
        FollowsLossAlone = lossAlone;
        if (IsConsolidated) return;
        _anchor = new(_weight.Length);
        _importance = new(_weight.Length);
        _path = new(_weight.Length);
        new Span<float>(Bias(0, Part.Anchor), 3 * Tiles * Tile.Width).Clear();
    }

    /// <summary>[input]: a bit for each output of the tile whose weight exists; null if all do.</summary>
    public ulong* Exists(int tile) => _exists is null ? null : _exists.Pointer + ((long)tile * Inputs);

    /// <summary>[input]: the last step that the moments have taken.</summary>
    public int* Updated(int tile) => _updated.Pointer + ((long)tile * Inputs);

    /// <summary>[tile]: the last step that the biases' moments have taken.</summary>
    public int[] BiasUpdated { get; }

    /// <summary>[output in tile].</summary>
    public float* Bias(int tile) => _bias.Pointer + ((long)tile * Tile.Width);

    public float* BiasFirst(int tile) => Bias(tile, Part.First);

    public float* BiasSecond(int tile) => Bias(tile, Part.Second);

    /// <summary>[output in tile].</summary>
    public float* Bias(int tile, Part part) => Bias(((int)part * Tiles) + tile);

    /// <summary>[output in tile]: the sum of a column of weights, which the background is multiplied by.</summary>
    public float* ColumnSum(int tile) => _columnSum.Pointer + ((long)tile * Tile.Width);

    private long Offset(int tile) => (long)tile * Inputs * Tile.Width;

    /// <summary>All moments to zero.</summary>
    public void ForgetMoments()
    {
        _first.Clear();
        _second.Clear();
        new Span<float>(BiasFirst(0), 2 * Tiles * Tile.Width).Clear();
        TakenTo(0);
    }

    /// <summary>All moments have taken so many steps.</summary>
    public void TakenTo(int step)
    {
        _updated.Span.Fill(step);
        BiasUpdated.AsSpan().Fill(step);
    }

    /// <summary>The moments take the steps up to <paramref name="step"/> that were left out while weights rested.</summary>
    public void CatchUp(int step, UpdateRule rule)
    {
        for (var tile = 0; tile < Tiles; tile++)
        {
            for (var input = 0; input < Inputs; input++)
                CatchUp(tile, input, rule.Decay(step - Updated(tile)[input]));
            CatchUpBias(tile, rule.Decay(step - BiasUpdated[tile]));
        }

        TakenTo(step);
    }

    /// <summary>A row's moments take steps without a gradient.</summary>
    public void CatchUp(int tile, int input, (float First, float Second) by) =>
        Decay(First(tile), Second(tile), (long)input * Tile.Width, by);

    /// <summary>The biases' moments take steps without a gradient.</summary>
    public void CatchUpBias(int tile, (float First, float Second) by) => Decay(BiasFirst(tile), BiasSecond(tile), 0, by);

    private static void Decay(float* first, float* second, long from, (float First, float Second) by)
    {
        if (by.First == 1) return;
        for (var i = from; i < from + Tile.Width; i++)
        {
            first[i] *= by.First;
            if (second is not null) second[i] *= by.Second;
        }
    }

    /// <summary>Which weights exist: [output][input], 0 where one does not. Nothing where the layer was made dense.</summary>
    public void SetMask(ReadOnlySpan<float> mask, UnitOrder inputs, UnitOrder outputs)
    {
        if (_exists is null) return;
        _exists.Clear();
        for (var output = 0; output < Outputs; output++)
        {
            var place = outputs.Place(output);
            var exists = Exists(place / Tile.Width);
            var bit = 1UL << (place % Tile.Width);
            for (var input = 0; input < Inputs; input++)
                if (mask[(output * Inputs) + input] != 0) exists[inputs.Place(input)] |= bit;
        }
    }

    /// <summary>Copies between a matrix as declared, [output][input], and tiles.</summary>
    public void Copy(Part part, Span<float> declared, bool into, UnitOrder inputs, UnitOrder outputs)
    {
        for (var output = 0; output < Outputs; output++)
        {
            var place = outputs.Place(output);
            var column = Of(part, place / Tile.Width) + (place % Tile.Width);
            var row = declared.Slice(output * Inputs, Inputs);
            for (var input = 0; input < Inputs; input++)
            {
                ref var tiled = ref column[(long)inputs.Place(input) * Tile.Width];
                if (into) tiled = row[input];
                else row[input] = tiled;
            }
        }
    }

    /// <summary>Whether a part is kept.</summary>
    public bool Has(Part part) => part switch
    {
        Part.Weight or Part.First => true,
        Part.Second => _second.Length > 0,
        _ => IsConsolidated,
    };

    private float* Of(Part part, int tile) => part switch
    {
        Part.Weight => Weight(tile),
        Part.First => First(tile),
        Part.Second => Second(tile),
        Part.Anchor => Anchor(tile),
        Part.Importance => Importance(tile),
        _ => Path(tile),
    };

    /// <summary>Copies between biases as declared, [output], and tiles.</summary>
    public void CopyBias(Part part, Span<float> declared, bool into, UnitOrder outputs)
    {
        var tiled = Bias((int)part * Tiles);
        for (var output = 0; output < Outputs; output++)
        {
            ref var at = ref tiled[outputs.Place(output)];
            if (into) at = declared[output];
            else declared[output] = at;
        }
    }

    /// <summary>
    /// Inputs and outputs in a new order: what stood at place from[p] stands at place p; null leaves an order as it is. Moments that are
    /// all zero need not be moved.
    /// </summary>
    public void Reorder(int[]? inputsFrom, int[]? outputsFrom, bool moments, Team team)
    {
        _weight = Reordered(_weight, inputsFrom, outputsFrom, team);
        if (moments) _first = Reordered(_first, inputsFrom, outputsFrom, team);
        if (moments && _second.Length > 0) _second = Reordered(_second, inputsFrom, outputsFrom, team);
        if (IsConsolidated)
        {
            _anchor = Reordered(_anchor, inputsFrom, outputsFrom, team);
            _importance = Reordered(_importance, inputsFrom, outputsFrom, team);
            _path = Reordered(_path, inputsFrom, outputsFrom, team);
        }

        if (_exists is not null) ReorderMask(_exists, inputsFrom, outputsFrom, team);
        if (outputsFrom is null) return;

        for (var part = 0; part < 6; part++)
        {
            var bias = new Span<float>(Bias(part * Tiles), Outputs);
            var old = bias.ToArray();
            for (var place = 0; place < Outputs; place++) bias[place] = old[outputsFrom[place]];
        }
    }

    private NativeArray<float> Reordered(NativeArray<float> old, int[]? inputsFrom, int[]? outputsFrom, Team team)
    {
        var fresh = new NativeArray<float>(old.Length);
        team.Run(rank =>
        {
            // Where each output of a tile comes from, found once and not for every input.
            var columns = stackalloc long[Tile.Width];
            for (var tile = rank; tile < Tiles; tile += team.Size)
            {
                var width = Math.Min(Tile.Width, Outputs - (tile * Tile.Width));
                var to = fresh.Pointer + Offset(tile);
                for (var lane = 0; lane < width; lane++)
                {
                    var place = (tile * Tile.Width) + lane;
                    var from = outputsFrom is null ? place : outputsFrom[place];
                    columns[lane] = Offset(from / Tile.Width) + (from % Tile.Width);
                }

                for (var input = 0; input < Inputs; input++)
                {
                    var row = (long)(inputsFrom is null ? input : inputsFrom[input]) * Tile.Width;
                    var at = to + ((long)input * Tile.Width);
                    for (var lane = 0; lane < width; lane++) at[lane] = old.Pointer[columns[lane] + row];
                }
            }
        });
        old.Dispose();
        return fresh;
    }

    private void ReorderMask(NativeArray<ulong> exists, int[]? inputsFrom, int[]? outputsFrom, Team team)
    {
        using var old = new NativeArray<ulong>(exists.Length);
        exists.Span.CopyTo(old.Span);
        team.Run(rank =>
        {
            for (var tile = rank; tile < Tiles; tile += team.Size)
            {
                var width = Math.Min(Tile.Width, Outputs - (tile * Tile.Width));
                for (var input = 0; input < Inputs; input++)
                {
                    var row = inputsFrom is null ? input : inputsFrom[input];
                    ulong bits = 0;
                    for (var lane = 0; lane < width; lane++)
                    {
                        var place = (tile * Tile.Width) + lane;
                        var from = outputsFrom is null ? place : outputsFrom[place];
                        bits |= (old.Pointer[((long)(from / Tile.Width) * Inputs) + row] >> (from % Tile.Width) & 1) << lane;
                    }

                    exists.Pointer[((long)tile * Inputs) + input] = bits;
                }
            }
        });
    }

    public void Dispose()
    {
        foreach (var array in new[] { _weight, _first, _second, _anchor, _importance, _path, _bias, _columnSum }) array.Dispose();
        _updated.Dispose();
        _exists?.Dispose();
    }
}

/// <summary>What of a parameter is meant.</summary>
public enum Part
{
    /// <summary>The parameter itself.</summary>
    Weight,

    /// <summary>Adam's first moment, or the velocity.</summary>
    First,

    /// <summary>Adam's second moment.</summary>
    Second,

    /// <summary>Where Synaptic Intelligence pulls a parameter to.</summary>
    Anchor,

    /// <summary>How strongly it pulls there.</summary>
    Importance,

    /// <summary>What the parameter has done for the loss: -Σ gradient · movement.</summary>
    Path,
}
