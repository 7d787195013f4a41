using System.Runtime.CompilerServices;

namespace Dendrites.Kernels;

/// <summary>
/// Forwards and backwards apart, for a loss that somebody else has: scores go out, their gradient comes in, and either the network
/// learns, or the gradient goes on to what made the input.
/// </summary>
internal sealed unsafe partial class FusedNetwork<TSimd, TVector>
{
    private NativeArray<int> _outsideContexts = new(0);
    private Action<int> _take = null!, _give = null!, _approach = null!;
    private Action<int>[] _speak = null!;
    private float* _scoreGradient, _inputGradient;
    private int _firstInput, _inputCount;
    private FusedNetwork<TSimd, TVector>? _goal;
    private float _rate;
    private long _spoken;
    private bool _forwarded;

    private void MakeOutside()
    {
        _take = Take;
        _give = Give;
        _approach = Approach;
        _speak = [.. _hidden.Select(hidden => (Action<int>)(rank => Speak(hidden, rank)))];
    }

    public override void Forward(ReadOnlySpan<float> inputs, ReadOnlySpan<int> contextOf, Span<float> scores)
    {
        Alive();
        var samples = scores.Length / Shape.Classes;
        if (samples < 1 || samples > _capacity || scores.Length != samples * Shape.Classes || inputs.Length != (long)samples * Shape.Inputs)
        {
            throw new ArgumentException(
                $"FusedNetwork.Forward: {inputs.Length} inputs for {scores.Length} scores; accepted: {Shape.Inputs} and {Shape.Classes} for each of 1 to {_capacity} samples");
        }

        CheckContexts(contextOf, samples, "Forward");
        Remember(contextOf);
        SpeakAnew();
        fixed (float* x = inputs)
        {
            Begin(x, samples, 0);
            (_training, _loses) = (true, false);
            ReadAll();
        }

        for (var layer = 0; layer < _hidden.Length; layer++)
        {
            _team.Run(_pass[layer]);
            _team.Run(_activate[layer]);
            ChooseForm(layer + 1);
        }

        _pending = 0;
        _team.Run(_output);
        var stride = _head.Tiles * Tile.Width;
        for (var sample = 0; sample < samples; sample++)
            new Span<float>(_scores.Pointer + ((long)sample * stride), Shape.Classes).CopyTo(scores[(sample * Shape.Classes)..]);
        _forwarded = true;
    }

    public override void Learn(ReadOnlySpan<float> scoreGradient)
    {
        CheckGradient(scoreGradient, "Learn");
        _scalars = Rule.At(++Steps);
        GoBack(scoreGradient);
        _team.Run(_list);
        for (var layer = 0; layer <= _hidden.Length; layer++) InputOf(layer).ListLive(Steps, Patience);
        AllocateMoments();
        _team.Run(_adapt);
        Samples += _samples;
        _pending = _samples;
        _sinceSettled++;
        Version++;
        _forwarded = false;
    }

    public override void InputGradient(ReadOnlySpan<float> scoreGradient, int first, int count, Span<float> gradient)
    {
        CheckGradient(scoreGradient, "InputGradient");
        if (first < 0 || count < 0 || first + count > Shape.Inputs || gradient.Length != (long)_samples * count)
        {
            throw new ArgumentException(
                $"FusedNetwork.InputGradient: {gradient.Length} numbers for inputs {first} to {first + count - 1} of {_samples} samples; accepted: one for each, inputs within 0 to {Shape.Inputs - 1}");
        }

        GoBack(scoreGradient);
        (_firstInput, _inputCount) = (first, count);
        fixed (float* to = gradient)
        {
            _inputGradient = to;
            _team.Run(_give);
        }

        _forwarded = false;
    }

    public override void Approach(FusedNetwork goal, double rate)
    {
        Alive();
        if (goal is not FusedNetwork<TSimd, TVector> other || !other.IsAlike(this))
            throw new ArgumentException("FusedNetwork.Approach: a network of another shape; accepted: the same widths, gates and segments");
        Declare();
        other.Declare();
        (_goal, _rate) = (other, (float)rate);
        _team.Run(_approach);
        _goal = null;
        Version++;
    }

    /// <summary>No update is put off, and units stand as declared.</summary>
    private void Declare()
    {
        if (_hidden.All(hidden => hidden.Order.IsDeclared)) Flush();
        else Settle();
    }

