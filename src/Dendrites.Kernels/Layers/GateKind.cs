namespace Dendrites.Kernels;

/// <summary>How segment activations a act on a unit's drive y (active-dendrites paper, equations 2-4).</summary>
public enum GateKind
{
    /// <summary>y.</summary>
    None,

    /// <summary>y + max a.</summary>
    Bias,

    /// <summary>y · σ(max a).</summary>
    Max,

    /// <summary>y · σ(max a), the gradient shared evenly by tied segments.</summary>
    MaxShared,

    /// <summary>y · σ(a*), a* of the largest magnitude, its sign kept.</summary>
    AbsMax,

    /// <summary>y · σ(max |a|).</summary>
    AbsMaxUnsigned,
}
