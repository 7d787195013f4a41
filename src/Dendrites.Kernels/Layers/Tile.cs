namespace Dendrites.Kernels;

/// <summary>
/// Weights stand in tiles of 64 outputs, [tile][input][output in tile]: the row of an input that is not zero is four cache
/// lines for one AVX-512 register each, and a tile of 2048 inputs (512 kB) stays in a core's own cache.
/// </summary>
internal static class Tile
{
    public const int Width = 64;

    /// <summary>Tiles that hold so many outputs; what is left of the last holds zeros.</summary>
    public static int Count(int outputs) => (outputs + Width - 1) / Width;

    /// <summary>
    /// Floats from one row to the next, an odd number of cache lines: rows a power of two apart would all fall into the same few
    /// sets of the cache and drive each other out.
    /// </summary>
    public static int OddLines(int floats) => ((floats + 15) / 16 | 1) * 16;
}
