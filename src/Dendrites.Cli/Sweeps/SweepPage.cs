namespace Dendrites.Cli;

/// <summary>What came of a sweep as a page: parallel coordinates, the response to each setting, and the tables.</summary>
internal static class SweepPage
{
    /// <param name="results">What came of it.</param>
    /// <param name="name">What the sweep is called.</param>
    public static Report Of(SweepResults results, string name)
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
            Title = name,
            Runs = [.. results.Runs.Select(run => run.Run.Id)],
            Tables = Table("Settings, the best first", Best(results)) + Table("Runs", results.RunRows()),
            Together = figures,
            Parts = [],
            Document = [],
            WriteEvents = () => { },
        };
    }

    private static IEnumerable<string[]> Best(SweepResults results) => results.Best
        .Select(cell => (string[])[.. results.Plan.CellKeys.Select(key => Value(cell, key)), $"{cell.Done.Count()}", $"{cell.Of(results.Figure)}"])
        .Prepend([.. results.Plan.CellKeys, "seeds", $"{results.Figure}, % (95 %)"]);

    private static string Value(CollectedCell cell, string key) => SweepResults.Axis(cell.First.Run, key);

    private static string Table(string caption, IEnumerable<string[]> rows)
    {
        var all = rows.ToArray();
        return HtmlTable.Of(caption, Cell.Words(all[0]), all.Skip(1).Select(row => Array.ConvertAll(row, Cell.Value)));
    }
}
