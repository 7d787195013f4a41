using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Dendrites.Kernels;

/// <summary>Which vectors the kernels compute with.</summary>
public enum InstructionSet
{
    /// <summary>Any processor.</summary>
    Portable,

    /// <summary>Eight floats: AVX2 and FMA.</summary>
    Avx2,

    /// <summary>Sixteen floats: AVX-512 F, DQ and VL.</summary>
    Avx512,
}

/// <summary>What this processor has.</summary>
public static class InstructionSets
{
    /// <summary>The widest that this processor has.</summary>
    public static InstructionSet Best => All[^1];

    /// <summary>All that this processor has, the widest last.</summary>
    public static IReadOnlyList<InstructionSet> All { get; } =
    [
        InstructionSet.Portable,
        .. Avx2.IsSupported && Fma.IsSupported ? [InstructionSet.Avx2] : Array.Empty<InstructionSet>(),
        .. Vector512.IsHardwareAccelerated && Avx512DQ.VL.IsSupported ? [InstructionSet.Avx512] : Array.Empty<InstructionSet>(),
    ];
}
