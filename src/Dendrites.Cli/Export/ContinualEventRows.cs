using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>The rows of a run of continual learning.</summary>
internal static class ContinualEventRows
{
    public static readonly string[] Columns =
        ["event", "task", "epoch", "step", "total", "loss", "after", "on", "correct", "of", "accuracy", "metric", "value"];

    public static IEnumerable<Dictionary<string, string>> Of(KnownRun run) =>
        EventTable.Rows(run.Folder, Rows);

    /// <summary>One row; of the end, one for each metric.</summary>
    private static Dictionary<string, string>[] Rows(string happened, JsonElement line)
    {
        switch (happened)
        {
            case "task":
                var task = Story.Read<TaskMetric>(line);
                return [EventTable.Row(happened, ("task", task.Task), ("total", task.Total))];

            case "step":
                var step = Story.Read<StepMetric>(line);
                return
                [
                    EventTable.Row(
                        happened, ("task", step.Task), ("epoch", step.Epoch), ("step", step.Step), ("total", step.Total), ("loss", step.Loss)),
                ];

            case "evaluation":
                var test = Story.Read<EvaluationMetric>(line);
                return
                [
                    EventTable.Row(
                        happened, ("after", test.After), ("on", test.On), ("correct", test.Correct), ("of", test.Of), ("accuracy", test.Accuracy)),
                ];

            case "end":
                var end = Story.Read<EndMetric>(line);
                return [.. end.Metrics.Select(metric => EventTable.Row(happened, ("total", end.Total), ("metric", metric.Key), ("value", metric.Value)))];

            default:
                return [];
        }
    }
}
