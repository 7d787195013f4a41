namespace Dendrites.Kernels;

/// <summary>How a network is told which task a sample is of, beside the contexts of its segments.</summary>
/// <param name="Beside">Whether a one-hot vector of the task is the last part of its input.</param>
/// <param name="OwnHeads">Whether each task has outputs of its own, those of a head side by side.</param>
public readonly record struct TaskPlace(bool Beside, bool OwnHeads);

/// <summary>What a soft actor-critic sees and does, and the constants of its losses (Haarnoja et al. 2018).</summary>
public sealed record ActorCriticShape
{
    /// <summary>Width of an observation.</summary>
    public required int Observation { get; init; }

    /// <summary>Width of an action.</summary>
    public required int Actions { get; init; }

    /// <summary>Tasks; each one's context is a row of the table that every gated network was given.</summary>
    public required int Tasks { get; init; }

    /// <summary>The most transitions of a batch.</summary>
    public required int Batch { get; init; }

    /// <summary>How the policy is told the task.</summary>
    public required TaskPlace Actor { get; init; }

    /// <summary>How a critic is told the task.</summary>
    public required TaskPlace Critic { get; init; }

    /// <summary>Log standard deviations below this count as it.</summary>
    public required double Low { get; init; }

    /// <summary>Log standard deviations above this count as it.</summary>
    public required double High { get; init; }

    /// <summary>ε of log(1 - tanh² u + ε); 0: exactly log(1 - tanh² u).</summary>
    public required double Epsilon { get; init; }

    /// <summary>γ, in [0, 1).</summary>
    public required double Discount { get; init; }

    /// <summary>τ: how far targets move to their critics at each update, in (0, 1].</summary>
    public required double TargetRate { get; init; }

    /// <summary>What rewards are multiplied with.</summary>
    public required double RewardFactor { get; init; }

    /// <summary>The largest magnitude of values and their targets in the critics' loss; infinity: any.</summary>
    public required double Clip { get; init; }
}

/// <summary>What an update was about, before it was made.</summary>
/// <param name="Critics">The mean squared miss of each critic.</param>
/// <param name="Actor">The policy's loss.</param>
/// <param name="Target">The batch's mean of what critics were to say.</param>
public readonly record struct ActorCriticLosses(double[] Critics, double Actor, double Target);
