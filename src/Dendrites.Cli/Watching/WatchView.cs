using Spectre.Console;
using Spectre.Console.Rendering;

namespace Dendrites.Cli;

/// <summary>Runs that are watched, on a terminal and in a pipe: one in full, several a line each.</summary>
internal static class WatchView
{
    /// <summary>Lines of one run that are not its display's.</summary>
    private const int Added = 3;

    /// <summary>For a live display, in at most <paramref name="height"/> lines.</summary>
    public static IRenderable Draw(IReadOnlyList<Sighting> seen, int height) => seen is [var one] ? One(one, height) : new Rows(seen.Select(Line));

    /// <summary>What is to be printed after <paramref name="before"/>, if anything: a change of one run in a line.</summary>
    public static IEnumerable<string> Changes(Sighting? before, Sighting now, bool alone)
    {
        if (before?.Mark == now.Mark) yield break;
        if (!alone) yield return now.Line;
        else if (now.Standing is not { } standing) yield return now.Line;
        else
        {
            if (before?.Standing is null) yield return standing.Title;
            if (standing.Tests > (before?.Standing?.Tests ?? 0)) yield return standing.Found;
            else if (!now.IsOver) yield return now.Words;
        }
    }

    /// <summary>All that is known of one run.</summary>
    public static string Text(Sighting one)
    {
        if (one.Table is { } table) return table;
        if (one.Standing is not { } standing) return one.Line;
        List<string> lines = [standing.Title, one.Words];
        if (one.Curve is { } curve) lines.Add(curve);
        if (standing.Scores.Count == 0) return string.Join(Environment.NewLine, lines);
        lines.Add(standing.Heading);
        lines.AddRange(standing.Scores.Select((score, task) => $"{Words.Accuracy(score)}  {standing.NameOf(task)}"));
        lines.Add($"{Words.Accuracy(one.Mean)}  mean");
        return string.Join(Environment.NewLine, lines);
    }

    private static Rows One(Sighting one, int height)
    {
        if (one.Standing is not { } standing) return new Rows(Line(one));
        List<IRenderable> rows = [LiveDisplay.Draw(standing, height - Added)];
        if (one.Curve is { } curve) rows.Add(new Text(curve, new Style(Color.Grey)));
        if (one.Life is not Life.Running) rows.Add(Line(one));
        return new Rows(rows);
    }

    private static Text Line(Sighting one) => new(one.Line, new Style(one.Life switch
    {
        Life.Failed => Color.Red,
        Life.Stopped => Color.Yellow,
        Life.Finished => Color.Green,
        _ => Color.Default,
    }));
}
