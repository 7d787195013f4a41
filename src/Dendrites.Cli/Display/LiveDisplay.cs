using System.Diagnostics;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Dendrites.Cli;

/// <summary>Bars on a terminal: what the learner does, and the accuracy on each task as it grows.</summary>
internal sealed class LiveDisplay(LiveDisplayContext context) : IDisplay
{
    /// <summary>Lines around the bars.</summary>
    private const int Frame = 8;

    private const int BarWidth = 40;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Stopwatch _sinceDrawn = new();
    private int _drawnAfter;

    public void Show(IStanding progress)
    {
        if (_sinceDrawn.IsRunning && _sinceDrawn.Elapsed < Pause && progress.Tests == _drawnAfter) return;
        _drawnAfter = progress.Tests;
        _sinceDrawn.Restart();
        context.UpdateTarget(Draw(progress, AnsiConsole.Profile.Height));
    }

    /// <summary>Runs <paramref name="work"/> with a live display that disappears at the end.</summary>
    public static T Run<T>(Func<IDisplay, T> work) =>
        AnsiConsole.Live(new Text("")).AutoClear(true).Start(context => work(new LiveDisplay(context)));

    /// <summary>Makes the cursor visible that a live display hides: for those who leave in a hurry.</summary>
    public static void ShowCursor()
    {
        if (!Console.IsOutputRedirected) Console.Write("\e[?25h");
    }

    /// <summary>Everything, in at most <paramref name="height"/> lines.</summary>
    public static IRenderable Draw(IStanding progress, int height)
    {
        var rows = new List<IRenderable>
        {
            new Text(progress.Title, new Style(decoration: Decoration.Bold)),
            new Text(progress.Doing),
            Bar(progress.Done, Color.Blue, $"{100 * progress.Done:0} %"),
            new Text(""),
        };

        if (progress.Scores.Count > 0)
        {
            rows.Add(new Text(progress.Heading));
            rows.AddRange(Tasks(progress, Math.Max(3, height - Frame)));
            rows.Add(new Text($"mean  {Words.Accuracy(progress.Scores.Average())}"));
        }

        return new Rows(rows);
    }

    /// <summary>The newest tasks, as many as there is room for.</summary>
    private static IEnumerable<IRenderable> Tasks(IStanding progress, int room)
    {
        var hidden = Math.Max(0, progress.Scores.Count - room);
        var shown = hidden > 0 ? progress.Scores.Index().Skip(hidden + 1) : progress.Scores.Index();
        var mean = progress.Scores.Take(hidden + 1).Average();
        if (hidden > 0) yield return new Text($"1-{hidden + 1}  {Words.Accuracy(mean)} on average", new Style(Color.Grey));
        foreach (var (index, accuracy) in shown)
            yield return Bar(accuracy ?? 0, Color.Green, $"{Words.Accuracy(accuracy)}  {progress.NameOf(index)}");
    }

    private static Paragraph Bar(double share, Color colour, string text)
    {
        var full = (int)Math.Round(BarWidth * Math.Clamp(share, 0, 1));
        return new Paragraph()
            .Append(new string('━', full), new Style(colour))
            .Append(new string('─', BarWidth - full), new Style(Color.Grey))
            .Append("  " + text);
    }
}
