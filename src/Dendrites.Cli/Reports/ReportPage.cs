using System.Text;

namespace Dendrites.Cli;

/// <summary>The report as one HTML page that needs nothing else: style and figures stand in it, and no script.</summary>
internal static class ReportPage
{
    private const string Style = """
        :root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --soft: #59636e; --line: #d1d9e0; --card: #f6f8fa; --link: #0060a8; }
        @media (prefers-color-scheme: dark) { :root { --back: #0d1117; --text: #e6edf3; --soft: #9198a1; --line: #3d444d; --card: #151b23; --link: #6cb6ff; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 1280px; padding: 1.5rem 1rem 4rem; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.6rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; overflow-wrap: anywhere; }
        p { max-width: 75ch; color: var(--soft); margin: .25rem 0 1rem; }
        a { color: var(--link); }
        nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 0 0 1rem; padding: 0; list-style: none; }
        .wide { overflow-x: auto; margin: 1rem 0; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; min-width: min(100%, 32rem); }
        caption { text-align: left; color: var(--soft); padding-bottom: .5rem; }
        th, td { padding: .35rem .75rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; white-space: nowrap; }
        tbody th { font-weight: normal; position: sticky; left: 0; background: var(--back); }
        .number { text-align: right; }
        td.sentence, tbody th.sentence { white-space: normal; min-width: 8rem; max-width: 40rem; position: static; }
        .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 1rem; margin: 1rem 0; }
        figure { margin: 0; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; min-width: 0; }
        figure.first { grid-column-start: 1; }
        figure div { overflow-x: auto; }
        figure svg { width: 100%; height: auto; display: block; }
        figcaption { font-size: .85rem; color: var(--soft); margin-top: .5rem; }
        figcaption b { color: var(--text); display: block; }
        details { margin: 1rem 0; }
        summary { cursor: pointer; }
        @media (max-width: 600px) { body { padding: 1rem .75rem 3rem; } figure { padding: .5rem; } th, td { padding: .3rem .5rem; } caption { max-width: 90vw; white-space: normal; } }
        @media print { .wide { overflow: visible; } figure { break-inside: avoid; } }
        """;

    public static string Of(Report report)
    {
        var page = new StringBuilder();
        var runs = Words.Several(report.Runs.Count, "run");
        page.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.Append($"<title>{Safe(report.Title)} - Dendrites</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<main>\n<h1>{Safe(report.Title)}</h1>\n");
        page.Append($"<p>{runs}, read by Dendrites {Safe(Build.Version)}.</p>\n");
        if (report.Parts.Count > 1) page.Append(Contents(report.Parts));
        page.Append(report.Tables).Append(Figures(report.Together));
        foreach (var (number, part) in report.Parts.Index())
        {
            if (report.Parts.Count > 1) page.Append($"<h2 id=\"{Place(number)}\">{Safe(part.Name)}</h2>\n");
            page.Append(Figures(part.Figures)).Append(part.Tables);
        }

        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static string Contents(IReadOnlyList<ReportPart> parts) =>
        $"<nav aria-label=\"Experiments\"><ul>{string.Concat(parts.Index().Select(pair => $"<li><a href=\"#{Place(pair.Index)}\">{Safe(pair.Item.Name)}</a></li>"))}</ul></nav>\n";

    private static string Place(int number) => $"experiment-{number + 1}";

    private static string Figures(IReadOnlyList<Figure> figures) => figures.Count == 0 ? "" :
        $"<div class=\"figures\">\n{string.Concat(figures.Select(figure => $"<figure{(figure.BeginsRow ? " class=\"first\"" : "")}>\n<div>{Svg.Inline(figure.Drawing)}</div><figcaption><b>{Safe(figure.Title)}</b> {Safe(figure.Caption)}</figcaption>\n</figure>\n"))}</div>\n";

    private static string Safe(string text) => HtmlTable.Safe(text);
}
