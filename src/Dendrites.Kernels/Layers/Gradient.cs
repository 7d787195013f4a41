namespace Dendrites.Kernels;

/// <summary>∂loss/∂(what a layer's product gave) for a batch, in the layer's tiles; dense, since few of 64 neighbours are zero together.</summary>
internal sealed unsafe class Gradient(int tiles, int capacity) : IDisposable
{
    private readonly NativeArray<float> _delta = new((long)tiles * capacity * Tile.Width);
    private readonly NativeArray<byte> _active = new((long)tiles * capacity);
    private readonly NativeArray<int> _last = new(tiles);

    /// <summary>[tile][sample][output in tile].</summary>
    public float* Delta(int tile) => _delta.Pointer + ((long)tile * capacity * Tile.Width);

    /// <summary>[tile][sample]: whether any delta of the tile is not zero.</summary>
    public byte* Active(int tile) => _active.Pointer + ((long)tile * capacity);

    /// <summary>[tile]: the last step at which any of its outputs had a gradient; 0: none since the optimiser began.</summary>
    public int* Last => _last.Pointer;

    /// <summary>All deltas of a sample to zero.</summary>
    public void Clear(int sample)
    {
        for (var tile = 0; tile < tiles; tile++)
        {
            if (Active(tile)[sample] == 0) continue;
            new Span<float>(Delta(tile) + ((long)sample * Tile.Width), Tile.Width).Clear();
            Active(tile)[sample] = 0;
        }
    }

    public void Set(int sample, int output, float delta, int step)
    {
        var tile = output / Tile.Width;
        Delta(tile)[((long)sample * Tile.Width) + (output % Tile.Width)] = delta;
        Active(tile)[sample] = 1;
        Last[tile] = step;
    }

    /// <summary>Whether any sample below <paramref name="samples"/> has a gradient in the tile.</summary>
    public bool Any(int tile, int samples) => new Span<byte>(Active(tile), samples).Contains((byte)1);

    public void Forget() => _last.Clear();

    /// <summary>Everything may have had a gradient just now.</summary>
    public void Wake(int step) => _last.Span.Fill(step);

    public void Dispose()
    {
        _delta.Dispose();
        _active.Dispose();
        _last.Dispose();
    }
}
