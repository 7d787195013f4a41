namespace Dendrites.Kernels;

/// <summary>
/// Weights that have had no gradient for long are left alone. Momentum is then all that moves them, and after n steps it has
/// shrunk to β₁ⁿ: once that is below a millionth, all that it would still do is some 10⁻⁵ of one full step, a few ulp of a weight
/// at most, as long as √v does not shrink faster (β₁² &lt; β₂). When a gradient comes, the moments take the steps that were left out at once: m·β₁ⁿ and v·β₂ⁿ.
/// Weights that have had no gradient at all since the optimiser began have no moments, and do not move.
/// </summary>
internal static class Rest
{
    private const double Faint = 1e-6;

    /// <summary>Steps without a gradient after which weights rest.</summary>
    public static int Patience(double beta1) => beta1 <= 0 ? 0 : (int)Math.Ceiling(Math.Log(Faint) / Math.Log(beta1));

    /// <summary>Whether something whose last gradient came at step <paramref name="last"/> (0: never) is still moving.</summary>
    public static bool IsAwake(int last, int step, int patience) => last > 0 && step - last <= patience;
}
