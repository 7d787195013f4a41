namespace Dendrites.Cli;

/// <summary>Runs of reinforcement learning that differ by their seeds at most, in the order in which they are given.</summary>
internal sealed class ControlGroup
{
    /// <summary>Tests on the way that a point of a curve pools, as the published curves average them.</summary>
    public const int Window = 10;

    private const double Deviations = 1.959964;

    private ControlGroup(KnownControlRun[] runs, string name) => (Runs, Name) = (runs, name);

    public IReadOnlyList<KnownControlRun> Runs { get; }

    /// <summary>The folder of a single run; of several the preset and the method, with a number where others are called so too.</summary>
    public string Name { get; }

    public string Method => MethodOf(Runs[0]);

    public string Steps => string.Join(' ', Runs.Select(run => run.Last![0].Steps).Distinct());

    public IEnumerable<int> Seeds => Runs.Select(run => run.Record.Seed);

    /// <summary>The groups of some folders, each of which holds such a run. Fails where one has not been tested yet.</summary>
    public static ControlGroup[] Of(IEnumerable<string> folders)
    {
        var runs = folders.DistinctBy(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))).Select(KnownControlRun.Read).ToArray();
        if (Array.Find(runs, run => run.Last is null) is { } untested)
            throw Failure.BadConfig($"{RunFolder.Show(Path.GetFullPath(untested.Folder))} has no test of all its tasks yet");
        var groups = new List<ControlGroup>();
        foreach (var kind in runs.GroupBy(run => run.Kind))
        {
            KnownControlRun[] alike = [.. kind];
            var name = NameOf(alike);
            var others = groups.Count(group => NameOf(group.Runs) == name);
            groups.Add(new(alike, others == 0 ? name : $"{name} {others + 1}"));
        }

        return [.. groups];
    }

    /// <summary>Every task of some groups, once.</summary>
    public static string[] Tasks(IEnumerable<ControlGroup> groups) => [.. groups.SelectMany(group => group.Runs).SelectMany(run => run.Tasks).Distinct()];

    /// <summary>Success on a task by the last tests; null where it is not among the tasks.</summary>
    public Estimated? Last(string task) => Share([.. Runs.SelectMany(run => run.Last!).Where(test => test.Task == task).Select(test => new Tally(test.Successes, test.Episodes))]);

    /// <summary>Mean success over the tasks by the last tests.</summary>
    public Estimated Last() => Estimated.Of(Runs.Select(run => run.Last!.Average(test => (double)test.Successes / test.Episodes)))!;

    /// <summary>Success on a task after each number of steps at which all runs were tested, each point pooling the last tests.</summary>
    public IReadOnlyList<(double Steps, Estimated Success)> Course(string task)
    {
        var courses = Runs.Select(run => Pooled(run, task)).ToArray();
        return [.. Common(courses).Select(steps => ((double)steps, Share([.. courses.Select(course => course[steps])])!))];
    }

    /// <summary>The mean of these over the tasks.</summary>
    public IReadOnlyList<(double Steps, Estimated Success)> Course()
    {
        var courses = Runs.Select(run =>
        {
            var tasks = run.Tasks.Select(task => Pooled(run, task)).ToArray();
            return Common(tasks).ToDictionary(steps => steps, steps => tasks.Average(task => task[steps].Share));
        }).ToArray();
        return [.. Common(courses).Select(steps => ((double)steps, Estimated.Of(courses.Select(course => course[steps]))!))];
    }

    /// <summary>A group as JSON has it.</summary>
    public object Document() => new
    {
        name = Name,
        preset = Runs[0].Record.Preset,
        method = Method,
        seeds = Seeds,
        folders = Runs.Select(run => run.Folder),
        steps = Runs.Select(run => run.Last![0].Steps),
        success = Last(),
        tasks = Runs[0].Tasks.ToDictionary(task => task, task => Last(task)),
    };

    /// <summary>The tests of a task after each number of steps: on the way with those before it, the last one by itself.</summary>
    private static Dictionary<int, Tally> Pooled(KnownControlRun run, string task)
    {
        var tests = run.Tests.Where(test => test.Task == task).ToArray();
        var pooled = new Dictionary<int, Tally>();
        foreach (var (number, test) in tests.Index())
        {
            var pool = test.Final ? [test] : tests[Math.Max(0, number + 1 - Window)..(number + 1)];
            pooled[test.Steps] = new(pool.Sum(one => one.Successes), pool.Sum(one => one.Episodes));
        }

        return pooled;
    }

    private static IEnumerable<int> Common<T>(Dictionary<int, T>[] courses) =>
        courses.Length == 0 ? [] : courses[0].Keys.Where(steps => Array.TrueForAll(courses, course => course.ContainsKey(steps))).Order();

    /// <summary>Of several runs by bootstrap over them, of one by its episodes; null of none.</summary>
    private static Estimated? Share(IReadOnlyList<Tally> tallies)
    {
        if (tallies.Count != 1) return Estimated.Of(tallies.Select(tally => tally.Share));
        var (low, high) = Wilson.interval(Deviations, tallies[0].Successes, tallies[0].Episodes);
        return new(tallies[0].Share, low, high, 1);
    }

    private static string NameOf(IReadOnlyList<KnownControlRun> runs) => runs.Count > 1
        ? $"{runs[0].Record.Preset} {MethodOf(runs[0])}"
        : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(runs[0].Folder)));

    private static string MethodOf(KnownControlRun run) => ControlMethods.named.First(known => known.Item2.Equals(run.Config.Method)).Item1;

    private readonly record struct Tally(int Successes, int Episodes)
    {
        public double Share => (double)Successes / Episodes;
    }
}
