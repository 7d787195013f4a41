namespace Dendrites.Kernels;

/// <summary>
/// What the kernels need of a vector of floats. A kernel is written once, generic over this; the JIT compiles it anew
/// for each implementation, so nothing of the abstraction is left at run time.
/// </summary>
internal unsafe interface ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Floats in a vector; a divisor of <see cref="Tile.Width"/>.</summary>
    static abstract int Lanes { get; }

    static abstract TVector Load(float* from);

    static abstract void Store(float* to, TVector value);

    static abstract TVector Broadcast(float value);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    static abstract TVector SquareRoot(TVector a);

    static abstract TVector Max(TVector a, TVector b);

    static abstract TVector Abs(TVector a);

    /// <summary>The sum of the lanes, in an order that is always the same.</summary>
    static abstract float Sum(TVector a);

    /// <summary>A bit for each lane, from the lowest: whether a ≥ b there; NaN is not.</summary>
    static abstract uint AtLeast(TVector a, TVector b);

    /// <summary>The lanes whose bit is set, zero elsewhere.</summary>
    static abstract TVector Keep(TVector a, uint bits);
}
