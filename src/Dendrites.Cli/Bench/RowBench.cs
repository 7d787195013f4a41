using System.Diagnostics;

namespace Dendrites.Cli;

/// <summary>
/// Measures one row in this process: the row alone first, for its peak memory; then, repetition by repetition, the dense
/// network and the row in turn.
/// </summary>
internal sealed class RowBench : IDisposable
{
    /// <summary>The task that is learned, from 0: the first whose pixels are permuted.</summary>
    private const int Learned = 1;

    /// <summary>Updates of the fused engine before it is timed; by then the units that win are known, and most others rest.</summary>
    private const int FusedWarmUp = 100;

    private const int WarmUp = 2;

    /// <summary>Updates of the fused engine that are timed, in all: always the same ones, since their cost falls as units come to rest.</summary>
    private const int FusedSteps = 220;

    private const int UsualRepetitions = 11;

    private const int FewRepetitions = 5;

    /// <summary>A step or a batch that takes longer, in milliseconds, is repeated seldom.</summary>
    private const double Long = 500;

    /// <summary>Milliseconds that a stretch of steps takes, if one step does not take longer.</summary>
    private const double Stretch = 200;

    /// <summary>libtorch's threads spin so long at most before they sleep.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    private readonly BenchTarget _target;
    private readonly Stream _stream;
    private readonly IEnumerator<int[]> _order;
    private readonly IContender _row;
    private readonly Learning<FusedState>? _fused;
    private readonly Floor.Activity _activity;

    /// <summary>Whose floor is known: not without k-winners, since which units act is not remembered then.</summary>
    private readonly Learning<FusedState>? _floored;
    private IContender? _beside, _last;

    private RowBench(BenchTarget target, RunData images)
    {
        _target = target;
        Native.setThreads(target.Threads);
        _stream = StreamModule.permuted(target.Config.Tasks, ImageSet.Classes, images.Train, images.Test);
        _order = Order().GetEnumerator();
        _activity = Lit(images.Train);
        Machine.ForgetPeak();
        _row = Engines.Create(target.Engine, target.Config, target.Threads);
        _fused = _row as Learning<FusedState>;
        _floored = target.Config.KWinners ? _fused : null;
        MeetAll();
    }

    /// <summary>Measures a row.</summary>
    public static BenchRow Measure(BenchTarget target, RunData images, int? repetitions)
    {
        using var bench = new RowBench(target, images);
        return bench.Measure(repetitions);
    }

    public void Dispose()
    {
        if (_beside != _row) _beside?.Dispose();
        _row.Dispose();
        _order.Dispose();
    }

    private BenchRow Measure(int? asked)
    {
        Steps(_row, _fused is null ? WarmUp : FusedWarmUp);
        var stepPeak = Machine.PeakMegabytes();
        Answers(_row, 1);
        var peak = Machine.PeakMegabytes();

        _beside = _target.Engine == Engines.Dense ? _row : Engines.Create(Engines.Dense, _target.Dense, _target.Threads);
        Steps(_beside, WarmUp);
        Answers(_beside, 1);

        var step = Steps(_row, 1);
        var repetitions = step > Long ? Math.Min(asked ?? FewRepetitions, FewRepetitions) : asked ?? UsualRepetitions;
        var steps = _fused is null ? Fitting(step) : (FusedSteps + repetitions - 1) / repetitions;
        var denseSteps = Fitting(Steps(_beside, 1));
        var answers = Fitting(Answers(_row, 1).Each);
        var denseAnswers = Fitting(Answers(_beside, 1).Each);
        if (_fused is not null) Fused.phases(_fused.State);

        var rounds = Enumerable.Range(0, repetitions).Select(_ => Repeat(steps, answers, denseSteps, denseAnswers)).ToArray();
        return Row(rounds, steps, stepPeak, peak);
    }

