using System.Diagnostics;
using Spectre.Console;

namespace Dendrites.Cli;

/// <summary>Shows a sweep that is worked on.</summary>
internal interface ISweepDisplay
{
    void Began(PlannedRun run);

    void Ended(PlannedRun run, Outcome outcome, string? reason);
}

/// <summary>What all displays of a sweep say.</summary>
internal static class SweepWords
{
    /// <summary>Such as "7 of 24 done, 2 running, 1 failed".</summary>
    public static string Counts(IReadOnlyCollection<SweepStanding> standings)
    {
        int Count(RunState state) => standings.Count(standing => standing.State == state);
        string[] parts =
        [
            $"{Count(RunState.Done)} of {standings.Count} done",
            .. new[] { RunState.Running, RunState.Waiting, RunState.Missing, RunState.Failed, RunState.Dropped }
                .Where(state => Count(state) > 0).Select(state => $"{Count(state)} {Name(state)}"),
        ];
        return string.Join(", ", parts);
    }

    public static string Name(RunState state) => state.ToString().ToLowerInvariant();

    public static string Ended(Outcome outcome, RunProgress progress, string? reason) => outcome switch
    {
        Outcome.Failed => $"failed: {reason}",
        Outcome.Interrupted => "interrupted",
        Outcome.Paused => $"paused, {Words.Accuracy(progress.Score)} so far",
        _ => $"done, {Words.Accuracy(progress.Score)}",
    };
}

/// <summary>A line for each run that begins or ends.</summary>
internal sealed class PlainSweepDisplay(SweepPlan plan, SweepFolder folder, Action<string> say) : ISweepDisplay
{
    private readonly Lock _gate = new();

    public void Began(PlannedRun run) => Say($"{run.Id} begins: {run.Name}");

    public void Ended(PlannedRun run, Outcome outcome, string? reason) => Say(
        $"{run.Id} {SweepWords.Ended(outcome, RunProgress.Of(run, folder.Run(run.Id)), reason)} ({plan.Runs.Count(other => folder.IsDone(other.Id))} of {plan.Runs.Count})");

    private void Say(string line)
    {
        lock (_gate) say(line);
    }
}

internal sealed class NoSweepDisplay : ISweepDisplay
{
    public void Began(PlannedRun run)
    {
    }

    public void Ended(PlannedRun run, Outcome outcome, string? reason)
    {
    }
}

/// <summary>One live table: how many runs are done, a bar for each that is worked on, and what came of the last ones.</summary>
internal sealed class LiveSweepDisplay : ISweepDisplay
{
    private const int BarWidth = 24, Remembered = 8, NameWidth = 48;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SweepPlan _plan;
    private readonly SweepFolder _folder;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (PlannedRun Run, Stopwatch Since)> _running = [];
    private readonly Queue<string> _ended = new();
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private readonly double _before;

    private LiveSweepDisplay(SweepPlan plan, SweepFolder folder)
    {
        (_plan, _folder) = (plan, folder);
        _before = Share(SweepStanding.All(plan, folder));
    }

    /// <summary>Does some work with the table below the prompt; at the end it disappears.</summary>
    public static void Run(SweepPlan plan, SweepFolder folder, Action<ISweepDisplay> work)
    {
        var display = new LiveSweepDisplay(plan, folder);
        AnsiConsole.Live(new Text("")).AutoClear(true).Start(context =>
        {
            var done = System.Threading.Tasks.Task.Factory.StartNew(() => work(display), TaskCreationOptions.LongRunning);
            while (!((IAsyncResult)done).AsyncWaitHandle.WaitOne(Pause)) context.UpdateTarget(display.Draw());
            done.GetAwaiter().GetResult();
        });
    }

    public void Began(PlannedRun run)
    {
        lock (_gate) _running[run.Id] = (run, Stopwatch.StartNew());
    }

    public void Ended(PlannedRun run, Outcome outcome, string? reason)
    {
        var line = $"{run.Id}  {run.Name}: {SweepWords.Ended(outcome, RunProgress.Of(run, _folder.Run(run.Id)), reason)}";
        lock (_gate)
        {
            _running.Remove(run.Id);
            _ended.Enqueue(line);
            if (_ended.Count > Remembered) _ended.Dequeue();
        }
    }

    private Rows Draw()
    {
        var standings = SweepStanding.All(_plan, _folder);
        var share = Share(standings);
        var left = share > _before ? $", {Words.Duration(_since.Elapsed / (share - _before) * (1 - share))} left" : "";
        lock (_gate)
        {
            var bars = _running.Values.Select(running => Bar(running.Run, RunProgress.Of(running.Run, _folder.Run(running.Run.Id)), running.Since.Elapsed));
            return new Rows([
                new Text($"{SweepWords.Counts(standings)}{left}", new Style(decoration: Decoration.Bold)),
                .. bars,
                .. _ended.Select(line => new Text(line, new Style(Color.Grey))),
            ]);
        }
    }

    private static double Share(SweepStanding[] standings)
    {
        var meant = standings.Where(standing => standing.State is not (RunState.Failed or RunState.Dropped)).ToArray();
        return meant.Length == 0 ? 1 : meant.Average(standing => standing.Share);
    }

    private static Paragraph Bar(PlannedRun run, RunProgress progress, TimeSpan time)
    {
        var full = (int)Math.Round(BarWidth * progress.Share);
        var name = run.Name.Length > NameWidth ? run.Name[..(NameWidth - 1)] + "…" : run.Name;
        return new Paragraph($"{run.Id}  ")
            .Append(new string('━', full), new Style(Color.Blue))
            .Append(new string('─', BarWidth - full), new Style(Color.Grey))
            .Append(Words.Invariant($" {100 * progress.Share,3:0} %  {Words.Accuracy(progress.Score),6}  {Words.Duration(time)}  {name}"));
    }
}
