namespace Dendrites.Kernels;

/// <summary>Actions that a tanh-Gaussian policy draws for a batch, and how its loss depends on what the network said.</summary>
internal sealed class SquashedPolicy(ActorCriticShape shape)
{
    private static readonly double Half = 0.5 * Math.Log(2 * Math.PI);

    private readonly double[] _slope = new double[shape.Batch * shape.Actions];

    /// <summary>[samples][actions], in (-1, 1).</summary>
    public float[] Actions { get; } = new float[shape.Batch * shape.Actions];

    /// <summary>[samples]: log π of each action.</summary>
    public float[] Density { get; } = new float[shape.Batch];

    /// <summary>Outputs of the network for a sample.</summary>
    public int Outputs { get; } = 2 * shape.Actions * (shape.Actor.OwnHeads ? shape.Tasks : 1);

    /// <summary>Draws by [samples][actions] standard normal <paramref name="noise"/> from what the network said, [samples][outputs].</summary>
    public void Draw(int samples, ReadOnlySpan<float> said, ReadOnlySpan<int> tasks, ReadOnlySpan<float> noise)
    {
        for (var sample = 0; sample < samples; sample++)
        {
            var (mean, deviation) = Places(sample, tasks[sample]);
            var density = 0.0;
            for (var action = 0; action < shape.Actions; action++)
            {
                var at = (sample * shape.Actions) + action;
                double drawn = noise[at], log = Math.Clamp(said[deviation + action], shape.Low, shape.High);
                var before = said[mean + action] + (Math.Exp(log) * drawn);
                var after = Math.Tanh(before);
                Actions[at] = (float)after;
                density -= (0.5 * drawn * drawn) + log + Half + Correction(before, after);
                // How log π falls with what was squashed, the draw being held fast.
                var rest = 1 - (after * after);
                _slope[at] = shape.Epsilon == 0 ? 2 * after : 2 * after * rest / (rest + shape.Epsilon);
            }

            Density[sample] = (float)density;
        }
    }

    /// <summary>
    /// The gradient, [samples][outputs], of mean α log π - Q over what the network said, for the actions that were drawn last.
    /// </summary>
    /// <param name="samples">How many.</param>
    /// <param name="said">What the network said, [samples][outputs].</param>
    /// <param name="tasks">[samples].</param>
    /// <param name="noise">What the draw was by.</param>
    /// <param name="entropy">[samples]: weight · α / samples.</param>
    /// <param name="ofActions">[samples][actions]: the gradient of the mean of -Q over the actions.</param>
    /// <param name="gradient">Where it goes.</param>
    public void Gradient(
        int samples, ReadOnlySpan<float> said, ReadOnlySpan<int> tasks, ReadOnlySpan<float> noise, ReadOnlySpan<double> entropy, ReadOnlySpan<float> ofActions, Span<float> gradient)
    {
        gradient[..(samples * Outputs)].Clear();
        for (var sample = 0; sample < samples; sample++)
        {
            var (mean, deviation) = Places(sample, tasks[sample]);
            for (var action = 0; action < shape.Actions; action++)
            {
                var at = (sample * shape.Actions) + action;
                double after = Actions[at], log = said[deviation + action];
                var ofMean = (ofActions[at] * (1 - (after * after))) + (entropy[sample] * _slope[at]);
                gradient[mean + action] = (float)ofMean;
                if (log >= shape.Low && log <= shape.High)
                    gradient[deviation + action] = (float)((ofMean * Math.Exp(log) * noise[at]) - entropy[sample]);
            }
        }
    }

    /// <summary>Where a sample's means and log standard deviations begin.</summary>
    private (int Mean, int Deviation) Places(int sample, int task)
    {
        var mean = (sample * Outputs) + (shape.Actor.OwnHeads ? task * shape.Actions : 0);
        return (mean, mean + (Outputs / 2));
    }

    /// <summary>log(1 - tanh² u), or with ε in it.</summary>
    private double Correction(double before, double after) =>
        shape.Epsilon == 0
            ? 2 * (Math.Log(2) - Math.Abs(before) - Math.Log(1 + Math.Exp(-2 * Math.Abs(before))))
            : Math.Log(1 - (after * after) + shape.Epsilon);
}
