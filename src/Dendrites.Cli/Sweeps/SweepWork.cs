namespace Dendrites.Cli;

/// <summary>What becomes of a try of a run.</summary>
internal enum Outcome
{
    Done,

    /// <summary>At the rung that it was to reach.</summary>
    Paused,

    Failed,

    /// <summary>Stopped where it can go on.</summary>
    Interrupted,
}

/// <summary>
/// Works on a sweep: takes runs that are missing and that nobody has, some at a time, until none is left.
/// All that it knows stands in the folder, so it can be killed and begun again, here or elsewhere, and several can work on one folder.
/// </summary>
internal sealed class SweepWork(SweepPlan plan, SweepFolder folder, SweepWork.Options options, ISweepDisplay display, CancellationToken cancel)
{
    /// <summary>How often the end of an orphan is looked for.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Exit codes of processes that SIGINT, SIGUSR1 or SIGTERM ended.</summary>
    private const int EndedByInterrupt = 130, EndedByUser = 138, EndedByTerminate = 143;

    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    /// <summary>Runs that were stopped, and not by this process: whoever did that does not want them to go on just now.</summary>
    private readonly HashSet<string> _interrupted = [];
    private bool _stopped;

    /// <param name="Jobs">Runs at a time.</param>
    /// <param name="Threads">Threads of each.</param>
    /// <param name="DataDir">Where data sets are kept.</param>
    /// <param name="StopOnFailure">Whether no run begins once one has failed.</param>
    /// <param name="Only">The runs that are meant; null for all.</param>
    internal sealed record Options(int Jobs, int Threads, string? DataDir, bool StopOnFailure, IReadOnlySet<string>? Only)
    {
        /// <summary>What a command line asks for: the cores are shared among the jobs.</summary>
        public static Options Of(SweepRunArguments arguments, IReadOnlySet<string>? only)
        {
            var jobs = arguments.Jobs ?? 1;
            var threads = arguments.Threads ?? Math.Max(1, Environment.ProcessorCount / jobs);
            return new(jobs, threads, arguments.DataDir, arguments.StopOnFailure, only);
        }
    }

    /// <summary>Works until nothing is left that can be worked on. Raises Failure where it was interrupted.</summary>
    public void Execute()
    {
        var jobs = Enumerable.Range(0, options.Jobs).Select(_ => System.Threading.Tasks.Task.Factory.StartNew(Job, TaskCreationOptions.LongRunning)).ToArray();
        foreach (var job in jobs) ((IAsyncResult)job).AsyncWaitHandle.WaitOne();
        foreach (var job in jobs) job.GetAwaiter().GetResult();
        if (cancel.IsCancellationRequested) throw new Failure(ExitCode.Interrupted, "interrupted; every run can go on: the same command does");
    }

    private void Job()
    {
        using var process = new RunProcess();
        while (!cancel.IsCancellationRequested)
        {
            if (Next() is not var (run, until, claim)) return;
            using (claim) Try(process, run, until);
        }
    }

    /// <summary>A run to work on, how far, and the claim on it; null once nothing is left. Waits for what others work on.</summary>
    private (PlannedRun Run, int? Until, Claim Claim)? Next()
    {
        while (!cancel.IsCancellationRequested)
        {
            lock (_gate)
            {
                if (_stopped) return null;
                var (runs, until) = Rungs.Stage(plan, folder);
                var awaited = false;
                foreach (var run in runs.Where(run => options.Only?.Contains(run.Id) ?? true))
                {
                    if (IsOver(run, until)) continue;
                    if (Claim.IsHeld(folder.Claims, run.Id)) awaited = true;
                    else if (_interrupted.Contains(run.Id)) continue;
                    else if (Claim.Take(folder.Claims, run.Id) is { } claim)
                    {
                        // Another process may have worked on it between the two looks.
                        if (!IsOver(run, until)) return (run, until, claim);
                        claim.Dispose();
                        awaited = true;
                    }
                    else awaited = true;
                }

                if (!awaited) return null;
            }

            cancel.WaitHandle.WaitOne(LongPause);
        }

        return null;
    }

    private bool IsOver(PlannedRun run, int? until) => until is { } rung
        ? Rungs.IsOver(run, folder, rung)
        : folder.IsDone(run.Id) || folder.Failed(run.Id) is not null;

