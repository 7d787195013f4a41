namespace Dendrites.Kernels;

/// <summary>Contexts and what segments learn from them.</summary>
internal sealed unsafe partial class FusedNetwork<TSimd, TVector>
{
    /// <summary>A segment's move is left out if it is below this: less than an ulp of a weight of a hundredth.</summary>
    private const float Negligible = 1e-9f;

    private bool Adam => Rule.IsAdam;

    public override void SetContexts(ReadOnlySpan<float> rows, int count)
    {
        Alive();
        if (count < 1 || rows.Length != (long)count * Shape.Context)
            throw new ArgumentException($"FusedNetwork.SetContexts: {count} contexts in {rows.Length} numbers; accepted: one or more, {Shape.Context} numbers each");
        if (_rankOne && (count > 1 || IsAnother(rows)))
        {
            throw new InvalidOperationException(
                "FusedNetwork: moments of rank one hold one context until the optimiser begins anew; set EngineOptions.RankOneMoments to false, or end the task");
        }

        if (count > _contexts)
        {
            _context.Dispose();
            _context = new((long)count * Shape.Context);
            foreach (var hidden in _hidden) hidden.Reserve(count);
        }

        _contexts = count;
        rows.CopyTo(_context.Span);
        Speak();
    }

    /// <summary>Whether segments have learned from another context since the optimiser began.</summary>
    private bool IsAnother(ReadOnlySpan<float> row) =>
        Steps > 0 && _contexts == 1 && !row[..Shape.Context].SequenceEqual(_context.Span[..Shape.Context]);

    /// <summary>[context][unit][segment]: all activations, for the units that fall to a thread.</summary>
    private void ActivateSegments(SegmentLayer segments, float* contexts, int count, float* activation, int rank)
    {
        var (from, to) = _team.Share(rank, segments.Units);
        for (var row = segments.Row(from, 0); row < segments.Row(to, 0); row++)
            for (var context = 0; context < count; context++)
                activation[((long)context * segments.Units * segments.Segments) + row] = SegmentKernels<TSimd, TVector>.Dot(
                    segments.Weight + (row * segments.Context), contexts + ((long)context * segments.Context), segments.Context);
    }

    /// <summary>What a layer's segments say to units [from, to) under every context.</summary>
    private void Respond(HiddenLayer hidden, int from, int to)
    {
        var segments = hidden.Segments!;
        for (var context = 0; context < _contexts; context++)
            for (var unit = from; unit < to; unit++)
                hidden.Response[((long)context * hidden.Stride) + hidden.Order.Place(unit)] = Respond(segments, segments.Activation + ((((long)context * segments.Units) + unit) * segments.Segments));
    }

    private static float Respond(SegmentLayer segments, float* activation)
    {
        var winner = activation[SegmentKernels<TSimd, TVector>.Winner(activation, segments.Segments, segments.ByMagnitude)];
        return segments.Gate switch
        {
            GateKind.Bias => winner,
            GateKind.AbsMaxUnsigned => Logistic(MathF.Abs(winner)),
            _ => Logistic(winner),
        };
    }

    /// <summary>That of NaN, of a network that diverged, is 0 here; Math's would throw.</summary>
    private static int Sign(float x) => (x > 0 ? 1 : 0) - (x < 0 ? 1 : 0);

    private static float Logistic(float x) => 1 / (1 + MathF.Exp(-x));

    /// <summary>Rows for the moments of segments that won for the first time; none where moments are of rank one.</summary>
    private void AllocateMoments()
    {
        if (_rankOne) return;
        foreach (var hidden in _hidden)
        {
            if (hidden.Segments is not { } segments) continue;
            for (var context = 0; context < _contexts; context++)
            {
                for (var unit = 0; unit < segments.Units; unit++)
                {
                    if (hidden.Pull[((long)context * hidden.Stride) + hidden.Order.Place(unit)] == 0) continue;
                    var activation = segments.Activation + ((((long)context * segments.Units) + unit) * segments.Segments);
                    var winner = SegmentKernels<TSimd, TVector>.Winner(activation, segments.Segments, segments.ByMagnitude);
                    for (var segment = winner; segment < segments.Segments; segment++)
                    {
                        if (segment == winner || (segments.Gate == GateKind.MaxShared && activation[segment] == activation[winner]))
                            if (!segments.IsLive(unit, segment)) segments.Allocate(unit, segment);
                        if (segments.Gate != GateKind.MaxShared) break;
                    }
                }
            }
        }
    }

