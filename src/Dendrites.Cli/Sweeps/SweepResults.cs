using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dendrites.Cli;

/// <summary>A run of a sweep with its figures, empty before it is finished.</summary>
internal sealed record CollectedRun(SweepStanding Standing, IReadOnlyList<(string Name, double? Value)> Figures)
{
    public PlannedRun Run => Standing.Run;

    public double? Of(string name) => Figures.FirstOrDefault(figure => figure.Name == name).Value;
}

/// <summary>Settings and their runs over seeds, with the mean of every figure of those that are finished.</summary>
internal sealed record CollectedCell(IReadOnlyList<CollectedRun> Runs)
{
    public CollectedRun First => Runs[0];

    public IEnumerable<CollectedRun> Done => Runs.Where(run => run.Standing.State == RunState.Done);

    public Estimated? Of(string name) => Estimated.Of(Done.Select(run => run.Of(name)).OfType<double>());
}

/// <summary>
/// What came of a sweep: a row for each run, in the table's order, and a cell for each setting. It depends on what was learned and on
/// nothing else (no time, no place), so the same sweep gives the same bytes however often it was interrupted.
/// </summary>
internal sealed class SweepResults
{
    /// <summary>Best cells that a terminal shows.</summary>
    private const int Shown = 10;

    public static readonly string[] FileNames = ["runs.csv", "runs.jsonl", "cells.csv", "sweep.html"];


    private SweepResults(SweepPlan plan, IReadOnlyList<CollectedRun> runs)
    {
        Plan = plan;
        Runs = runs;
        Cells = [.. runs.GroupBy(run => run.Run.Cell).Select(cell => new CollectedCell([.. cell]))];
        Figure = ControlConfiguration.Is(plan.File.Experiment) ? "success" : "accuracy";
        Figures = [.. runs.SelectMany(run => run.Figures.Select(figure => figure.Name)).Prepend(Figure).Distinct()];
    }

    public SweepPlan Plan { get; }

    public IReadOnlyList<CollectedRun> Runs { get; }

    public IReadOnlyList<CollectedCell> Cells { get; }

    /// <summary>The figure that settings are compared by: `accuracy`, or `success`.</summary>
    public string Figure { get; }

    /// <summary>Every figure that a run has, that one first.</summary>
    public string[] Figures { get; }

    /// <summary>Cells with a finished run, the best first.</summary>
    public IEnumerable<CollectedCell> Best => Cells.Where(cell => cell.Of(Figure) is not null).OrderByDescending(cell => cell.Of(Figure)!.Mean);

    public static SweepResults Of(SweepPlan plan, SweepFolder folder) => new(plan,
    [
        .. SweepStanding.All(plan, folder).Select(standing => new CollectedRun(
            standing, standing.State == RunState.Done ? [.. Read(Path.Combine(folder.Run(standing.Run.Id), RunFolder.SummaryName))] : [])),
    ]);

    /// <summary>Writes the tables and the page into the sweep's folder.</summary>
    public void Write(SweepFolder folder)
    {
        Directory.CreateDirectory(folder.Path);
        AtomicFile.WriteText(folder.In(FileNames[0]), Csv(RunRows()));
        AtomicFile.WriteText(folder.In(FileNames[1]), string.Concat(Runs.Select(run => JsonSerializer.Serialize(Document(run), Json.Line) + "\n")));
        AtomicFile.WriteText(folder.In(FileNames[2]), Csv(CellRows()));
        AtomicFile.WriteText(folder.In(FileNames[3]), ReportPage.Of(SweepPage.Of(this)));
    }

    public object Document() => new
    {
        counts = SweepWords.Counts([.. Runs.Select(run => run.Standing)]),
        figure = Figure,
        runs = Runs.Select(Document),
        best = Best.Take(Shown).Select(cell => new { axes = Axes(cell.First.Run.CellAxes), seeds = cell.Done.Count(), value = cell.Of(Figure) }),
    };

