using System.Runtime.CompilerServices;

namespace Dendrites.Kernels;

/// <summary>What segments say to a context, and how they learn.</summary>
internal static unsafe class SegmentKernels<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>The dot product of two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static float Dot(float* a, float* b, int count)
    {
        TVector s = default, t = default, u = default, w = default;
        var i = 0;
        for (; i + (4 * TSimd.Lanes) <= count; i += 4 * TSimd.Lanes)
        {
            s = TSimd.MultiplyAdd(TSimd.Load(a + i), TSimd.Load(b + i), s);
            t = TSimd.MultiplyAdd(TSimd.Load(a + i + TSimd.Lanes), TSimd.Load(b + i + TSimd.Lanes), t);
            u = TSimd.MultiplyAdd(TSimd.Load(a + i + (2 * TSimd.Lanes)), TSimd.Load(b + i + (2 * TSimd.Lanes)), u);
            w = TSimd.MultiplyAdd(TSimd.Load(a + i + (3 * TSimd.Lanes)), TSimd.Load(b + i + (3 * TSimd.Lanes)), w);
        }

        for (; i + TSimd.Lanes <= count; i += TSimd.Lanes) s = TSimd.MultiplyAdd(TSimd.Load(a + i), TSimd.Load(b + i), s);
        var sum = TSimd.Sum(TSimd.Add(TSimd.Add(s, t), TSimd.Add(u, w)));
        for (; i < count; i++) sum += a[i] * b[i];
        return sum;
    }

    /// <summary>The first segment of the largest activation, or magnitude.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int Winner(float* activation, int segments, bool magnitude)
    {
        TVector most = TSimd.Broadcast(float.NegativeInfinity);
        var s = 0;
        for (; s + TSimd.Lanes <= segments; s += TSimd.Lanes)
        {
            var a = TSimd.Load(activation + s);
            most = TSimd.Max(most, magnitude ? TSimd.Abs(a) : a);
        }

        var lanes = stackalloc float[TSimd.Lanes];
        TSimd.Store(lanes, most);
        var largest = float.NegativeInfinity;
        for (var lane = 0; lane < TSimd.Lanes; lane++) largest = MathF.Max(largest, lanes[lane]);
        for (; s < segments; s++) largest = MathF.Max(largest, magnitude ? MathF.Abs(activation[s]) : activation[s]);
        for (s = 0; s < segments; s++)
            if ((magnitude ? MathF.Abs(activation[s]) : activation[s]) == largest) return s;
        return 0;
    }

    /// <summary>
    /// Adam on a segment whose every gradient since the optimiser began was a multiple of one context c. The moments are
    /// then of rank one: m = μ·c and v = ν·c², so two numbers stand for two rows, and ε keeps its place:
    /// θ ← θ - Rate·μ·c/(√ν·|c| + Epsilon). The new activation θ·c comes out of the same pass.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static float AdamRankOne(float* row, float* context, float* mask, int count, float mu, float nu, in UpdateScalars scalars)
    {
        float step = scalars.Rate * mu, spread = MathF.Sqrt(nu);
        var steps = TSimd.Broadcast(step);
        var spreads = TSimd.Broadcast(spread);
        var epsilon = TSimd.Broadcast(scalars.Epsilon);
        TVector s = default, t = default;
        var i = 0;

        for (; i + (2 * TSimd.Lanes) <= count; i += 2 * TSimd.Lanes)
        {
            s = Move(row + i, context + i, mask is null ? null : mask + i, steps, spreads, epsilon, s);
            t = Move(row + i + TSimd.Lanes, context + i + TSimd.Lanes, mask is null ? null : mask + i + TSimd.Lanes, steps, spreads, epsilon, t);
        }

        for (; i + TSimd.Lanes <= count; i += TSimd.Lanes) s = Move(row + i, context + i, mask is null ? null : mask + i, steps, spreads, epsilon, s);
        var sum = TSimd.Sum(TSimd.Add(s, t));

        for (; i < count; i++)
        {
            row[i] -= step * context[i] / ((spread * MathF.Abs(context[i])) + scalars.Epsilon);
            if (mask is not null) row[i] *= mask[i];
            sum += row[i] * context[i];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Move(float* row, float* context, float* mask, TVector steps, TVector spreads, TVector epsilon, TVector sum)
    {
        var c = TSimd.Load(context);
        var move = TSimd.Divide(TSimd.Multiply(steps, c), TSimd.MultiplyAdd(spreads, TSimd.Abs(c), epsilon));
        var moved = TSimd.Subtract(TSimd.Load(row), move);
        if (mask is not null) moved = TSimd.Multiply(moved, TSimd.Load(mask));
        TSimd.Store(row, moved);
        return TSimd.MultiplyAdd(moved, c, sum);
    }

    /// <summary>Gradient descent on such a segment: its velocity is μ·c.</summary>
    public static float DescendRankOne(float* row, float* context, float* mask, int count, float mu, in UpdateScalars scalars)
    {
        var step = scalars.Rate * mu;
        var sum = 0f;
        for (var i = 0; i < count; i++)
        {
            row[i] -= step * context[i];
            if (mask is not null) row[i] *= mask[i];
            sum += row[i] * context[i];
        }

        return sum;
    }

    /// <summary>A segment whose moments are rows of their own, and whose gradient is Σ q·c over contexts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Step(float* row, float* first, float* second, float* gradient, float* mask, int count, bool adam, in UpdateScalars scalars)
    {
        var keep1 = TSimd.Broadcast(scalars.Keep1);
        var new1 = TSimd.Broadcast(scalars.New1);
        var keep2 = TSimd.Broadcast(scalars.Keep2);
        var new2 = TSimd.Broadcast(scalars.New2);
        var rate = TSimd.Broadcast(scalars.Rate);
        var epsilon = TSimd.Broadcast(scalars.Epsilon);
        var i = 0;
        for (; i + TSimd.Lanes <= count; i += TSimd.Lanes)
        {
            var g = TSimd.Load(gradient + i);
            var m = TSimd.MultiplyAdd(g, new1, TSimd.Multiply(TSimd.Load(first + i), keep1));
            var move = TSimd.Multiply(m, rate);
            TSimd.Store(first + i, m);
            if (adam)
            {
                var v = TSimd.MultiplyAdd(TSimd.Multiply(g, g), new2, TSimd.Multiply(TSimd.Load(second + i), keep2));
                move = TSimd.Divide(move, TSimd.Add(TSimd.SquareRoot(v), epsilon));
                TSimd.Store(second + i, v);
            }

            var moved = TSimd.Subtract(TSimd.Load(row + i), move);
            TSimd.Store(row + i, mask is null ? moved : TSimd.Multiply(moved, TSimd.Load(mask + i)));
        }

        for (; i < count; i++)
        {
            var none = 0f;
            scalars.Apply(adam, gradient[i], ref row[i], ref first[i], ref second is null ? ref none : ref second[i]);
            if (mask is not null) row[i] *= mask[i];
        }
    }

    /// <summary>A row by a number.</summary>
    public static void Scale(float* row, int count, float factor)
    {
        for (var i = 0; i < count; i++) row[i] *= factor;
    }
}
