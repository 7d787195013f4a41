namespace Dendrites.Cli;

/// <summary>Where a run stands, for whoever watches. Tasks and epochs count from 1.</summary>
internal sealed record Progress
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
}

/// <summary>Shows a run as it goes.</summary>
internal interface IDisplay
{
    void Show(Progress progress);
}

/// <summary>Shows nothing.</summary>
internal sealed class NoDisplay : IDisplay
{
    public void Show(Progress progress)
    {
    }
}
