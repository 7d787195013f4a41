using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>The same of a run of reinforcement learning, which writes its lines round by round.</summary>
internal sealed class ControlStory(KnownControlRun run) : Story
{
    private readonly Dictionary<string, TestMetric> _found = [];

    private ControlStanding _standing = new()
    {
        Title = $"{run.Record.Experiment}, {run.Record.Preset}, seed {run.Record.Seed}: {Words.Several(run.Tasks.Length, "task")}",
        Names = run.Tasks,
        AllSteps = run.Config.Steps,
        Work = "beginning",
    };

    public override string Measure => "success";

    public override IStanding Standing(TimeSpan? left) => _standing with { Left = left };

    public override double DoneAt(JsonElement began) => (double)Read<ControlStartTiming>(began).Steps / _standing.AllSteps;

    public override (string Table, double Mean)? Ending(string folder) =>
        Summary<ControlSummary>(folder) is { } summary ? (summary.Table(), summary.Success) : null;

    protected override void Take(string happened, JsonElement line)
    {
        switch (happened)
        {
            case "round":
                var round = Read<RoundMetric>(line);
                _standing = _standing with { Work = Words.Invariant($"round {round.Round:#,0}"), Steps = round.Steps };
                break;

            case "update":
                var update = Read<UpdateMetric>(line);
                Lost(update.Losses.Critics.Average());
                _standing = _standing with { Updates = update.Total, Losses = update.Losses };
                break;

            case "test":
                Take(Read<TestMetric>(line));
                break;
        }
    }

    private void Take(TestMetric test)
    {
        _found[test.Task] = test;
        if (test.Task != run.Tasks[^1]) return;
        _standing = _standing with
        {
            Tests = _standing.Tests + 1,
            TestedAfter = test.Steps,
            Scores = [.. run.Tasks.Select(task => _found.TryGetValue(task, out var of) ? (double)of.Successes / of.Episodes : (double?)null)],
        };
    }
}