    private Round Repeat(int steps, int answers, int denseSteps, int denseAnswers)
    {
        var step = Steps(_beside!, denseSteps);
        var answered = PerSecond(Answers(_beside!, denseAnswers));
        return _beside == _row
            ? new(step, answered, step, answered, 0, 0)
            : new(
                step,
                answered,
                Steps(_row, steps),
                PerSecond(Answers(_row, answers)),
                _floored is null ? 0 : Rates.MultiplyAdds(_target.Threads),
                _floored is null ? 0 : Rates.Copied(_target.Threads));
    }

    private BenchRow Row(Round[] rounds, int steps, long stepPeak, long peak)
    {
        var step = Spread.Of(Array.ConvertAll(rounds, round => round.Step));
        var evaluation = Spread.Of(Array.ConvertAll(rounds, round => round.Answered));
        return new BenchRow
        {
            Engine = _target.Engine,
            Segments = _target.Segments,
            StepMilliseconds = step.Median,
            StepLeast = step.Least,
            StepMost = step.Most,
            StepRatio = Spread.Of(Array.ConvertAll(rounds, round => round.Step / round.DenseStep)).Median,
            EvaluationSamplesPerSecond = evaluation.Median,
            EvaluationLeast = evaluation.Least,
            EvaluationMost = evaluation.Most,
            EvaluationRatio = Spread.Of(Array.ConvertAll(rounds, round => round.Answered / round.DenseAnswered)).Median,
            PeakMegabytes = stepPeak,
            EvaluationPeakMegabytes = peak,
            DenseStepMilliseconds = Spread.Of(Array.ConvertAll(rounds, round => round.DenseStep)).Median,
            Repetitions = rounds.Length,
            StepsPerRepetition = steps,
            Floor = FloorOf(rounds, step.Median),
            Phases = _fused is null
                ? null
                : [.. Fused.phases(_fused.State).Select(phase => new BenchPhase(phase.Item1, phase.Item2 / (rounds.Length * steps)))],
        };
    }

    private BenchFloor? FloorOf(Round[] rounds, double step)
    {
        if (_floored is null) return null;
        var learner = Engines.LearnerOf(_target.Config);
        var won = Scope.run(Functional.Of(() => Fused.winners(_floored.State)
            .Select(layer => (int)layer.DutyCycle.torch.gt(0).sum().item<long>()).ToArray()));
        var activity = new Floor.Activity(_activity.Entries, Microsoft.FSharp.Collections.ListModule.OfSeq(_activity.Acting.Concat(won)));
        var work = Floor.ofStep(learner.Network, _target.Config.Batch, activity);
        var products = Spread.Of(Array.ConvertAll(rounds, round => round.MultiplyAdds)).Median;
        var copied = Spread.Of(Array.ConvertAll(rounds, round => round.Copied)).Median;
        var compute = work.MultiplyAdds / products * 1000;
        var copy = work.Bytes / copied * 1000;
        return new BenchFloor
        {
            Segments = _target.Segments ?? 0,
            MultiplyAdds = work.MultiplyAdds,
            MultiplyAddsPerSecond = products,
            ComputeMilliseconds = compute,
            Bytes = work.Bytes,
            BytesPerSecond = copied,
            CopyMilliseconds = copy,
            Milliseconds = Math.Max(compute, copy),
            FusedRatio = step / Math.Max(compute, copy),
        };
    }

    /// <summary>The task's batches, epoch after epoch, without end.</summary>
    private IEnumerable<int[]> Order()
    {
        var (size, batch) = (_stream.Train[Learned].Size, _target.Config.Batch);
        for (var epoch = 0; ; epoch++)
        {
            var places = KeyModule.permutation(size, KeyModule.ofSeed(epoch));
            for (var from = 0; from + batch <= size; from += batch) yield return places[from..(from + batch)];
        }
    }

