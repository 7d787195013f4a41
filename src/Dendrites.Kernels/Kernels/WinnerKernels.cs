using System.Numerics;
using System.Runtime.CompilerServices;

namespace Dendrites.Kernels;

/// <summary>The winners of one sample: all units at or above the k-th largest, ties together; or all above zero.</summary>
internal static unsafe class WinnerKernels<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>
    /// The gated drive, y · response (or y + response, or y), to <paramref name="gated"/>; what is left of the last tile becomes NaN, which never wins.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Modulate(float* drive, float* response, GateKind gate, int units, float* gated)
    {
        var all = Tile.Count(units) * Tile.Width;
        for (var i = 0; i < all; i += TSimd.Lanes)
        {
            TSimd.Store(gated + i, Gated(drive + i, response + i, gate));
        }

        new Span<float>(gated + units, all - units).Fill(float.NaN);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Gated(float* drive, float* response, GateKind gate)
    {
        var y = TSimd.Load(drive);
        return gate switch
        {
            GateKind.None => y,
            GateKind.Bias => TSimd.Add(y, TSimd.Load(response)),
            _ => TSimd.Multiply(y, TSimd.Load(response)),
        };
    }

    /// <summary>
    /// Units and values of the k winners of <paramref name="z"/> [units, padded with NaN], ascending by unit; how many they are.
    /// <paramref name="guess"/> is where the last threshold was, in standard deviations above the mean: it saves work and decides nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int KLargest(float* z, int units, int k, int* unit, float* value, int* keys, ref float guess)
    {
        var (mean, deviation) = Moments(z, units);
        var count = AtLeast(z, units, mean + ((guess - 0.3f) * deviation), unit, value);
        if (count < k) count = AtLeast(z, units, float.NegativeInfinity, unit, value);
        for (var n = 0; n < count; n++) keys[n] = Key(value[n]);

        var threshold = Threshold(keys, count, k);
        var kept = 0;
        for (var n = 0; n < count; n++)
        {
            unit[kept] = unit[n];
            value[kept] = value[n];
            // Without a branch: which unit wins cannot be foreseen.
            kept += keys[n] >= threshold ? 1 : 0;
        }

        if (kept > 0 && deviation > 0)
        {
            var least = float.PositiveInfinity;
            for (var n = 0; n < kept; n++) least = MathF.Min(least, value[n]);
            guess = (least - mean) / deviation;
            if (!float.IsFinite(guess)) guess = 0;
        }

        return kept;
    }

    /// <summary>The gated drive where it is above zero, else 0, whole tiles (beyond the last unit both are zero); how many are above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int Rectify(float* drive, float* response, GateKind gate, int units, float* row)
    {
        var bound = TSimd.Broadcast(float.Epsilon);
        var count = 0;
        for (var i = 0; i < Tile.Count(units) * Tile.Width; i += TSimd.Lanes)
        {
            var z = Gated(drive + i, response + i, gate);
            var above = TSimd.AtLeast(z, bound);
            TSimd.Store(row + i, TSimd.Keep(z, above));
            count += BitOperations.PopCount(above);
        }

        return count;
    }

    /// <summary>Units and values above zero.</summary>
    public static int Positive(float* z, int units, int* unit, float* value) =>
        AtLeast(z, units, float.Epsilon, unit, value);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static (float Mean, float Deviation) Moments(float* z, int units)
    {
        TVector sum = default, squares = default;
        var i = 0;
        for (; i + TSimd.Lanes <= units; i += TSimd.Lanes)
        {
            var x = TSimd.Load(z + i);
            sum = TSimd.Add(sum, x);
            squares = TSimd.MultiplyAdd(x, x, squares);
        }

        float total = TSimd.Sum(sum), square = TSimd.Sum(squares);
        for (; i < units; i++)
        {
            total += z[i];
            square += z[i] * z[i];
        }

        var mean = total / units;
        return (mean, MathF.Sqrt(MathF.Max(0, (square / units) - (mean * mean))));
    }

    /// <summary>Units and values from <paramref name="least"/> upwards, ascending by unit; NaN is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int AtLeast(float* z, int units, float least, int* unit, float* value)
    {
        var bound = TSimd.Broadcast(least);
        var count = 0;
        for (var i = 0; i < units; i += TSimd.Lanes)
        {
            for (var bits = TSimd.AtLeast(TSimd.Load(z + i), bound); bits != 0; bits &= bits - 1)
            {
                var at = i + BitOperations.TrailingZeroCount(bits);
                unit[count] = at;
                value[count++] = z[at];
            }
        }

        return count;
    }

    /// <summary>An integer that orders as the float does; the two zeros are one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Key(float x)
    {
        var bits = BitConverter.SingleToInt32Bits(x + 0f);
        return bits ^ (bits >> 31 & int.MaxValue);
    }

    /// <summary>A key such that exactly k keys are at or above it; where ties forbid that, the k-th largest; below all if there are fewer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int Threshold(int* keys, int count, int k)
    {
        if (count <= k) return int.MinValue;
        int low = int.MaxValue, high = int.MinValue;
        for (var n = 0; n < count; n++)
        {
            low = Math.Min(low, keys[n]);
            high = Math.Max(high, keys[n]);
        }

        // At or above `low` are more than k; above `high` none.
        long below = low, above = (long)high + 1;
        while (above - below > 1)
        {
            var middle = (int)((below + above) >> 1);
            var there = CountFrom(keys, count, middle);
            if (there == k) return middle;
            if (there > k) below = middle;
            else above = middle;
        }

        return (int)below;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int CountFrom(int* keys, int count, int least)
    {
        var bound = new Vector<int>(least);
        var counts = Vector<int>.Zero;
        var n = 0;
        for (; n + Vector<int>.Count <= count; n += Vector<int>.Count)
            counts -= Vector.GreaterThanOrEqual(Vector.Load(keys + n), bound);
        var total = Vector.Sum(counts);
        for (; n < count; n++) total += keys[n] >= least ? 1 : 0;
        return total;
    }
}
