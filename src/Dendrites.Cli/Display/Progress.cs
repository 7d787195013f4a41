namespace Dendrites.Cli;

/// <summary>Where a run stands, as displays show it.</summary>
internal interface IStanding
{
    string Title { get; }

    /// <summary>What is being done, in a line.</summary>
    string Doing { get; }

    /// <summary>What the last test found, in a line.</summary>
    string Found { get; }

    /// <summary>Grows with every test that is worth a line.</summary>
    int Tests { get; }

    /// <summary>The share of all work that is done, in [0, 1].</summary>
    double Done { get; }

    /// <summary>What the scores are.</summary>
    string Heading { get; }

    /// <summary>The newest score of each task that was ever tested, in [0, 1].</summary>
    IReadOnlyList<double?> Scores { get; }

    /// <summary>A task, from 0, in a word or two.</summary>
    string NameOf(int task);
}

/// <summary>Where a run of continual learning stands. Tasks and epochs count from 1.</summary>
internal sealed record Progress : IStanding
{
    public required string Title { get; init; }

    public required int Tasks { get; init; }

    public required int Epochs { get; init; }

    public int Task { get; init; } = 1;

    public int Epoch { get; init; } = 1;

    /// <summary>Step within the epoch.</summary>
    public int Step { get; init; }

    /// <summary>Steps of an epoch.</summary>
    public int Steps { get; init; }

    /// <summary>Of the last batch, before its update, nats.</summary>
    public double? Loss { get; init; }

    /// <summary>Whether tasks are being tested rather than learned.</summary>
    public bool Testing { get; init; }

    /// <summary>The newest accuracy on each task that was ever tested, in [0, 1].</summary>
    public IReadOnlyList<double?> Accuracy { get; init; } = [];

    /// <summary>The task after which <see cref="Accuracy"/> was last complete; 0 before.</summary>
    public int AfterTask { get; init; }

    /// <summary>The time that the rest will take, once it can be guessed.</summary>
    public TimeSpan? Left { get; init; }

    /// <summary>The mean of what was tested.</summary>
    public double? Mean => Accuracy.Any(a => a is not null) ? Accuracy.Average() : null;

    string IStanding.Doing => Words.Doing(this);

    string IStanding.Found => Words.Found(this);

    int IStanding.Tests => AfterTask;

    double IStanding.Done
    {
        get
        {
            if (Steps == 0) return 0;
            var epochs = Testing ? Epochs : Epoch - 1 + (double)Step / Steps;
            return Math.Clamp((Task - 1 + epochs / Epochs) / Tasks, 0, 1);
        }
    }

    string IStanding.Heading => $"accuracy on each task, after task {AfterTask}";

    IReadOnlyList<double?> IStanding.Scores => Accuracy;

    string IStanding.NameOf(int task) => $"task {task + 1}";
}

/// <summary>Shows a run as it goes.</summary>
internal interface IDisplay
{
    void Show(IStanding progress);
}

/// <summary>Shows nothing.</summary>
internal sealed class NoDisplay : IDisplay
{
    public void Show(IStanding progress)
    {
    }
}
