using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Collected = System.Tuple<Dendrites.Trajectory, Dendrites.EpisodeReport>[];

namespace Dendrites.Cli;

/// <summary>One process's work on a run of reinforcement learning: turns its events into logs, checkpoints, a display and a summary.</summary>
internal sealed class ControlSession<TState>(
    RunFolder folder,
    RunRecord record,
    ControlRun.Plan<TState> plan,
    IDisplay display,
    string resumption,
    int? until,
    CancellationToken cancel)
{
    /// <summary>Updates between two whose losses stand in metrics.jsonl; the last of a round is always there.</summary>
    private const int LossEvery = 100;

    /// <summary>A checkpoint waits until so many times as long has passed as the one before took.</summary>
    private const int Patience = 20;

    /// <summary>Seconds after which a checkpoint does not wait for a test.</summary>
    private const double Long = 600;

    /// <summary>Work on a thread of its own, and how to wait for it.</summary>
    private static readonly FSharpFunc<FSharpFunc<Unit, Collected>, FSharpFunc<Unit, Collected>> Beside =
        FuncConvert.FromFunc((FSharpFunc<Unit, Collected> work) =>
        {
            var made = System.Threading.Tasks.Task.Factory.StartNew(() => work.Invoke(null!), TaskCreationOptions.LongRunning);
            return FuncConvert.FromFunc((Unit _) => made.GetAwaiter().GetResult());
        });

    private readonly ControlCheckpointFolder _checkpoints = new(folder.Checkpoints, Screen.Warn);
    private readonly ControlClock _clock = new();
    private readonly string[] _tasks = [.. plan.Environments.Tasks];
    private readonly Dictionary<int, TestReport> _found = [];
    private double _savedAt;
    private double _saving;
    private int _stepsBefore;
    private ControlStanding _standing = new()
    {
        Title = $"{record.Experiment}, {record.Preset}, seed {record.Seed}: {Words.Several(plan.Environments.Tasks.Length, "task")}, "
            + $"{record.Engine} engine on {Words.Several(record.Threads, "thread")}",
        Names = [.. plan.Environments.Tasks],
        AllSteps = plan.Config.Steps,
    };

    /// <summary>Works from the last checkpoint to the end. Raises Failure: interrupted, or the run failed.</summary>
    public ControlSummary Execute()
    {
        var checkpoint = _checkpoints.Read(plan, record);
        var state = checkpoint?.State ?? ControlRun.start(plan);
        if (checkpoint is { } from) _clock.Continue(folder.Timings, from.Name);

        try
        {
            using var log = new RunLog(folder, checkpoint?.Lengths ?? LogLengths.None, folder.Success, "steps,task,successes,episodes,return");
            log.Timing(new ControlStartTiming(checkpoint is null ? "start" : "resume", DateTimeOffset.UtcNow, state.Steps));
            _stepsBefore = state.Steps;
            _standing = _standing with { Steps = state.Steps, Updates = state.Updates };
            Work(state, latest => state = latest, log);
            return Finish(state, log);
        }
        finally
        {
            plan.Agent.Free.Invoke(state.Learner);
            Tree.dispose((state.Buffer, state.Rewards, state.Behind));
        }
    }

    /// <summary>Works from <paramref name="state"/> to the end; <paramref name="keep"/> has every state, whose tensors are its to free.</summary>
    private void Work(ControlRun.State<TState> state, Action<ControlRun.State<TState>> keep, RunLog log)
    {
        display.Show(_standing);
        _clock.Skip();
        if (!state.Position.IsOver && KnownRun.Lines<TestMetric>(folder.Path, "test").Any(test => test.Steps >= until)) throw Stopped("paused, as --until says,", state);

        foreach (var (next, happened) in ControlLoop.stepsBeside(Beside, plan, state))
        {
            _clock.Lap(state.Position);
            keep(state = next);
            foreach (var one in happened) Take(one, log);
            Show(state);
            var tested = happened.Any(one => one.IsTested);
            var paused = tested && state.Steps >= until && !state.Position.IsOver;
            if (state.Position.IsOver || cancel.IsCancellationRequested || paused || IsDue(tested)) Save(state, log);
            if (paused) throw Stopped("paused, as --until says,", state);
            if (cancel.IsCancellationRequested && !state.Position.IsOver) throw Stopped("interrupted", state);
            _clock.Skip();
        }
    }

    private bool IsDue(bool tested)
    {
        var since = _clock.Here - _savedAt;
        return since >= Patience * _saving && (tested || since >= Long);
    }

    private void Save(ControlRun.State<TState> state, RunLog log)
    {
        var began = _clock.Here;
        var name = _checkpoints.Write(plan, state, record, log.Sync());
        log.Timing(_clock.Timing(name));
        _savedAt = _clock.Here;
        _saving = _savedAt - began;
    }

    private void Take(ControlEvent happened, RunLog log)
    {
        switch (happened)
        {
            case ControlEvent.TaskBegan began:
                log.Metric(new ControlTaskMetric(_tasks[began.task], _standing.Steps));
                break;

            case ControlEvent.Collected collected:
                log.Metric(new RoundMetric(collected.round + 1, collected.steps, Met(collected.Item3)));
                break;

            case ControlEvent.Updated updated:
                Take(updated.Item, log);
                break;

            case ControlEvent.Tested tested:
                Take(tested.Item, log);
                break;

            case ControlEvent.RoundEnded ended:
                log.Metric(new TemperatureMetric(ended.round + 1, [.. ended.temperatures]));
                log.Flush();
                break;
        }
    }

    private List<MetTask> Met(FSharpList<EpisodeReport> episodes) =>
    [
        .. episodes.GroupBy(episode => episode.Task).Select(group => new MetTask(
            _tasks[group.Key],
            group.Count(),
            group.Count(episode => episode.Success),
            group.Average(episode => episode.Return))),
    ];

    private void Take(UpdateReport update, RunLog log)
    {
        var losses = update.Losses;
        if (!double.IsFinite(losses.Critics.Sum() + losses.Actor + losses.Temperature))
        {
            throw new Failure(
                ExitCode.Failed,
                $"a loss was no number any more in update {update.Total}, round {update.Round + 1}; smaller learning rates may help");
        }

        _standing = _standing with { Losses = losses };
        if (update.Total % LossEvery == 0 || update.Made == update.Due) log.Metric(new UpdateMetric(update.Round + 1, update.Total, losses));
    }

    private void Take(TestReport test, RunLog log)
    {
        var name = _tasks[test.Task];
        log.Metric(new TestMetric(test.Steps, name, test.Successes, test.Episodes, test.Return, test.Final));
        log.Row(FormattableString.Invariant($"{test.Steps},{name},{test.Successes},{test.Episodes},{test.Return:R}"));
        _found[test.Task] = test;
        if (test.Task + 1 < _tasks.Length) return;
        _standing = _standing with
        {
            Tests = _standing.Tests + 1,
            TestedAfter = test.Steps,
            Scores = [.. _tasks.Index().Select(task => (double?)Success(_found[task.Index]))],
        };
    }

    private void Show(ControlRun.State<TState> state)
    {
        var made = state.Steps - _stepsBefore;
        _standing = _standing with
        {
            Steps = state.Steps,
            Updates = state.Updates,
            Work = state.Position.IsUpdating ? "learning" : state.Position.IsTesting ? "testing" : "collecting",
            Left = made > 0 ? TimeSpan.FromSeconds(_clock.Here / made * Math.Max(0, plan.Config.Steps - state.Steps)) : null,
        };
        display.Show(_standing);
    }

    private ControlSummary Finish(ControlRun.State<TState> state, RunLog log)
    {
        // Of a process that was killed after the last checkpoint, the tests stand in the file only.
        var found = _found.Count > 0 ? [.. _tasks.Index().Select(task => _found[task.Index])] : LastTests();
        var success = found.Average(Success);
        var (stored, nonZero) = Count(plan.Environments, plan.Config);
        ControlAnalyst.Write(folder.Path, plan, state);

        var summary = new ControlSummary
        {
            Experiment = record.Experiment,
            Preset = record.Preset,
            Method = ControlMethods.named.First(known => known.Item2.Equals(plan.Config.Method)).Item1,
            Engine = record.Engine,
            Device = record.Device,
            Threads = record.Threads,
            Seed = record.Seed,
            Tasks = _tasks,
            Success = success,
            SuccessPerTask = Array.ConvertAll(found, Success),
            ReturnPerTask = Array.ConvertAll(found, test => test.Return),
            Episodes = found[0].Episodes,
            Published = ControlConfiguration.Published(plan.Config),
            ParametersNonZero = nonZero,
            ParametersStored = stored,
            Steps = state.Steps,
            Updates = state.Updates,
            Seconds = RunClock.Milliseconds(_clock.Total),
            SecondsCollecting = RunClock.Milliseconds(_clock.Collecting),
            SecondsLearning = RunClock.Milliseconds(_clock.Learning),
            SecondsTesting = RunClock.Milliseconds(_clock.Testing),
            PeakMegabytes = _clock.PeakMegabytes,
            RunFolder = folder.Shown,
        };
        log.Metric(new ControlEndMetric(state.Steps, state.Updates, success));
        log.Sync();
        AtomicFile.WriteText(folder.Summary, System.Text.Json.JsonSerializer.Serialize(summary, Json.Document) + "\n");
        return summary;
    }

    private TestReport[] LastTests()
    {
        var lines = KnownRun.Lines<TestMetric>(folder.Path, "test").Where(test => test.Final).ToArray();
        return [.. _tasks.Index().Select(task =>
        {
            var line = lines.Last(test => test.Task == task.Item);
            return new TestReport(0, line.Steps, true, task.Index, line.Successes, line.Episodes, line.Return);
        })];
    }

    /// <summary>Parameters of policy and critics, stored and taking part.</summary>
    internal static (long Stored, long NonZero) Count(Environments environments, ControlConfig config)
    {
        var agent = ControlConfigModule.agentFor(environments, config);
        var (actor, critic) = (TaskNetwork.count(agent.Actor), TaskNetwork.count(agent.Critic));
        return (actor.Stored + config.Critics * critic.Stored, actor.NonZero + config.Critics * critic.NonZero);
    }

    private static double Success(TestReport test) => (double)test.Successes / test.Episodes;

    private Failure Stopped(string how, ControlRun.State<TState> state) => new(
        ExitCode.Interrupted,
        Words.Invariant($"{how} after {state.Steps:#,0} steps and {state.Updates:#,0} updates, all of them in the checkpoint; go on with: {resumption}"));
}
