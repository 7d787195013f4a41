using System.Text.Json.Serialization;

namespace Dendrites.Cli;

/// <summary>Lines of metrics.jsonl. Tasks, epochs and steps count from 1.</summary>
internal abstract record Metric([property: JsonPropertyOrder(-1)] string Event);

/// <summary>The learner met a task, after <paramref name="Total"/> steps.</summary>
internal sealed record TaskMetric(int Task, int Total) : Metric("task");

/// <summary>A step of an epoch, and the loss of its batch before the update, nats.</summary>
internal sealed record StepMetric(int Task, int Epoch, int Step, int Total, double Loss) : Metric("step");

/// <summary>After learning task <paramref name="After"/> (0: none), task <paramref name="On"/> was tested.</summary>
internal sealed record EvaluationMetric(int After, int On, int Correct, int Of, double Accuracy) : Metric("evaluation");

/// <summary>The stream is over: every metric by the name of its formula; null where its cells were not measured.</summary>
internal sealed record EndMetric(int Total, IReadOnlyDictionary<string, double?> Metrics) : Metric("end");

/// <summary>A line of timings.jsonl: what one task took, and the sums since the run began, in seconds.</summary>
internal sealed record TaskTiming(
    int Task,
    DateTimeOffset At,
    double Seconds,
    double SecondsTraining,
    double SecondsTesting,
    long PeakMegabytes)
{
    [JsonPropertyOrder(-1)]
    public string Event => "task";
}

/// <summary>A line of timings.jsonl: a process began or went on.</summary>
internal sealed record StartTiming(string Event, DateTimeOffset At, int AfterTasks);
