namespace Dendrites.Kernels;

/// <summary>
/// A soft actor-critic over networks that learn in place: a batch is laid into the arrays here, then an update is made of it. Not for
/// use by several threads at once.
/// </summary>
public sealed class ActorCritic
{
    private readonly ActorCriticShape _shape;
    private readonly FusedNetwork _actor;
    private readonly FusedNetwork[] _critics;
    private readonly FusedNetwork[] _targets;
    private readonly SquashedPolicy _policy;
    private readonly float[] _actorInput;
    private readonly float[] _said;
    private readonly float[] _saidGradient;
    private readonly float[] _criticInput;
    private readonly float[] _scores;
    private readonly float[] _scoreGradient;
    private readonly float[][] _values;
    private readonly float[] _goals;
    private readonly double[] _entropy;
    private readonly float[] _actionGradient;
    private readonly float[] _onePart;

    /// <summary>An actor-critic over these networks, which stay the caller's; a critic's target is of its shape.</summary>
    public ActorCritic(ActorCriticShape shape, FusedNetwork actor, IReadOnlyList<FusedNetwork> critics, IReadOnlyList<FusedNetwork> targets)
    {
        (_shape, _actor, _critics, _targets) = (shape, actor, [.. critics], [.. targets]);
        _policy = new(shape);
        Check(actor, shape.Observation, shape.Actor, _policy.Outputs, "the policy", shape);
        if (_critics.Length < 1 || _targets.Length != _critics.Length)
            throw new ArgumentException($"ActorCritic: {_critics.Length} critics and {_targets.Length} targets; accepted: one or more, and as many targets");
        var read = shape.Observation + shape.Actions;
        foreach (var critic in _critics.Concat(_targets)) Check(critic, read, shape.Critic, shape.Critic.OwnHeads ? shape.Tasks : 1, "a critic", shape);

        var batch = shape.Batch;
        Observations = new float[batch * shape.Observation];
        Next = new float[batch * shape.Observation];
        Actions = new float[batch * shape.Actions];
        Noise = new float[batch * shape.Actions];
        NextNoise = new float[batch * shape.Actions];
        Rewards = new float[batch];
        Terminals = new float[batch];
        LogAlpha = new float[batch];
        Weights = new float[batch];
        Tasks = new int[batch];
        _actorInput = new float[batch * actor.Shape.Inputs];
        _said = new float[batch * _policy.Outputs];
        _saidGradient = new float[batch * _policy.Outputs];
        _criticInput = new float[batch * _critics[0].Shape.Inputs];
        _scores = new float[batch * _critics[0].Shape.Classes];
        _scoreGradient = new float[batch * _critics[0].Shape.Classes];
        _values = [.. _critics.Select(_ => new float[batch])];
        _goals = new float[batch];
        _entropy = new double[batch];
        _actionGradient = new float[batch * shape.Actions];
        _onePart = new float[batch * shape.Actions];
    }

    /// <summary>[samples][observation]: what was seen before each step.</summary>
    public float[] Observations { get; }

    /// <summary>[samples][actions].</summary>
    public float[] Actions { get; }

    /// <summary>[samples].</summary>
    public float[] Rewards { get; }

    /// <summary>[samples][observation]: what was seen after each step.</summary>
    public float[] Next { get; }

    /// <summary>[samples]: 1 where nothing can follow, else 0.</summary>
    public float[] Terminals { get; }

    /// <summary>[samples]: the task of each step.</summary>
    public int[] Tasks { get; }

    /// <summary>[samples][actions]: standard normal, for what is done next in targets.</summary>
    public float[] NextNoise { get; }

    /// <summary>[samples][actions]: standard normal, for what the policy's loss does now.</summary>
    public float[] Noise { get; }

    /// <summary>[samples]: log α of each one's task.</summary>
    public float[] LogAlpha { get; }

    /// <summary>[samples]: what each one's losses weigh; 1 where all weigh the same.</summary>
    public float[] Weights { get; }

