namespace Dendrites.Cli;

/// <summary>One process's work on a run: turns its events into logs, checkpoints, a display and a summary.</summary>
internal sealed class Session<TState>(
    RunFolder folder,
    RunRecord record,
    Run.Plan<TState> plan,
    Func<TState, Learner.State> look,
    IDisplay display,
    string resumption,
    int? until,
    CancellationToken cancel)
{
    /// <summary>Steps between two losses in metrics.jsonl; the last of an epoch is always there.</summary>
    private const int LossEvery = 10;

    private readonly CheckpointFolder _checkpoints = new(folder.Checkpoints, Screen.Warn);
    private readonly RunClock _clock = new();
    private readonly int _tasks = plan.Config.Tasks;
    private readonly Dictionary<int, double> _accuracy = [];
    private Estimate _estimate = new(0, 0);
    private Progress _progress = new()
    {
        Title = $"{record.Experiment}, {record.Preset}, seed {record.Seed}: {Words.Several(plan.Config.Tasks, "task")} of "
            + $"{Words.Several(plan.Config.Epochs, "epoch")}, {record.Engine} engine on {Words.Several(record.Threads, "thread")}",
        Tasks = plan.Config.Tasks,
        Epochs = plan.Config.Epochs,
    };

    /// <summary>Works from the last checkpoint to the end. Raises Failure: interrupted, or the run failed.</summary>
    public Summary Execute()
    {
        var found = _checkpoints.Read(plan, record);
        var checkpoint = found?.Item1;
        var state = found?.Item2 ?? Run.start(plan);
        var done = checkpoint?.TasksDone ?? 0;
        if (checkpoint is not null) _clock.Continue(folder.Timings, done);

        try
        {
            using var log = new RunLog(folder, checkpoint?.Lengths ?? LogLengths.None);
            log.Timing(new StartTiming(checkpoint is null ? "start" : "resume", DateTimeOffset.UtcNow, done));
            _estimate = Remaining(done);
            Recall(state, done);
            Work(state, latest => state = latest, log);
            return Finish(state, log);
        }
        finally
        {
            plan.Method.Free.Invoke(state.Learner);
        }
    }

    /// <summary>Works from <paramref name="state"/> to the end; <paramref name="keep"/> has every state, whose tensors are its to free.</summary>
    private void Work(Run.State<TState> state, Action<Run.State<TState>> keep, RunLog log)
    {
        var latest = state;
        _clock.Lap();
        display.Show(_progress);
        if (state.Task >= until && !state.Position.IsOver) throw Paused(state);

        foreach (var happened in Run.events(plan, Functional.Of<Run.State<TState>>(next => keep(latest = next)), state))
        {
            Take(happened, latest, log);
            display.Show(_progress);
            if (happened is RunEvent.TaskEnded && latest.Task >= until && !latest.Position.IsOver) throw Paused(latest);

            // A state between two tasks is in the checkpoint only when the end of the task has been told.
            var saving = latest.Position.IsBeginning && !happened.IsTaskEnded;
            if (cancel.IsCancellationRequested && !latest.Position.IsOver && !saving) throw Interrupted(latest);
        }
    }

    private void Take(RunEvent happened, Run.State<TState> state, RunLog log)
    {
        switch (happened)
        {
            case RunEvent.TaskBegan began:
                _clock.Trained();
                log.Metric(new TaskMetric(began.task + 1, state.Steps));
                _progress = _progress with
                {
                    Task = began.task + 1,
                    Epoch = 1,
                    Step = 0,
                    Steps = StepsPerEpoch(began.task),
                    Testing = false,
                };
                break;

            case RunEvent.Stepped stepped:
                Take(stepped.Item, log);
                break;

            case RunEvent.Evaluated evaluated:
                Take(evaluated.after, evaluated.on, evaluated.Item3, log);
                break;

            case RunEvent.TaskEnded ended:
                _checkpoints.Write(plan, state, record, log.Sync());
                log.Timing(_clock.Timing(ended.task + 1));
                _clock.Lap();
                break;
        }
    }

    private void Take(StepReport step, RunLog log)
    {
        _estimate.Stepped(_clock.Trained());
        if (!double.IsFinite(step.Loss))
        {
            throw new Failure(
                ExitCode.Failed,
                $"the loss became {step.Loss} in task {step.Task + 1}, epoch {step.Epoch + 1}, step {step.Step}; "
                + "a smaller lr may help");
        }

        if (step.Step % LossEvery == 0 || step.Step == step.Steps)
        {
            log.Metric(new StepMetric(step.Task + 1, step.Epoch + 1, step.Step, step.Total, step.Loss));
            log.Flush();
        }

        _progress = _progress with
        {
            Epoch = step.Epoch + 1,
            Step = step.Step,
            Loss = step.Loss,
            Left = _estimate.Left(),
            Testing = step.Step == step.Steps && step.Epoch + 1 == plan.Config.Epochs && Evaluates(step.Task + 1),
        };
    }

    private void Take(int after, int on, Score score, RunLog log)
    {
        _estimate.Tested(_clock.Tested());
        log.Metric(new EvaluationMetric(after + 1, on + 1, score.Correct, score.Total, score.Accuracy));
        log.Accuracy(after + 1, on + 1, score.Accuracy);
        log.Flush();
        // What is not learned yet is no part of what is shown.
        if (on <= after) _accuracy[on] = score.Accuracy;
        _progress = _progress with
        {
            Accuracy = Known(),
            AfterTask = on == after ? after + 1 : _progress.AfterTask,
            Left = _estimate.Left(),
        };
    }

    private Summary Finish(Run.State<TState> state, RunLog log)
    {
        var metrics = Metrics.named.ToDictionary(metric => metric.Item1, metric => metric.Item2.Invoke(state.Matrix)?.Value);
        log.Metric(new EndMetric(state.Steps, metrics));
        log.Sync();
        var count = Network.count(RunConfigModule.network(plan.Stream.Inputs, plan.Stream.Classes, plan.Config));
        double[] accuracy = [.. Metrics.row(_tasks - 1, state.Matrix)];
        var analysis = Analyst.Write(folder.Path, plan, () => look(state.Learner));
        var published = Published.Of(plan.Config);

        var summary = new Summary
        {
            Experiment = record.Experiment,
            Preset = record.Preset,
            Method = Methods.nameOf(plan.Config),
            Engine = record.Engine,
            Device = record.Device,
            Threads = record.Threads,
            Tasks = _tasks,
            Seed = record.Seed,
            Accuracy = accuracy.Average(),
            AccuracyPerTask = accuracy,
            Published = published is { Changed.Length: 0 } ? published.Accuracy : null,
            PublishedWith = published is { Changed.Length: > 0 } ? published : null,
            Metrics = metrics,
            Inference = analysis.Inference?.Average(),
            Clusters = analysis.Clusters,
            ParametersNonZero = count.NonZero,
            ParametersStored = count.Stored,
            Steps = state.Steps,
            Seconds = RunClock.Milliseconds(_clock.Total),
            SecondsTraining = RunClock.Milliseconds(_clock.Training),
            SecondsTesting = RunClock.Milliseconds(_clock.Testing),
            PeakMegabytes = _clock.PeakMegabytes,
            RunFolder = folder.Shown,
        };
        AtomicFile.WriteText(folder.Summary, System.Text.Json.JsonSerializer.Serialize(summary, Json.Document) + "\n");
        return summary;
    }

    private Failure Interrupted(Run.State<TState> state) => new(
        ExitCode.Interrupted,
        $"interrupted in task {state.Task + 1} of {_tasks}, with {Words.Several(state.Task, "task")} in the checkpoint; "
        + $"go on with: {resumption}");

    private Failure Paused(Run.State<TState> state) => new(
        ExitCode.Interrupted,
        $"paused after {Words.Several(state.Task, "task")} of {_tasks}, as --until says; go on with: {resumption}");

    /// <summary>What a display shows of the tasks that were done before.</summary>
    private void Recall(Run.State<TState> state, int done)
    {
        foreach (var cell in state.Matrix.Cells)
            if (cell.Key.Item2 <= cell.Key.Item1) _accuracy[cell.Key.Item2] = cell.Value.Accuracy;
        _progress = _progress with
        {
            Task = Math.Min(done + 1, _tasks),
            Accuracy = Known(),
            AfterTask = Metrics.lastRow(state.Matrix)?.Value + 1 ?? 0,
        };
    }

    private Estimate Remaining(int done)
    {
        var left = Enumerable.Range(done, _tasks - done);
        return new(
            left.Sum(task => (long)plan.Config.Epochs * StepsPerEpoch(task)),
            left.Sum(task => (Evaluates(task + 1) ? task + 1L : 0) + RunConfigModule.testsAhead(task, plan.Config)));
    }

    private int StepsPerEpoch(int task) => Run.stepsPerEpoch(plan, task);

    private bool Evaluates(int afterTasks) => RunConfigModule.evaluatesAfter(afterTasks, plan.Config);

    private List<double?> Known() =>
        [.. Enumerable.Range(0, _accuracy.Count).Select(task => _accuracy.TryGetValue(task, out var known) ? known : (double?)null)];
}