    /// <summary>The best cells, and how many runs are where.</summary>
    public string Table()
    {
        string[][] rows =
        [
            ["rank", .. Plan.CellKeys, "seeds", $"{Figure}, %"],
            .. Best.Take(Shown).Index().Select(cell => (string[])[
                $"{cell.Index + 1}",
                .. Plan.CellKeys.Select(key => Axis(cell.Item.First.Run, key) is { Length: > 0 } value ? value : "-"),
                $"{cell.Item.Done.Count()}",
                $"{cell.Item.Of(Figure)}",
            ]),
        ];
        var counts = SweepWords.Counts([.. Runs.Select(run => run.Standing)]);
        return rows.Length > 1 ? $"{TextTable.Of(rows)}\n\n{counts}" : counts;
    }

    /// <summary>A line for each run, below a header.</summary>
    public IEnumerable<string[]> RunRows() => Runs
        .Select(run => (string[])[
            run.Run.Id,
            .. Plan.CellKeys.Select(key => Axis(run.Run, key)),
            $"{run.Run.Seed}",
            SweepWords.Name(run.Standing.State),
            .. Figures.Select(name => Number(run.Of(name))),
            run.Standing.Reason ?? "",
        ])
        .Prepend(["run", .. Plan.CellKeys, Configuration.SeedKey, "state", .. Figures, "error"]);

    /// <summary>A line for each cell, below a header: means over seeds with 95 % bootstrap intervals.</summary>
    public IEnumerable<string[]> CellRows() => Cells
        .Select(cell => (string[])[
            .. Plan.CellKeys.Select(key => Axis(cell.First.Run, key)),
            $"{cell.Runs.Count}",
            $"{cell.Done.Count()}",
            .. Figures.SelectMany(name => cell.Of(name) is { } value ? new[] { Number(value.Mean), Number(value.Low), Number(value.High) } : ["", "", ""]),
        ])
        .Prepend([.. Plan.CellKeys, "seeds", "done", .. Figures.SelectMany(name => new[] { name, $"{name}.low", $"{name}.high" })]);

    public static string Axis(PlannedRun run, string key) => run.Axes.FirstOrDefault(axis => axis.Key == key).Value ?? "";

    private static object Document(CollectedRun run) => new
    {
        run = run.Run.Id,
        axes = Axes(run.Run.Axes),
        state = SweepWords.Name(run.Standing.State),
        figures = run.Figures.Count > 0 ? run.Figures.ToDictionary(figure => figure.Name, figure => figure.Value) : null,
        config = run.Run.Config,
        error = run.Standing.Reason,
    };

    private static Dictionary<string, string> Axes(IEnumerable<(string Key, string Value)> axes) => axes.ToDictionary(axis => axis.Key, axis => axis.Value);

    /// <summary>What a finished run has to tell: its accuracy and every metric by its formula, or its success on each task.</summary>
    private static IEnumerable<(string, double?)> Read(string summary)
    {
        var json = JsonNode.Parse(File.ReadAllText(summary))?.AsObject() ?? throw Failure.BadConfig($"{RunFolder.Show(summary)} is no summary");
        double? Of(string key) => json[key]?.GetValue<double>();
        if (json["success"] is not null)
        {
            yield return ("success", Of("success"));
            string[] tasks = [.. json["tasks"]!.AsArray().Select(task => (string)task!)];
            foreach (var (index, task) in tasks.Index()) yield return ($"success.{task}", json["successPerTask"]!.AsArray()[index]!.GetValue<double>());
            foreach (var (index, task) in tasks.Index()) yield return ($"return.{task}", json["returnPerTask"]!.AsArray()[index]!.GetValue<double>());
            yield break;
        }

        yield return ("accuracy", Of("accuracy"));
        foreach (var metric in json["metrics"]!.AsObject().OrderBy(metric => metric.Key, StringComparer.Ordinal)) yield return (metric.Key, metric.Value?.GetValue<double>());
        yield return ("inference", Of("inference"));
        yield return ("clusters", Of("clusters"));
    }

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    private static string Csv(IEnumerable<string[]> rows) => string.Concat(rows.Select(row => string.Join(',', row.Select(Quoted)) + "\n"));

    private static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
