using System.Runtime.CompilerServices;

namespace Dendrites.Kernels;

/// <summary>
/// Products, gradients and errors of a level of which many units speak. Lists of who does cost a load for every multiply-add; here a
/// vector that was loaded serves several rows while their sums stay in registers, zeros and all. Each number is summed in the order of
/// what it is summed over, whatever is computed beside it.
/// </summary>
internal static unsafe class DenseKernels<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Rows whose sums 32 registers hold, four vectors of each, beside the four that they share.</summary>
    public const int MostRows = 6;

    /// <summary>
    /// The share of units that speak from which rows are quicker than lists: measured with six rows at a time; with two, where the loads of both are the same.
    /// </summary>
    public static double LeastShare => RowsAtATime == MostRows ? 0.25 : 0.5;

    /// <summary>Outputs that are in registers at a time.</summary>
    private static int Block => FourVectors<TSimd, TVector>.Width;

    /// <summary>Rows at a time: AVX-512 comes with 32 registers, AVX2 with 16.</summary>
    private static int RowsAtATime => TSimd.Lanes >= 16 ? MostRows : 2;

    /// <summary>As <see cref="TileKernels{TSimd, TVector}.Product"/>, from <see cref="Entries.Row"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Product(TiledWeights layer, int tile, Entries input, int from, int to, float* output, int stride)
    {
        var start = stackalloc float[Tile.Width];
        for (var lane = 0; lane < Tile.Width; lane++)
            start[lane] = layer.Bias(tile)[lane] + (input.Background == 0 ? 0 : input.Background * layer.ColumnSum(tile)[lane]);

        output += (long)tile * Tile.Width;
        for (var sample = from; sample < to; sample++) Copy(start, output + ((long)sample * stride));
        AddProduct(input.Row(from), input.RowStride, to - from, layer.Weight(tile), layer.Inputs, output + ((long)from * stride), stride);
    }

    /// <summary>
    /// The gradients of a block of the weights into a tile out of <paramref name="count"/> live inputs from number <paramref name="from"/> on, without the
    /// background's: [input][output in block]. <paramref name="delta"/> is the block's too, a tile's width from sample to sample.
    /// </summary>
    public static void Gradients(Entries input, int from, int count, float* delta, int samples, float* gradients)
    {
        var rows = stackalloc float*[MostRows];
        new Span<float>(gradients, count * Block).Clear();
        for (int n = 0, together; n < count; n += together)
        {
            together = Math.Min(RowsAtATime, count - n);
            for (var r = 0; r < together; r++) rows[r] = input.UnitValue + ((long)input.Live[from + n + r] * input.UnitStride);
            AddProduct(rows, together, delta, samples, gradients + (n * Block), Block);
        }
    }

    /// <summary>
    /// ∂loss/∂value of the 64 inputs from 64 · <paramref name="chunk"/> on, out of the gradients of a layer's outputs: [sample][stride].
    /// Of samples [from, to) out of <paramref name="samples"/>. <paramref name="block"/> is room for 64 · 64.
    /// </summary>
    public static void Errors(TiledWeights layer, int chunk, Gradient gradient, int samples, int from, int to, float* errors, int stride, float* block)
    {
        var first = chunk * Tile.Width;
        var inputs = Math.Min(Tile.Width, layer.Inputs - first);
        if (inputs < Tile.Width) new Span<float>(block, Tile.Width * Tile.Width).Clear();
        errors += first;
        for (var sample = from; sample < to; sample++) new Span<float>(errors + ((long)sample * stride), Tile.Width).Clear();
        for (var tile = 0; tile < layer.Tiles; tile++)
        {
            if (!gradient.Any(tile, samples)) continue;
            var outputs = Math.Min(Tile.Width, layer.Outputs - (tile * Tile.Width));
            Transposition.Of(layer.Weight(tile) + ((long)first * Tile.Width), Tile.Width, inputs, outputs, block, Tile.Width);
            AddProduct(gradient.Delta(tile) + ((long)from * Tile.Width), Tile.Width, to - from, block, outputs, errors + ((long)from * stride), stride);
        }
    }

    /// <summary>
    /// As <see cref="HiddenLayer.Spread"/>, of a rectified layer that has no lists: <see cref="HiddenLayer.Errors"/> of the units that are above zero become
    /// deltas of the drive, and in their own place those of the response.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Spread(HiddenLayer hidden, int sample, float* response, int step)
    {
        var row = hidden.Output.Row(sample);
        var errors = hidden.Errors + ((long)sample * hidden.Stride);
        var drive = hidden.Drive + ((long)sample * hidden.Stride);
        var (scale, least) = (TSimd.Broadcast(hidden.Output.Scale), TSimd.Broadcast(float.Epsilon));
        var multiplied = hidden.IsMultiplied;
        for (var tile = 0; tile < hidden.Map.Tiles; tile++)
        {
            var delta = hidden.Gradient.Delta(tile) + ((long)sample * Tile.Width);
            uint any = 0;
            for (var lane = 0; lane < Tile.Width; lane += TSimd.Lanes)
            {
                var at = (tile * Tile.Width) + lane;
                var above = TSimd.AtLeast(TSimd.Load(row + at), least);
                var error = TSimd.Keep(TSimd.Multiply(TSimd.Load(errors + at), scale), above);
                // Masked once more: what a unit that is silent heard or said may be no number.
                TSimd.Store(delta + lane, multiplied ? TSimd.Keep(TSimd.Multiply(error, TSimd.Load(response + at)), above) : error);
                TSimd.Store(errors + at, multiplied ? TSimd.Keep(TSimd.Multiply(error, TSimd.Load(drive + at)), above) : error);
                any |= above;
            }

            hidden.Gradient.Active(tile)[sample] = (byte)(any == 0 ? 0 : 1);
            if (any != 0) hidden.Gradient.Last[tile] = step;
        }
    }

    /// <summary>to[r] ← to[r] + Σ from[r][k] · shared[k], k below <paramref name="count"/>; rows of <paramref name="shared"/> and of the result hold <see cref="Tile.Width"/>.</summary>
    private static void AddProduct(float* from, long fromStride, int rows, float* shared, int count, float* to, long toStride)
    {
        var at = stackalloc float*[MostRows];
        for (int row = 0, together; row < rows; row += together)
        {
            together = Math.Min(RowsAtATime, rows - row);
            for (var r = 0; r < together; r++) at[r] = from + ((row + r) * fromStride);
            for (var block = 0; block < Tile.Width; block += Block) AddProduct(at, together, shared + block, count, to + (row * toStride) + block, toStride);
        }
    }

    /// <summary>The same of a block, for up to <see cref="MostRows"/> rows that stand anywhere.</summary>
    private static void AddProduct(float** from, int rows, float* shared, int count, float* to, long toStride)
    {
        if (rows == MostRows)
        {
            Six(from, shared, count, to, toStride);
            return;
        }

        for (var r = 0; r < rows; r += 2)
        {
            // The last of an odd number is done twice, side by side.
            var both = r + 1 < rows;
            Two(from[r], from[both ? r + 1 : r], shared, count, to + (r * toStride), both ? toStride : 0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Six(float** from, float* shared, int count, float* to, long toStride)
    {
        float* x0 = from[0], x1 = from[1], x2 = from[2], x3 = from[3], x4 = from[4], x5 = from[5];
        FourVectors<TSimd, TVector>.Load(to, out var a0, out var b0, out var c0, out var d0);
        FourVectors<TSimd, TVector>.Load(to + toStride, out var a1, out var b1, out var c1, out var d1);
        FourVectors<TSimd, TVector>.Load(to + (2 * toStride), out var a2, out var b2, out var c2, out var d2);
        FourVectors<TSimd, TVector>.Load(to + (3 * toStride), out var a3, out var b3, out var c3, out var d3);
        FourVectors<TSimd, TVector>.Load(to + (4 * toStride), out var a4, out var b4, out var c4, out var d4);
        FourVectors<TSimd, TVector>.Load(to + (5 * toStride), out var a5, out var b5, out var c5, out var d5);

        for (long k = 0; k < count; k++, shared += Tile.Width)
        {
            FourVectors<TSimd, TVector>.Load(shared, out var p, out var q, out var r, out var s);
            FourVectors<TSimd, TVector>.MultiplyAdd(TSimd.Broadcast(x0[k]), p, q, r, s, ref a0, ref b0, ref c0, ref d0);
            FourVectors<TSimd, TVector>.MultiplyAdd(TSimd.Broadcast(x1[k]), p, q, r, s, ref a1, ref b1, ref c1, ref d1);
            FourVectors<TSimd, TVector>.MultiplyAdd(TSimd.Broadcast(x2[k]), p, q, r, s, ref a2, ref b2, ref c2, ref d2);
            FourVectors<TSimd, TVector>.MultiplyAdd(TSimd.Broadcast(x3[k]), p, q, r, s, ref a3, ref b3, ref c3, ref d3);
            FourVectors<TSimd, TVector>.MultiplyAdd(TSimd.Broadcast(x4[k]), p, q, r, s, ref a4, ref b4, ref c4, ref d4);
            FourVectors<TSimd, TVector>.MultiplyAdd(TSimd.Broadcast(x5[k]), p, q, r, s, ref a5, ref b5, ref c5, ref d5);
        }

        FourVectors<TSimd, TVector>.Store(to, a0, b0, c0, d0);
        FourVectors<TSimd, TVector>.Store(to + toStride, a1, b1, c1, d1);
        FourVectors<TSimd, TVector>.Store(to + (2 * toStride), a2, b2, c2, d2);
        FourVectors<TSimd, TVector>.Store(to + (3 * toStride), a3, b3, c3, d3);
        FourVectors<TSimd, TVector>.Store(to + (4 * toStride), a4, b4, c4, d4);
        FourVectors<TSimd, TVector>.Store(to + (5 * toStride), a5, b5, c5, d5);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Two(float* x0, float* x1, float* shared, int count, float* to, long toStride)
    {
        FourVectors<TSimd, TVector>.Load(to, out var a0, out var b0, out var c0, out var d0);
        FourVectors<TSimd, TVector>.Load(to + toStride, out var a1, out var b1, out var c1, out var d1);
        for (long k = 0; k < count; k++, shared += Tile.Width)
        {
            FourVectors<TSimd, TVector>.Load(shared, out var p, out var q, out var r, out var s);
            FourVectors<TSimd, TVector>.MultiplyAdd(TSimd.Broadcast(x0[k]), p, q, r, s, ref a0, ref b0, ref c0, ref d0);
            FourVectors<TSimd, TVector>.MultiplyAdd(TSimd.Broadcast(x1[k]), p, q, r, s, ref a1, ref b1, ref c1, ref d1);
        }

        FourVectors<TSimd, TVector>.Store(to, a0, b0, c0, d0);
        FourVectors<TSimd, TVector>.Store(to + toStride, a1, b1, c1, d1);
    }

    private static void Copy(float* from, float* to)
    {
        for (var lane = 0; lane < Tile.Width; lane += TSimd.Lanes) TSimd.Store(to + lane, TSimd.Load(from + lane));
    }
}