    private void Approach(int rank)
    {
        for (var layer = 0; layer <= _hidden.Length; layer++)
        {
            var (map, goal) = (Map(layer), _goal!.Map(layer));
            for (var tile = rank; tile < map.Tiles; tile += _team.Size)
            {
                TileKernels<TSimd, TVector>.Approach(map.Weight(tile), goal.Weight(tile), map.Inputs * Tile.Width, _rate);
                TileKernels<TSimd, TVector>.Approach(map.Bias(tile), goal.Bias(tile), Tile.Width, _rate);
            }
        }

        for (var layer = 0; layer < _hidden.Length; layer++)
        {
            if (_hidden[layer].Segments is not { } segments) continue;
            var (from, to) = _team.Share(rank, segments.Units);
            for (var unit = from; unit < to; unit++)
                TileKernels<TSimd, TVector>.Approach(segments.WeightRow(unit, 0), _goal!._hidden[layer].Segments!.WeightRow(unit, 0), segments.Segments * segments.Context, _rate);
        }
    }

    private bool IsAlike(FusedNetwork<TSimd, TVector> other) =>
        Shape.Inputs == other.Shape.Inputs && Shape.Classes == other.Shape.Classes && Shape.Context == other.Shape.Context && Shape.Hidden.SequenceEqual(other.Shape.Hidden);

    private void CheckGradient(ReadOnlySpan<float> scoreGradient, string what)
    {
        Alive();
        if (!_forwarded) throw new InvalidOperationException($"FusedNetwork.{what}: nothing went forward since the last time");
        if (scoreGradient.Length != (long)_samples * Shape.Classes)
            throw new ArgumentException($"FusedNetwork.{what}: a gradient of {scoreGradient.Length} numbers; accepted: {Shape.Classes} for each of {_samples} samples");
    }

    private void Remember(ReadOnlySpan<int> contextOf)
    {
        if (_outsideContexts.Length < contextOf.Length)
        {
            _outsideContexts.Dispose();
            _outsideContexts = new(_capacity);
        }

        contextOf.CopyTo(_outsideContexts.Span);
        _contextOf = contextOf.IsEmpty ? null : _outsideContexts.Pointer;
    }

    /// <summary>What the segments say under each context, where they have learned since they last did.</summary>
    private void SpeakAnew()
    {
        if (_spoken != Version && _contexts > 0) Speak();
    }

    private void Speak()
    {
        for (var layer = 0; layer < _hidden.Length; layer++)
            if (_hidden[layer].Segments is not null) _team.Run(_speak[layer]);
        _spoken = Version;
    }

    private void Speak(HiddenLayer hidden, int rank)
    {
        var segments = hidden.Segments!;
        ActivateSegments(segments, _context.Pointer, _contexts, segments.Activation, rank);
        var (from, to) = _team.Share(rank, segments.Units);
        Respond(hidden, from, to);
    }

    /// <summary>The gradients of the scores, then of every layer's drive.</summary>
    private void GoBack(ReadOnlySpan<float> scoreGradient)
    {
        fixed (float* from = scoreGradient)
        {
            _scoreGradient = from;
            _team.Run(_take);
        }

        for (var layer = _hidden.Length - 1; layer >= 0; layer--) Back(layer);
    }

    private void Take(int rank)
    {
        var (from, to) = _team.Share(rank, _samples);
        for (var sample = from; sample < to; sample++)
        {
            _headGradient.Clear(sample);
            var row = _scoreGradient + ((long)sample * Shape.Classes);
            for (var output = 0; output < Shape.Classes; output++)
                if (row[output] != 0) _headGradient.Set(sample, output, row[output], Steps);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Give(int rank)
    {
        var (from, to) = _team.Share(rank, _samples);
        var (map, gradient) = (Map(0), GradientOf(0));
        for (var sample = from; sample < to; sample++)
        {
            var give = _inputGradient + ((long)sample * _inputCount);
            new Span<float>(give, _inputCount).Clear();
            for (var tile = 0; tile < map.Tiles; tile++)
            {
                if (gradient.Active(tile)[sample] == 0) continue;
                var delta = gradient.Delta(tile) + ((long)sample * Tile.Width);
                for (var input = 0; input < _inputCount; input++)
                    give[input] += SegmentKernels<TSimd, TVector>.Dot(map.Weight(tile) + ((long)(_firstInput + input) * Tile.Width), delta, Tile.Width);
            }
        }
    }
}
