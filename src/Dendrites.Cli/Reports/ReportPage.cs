using System.Net;
using System.Text;

namespace Dendrites.Cli;

/// <summary>The report as one HTML page that needs nothing else: style and figures stand in it.</summary>
internal static class ReportPage
{
    private const string Style = """
        :root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --soft: #59636e; --line: #d1d9e0; --card: #f6f8fa; }
        @media (prefers-color-scheme: dark) { :root { --back: #0d1117; --text: #e6edf3; --soft: #9198a1; --line: #3d444d; --card: #151b23; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 1200px; padding: 1.5rem 1rem 4rem; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; } p { max-width: 75ch; color: var(--soft); margin: .25rem 0 1rem; }
        .wide { overflow-x: auto; margin: 1rem 0; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
        caption { text-align: left; color: var(--soft); padding-bottom: .5rem; } th, td { padding: .35rem .75rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
        td.number, th.number { text-align: right; } .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 380px), 1fr)); gap: 1rem; margin: 1rem 0; }
        figure { margin: 0; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; min-width: 0; } figure svg { width: 100%; height: auto; display: block; }
        figcaption { font-size: .85rem; color: var(--soft); margin-top: .5rem; } figcaption b { color: var(--text); display: block; } details { margin: 1rem 0; } summary { cursor: pointer; }
        """;

    public static string Of(IReadOnlyList<RunGroup> groups, IEnumerable<Figure> together, IEnumerable<(RunGroup Group, IReadOnlyList<Figure> Figures)> apart)
    {
        var page = new StringBuilder();
        var title = groups.Count == 1 ? $"{groups[0].Name}" : $"{groups.Count} experiments";
        page.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.Append($"<title>{Safe(title)} - Dendrites</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<h1>{Safe(title)}</h1>\n");
        page.Append($"<p>{Words.Several(groups.Sum(group => group.Runs.Count), "run")}, version {Safe(Build.Version)}. Accuracies are in percent, with 95 % bootstrap intervals over seeds.</p>\n");
        page.Append(Table(groups)).Append(Figures(together));
        foreach (var (group, figures) in apart)
        {
            page.Append($"<h2>{Safe(group.Name)}</h2>\n");
            if (group.Information is { } told) page.Append($"<p>What {Safe(group.Method)} is told: {Safe(told)}</p>\n");
            page.Append(Figures(figures)).Append(Metrics(group)).Append(Config(group));
        }

        return page.Append("</body>\n</html>\n").ToString();
    }

    private static string Table(IReadOnlyList<RunGroup> groups)
    {
        var rows = groups.Select(group => Row(
            [group.Name, group.Method],
            [
                $"{group.Tasks}",
                $"{group.Finished.Count()}",
                group.Accuracy?.ToString() ?? "not finished",
                group.Published is { } published ? Words.Invariant($"{100 * published:0.00}") : "",
                group.Accuracy?.Mean - group.Published is { } difference ? Words.Invariant($"{100 * difference:+0.00;-0.00}") : "",
                Percent(group.Metric("forgetting.max-earlier")),
                group.Finished.Any() ? Words.Duration(TimeSpan.FromSeconds(group.Finished.Average(summary => summary.Seconds))) : "",
            ]));
        return Tabled("Experiments: runs that differ by seed only are one line", ["run", "method"], ["tasks", "seeds", "accuracy", "published", "difference", "forgetting.max-earlier", "time"], rows);
    }

    private static string Metrics(RunGroup group) => !group.Finished.Any()
        ? ""
        : Tabled(
            "Metrics of the accuracy matrix, by their formulas",
            ["metric"],
            ["mean"],
            global::Dendrites.Metrics.named.Select(metric => Row([metric.Item1], [Percent(group.Metric(metric.Item1))])));

    private static string Config(RunGroup group)
    {
        var keys = group.Runs[0].Keys.Where(key => key.Key != Configuration.SeedKey).Select(key => Row([key.Key, key.Value], []));
        var seeds = string.Join(", ", group.Runs.Select(run => run.Seed));
        return $"<details><summary>Configuration, seeds {seeds}</summary>\n{Tabled("Every key", ["key", "value"], [], keys)}</details>\n";
    }

    private static string Percent(Estimated? value) => value?.ToString() ?? "";

    private static string Row(string[] words, string[] numbers) =>
        $"<tr>{string.Concat(words.Select(cell => $"<td>{Safe(cell)}</td>"))}{string.Concat(numbers.Select(cell => $"<td class=\"number\">{Safe(cell)}</td>"))}</tr>\n";

    private static string Tabled(string caption, string[] words, string[] numbers, IEnumerable<string> rows)
    {
        var head = string.Concat(words.Select(cell => $"<th scope=\"col\">{Safe(cell)}</th>")) + string.Concat(numbers.Select(cell => $"<th scope=\"col\" class=\"number\">{Safe(cell)}</th>"));
        return $"<div class=\"wide\"><table>\n<caption>{Safe(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{string.Concat(rows)}</tbody>\n</table></div>\n";
    }

    private static string Figures(IEnumerable<Figure> figures) =>
        $"<div class=\"figures\">\n{string.Concat(figures.Select(figure => $"<figure>\n{figure.Svg}<figcaption><b>{Safe(figure.Title)}</b> {Safe(figure.Caption)}</figcaption>\n</figure>\n"))}</div>\n";

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}
