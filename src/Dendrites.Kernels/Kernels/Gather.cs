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
        Check(source.Length, width, rows, columns, to.Length);
        fixed (int* from = columns)
        fixed (float* all = source)
        fixed (float* start = to)
        {
            var at = start;
            for (var r = 0; r < rows.Length; r++)
            {
                // The rows are far apart: the next comes while this one is taken apart.
                if (r + 1 < rows.Length) Fetch(all + ((long)rows[r + 1] * width), width * sizeof(float));
                var row = all + ((long)rows[r] * width);
                for (var i = 0; i < columns.Length; i++) *at++ = row[from[i]];
            }
        }
    }

    /// <summary>
    /// As above, of bytes, each replaced by what a table of 256 says: to[r][i] = meaning[source[rows[r]][columns[i]]].
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static unsafe void Columns(
        ReadOnlySpan<byte> source, int width, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, ReadOnlySpan<float> meaning, Span<float> to)
    {
        Check(source.Length, width, rows, columns, to.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(meaning.Length, 256, nameof(meaning));
        fixed (int* from = columns)
        fixed (byte* all = source)
        fixed (float* means = meaning)
        fixed (float* start = to)
        {
            var at = start;
            for (var r = 0; r < rows.Length; r++)
            {
                if (r + 1 < rows.Length) Fetch(all + ((long)rows[r + 1] * width), width);
                var row = all + ((long)rows[r] * width);
                for (var i = 0; i < columns.Length; i++) *at++ = means[row[from[i]]];
            }
        }
    }

    /// <summary>What follows trusts its indices.</summary>
    private static void Check(int source, int width, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, int to)
    {
        foreach (var column in columns) ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)width, nameof(columns));
        ArgumentOutOfRangeException.ThrowIfLessThan(to, (long)rows.Length * columns.Length, nameof(to));
        foreach (var row in rows) ArgumentOutOfRangeException.ThrowIfGreaterThan(((ulong)(uint)row + 1) * (ulong)width, (ulong)source, nameof(rows));
    }

    private static unsafe void Fetch(void* row, int bytes)
    {
        const int CacheLine = 64;
        if (!Sse.IsSupported) return;
        for (var at = (byte*)row; at < (byte*)row + bytes; at += CacheLine) Sse.Prefetch0(at);
    }
}