    private void Try(RunProcess process, PlannedRun run, int? until)
    {
        display.Began(run);
        var (outcome, reason) = run.Refusal is { } refusal ? (Outcome.Failed, refusal) : Turn(process, run, until);
        if (outcome == Outcome.Failed)
        {
            folder.Fail(run.Id, new(reason!, DateTimeOffset.UtcNow));
            lock (_gate) _stopped |= options.StopOnFailure;
        }

        if (outcome == Outcome.Interrupted) lock (_gate) _interrupted.Add(run.Id);
        display.Ended(run, outcome, reason);
    }

    /// <summary>A try of the run. Of a part of a sweep, whose turn may be as long each time, one that two turns did not bring on has failed.</summary>
    private (Outcome Outcome, string? Reason) Turn(RunProcess process, PlannedRun run, int? until)
    {
        AwaitOrphan(run);
        if (cancel.IsCancellationRequested) return (Outcome.Interrupted, null);
        var before = NewestCheckpoint(run);
        var (outcome, reason) = Work(process, run, until);
        var isInVain = options.Only is not null && outcome == Outcome.Interrupted && NewestCheckpoint(run) == before;
        if (isInVain && folder.WasInVain(run.Id))
            (outcome, reason) = (Outcome.Failed, "stopped twice in a row before it came to another checkpoint; accepted: more time, at least a task and two minutes");
        folder.Turned(run.Id, isInVain && outcome == Outcome.Interrupted);
        return (outcome, reason);
    }

    private (Outcome Outcome, string? Reason) Work(RunProcess process, PlannedRun run, int? until)
    {
        using var log = new StreamWriter(folder.Log(run.Id), append: true) { AutoFlush = true };
        var (code, last) = process.Do(Words(run, until), log, cancel);
        return code switch
        {
            ExitCode.Ok => (Outcome.Done, null),
            ExitCode.Interrupted when until is { } rung && Rungs.IsOver(run, folder, rung) => (Outcome.Paused, null),
            ExitCode.Interrupted => (Outcome.Interrupted, last),
            // What a terminal or a cluster says to stop it says to children too, and one that still starts just ends.
            _ when cancel.IsCancellationRequested => (Outcome.Interrupted, last),
            EndedByInterrupt or EndedByUser or EndedByTerminate => (Outcome.Interrupted, last),
            _ => (Outcome.Failed, Told(last) ?? $"it ended with exit code {code} and said nothing"),
        };
    }

    /// <summary>The newest checkpoint of a run, of either kind, and when it was written; null before the first.</summary>
    private (string File, DateTime Written)? NewestCheckpoint(PlannedRun run)
    {
        var checkpoints = Path.Combine(folder.Run(run.Id), RunFolder.CheckpointsName);
        return StoredCheckpoint.States(checkpoints).Concat(ControlCheckpointFolder.States(checkpoints)).FirstOrDefault() is { } newest
            ? (newest, File.GetLastWriteTimeUtc(newest))
            : null;
    }

    /// <summary>The words of `dendrites run` for a run; one that goes on keeps the threads that it was begun with.</summary>
    private string[] Words(PlannedRun run, int? until) =>
    [
        "run", run.Experiment, "--preset", folder.PresetOf(run.Id) ?? run.Preset, "--out", folder.Run(run.Id), "--resume", "--quiet",
        .. run.Settings.SelectMany(setting => new[] { "--set", $"{setting.Key}={setting.Value}" }),
        .. run.Engine is { } engine ? new[] { "--engine", engine } : [],
        .. folder.HasBegun(run.Id) ? [] : new[] { "--threads", $"{options.Threads}" },
        .. until is { } rung ? new[] { "--until", $"{rung}" } : [],
        .. options.DataDir is { } data ? new[] { "--data-dir", data } : [],
    ];

    /// <summary>A child whose supervisor was killed ends by itself, but not at once.</summary>
    private void AwaitOrphan(PlannedRun run)
    {
        while (RunFolder.IsHeld(folder.Run(run.Id)) && !cancel.IsCancellationRequested) cancel.WaitHandle.WaitOne(Pause);
    }

    private static string? Told(string? line)
    {
        const string Name = "dendrites: ";
        return line?.StartsWith(Name, StringComparison.Ordinal) == true ? line[Name.Length..] : line;
    }
}
