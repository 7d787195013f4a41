using System.Numerics;
using System.Runtime.CompilerServices;

namespace Dendrites.Kernels;

/// <summary>As many floats as <see cref="Vector{T}"/> holds: any processor.</summary>
internal readonly unsafe struct SimdPortable : ISimd<Vector<float>>
{
    private static readonly Vector<int> LaneBits = Bits();

    public static int Lanes => Vector<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Load(float* from) => Vector.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* to, Vector<float> value) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Broadcast(float value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Add(Vector<float> a, Vector<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Subtract(Vector<float> a, Vector<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Multiply(Vector<float> a, Vector<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Divide(Vector<float> a, Vector<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> MultiplyAdd(Vector<float> a, Vector<float> b, Vector<float> c) =>
        Vector.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> SquareRoot(Vector<float> a) => Vector.SquareRoot(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Max(Vector<float> a, Vector<float> b) => Vector.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Abs(Vector<float> a) => Vector.Abs(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector<float> a) => Vector.Sum(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AtLeast(Vector<float> a, Vector<float> b)
    {
        var yes = Vector.GreaterThanOrEqual(a, b);
        uint bits = 0;
        for (var lane = 0; lane < Vector<float>.Count; lane++) bits |= (uint)(yes[lane] & 1) << lane;
        return bits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Keep(Vector<float> a, uint bits) =>
        Vector.ConditionalSelect(Vector.Equals(new Vector<int>((int)bits) & LaneBits, Vector<int>.Zero), Vector<float>.Zero, a);

    private static Vector<int> Bits()
    {
        Span<int> bits = stackalloc int[Vector<int>.Count];
        for (var lane = 0; lane < bits.Length; lane++) bits[lane] = 1 << lane;
        return new(bits);
    }
}