    /// <summary>[samples]: log π of the last update's actions, by the policy before it.</summary>
    public ReadOnlySpan<float> Density => _policy.Density;

    /// <summary>
    /// One update by the first <paramref name="samples"/> transitions of the arrays: each critic, the policy by the critics that have
    /// moved, then the targets.
    /// </summary>
    public ActorCriticLosses Update(int samples)
    {
        if (samples < 1 || samples > _shape.Batch)
            throw new ArgumentException($"ActorCritic.Update: {samples} transitions; accepted: 1 to {_shape.Batch}");
        foreach (var task in Tasks.AsSpan(0, samples))
            if ((uint)task >= (uint)_shape.Tasks) throw new ArgumentException($"ActorCritic.Update: task {task}; accepted: 0 to {_shape.Tasks - 1}");

        var target = Aim(samples);
        var misses = new double[_critics.Length];
        LayForCritics(samples, Observations, Actions);
        for (var critic = 0; critic < _critics.Length; critic++) misses[critic] = LearnValues(_critics[critic], samples);
        var loss = LearnPolicy(samples);
        for (var critic = 0; critic < _critics.Length; critic++) _targets[critic].Approach(_critics[critic], _shape.TargetRate);
        return new(misses, loss, target);
    }

    /// <summary>y = factor · r + γ (1 - terminal) (min Q' - α log π), and its mean.</summary>
    private double Aim(int samples)
    {
        Draw(samples, Next, NextNoise);
        LayForCritics(samples, Next, _policy.Actions);
        for (var critic = 0; critic < _targets.Length; critic++) Value(_targets[critic], samples, _values[critic]);

        var sum = 0.0;
        for (var sample = 0; sample < samples; sample++)
        {
            var ahead = _values[Least(sample)][sample] - (Math.Exp(LogAlpha[sample]) * _policy.Density[sample]);
            var goal = (_shape.RewardFactor * Rewards[sample]) + (_shape.Discount * (1 - Terminals[sample]) * ahead);
            _goals[sample] = (float)Math.Clamp(goal, -_shape.Clip, _shape.Clip);
            sum += _goals[sample];
        }

        return sum / samples;
    }

    /// <summary>A critic's step down the mean of weight · (Q - y)², and that mean.</summary>
    private double LearnValues(FusedNetwork critic, int samples)
    {
        var values = _values[0];
        var gradient = Gradient(samples);
        Value(critic, samples, values);
        var sum = 0.0;
        for (var sample = 0; sample < samples; sample++)
        {
            double value = values[sample];
            var miss = Math.Clamp(value, -_shape.Clip, _shape.Clip) - _goals[sample];
            sum += Weights[sample] * miss * miss;
            if (Math.Abs(value) <= _shape.Clip) gradient[Place(sample)] = (float)(2 * Weights[sample] * miss / samples);
        }

        critic.Learn(gradient);
        return sum / samples;
    }

    /// <summary>The policy's step down the mean of weight · (α log π - min Q), and that mean.</summary>
    private double LearnPolicy(int samples)
    {
        Draw(samples, Observations, Noise);
        LayForCritics(samples, Observations, _policy.Actions);
        for (var critic = 0; critic < _critics.Length; critic++) Value(_critics[critic], samples, _values[critic]);

        var sum = 0.0;
        for (var sample = 0; sample < samples; sample++)
        {
            var alpha = Math.Exp(LogAlpha[sample]);
            _entropy[sample] = Weights[sample] * alpha / samples;
            sum += Weights[sample] * ((alpha * _policy.Density[sample]) - _values[Least(sample)][sample]);
        }

        var total = _actionGradient.AsSpan(0, samples * _shape.Actions);
        total.Clear();
        for (var critic = 0; critic < _critics.Length; critic++)
        {
            var gradient = Gradient(samples);
            for (var sample = 0; sample < samples; sample++)
                if (Least(sample) == critic) gradient[Place(sample)] = -Weights[sample] / samples;
            var part = _onePart.AsSpan(0, total.Length);
            _critics[critic].InputGradient(gradient, _shape.Observation, _shape.Actions, part);
            for (var i = 0; i < part.Length; i++) total[i] += part[i];
        }

        var ofSaid = _saidGradient.AsSpan(0, samples * _policy.Outputs);
        _policy.Gradient(samples, Said(samples), Tasks, Noise, _entropy, total, ofSaid);
        _actor.Learn(ofSaid);
        return sum / samples;
    }