    /// <summary>
    /// Meets every task of the stream, the one to be learned last: its context is the newest. A task's mean image is the
    /// mean image, permuted as the task's images are.
    /// </summary>
    private void MeetAll()
    {
        var mean = Scope.run(Functional.Of(() =>
        {
            var original = _stream.Train[0];
            var (places, labels) = (Enumerable.Range(0, original.Size).ToArray(), original.Gather.Invoke([0]).Labels);
            return new Samples(Tensor.ofTorch(StreamModule.mean(original, places).torch.unsqueeze(0)), labels);
        }));
        var means = StreamModule.permuted(_target.Config.Tasks, ImageSet.Classes, mean, mean).Train;
        for (var task = 0; task < _target.Config.Tasks; task++)
            if (task != Learned) _row.Meet(task, means[task]);
        _row.Meet(Learned, means[Learned]);
        Tree.dispose(mean);
    }

    /// <summary>How many pixels of an image are not background, and how many ever are.</summary>
    private static Floor.Activity Lit(Samples train)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var lit = train.Images.torch.ne(train.Images.torch.min());
        return new(
            lit.sum().item<long>() / (double)train.Count,
            Microsoft.FSharp.Collections.ListModule.OfSeq([(int)lit.any(0).sum().item<long>()]));
    }

    /// <summary>Milliseconds of a step over so many; their batches are gathered before.</summary>
    private double Steps(IContender who, int count)
    {
        Hand(who);
        var batches = Enumerable.Range(0, count).Select(_ => Gather()).ToArray();
        var clock = Stopwatch.StartNew();
        foreach (var batch in batches) who.Step(Learned, batch);
        var milliseconds = clock.Elapsed.TotalMilliseconds;
        Tree.dispose(batches);
        return milliseconds / count;
    }

    private Samples Gather()
    {
        _order.MoveNext();
        var places = _order.Current;
        return Scope.run(Functional.Of(() => _stream.Train[Learned].Gather.Invoke(places)));
    }

    /// <summary>Milliseconds of answering a batch over so many, and what the first one took beyond that: what is computed anew after an update.</summary>
    private (double Each, double Anew) Answers(IContender who, int count)
    {
        Hand(who);
        var test = _stream.Test[Learned];
        var size = Math.Min(test.Size, _target.Config.EvaluationBatch);
        var images = Scope.run(Functional.Of(() => test.Gather.Invoke([.. Enumerable.Range(0, size)])));
        var clock = Stopwatch.StartNew();
        who.Ask(Learned, images.Images);
        var first = clock.Elapsed.TotalMilliseconds;
        clock.Restart();
        for (var batch = 0; batch < count; batch++) who.Ask(Learned, images.Images);
        var each = clock.Elapsed.TotalMilliseconds / count;
        Tree.dispose(images);
        return (each, Math.Max(0, first - each));
    }

    /// <summary>Samples a second when all tasks are asked about, one after the other.</summary>
    private double PerSecond((double Each, double Anew) answers)
    {
        var samples = (double)_target.Config.Tasks * _stream.Test[Learned].Size;
        var batches = samples / Math.Min(_stream.Test[Learned].Size, _target.Config.EvaluationBatch);
        return samples / (answers.Anew + (batches * answers.Each)) * 1000;
    }

    /// <summary>Gives the cores to a contender.</summary>
    private void Hand(IContender who)
    {
        Native.setThreads(who.LibtorchThreads);
        if (_last is not null && _last != who && who.LibtorchThreads < _last.LibtorchThreads) Thread.Sleep(Rest);
        _last = who;
    }

    /// <summary>How many things that take so long fit a stretch; one at least.</summary>
    private static int Fitting(double milliseconds) => Math.Max(1, (int)(Stretch / milliseconds));

    /// <summary>One repetition: milliseconds a step, samples answered a second, and the machine's rates.</summary>
    private readonly record struct Round(
        double DenseStep, double DenseAnswered, double Step, double Answered, double MultiplyAdds, double Copied);
}
