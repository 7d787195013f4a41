namespace Dendrites.Cli;

/// <summary>Where a run of reinforcement learning stands.</summary>
internal sealed record ControlStanding : IStanding
{
    public required string Title { get; init; }

    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Steps of all environments that the run will have.</summary>
    public required int AllSteps { get; init; }

    public int Steps { get; init; }

    public int Updates { get; init; }

    public string Work { get; init; } = "collecting";

    /// <summary>Of the last update, before it was made.</summary>
    public Losses? Losses { get; init; }

    public TimeSpan? Left { get; init; }

    public int Tests { get; init; }

    /// <summary>Steps of all environments before the last test.</summary>
    public int TestedAfter { get; init; }

    /// <summary>The share of successes of each task in the last test.</summary>
    public IReadOnlyList<double?> Scores { get; init; } = [];

    public string Doing
    {
        get
        {
            var losses = Losses is { } of ? Words.Invariant($", critics' loss {of.Critics.Average():0.000}, entropy {of.Entropy:0.00}") : "";
            var left = Left is { } time ? $", {Words.Duration(time)} left" : "";
            return Words.Invariant($"{Work}: {Steps:#,0} steps of {AllSteps:#,0}, {Updates:#,0} updates") + losses + left;
        }
    }

    public string Found
    {
        get
        {
            var tasks = Names.Zip(Scores, (name, score) => Words.Invariant($"{name} {score:0.00}"));
            var each = Names.Count > 1 ? $" ({string.Join(", ", tasks)})" : "";
            return Words.Invariant($"after {TestedAfter:#,0} steps: success {Scores.Average():0.000}") + each;
        }
    }

    public double Done => Math.Clamp((double)Steps / AllSteps, 0, 1);

    public string Heading => Words.Invariant($"success on each task, after {TestedAfter:#,0} steps");

    public string NameOf(int task) => Names[task];
}
