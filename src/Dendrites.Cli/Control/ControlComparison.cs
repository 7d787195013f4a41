namespace Dendrites.Cli;

/// <summary>`dendrites compare` of reinforcement learning: success on each task by the last test, runs that differ by seed as one.</summary>
internal static class ControlComparison
{
    /// <summary>Whether all these folders hold such runs; fails where only some do.</summary>
    public static bool Applies(IReadOnlyCollection<string> folders)
    {
        var first = folders.FirstOrDefault(KnownControlRun.Is);
        if (first is null) return false;
        if (folders.FirstOrDefault(folder => !KnownControlRun.Is(folder)) is { } other)
            throw Failure.BadConfig($"{RunFolder.Show(Path.GetFullPath(first))} is a run of reinforcement learning and {RunFolder.Show(Path.GetFullPath(other))} is none; accepted: runs of one kind");
        return true;
    }

    public static void Show(IEnumerable<string> folders, Screen screen)
    {
        var groups = ControlGroup.Of(folders);
        screen.Document(new { tasks = ControlGroup.Tasks(groups), runs = groups.Select(group => group.Document()) });
        screen.Result($"{TextTable.Of(Rows(groups))}\n\n{Told}");
    }

    /// <summary>What the numbers are.</summary>
    public const string Told = "Success by each run's last test. Intervals are of 95 %: of several seeds by bootstrap over them, of one by its episodes (Wilson).";

    /// <summary>The table, its head first.</summary>
    public static string[][] Rows(IReadOnlyList<ControlGroup> groups) =>
    [
        ["task", .. groups.Select(group => group.Name)],
        .. ControlGroup.Tasks(groups).Select(task => (string[])[task, .. groups.Select(group => Shown(group.Last(task)))]),
        ["mean", .. groups.Select(group => Shown(group.Last()))],
        ["method", .. groups.Select(group => group.Method)],
        ["steps", .. groups.Select(group => group.Steps)],
        ["seeds", .. groups.Select(group => string.Join(' ', group.Seeds))],
    ];

    private static string Shown(Estimated? share) => share switch
    {
        null => "-",
        { Low: null } => Words.Invariant($"{share.Mean:0.00}"),
        _ => Words.Invariant($"{share.Mean:0.00} ({share.Low:0.00}-{share.High:0.00})"),
    };
}
