using System.Runtime.CompilerServices;

namespace Dendrites.Kernels;

/// <summary>Images whose pixels are weighted means of other pixels.</summary>
public static class Blend
{
    private const int Corners = 4;

    /// <summary>
    /// to[r][i] = scale · Σ weights[i][k] · from[r][corners[i][k]] + offset, k from 0 to 3, of rows of <paramref name="width"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static unsafe void Rows(
        ReadOnlySpan<float> from, int width, ReadOnlySpan<int> corners, ReadOnlySpan<float> weights, float scale, float offset, Span<float> to)
    {
        foreach (var corner in corners) ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)corner, (uint)width, nameof(corners));
        ArgumentOutOfRangeException.ThrowIfNotEqual(corners.Length, Corners * width, nameof(corners));
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, corners.Length, nameof(weights));
        ArgumentOutOfRangeException.ThrowIfNotEqual(from.Length % width, 0, nameof(from));
        ArgumentOutOfRangeException.ThrowIfNotEqual(to.Length, from.Length, nameof(to));

        fixed (float* source = from)
        fixed (int* at = corners)
        fixed (float* weight = weights)
        fixed (float* target = to)
        {
            for (var row = 0; row < from.Length; row += width)
            {
                for (var i = 0; i < width; i++)
                {
                    var c = at + (Corners * i);
                    var w = weight + (Corners * i);
                    var sum = (w[0] * source[row + c[0]]) + (w[1] * source[row + c[1]])
                        + (w[2] * source[row + c[2]]) + (w[3] * source[row + c[3]]);
                    target[row + i] = (scale * sum) + offset;
                }
            }
        }
    }
}
