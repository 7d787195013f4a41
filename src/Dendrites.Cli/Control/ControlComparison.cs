namespace Dendrites.Cli;

/// <summary>`dendrites compare` of reinforcement learning: success on each task by the last test, runs that differ by seed as one.</summary>
internal static class ControlComparison
{
    private const double Confidence = 0.95;

    private const double Deviations = 1.959964;

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
        var runs = folders.DistinctBy(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))).Select(KnownControlRun.Read).ToArray();
        if (Array.Find(runs, run => run.Last is null) is { } untested)
            throw Failure.BadConfig($"{RunFolder.Show(Path.GetFullPath(untested.Folder))} has no test of all its tasks yet");
        var columns = runs.GroupBy(run => run.Kind).Select(group => new Column([.. group])).ToArray();
        var tasks = runs.SelectMany(run => run.Tasks).Distinct().ToArray();
        screen.Document(new { tasks, runs = Array.ConvertAll(columns, column => column.Document()) });
        screen.Result(Text(columns, tasks));
    }

    private static string Text(Column[] columns, string[] tasks)
    {
        string[][] rows =
        [
            ["task", .. columns.Select(column => column.Name)],
            .. tasks.Select(task => (string[])[task, .. columns.Select(column => Shown(column.Of(task)))]),
            ["mean", .. columns.Select(column => Shown(column.Mean()))],
            ["method", .. columns.Select(column => column.Method)],
            ["steps", .. columns.Select(column => column.Steps)],
            ["seeds", .. columns.Select(column => string.Join(' ', column.Seeds))],
        ];
        return TextTable.Of(rows) + "\n\nSuccess by each run's last test. Intervals are of 95 %: of several seeds by bootstrap over them, of one by its episodes (Wilson).";
    }

    private static string Shown(Share? share) => share switch
    {
        null => "-",
        { Low: null } => Words.Invariant($"{share.Mean:0.00}"),
        _ => Words.Invariant($"{share.Mean:0.00} ({share.Low:0.00}-{share.High:0.00})"),
    };

    private sealed record Share(double Mean, double? Low, double? High);

    /// <summary>Runs that differ by seed at most.</summary>
    private sealed class Column(KnownControlRun[] runs)
    {
        public string Name => runs.Length > 1 ? runs[0].Record.Preset : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(runs[0].Folder)));

        public string Method => ControlMethods.named.First(known => known.Item2.Equals(runs[0].Config.Method)).Item1;

        public string Steps => string.Join(' ', runs.Select(run => run.Last![0].Steps).Distinct());

        public IEnumerable<int> Seeds => runs.Select(run => run.Record.Seed);

        public Share? Of(string task)
        {
            var tests = runs.SelectMany(run => run.Last!).Where(test => test.Task == task).ToArray();
            if (tests.Length == 0) return null;
            if (tests.Length > 1) return Over(Array.ConvertAll(tests, test => (double)test.Successes / test.Episodes));
            var (low, high) = Wilson.interval(Deviations, tests[0].Successes, tests[0].Episodes);
            return new((double)tests[0].Successes / tests[0].Episodes, low, high);
        }

        public Share Mean() => Over(Array.ConvertAll(runs, run => run.Last!.Average(test => (double)test.Successes / test.Episodes)));

        public object Document() => new
        {
            name = Name,
            preset = runs[0].Record.Preset,
            method = Method,
            seeds = Seeds,
            folders = runs.Select(run => run.Folder),
            steps = runs.Select(run => run.Last![0].Steps),
            success = Mean(),
            tasks = runs[0].Tasks.ToDictionary(task => task, Of),
        };

        private static Share Over(double[] values)
        {
            var interval = Bootstrap.mean(Confidence, KeyModule.ofSeed(0), Microsoft.FSharp.Collections.ListModule.OfSeq(values))?.Value;
            return new(values.Average(), interval?.Item1, interval?.Item2);
        }
    }
}