    private void Learn(HiddenLayer hidden, int rank)
    {
        var segments = hidden.Segments!;
        var (from, to) = _team.Share(rank, segments.Units);
        for (var unit = from; unit < to; unit++)
        {
            if (segments.RankOne) LearnRankOne(hidden, segments, unit);
            else LearnRows(hidden, segments, unit, rank);
            if (_contexts == 1) hidden.Response[hidden.Order.Place(unit)] = Respond(segments, segments.Activation + segments.Row(unit, 0));
        }
    }

    /// <summary>∂loss/∂activation of a unit's winner under a context, and among how many ties it is shared.</summary>
    private static (float Gradient, int Winner, int Ties) PullOf(HiddenLayer hidden, SegmentLayer segments, int unit, int context)
    {
        var place = ((long)context * hidden.Stride) + hidden.Order.Place(unit);
        var activation = segments.Activation + ((((long)context * segments.Units) + unit) * segments.Segments);
        var winner = SegmentKernels<TSimd, TVector>.Winner(activation, segments.Segments, segments.ByMagnitude);
        var response = hidden.Response[place];
        var slope = segments.Gate switch
        {
            GateKind.Bias => 1,
            GateKind.AbsMaxUnsigned => response * (1 - response) * Sign(activation[winner]),
            _ => response * (1 - response),
        };
        var ties = segments.Gate == GateKind.MaxShared ? new Span<float>(activation, segments.Segments).Count(activation[winner]) : 1;
        return (hidden.Pull[place] * slope / ties, winner, ties);
    }

    private void LearnRankOne(HiddenLayer hidden, SegmentLayer segments, int unit)
    {
        var (gradient, winner, ties) = PullOf(hidden, segments, unit, 0);
        var activation = segments.Activation + segments.Row(unit, 0);
        var most = activation[winner];
        if (gradient != 0 && ties == 1 && !segments.IsLive(unit, winner)) segments.Enliven(unit, winner);
        if (gradient != 0 && ties > 1)
            for (var segment = 0; segment < segments.Segments; segment++)
                if (activation[segment] == most && !segments.IsLive(unit, segment)) segments.Enliven(unit, segment);

        for (var n = 0; n < segments.LiveCount[unit]; n++)
        {
            var segment = segments.Live(unit)[n];
            var row = segments.Row(unit, segment);
            var won = ties == 1 ? segment == winner : activation[segment] == most;
            var (mu, nu) = (segments.Mu[row], segments.Nu[row]);
            var g = won ? gradient : 0;
            mu = (mu * _scalars.Keep1) + (g * _scalars.New1);
            nu = (nu * _scalars.Keep2) + (g * g * _scalars.New2);
            (segments.Mu[row], segments.Nu[row]) = (mu, nu);
            var weight = segments.WeightRow(unit, segment);
            var mask = segments.MaskRow(unit, segment);
            if (!Adam) activation[segment] = SegmentKernels<TSimd, TVector>.DescendRankOne(weight, _context.Pointer, mask, segments.Context, mu, _scalars);
            else if (_scalars.Rate * MathF.Abs(mu) > Negligible * MathF.Sqrt(nu))
                activation[segment] = SegmentKernels<TSimd, TVector>.AdamRankOne(weight, _context.Pointer, mask, segments.Context, mu, nu, _scalars);
        }
    }

    private void LearnRows(HiddenLayer hidden, SegmentLayer segments, int unit, int rank)
    {
        if (_contexts == 1)
        {
            LearnRowsOfOne(hidden, segments, unit, _scratch[rank].Pointer);
            return;
        }

        for (var n = 0; n < segments.LiveCount[unit]; n++)
        {
            var segment = segments.Live(unit)[n];
            var any = SumPulls(hidden, segments, unit, segment, _scratch[rank].Pointer);
            MoveRow(segments, unit, segment, any, _scratch[rank].Pointer);
        }
    }

