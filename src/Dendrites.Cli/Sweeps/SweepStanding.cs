namespace Dendrites.Cli;

/// <summary>How far a run of a sweep is.</summary>
internal enum RunState
{
    /// <summary>Not begun.</summary>
    Missing,

    /// <summary>Begun, and nobody works on it.</summary>
    Waiting,

    /// <summary>A process works on it.</summary>
    Running,

    Done,

    /// <summary>Its last try failed.</summary>
    Failed,

    /// <summary>Left behind by successive halving.</summary>
    Dropped,
}

/// <summary>A run of a sweep and how far it is, as its folder tells.</summary>
internal sealed record SweepStanding(PlannedRun Run, RunState State, double Share, double? Score, string? Reason)
{
    /// <summary>How far every run is, in the plan's order.</summary>
    public static SweepStanding[] All(SweepPlan plan, SweepFolder folder)
    {
        var dropped = Rungs.Dropped(plan, folder);
        return [.. plan.Runs.Select(run => Of(run, folder, dropped.Contains(run.Id)))];
    }

    private static SweepStanding Of(PlannedRun run, SweepFolder folder, bool dropped)
    {
        var progress = RunProgress.Of(run, folder.Run(run.Id));
        var failed = folder.Failed(run.Id);
        var state = folder.IsDone(run.Id) ? RunState.Done
            : Claim.IsHeld(folder.Claims, run.Id) ? RunState.Running
            : failed is not null ? RunState.Failed
            : dropped ? RunState.Dropped
            : folder.HasBegun(run.Id) ? RunState.Waiting : RunState.Missing;
        return new(run, state, state == RunState.Done ? 1 : progress.Share, progress.Score, state == RunState.Failed ? failed!.Reason : null);
    }
}
