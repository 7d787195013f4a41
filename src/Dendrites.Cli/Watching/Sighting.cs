namespace Dendrites.Cli;

/// <summary>Whether there is a run, and whether somebody works on it.</summary>
internal enum Life
{
    /// <summary>There is no run yet.</summary>
    Awaited,

    /// <summary>A process holds its folder.</summary>
    Running,

    /// <summary>No process does, and it is not over.</summary>
    Stopped,

    /// <summary>It said why it could not go on.</summary>
    Failed,

    /// <summary>It has its summary.</summary>
    Finished,
}

/// <summary>A run as it was seen once.</summary>
internal sealed record Sighting(string Folder, Life Life)
{
    /// <summary>Where it stands; null before there is a run.</summary>
    public IStanding? Standing { get; init; }

    /// <summary>Grows with everything that it tells.</summary>
    public int Told { get; init; }

    /// <summary>The last losses that it told, the newest at the end.</summary>
    public IReadOnlyCollection<double> Losses { get; init; } = [];

    public TimeSpan? Left { get; init; }

    /// <summary>What its scores are called.</summary>
    public string Measure { get; init; } = "";

    /// <summary>The mean of its newest scores, in [0, 1]; at its end, its final figure.</summary>
    public double? Mean { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Reason { get; init; }

    /// <summary>The command that goes on with a run that was stopped or failed.</summary>
    public string? Resume { get; init; }

    /// <summary>What it printed at its end.</summary>
    public string? Table { get; init; }

    public bool IsOver => Life is Life.Failed or Life.Finished;

    /// <summary>What differs between two sightings that are worth a line each.</summary>
    public (Life Life, int Told) Mark => (Life, Told);

    /// <summary>The losses as a line; null before there is one.</summary>
    public string? Curve => Losses.Count > 0 ? Cli.Words.Invariant($"loss {Losses.Last():0.0000}  {Sparkline.Of(Losses)}") : null;

    /// <summary>Everything in a line.</summary>
    public string Line => $"{Folder}: {Words}{(Life is Life.Running or Life.Finished ? Score : "")}";

    /// <summary>What it does, or what became of it.</summary>
    public string Words => Life switch
    {
        Life.Awaited => "no run yet",
        Life.Running => Standing!.Doing,
        Life.Stopped => $"stopped in {Standing!.Doing}{Score}; go on with: {Resume}",
        Life.Failed => $"failed: {Reason}; go on with: {Resume}",
        _ => "finished",
    };

    private string Score => Mean is { } mean ? $", {Measure} {Cli.Words.Accuracy(mean)}" : "";

    /// <summary>For --json.</summary>
    public object Document => new
    {
        Folder,
        state = Life.ToString().ToLowerInvariant(),
        Standing?.Title,
        Standing?.Doing,
        share = Standing?.Done,
        secondsLeft = Left?.TotalSeconds,
        loss = Losses.Count > 0 ? Losses.Last() : (double?)null,
        Losses,
        Measure,
        Mean,
        tasks = Standing?.Scores.Select((score, task) => new { name = Standing.NameOf(task), score }),
        Reason,
        Resume,
    };
}
