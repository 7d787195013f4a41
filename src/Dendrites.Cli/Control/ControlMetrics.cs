using System.Text.Json.Serialization;

namespace Dendrites.Cli;

/// <summary>With order sequential: the learner met a task, after <paramref name="Steps"/> steps.</summary>
internal sealed record ControlTaskMetric(string Task, int Steps) : Metric("task");

/// <summary>A round's episodes were made: the mean return and the share of successes of each task that was met.</summary>
internal sealed record RoundMetric(int Round, int Steps, IReadOnlyList<MetTask> Tasks) : Metric("round");

/// <summary>Episodes of a task in a round.</summary>
internal sealed record MetTask(string Task, int Episodes, int Successes, double Return);

/// <summary>An update, and what it was about before it was made.</summary>
internal sealed record UpdateMetric(int Round, int Total, Losses Losses) : Metric("update");

/// <summary>A task was tested.</summary>
internal sealed record TestMetric(int Steps, string Task, int Successes, int Episodes, double Return, bool Final) : Metric("test");

/// <summary>A round is over, with what entropy is worth in each task.</summary>
internal sealed record TemperatureMetric(int Round, IReadOnlyList<double> Temperatures) : Metric("temperatures");

/// <summary>The run is over.</summary>
internal sealed record ControlEndMetric(int Steps, int Updates, double Success) : Metric("end");

/// <summary>A line of timings.jsonl: a process began or went on.</summary>
internal sealed record ControlStartTiming(string Event, DateTimeOffset At, int Steps);

/// <summary>A line of timings.jsonl: a checkpoint, and the sums since the run began, in seconds.</summary>
internal sealed record ControlTiming(
    string Checkpoint,
    DateTimeOffset At,
    double Seconds,
    double SecondsCollecting,
    double SecondsLearning,
    double SecondsTesting,
    long PeakMegabytes)
{
    [JsonPropertyOrder(-1)]
    public string Event => "checkpoint";
}
