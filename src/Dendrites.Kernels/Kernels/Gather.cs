using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Dendrites.Kernels;

/// <summary>Picks what a batch is made of.</summary>
public static class Gather
{
    /// <summary>
    /// Rows of <paramref name="source"/>, [..][width], with their columns in another order: to[r][i] = source[rows[r]][columns[i]].
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static unsafe void Columns(ReadOnlySpan<float> source, int width, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, Span<float> to)
    {
        foreach (var column in columns) ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)width, nameof(columns));
        ArgumentOutOfRangeException.ThrowIfLessThan(to.Length, (long)rows.Length * columns.Length, nameof(to));

        foreach (var row in rows) ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)(uint)row * (ulong)width, (ulong)(source.Length - width), nameof(rows));

        fixed (int* from = columns)
        fixed (float* all = source)
        fixed (float* start = to)
        {
            var at = start;
            for (var r = 0; r < rows.Length; r++)
            {
                // The rows are far apart: the next comes while this one is taken apart.
                if (r + 1 < rows.Length) Fetch(all + ((long)rows[r + 1] * width), width);
                var row = all + ((long)rows[r] * width);
                for (var i = 0; i < columns.Length; i++) *at++ = row[from[i]];
            }
        }
    }

    private static unsafe void Fetch(float* row, int width)
    {
        if (!Sse.IsSupported) return;
        for (var i = 0; i < width; i += 16) Sse.Prefetch0(row + i);
    }
}
