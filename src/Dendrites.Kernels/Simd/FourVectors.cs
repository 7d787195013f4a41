using System.Runtime.CompilerServices;

namespace Dendrites.Kernels;

/// <summary>Four vectors side by side: what the kernels hold of a row at a time.</summary>
internal static unsafe class FourVectors<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Floats in them; a divisor of <see cref="Tile.Width"/>.</summary>
    public static int Width => 4 * TSimd.Lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(float* from, out TVector a, out TVector b, out TVector c, out TVector d)
    {
        a = TSimd.Load(from);
        b = TSimd.Load(from + TSimd.Lanes);
        c = TSimd.Load(from + (2 * TSimd.Lanes));
        d = TSimd.Load(from + (3 * TSimd.Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* to, TVector a, TVector b, TVector c, TVector d)
    {
        TSimd.Store(to, a);
        TSimd.Store(to + TSimd.Lanes, b);
        TSimd.Store(to + (2 * TSimd.Lanes), c);
        TSimd.Store(to + (3 * TSimd.Lanes), d);
    }

    /// <summary>(a, b, c, d) += factor · (p, q, r, s).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(TVector factor, TVector p, TVector q, TVector r, TVector s, ref TVector a, ref TVector b, ref TVector c, ref TVector d)
    {
        a = TSimd.MultiplyAdd(factor, p, a);
        b = TSimd.MultiplyAdd(factor, q, b);
        c = TSimd.MultiplyAdd(factor, r, c);
        d = TSimd.MultiplyAdd(factor, s, d);
    }

    /// <summary>(a, b, c, d) += factor · row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(TVector factor, float* row, ref TVector a, ref TVector b, ref TVector c, ref TVector d)
    {
        Load(row, out var p, out var q, out var r, out var s);
        MultiplyAdd(factor, p, q, r, s, ref a, ref b, ref c, ref d);
    }
}
