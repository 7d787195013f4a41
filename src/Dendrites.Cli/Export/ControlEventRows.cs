using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>The rows of a run of reinforcement learning.</summary>
internal static class ControlEventRows
{
    /// <summary>The columns, as many of critics' losses as the run has critics, and the rows.</summary>
    public static (string[] Columns, IEnumerable<Dictionary<string, string>> Rows) Of(KnownControlRun run)
    {
        string[] columns =
        [
            "event", "task", "round", "steps", "updates", "episodes", "successes", "success", "return", "final", "temperature",
            .. Enumerable.Range(1, run.Config.Critics).Select(Critic),
            "loss_actor", "loss_temperature", "target", "entropy",
        ];
        return (columns, EventTable.Rows(run.Folder, (happened, line) => Rows(run, happened, line)));
    }

    private static string Critic(int number) => $"loss_critic_{number}";

    /// <summary>One row; of a round and of its temperatures, one for each task.</summary>
    private static IEnumerable<Dictionary<string, string>> Rows(KnownControlRun run, string happened, JsonElement line)
    {
        switch (happened)
        {
            case "task":
                var met = Story.Read<ControlTaskMetric>(line);
                return [EventTable.Row(happened, ("task", met.Task), ("steps", met.Steps))];

            case "round":
                var round = Story.Read<RoundMetric>(line);
                return round.Tasks.Select(task => EventTable.Row(
                    happened,
                    ("task", task.Task),
                    ("round", round.Round),
                    ("steps", round.Steps),
                    ("episodes", task.Episodes),
                    ("successes", task.Successes),
                    ("success", (double)task.Successes / task.Episodes),
                    ("return", task.Return)));

            case "update":
                var update = Story.Read<UpdateMetric>(line);
                return
                [
                    EventTable.Row(
                        happened,
                        [
                            ("round", update.Round),
                            ("updates", update.Total),
                            .. update.Losses.Critics.Select((loss, place) => (Critic(place + 1), (object?)loss)),
                            ("loss_actor", update.Losses.Actor),
                            ("loss_temperature", update.Losses.Temperature),
                            ("target", update.Losses.Target),
                            ("entropy", update.Losses.Entropy),
                        ]),
                ];

            case "temperatures":
                var ended = Story.Read<TemperatureMetric>(line);
                return ended.Temperatures.Select((temperature, place) => EventTable.Row(
                    happened, ("task", run.Tasks[place]), ("round", ended.Round), ("temperature", temperature)));

            case "test":
                var test = Story.Read<TestMetric>(line);
                return
                [
                    EventTable.Row(
                        happened,
                        ("task", test.Task),
                        ("steps", test.Steps),
                        ("episodes", test.Episodes),
                        ("successes", test.Successes),
                        ("success", (double)test.Successes / test.Episodes),
                        ("return", test.Return),
                        ("final", test.Final)),
                ];

            case "end":
                var end = Story.Read<ControlEndMetric>(line);
                return [EventTable.Row(happened, ("steps", end.Steps), ("updates", end.Updates), ("success", end.Success))];

            default:
                return [];
        }
    }
}