    private void Draw(int samples, float[] observations, float[] noise)
    {
        var (width, inputs) = (_shape.Observation, _actor.Shape.Inputs);
        for (var sample = 0; sample < samples; sample++)
        {
            var row = _actorInput.AsSpan(sample * inputs, inputs);
            observations.AsSpan(sample * width, width).CopyTo(row);
            LayTask(row[width..], sample);
        }

        _actor.Forward(_actorInput.AsSpan(0, samples * inputs), Contexts(_actor, samples), Said(samples));
        _policy.Draw(samples, Said(samples), Tasks, noise);
    }

    private void LayForCritics(int samples, float[] observations, float[] actions)
    {
        var (seen, done, inputs) = (_shape.Observation, _shape.Actions, _critics[0].Shape.Inputs);
        for (var sample = 0; sample < samples; sample++)
        {
            var row = _criticInput.AsSpan(sample * inputs, inputs);
            observations.AsSpan(sample * seen, seen).CopyTo(row);
            actions.AsSpan(sample * done, done).CopyTo(row[seen..]);
            LayTask(row[(seen + done)..], sample);
        }
    }

    /// <summary>A one-hot vector, or nothing where there is no room for one.</summary>
    private void LayTask(Span<float> room, int sample)
    {
        if (room.IsEmpty) return;
        room.Clear();
        room[Tasks[sample]] = 1;
    }

    private void Value(FusedNetwork critic, int samples, float[] values)
    {
        var scores = _scores.AsSpan(0, samples * critic.Shape.Classes);
        critic.Forward(_criticInput.AsSpan(0, samples * critic.Shape.Inputs), Contexts(critic, samples), scores);
        for (var sample = 0; sample < samples; sample++) values[sample] = scores[Place(sample)];
    }

    /// <summary>Where a sample's value stands among what a critic says.</summary>
    private int Place(int sample) => _shape.Critic.OwnHeads ? (sample * _shape.Tasks) + Tasks[sample] : sample;

    /// <summary>The critic whose value for a sample is the least; of equals the first.</summary>
    private int Least(int sample)
    {
        var least = 0;
        for (var critic = 1; critic < _values.Length; critic++)
            if (_values[critic][sample] < _values[least][sample]) least = critic;
        return least;
    }

    /// <summary>The context of each sample; none for a network without segments.</summary>
    private ReadOnlySpan<int> Contexts(FusedNetwork network, int samples) =>
        network.Shape.Hidden.Any(layer => layer.Gate != GateKind.None) ? Tasks.AsSpan(0, samples) : [];

    private Span<float> Said(int samples) => _said.AsSpan(0, samples * _policy.Outputs);

    /// <summary>A gradient of critics' scores, zero for now.</summary>
    private Span<float> Gradient(int samples)
    {
        var gradient = _scoreGradient.AsSpan(0, samples * _critics[0].Shape.Classes);
        gradient.Clear();
        return gradient;
    }

    private static void Check(FusedNetwork network, int read, TaskPlace place, int outputs, string what, ActorCriticShape shape)
    {
        var inputs = read + (place.Beside ? shape.Tasks : 0);
        if (network.Shape.Inputs != inputs || network.Shape.Classes != outputs || network.Shape.Batch < shape.Batch)
        {
            throw new ArgumentException(
                $"ActorCritic: {what} of {network.Shape.Inputs} inputs and {network.Shape.Classes} outputs for {network.Shape.Batch} samples; accepted: {inputs}, {outputs} and {shape.Batch}");
        }
    }
}
