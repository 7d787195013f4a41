using System.Globalization;
using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>The same of a run of continual learning.</summary>
internal sealed class ContinualStory : Story
{
    private readonly RunConfig? _config;

    /// <summary>Steps of an epoch of each task; empty where the images are not known here.</summary>
    private readonly int[] _steps;

    private readonly SortedDictionary<int, double> _accuracy = [];

    private Progress _progress;

    public ContinualStory(KnownRun run)
    {
        _config = run.Config();
        _steps = _config is { } config && Configuration.IsKnownData(config) ? [.. DryRun.Sizes(config).Select(size => size / config.Batch)] : [];
        var epochs = run.Keys.TryGetValue("epochs", out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var known) ? known : 1;
        _progress = new()
        {
            Title = $"{run.Experiment}, {run.Preset}, seed {run.Seed}: {Words.Several(run.Tasks, "task")} of {Words.Several(epochs, "epoch")}",
            Tasks = run.Tasks,
            Epochs = epochs,
            Steps = StepsOf(1),
        };
    }

    public override string Measure => "accuracy";

    public override IStanding Standing(TimeSpan? left) => _progress with { Left = left };

    public override double DoneAt(JsonElement began) => (double)Read<StartTiming>(began).AfterTasks / _progress.Tasks;

    public override (string Table, double Mean)? Ending(string folder) =>
        Summary<Summary>(folder) is { } summary ? (Words.Table(summary), summary.Accuracy) : null;

    protected override void Take(string happened, JsonElement line)
    {
        switch (happened)
        {
            case "task":
                var task = Read<TaskMetric>(line).Task;
                _progress = _progress with { Task = task, Epoch = 1, Step = 0, Steps = StepsOf(task), Testing = false };
                break;

            case "step":
                Take(Read<StepMetric>(line));
                break;

            case "evaluation":
                Take(Read<EvaluationMetric>(line));
                break;
        }
    }

    private void Take(StepMetric step)
    {
        Lost(step.Loss);
        // Of a stream that is not known here, the first epoch shows how long they are.
        var steps = StepsOf(step.Task) is var known and > 0 ? known : step.Epoch > _progress.Epoch ? _progress.Step : _progress.Steps;
        _progress = _progress with
        {
            Task = step.Task,
            Epoch = step.Epoch,
            Step = step.Step,
            Steps = steps,
            Loss = step.Loss,
            Testing = step.Step == steps && step.Epoch == _progress.Epochs && _config is { } config && RunConfigModule.evaluatesAfter(step.Task, config),
        };
    }

    private void Take(EvaluationMetric test)
    {
        if (test.On > test.After) return;
        _accuracy[test.On] = (double)test.Correct / test.Of;
        _progress = _progress with
        {
            Accuracy = [.. Enumerable.Range(1, _accuracy.Keys.Last()).Select(on => _accuracy.TryGetValue(on, out var known) ? known : (double?)null)],
            AfterTask = test.On == test.After ? test.After : _progress.AfterTask,
        };
    }

    private int StepsOf(int task) => task <= _steps.Length ? _steps[task - 1] : 0;
}
