namespace Dendrites.Cli;

/// <summary>
/// Where a sweep with successive halving stands: a function of what the run folders hold, so that whoever asks, after whatever
/// interruption, gets the same answer. Settings are compared by the mean score over their seeds; one of which a run failed comes last.
/// </summary>
internal static class Rungs
{
    /// <summary>The runs that are to go on, and how far (null: to the end); those that are there already are among them.</summary>
    public static (IReadOnlyList<PlannedRun> Runs, int? Until) Stage(SweepPlan plan, SweepFolder folder)
    {
        if (plan.File.Halving is not { } halving) return (plan.Runs, null);
        var left = plan.Cells.Select(cell => cell.ToArray()).ToList();
        foreach (var rung in halving.Rungs)
        {
            if (left.Exists(cell => Array.Exists(cell, run => !IsOver(run, folder, rung)))) return ([.. left.SelectMany(cell => cell)], rung);
            left = Better(left, folder, rung, halving.Of(left.Count));
        }

        return ([.. left.SelectMany(cell => cell)], null);
    }

    /// <summary>The ids of the runs that are left behind.</summary>
    public static HashSet<string> Dropped(SweepPlan plan, SweepFolder folder) =>
        [.. plan.Runs.Select(run => run.Id).Except(Stage(plan, folder).Runs.Select(run => run.Id))];

    /// <summary>Whether a run needs no more work before settings are compared at a rung.</summary>
    public static bool IsOver(PlannedRun run, SweepFolder folder, int rung) =>
        folder.IsDone(run.Id) || folder.Failed(run.Id) is not null || RunProgress.ScoreAt(run, folder.Run(run.Id), rung) is not null;

    /// <summary>The best so many, in the table's order; of equals those that come first in it.</summary>
    private static List<PlannedRun[]> Better(List<PlannedRun[]> cells, SweepFolder folder, int rung, int count)
    {
        double Of(PlannedRun run) => folder.Failed(run.Id) is not null ? double.NegativeInfinity
            // A shorter run is judged by its end.
            : RunProgress.ScoreAt(run, folder.Run(run.Id), rung) ?? RunProgress.Of(run, folder.Run(run.Id)).Score ?? double.NegativeInfinity;
        double Score(PlannedRun[] cell) => cell.Average(Of);
        var kept = cells.Index().OrderByDescending(cell => Score(cell.Item)).ThenBy(cell => cell.Index).Take(count).Select(cell => cell.Index).ToHashSet();
        return [.. cells.Where((_, index) => kept.Contains(index))];
    }
}
