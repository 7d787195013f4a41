namespace Dendrites.Kernels;

/// <summary>How a gradient becomes an update.</summary>
/// <param name="IsAdam">Adam (Kingma and Ba 2015, with bias correction); otherwise gradient descent.</param>
/// <param name="LearningRate">Above 0.</param>
/// <param name="Beta1">Decay of Adam's first moment, or the momentum of gradient descent.</param>
/// <param name="Beta2">Decay of Adam's second moment.</param>
/// <param name="Epsilon">Adam's ε.</param>
public sealed record UpdateRule(bool IsAdam, double LearningRate, double Beta1, double Beta2, double Epsilon)
{
    /// <summary>What so many steps without a gradient leave of the moments.</summary>
    internal (float First, float Second) Decay(int steps) =>
        steps <= 0 ? (1, 1) : ((float)Math.Pow(Beta1, steps), (float)Math.Pow(Beta2, steps));

    /// <summary>Steps without a gradient after which weights rest.</summary>
    internal int Patience => Rest.Patience(Beta1);

    /// <summary>The scalars of update number <paramref name="step"/>, counted from 1.</summary>
    internal UpdateScalars At(int step)
    {
        if (!IsAdam) return new((float)Beta1, 1, 0, 0, (float)LearningRate, 0);
        // θ ← θ - α √(1-β₂ᵗ)/(1-β₁ᵗ) · m/(√v + ε √(1-β₂ᵗ)): m̂/(√v̂ + ε) with its corrections in two scalars.
        var spread = Math.Sqrt(1 - Math.Pow(Beta2, step));
        return new(
            (float)Beta1,
            (float)(1 - Beta1),
            (float)Beta2,
            (float)(1 - Beta2),
            (float)(LearningRate * spread / (1 - Math.Pow(Beta1, step))),
            (float)(Epsilon * spread));
    }
}

/// <summary>The scalars of one update: m ← Keep1·m + New1·g, v ← Keep2·v + New2·g², θ ← θ - Rate·m/(√v + Epsilon); without v for gradient descent.</summary>
internal readonly record struct UpdateScalars(float Keep1, float New1, float Keep2, float New2, float Rate, float Epsilon)
{
    /// <summary>One parameter; what the vector kernels do to each lane.</summary>
    public void Apply(bool adam, float gradient, ref float parameter, ref float first, ref float second)
    {
        first = (first * Keep1) + (gradient * New1);
        if (!adam)
        {
            parameter -= first * Rate;
            return;
        }

        second = (second * Keep2) + (gradient * gradient * New2);
        parameter -= first * Rate / (MathF.Sqrt(second) + Epsilon);
    }
}
