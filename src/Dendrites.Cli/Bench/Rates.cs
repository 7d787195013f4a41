using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Dendrites.Cli;

/// <summary>What the processor and its memory do at best: the measure of a floor.</summary>
internal static class Rates
{
    /// <summary>Floats that are read again and again: they stay in a core's nearest cache, with room for others.</summary>
    private const int Near = 2048;

    /// <summary>Rounds over them: some 20 ms.</summary>
    private const int Rounds = 200_000;

    /// <summary>Vectors that are summed into side by side, so that no sum waits for the one before.</summary>
    private const int Sums = 8;

    /// <summary>Bytes that a thread copies: more than caches hold.</summary>
    private const int Far = 96 << 20;

    /// <summary>Multiply-adds of floats a second, one factor read from memory nearby as a product does it.</summary>
    public static double MultiplyAdds(int threads)
    {
        var seconds = Together(threads, () =>
        {
            var near = new float[Near];
            return Vector512.IsHardwareAccelerated ? () => Multiply512(near) : () => Multiply256(near);
        });
        return threads * (double)Near * Rounds / seconds;
    }

    /// <summary>Bytes read and bytes written a second, together, when memory is copied.</summary>
    public static double Copied(int threads)
    {
        var seconds = Together(threads, () =>
        {
            var (from, to) = (new byte[Far], new byte[Far]);
            return () => from.CopyTo(to);
        });
        return threads * 2.0 * Far / seconds;
    }

    /// <summary>
    /// Seconds from the first thread's begin to the last one's end. Each prepares its own work, and does it once before the
    /// clock starts: memory is touched then.
    /// </summary>
    private static double Together(int threads, Func<Action> prepare)
    {
        using var barrier = new Barrier(threads + 1);
        var team = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            var work = prepare();
            work();
            barrier.SignalAndWait();
            work();
            barrier.SignalAndWait();
        })).ToArray();
        foreach (var thread in team) thread.Start();
        barrier.SignalAndWait();
        var clock = Stopwatch.StartNew();
        barrier.SignalAndWait();
        var seconds = clock.Elapsed.TotalSeconds;
        foreach (var thread in team) thread.Join();
        return seconds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Multiply512(float[] near)
    {
        const int Lanes = 16;
        ref var x = ref MemoryMarshal.GetArrayDataReference(near);
        Vector512<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        var y = Vector512.Create(0.5f);
        for (var round = 0; round < Rounds; round++)
        {
            for (nuint at = 0; at < Near; at += Sums * Lanes)
            {
                a = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref x, at), y, a);
                b = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref x, at + Lanes), y, b);
                c = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref x, at + (2 * Lanes)), y, c);
                d = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref x, at + (3 * Lanes)), y, d);
                e = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref x, at + (4 * Lanes)), y, e);
                f = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref x, at + (5 * Lanes)), y, f);
                g = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref x, at + (6 * Lanes)), y, g);
                h = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref x, at + (7 * Lanes)), y, h);
            }
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Multiply256(float[] near)
    {
        const int Lanes = 8;
        ref var x = ref MemoryMarshal.GetArrayDataReference(near);
        Vector256<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        var y = Vector256.Create(0.5f);
        for (var round = 0; round < Rounds; round++)
        {
            for (nuint at = 0; at < Near; at += Sums * Lanes)
            {
                a = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref x, at), y, a);
                b = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref x, at + Lanes), y, b);
                c = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref x, at + (2 * Lanes)), y, c);
                d = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref x, at + (3 * Lanes)), y, d);
                e = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref x, at + (4 * Lanes)), y, e);
                f = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref x, at + (5 * Lanes)), y, f);
                g = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref x, at + (6 * Lanes)), y, g);
                h = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref x, at + (7 * Lanes)), y, h);
            }
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h);
    }
}
