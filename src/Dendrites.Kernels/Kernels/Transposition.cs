using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Dendrites.Kernels;

/// <summary>Matrices turned round.</summary>
internal static unsafe class Transposition
{
    /// <summary>Numbers that are turned round together, four rows of as many.</summary>
    private const int Four = 4;

    /// <summary>to[column · toStride + row] = from[row · fromStride + column].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Of(float* from, long fromStride, int rows, int columns, float* to, long toStride)
    {
        var row = 0;
        for (; Sse.IsSupported && row + Four <= rows; row += Four)
        {
            var column = 0;
            for (; column + Four <= columns; column += Four)
                Block(from + (row * fromStride) + column, fromStride, to + (column * toStride) + row, toStride);
            for (; column < columns; column++)
            {
                for (var r = row; r < row + Four; r++) to[(column * toStride) + r] = from[(r * fromStride) + column];
            }
        }

        for (; row < rows; row++)
        {
            for (var column = 0; column < columns; column++) to[(column * toStride) + row] = from[(row * fromStride) + column];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block(float* from, long fromStride, float* to, long toStride)
    {
        var (a, b) = (Sse.LoadVector128(from), Sse.LoadVector128(from + fromStride));
        var (c, d) = (Sse.LoadVector128(from + (2 * fromStride)), Sse.LoadVector128(from + (3 * fromStride)));
        var (lowAB, highAB) = (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b));
        var (lowCD, highCD) = (Sse.UnpackLow(c, d), Sse.UnpackHigh(c, d));
        Sse.Store(to, Sse.MoveLowToHigh(lowAB, lowCD));
        Sse.Store(to + toStride, Sse.MoveHighToLow(lowCD, lowAB));
        Sse.Store(to + (2 * toStride), Sse.MoveLowToHigh(highAB, highCD));
        Sse.Store(to + (3 * toStride), Sse.MoveHighToLow(highCD, highAB));
    }
}