    /// <summary>Under one context, where winners are looked for once, and activations follow the segments that move.</summary>
    private void LearnRowsOfOne(HiddenLayer hidden, SegmentLayer segments, int unit, float* gradient)
    {
        var (pull, winner, ties) = PullOf(hidden, segments, unit, 0);
        var activation = segments.Activation + segments.Row(unit, 0);
        var most = activation[winner];
        for (var n = 0; n < segments.LiveCount[unit]; n++)
        {
            var segment = segments.Live(unit)[n];
            var won = pull != 0 && (ties == 1 ? segment == winner : activation[segment] == most);
            for (var i = 0; i < segments.Context; i++) gradient[i] = won ? pull * _context.Pointer[i] : 0;
            if (MoveRow(segments, unit, segment, won, gradient))
                activation[segment] = SegmentKernels<TSimd, TVector>.Dot(segments.WeightRow(unit, segment), _context.Pointer, segments.Context);
        }
    }

    /// <summary>An update of a segment, unless it rests; whether it did not.</summary>
    private bool MoveRow(SegmentLayer segments, int unit, int segment, bool any, float* gradient)
    {
        var row = segments.Row(unit, segment);
        if (any) segments.Last[row] = Steps;
        else if (!Rest.IsAwake(segments.Last[row], Steps, Options.Rest ? Rule.Patience : int.MaxValue)) return false;
        CatchUp(segments, unit, segment, Steps - 1);
        segments.Updated[row] = Steps;
        SegmentKernels<TSimd, TVector>.Step(
            segments.WeightRow(unit, segment),
            segments.MomentRow(unit, segment, 0),
            Adam ? segments.MomentRow(unit, segment, 1) : null,
            gradient,
            segments.MaskRow(unit, segment),
            segments.Context,
            Adam,
            _scalars);
        return true;
    }

    /// <summary>∂loss/∂weights of a segment, [context]; whether there is any.</summary>
    private bool SumPulls(HiddenLayer hidden, SegmentLayer segments, int unit, int segment, float* gradient)
    {
        var any = false;
        new Span<float>(gradient, segments.Context).Clear();
        for (var context = 0; context < _contexts; context++)
        {
            var place = ((long)context * hidden.Stride) + hidden.Order.Place(unit);
            if (hidden.Pull[place] == 0) continue;
            var (pull, winner, ties) = PullOf(hidden, segments, unit, context);
            var activation = segments.Activation + ((((long)context * segments.Units) + unit) * segments.Segments);
            if (ties == 1 ? segment != winner : activation[segment] != activation[winner]) continue;
            any = true;
            var row = _context.Pointer + ((long)context * segments.Context);
            for (var i = 0; i < segments.Context; i++) gradient[i] += pull * row[i];
        }

        return any;
    }

    /// <summary>The moments of a segment that has rested take the steps up to <paramref name="step"/> that were left out (see <see cref="Rest"/>).</summary>
    private void CatchUp(SegmentLayer segments, int unit, int segment, int step)
    {
        var row = segments.Row(unit, segment);
        if (segments.Updated[row] == 0 || segments.Updated[row] >= step) return;
        var (first, second) = Rule.Decay(step - segments.Updated[row]);
        SegmentKernels<TSimd, TVector>.Scale(segments.MomentRow(unit, segment, 0), segments.Context, first);
        SegmentKernels<TSimd, TVector>.Scale(segments.MomentRow(unit, segment, 1), segments.Context, second);
        segments.Updated[row] = step;
    }

    /// <summary>The moments of all segments take the steps that were left out, and none rests.</summary>
    private void WakeSegments(SegmentLayer segments)
    {
        if (segments.RankOne) return;
        for (var unit = 0; unit < segments.Units; unit++)
        {
            for (var n = 0; n < segments.LiveCount[unit]; n++)
            {
                var segment = segments.Live(unit)[n];
                CatchUp(segments, unit, segment, Steps);
                segments.Last[segments.Row(unit, segment)] = segments.Updated[segments.Row(unit, segment)] = Steps;
            }
        }
    }
}
