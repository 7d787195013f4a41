using Spectre.Console;

namespace Dendrites.Cli;

/// <summary>`dendrites watch`: follows runs by what they write into their folders, until all of them are over.</summary>
internal static class WatchCommand
{
    private const double SecondsLive = 1;

    private const double SecondsPlain = 10;

    public static int Execute(WatchArguments arguments)
    {
        var screen = new Screen(Quiet: false, arguments.Json);
        var runs = Array.ConvertAll(Folders(arguments.Runs), folder => new WatchedRun(folder));
        if (arguments.Once) return Once(runs, screen);

        using var interruption = new Interruption();
        var live = Screen.IsTerminal();
        var every = TimeSpan.FromSeconds(arguments.Every ?? (live ? SecondsLive : SecondsPlain));
        var seen = live ? Live(runs, every, interruption.Token) : Plain(runs, every, interruption.Token);
        if (seen is [{ Table: { } table }]) screen.Result(table);
        else if (live) foreach (var one in seen) screen.Result(one.Line);
        Regret(seen);
        return Array.TrueForAll(seen, one => one.IsOver) ? ExitCode.Ok : ExitCode.Interrupted;
    }

    private static string[] Folders(IEnumerable<string> given) =>
        [.. given.DistinctBy(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))];

    private static int Once(WatchedRun[] runs, Screen screen)
    {
        var seen = Look(runs);
        if (Array.Find(seen, one => one.Life is Life.Awaited) is { } missing)
            throw Failure.BadConfig($"{missing.Folder} is no run folder: there is no {RunFolder.RecordName} in it");
        screen.Document(new { runs = seen.Select(one => one.Document) });
        screen.Result(seen is [var one] ? WatchView.Text(one) : string.Join(Environment.NewLine, seen.Select(one => one.Line)));
        Regret(seen);
        return ExitCode.Ok;
    }

    private static Sighting[] Live(WatchedRun[] runs, TimeSpan every, CancellationToken cancel) => AnsiConsole
        .Live(new Text(""))
        .AutoClear(true)
        .Start(context => Follow(runs, every, cancel, seen => context.UpdateTarget(WatchView.Draw(seen, AnsiConsole.Profile.Height))));

    private static Sighting[] Plain(WatchedRun[] runs, TimeSpan every, CancellationToken cancel)
    {
        var before = new Sighting?[runs.Length];
        return Follow(runs, every, cancel, seen =>
        {
            foreach (var (place, now) in seen.Index())
            {
                foreach (var line in WatchView.Changes(before[place], now, runs.Length == 1)) Console.Out.WriteLine(line);
                before[place] = now;
            }
        });
    }

    /// <summary>Looks until all runs are over, or the user has seen enough; the last that was seen.</summary>
    private static Sighting[] Follow(WatchedRun[] runs, TimeSpan every, CancellationToken cancel, Action<Sighting[]> show)
    {
        while (true)
        {
            var seen = Look(runs);
            show(seen);
            if (Array.TrueForAll(seen, one => one.IsOver) || cancel.WaitHandle.WaitOne(every)) return seen;
        }
    }

    private static Sighting[] Look(WatchedRun[] runs) => Array.ConvertAll(runs, run => run.Look(DateTimeOffset.UtcNow));

    /// <summary>Fails where a run did.</summary>
    private static void Regret(Sighting[] seen)
    {
        var failed = Array.FindAll(seen, one => one.Life is Life.Failed);
        if (failed is [var only] && seen.Length == 1) throw new Failure(ExitCode.Failed, only.Line);
        if (failed.Length > 0)
            throw new Failure(ExitCode.Failed, $"{failed.Length} of {Words.Several(seen.Length, "run")} failed: {string.Join(", ", failed.Select(one => one.Folder))}");
    }
}
