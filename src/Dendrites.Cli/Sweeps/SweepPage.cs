namespace Dendrites.Cli;

/// <summary>What came of a sweep as a page: parallel coordinates, the response to each setting, and the tables.</summary>
internal static class SweepPage
{
    public static Report Of(SweepResults results)
    {
        var cells = results.Best.Select(cell => (Cell: cell, Result: 100 * cell.Of(results.Figure)!.Mean)).ToArray();
        string[] axes = [.. results.Plan.CellKeys.Where(key => cells.Select(cell => Value(cell.Cell, key)).Distinct().Count() > 1)];
        var result = $"{results.Figure}, %";
        var figures = new List<Figure>();
        if (axes.Length > 1)
        {
            figures.Add(new("parallel", "A line for each setting, a mean over its seeds; the best ones are vermilion.", ParallelFigure.Draw(
                "Parallel coordinates", axes, result, [.. cells.Select(cell => ((IReadOnlyList<string>)[.. axes.Select(key => Value(cell.Cell, key))], cell.Result))])));
        }

        figures.AddRange(axes.Select(key => new Figure($"response-{key}", "A ring for each setting; the line is the mean of those that share the value.", ResponseFigure.Draw(
            $"Response to {key}", key, result, [.. cells.Select(cell => (Value(cell.Cell, key), cell.Result))]))));

        return new Report
        {
            // The same wherever the sweep stands.
            Title = $"{results.Plan.File.Experiment}: {string.Join(", ", results.Plan.CellKeys)}".TrimEnd(' ', ':'),
            Runs = [.. results.Runs.Select(run => run.Run.Id)],
            Tables = Table("Settings, the best first", Best(results)),
            Together = figures,
            Parts = [new("Runs", [], Table("Runs", Runs(results)))],
            Document = [],
            WriteEvents = () => { },
        };
    }

    private static IEnumerable<string[]> Best(SweepResults results) => results.Best
        .Select(cell => (string[])[.. results.Plan.CellKeys.Select(key => Value(cell, key)), $"{cell.Done.Count()}", $"{cell.Of(results.Figure)}"])
        .Prepend([.. results.Plan.CellKeys, "seeds", $"{results.Figure}, % (95 %)"]);

    /// <summary>Every run, figures to four places: the files beside the page have all of them.</summary>
    private static IEnumerable<string[]> Runs(SweepResults results) => results.Runs
        .Select(run => (string[])
        [
            run.Run.Id,
            .. results.Plan.CellKeys.Select(key => SweepResults.Axis(run.Run, key)),
            $"{run.Run.Seed}",
            SweepWords.Name(run.Standing.State),
            .. results.Figures.Select(name => run.Of(name) is { } figure ? Words.Invariant($"{figure:0.0000}") : ""),
            run.Standing.Reason ?? "",
        ])
        .Prepend(["run", .. results.Plan.CellKeys, Configuration.SeedKey, "state", .. results.Figures, "error"]);

    private static string Value(CollectedCell cell, string key) => SweepResults.Axis(cell.First.Run, key);

    private static string Table(string caption, IEnumerable<string[]> rows)
    {
        var all = rows.ToArray();
        return HtmlTable.Of(caption, Cell.Words(all[0]), all.Skip(1).Select(row => Array.ConvertAll(row, Cell.Value)));
    }
}
