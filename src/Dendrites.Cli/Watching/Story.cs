using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>What the lines of metrics.jsonl have told of a run so far.</summary>
internal abstract class Story
{
    /// <summary>Losses that are remembered: as many as a line shows.</summary>
    private const int Shown = 48;

    private readonly Queue<double> _losses = new();

    /// <summary>What the scores of the run are called.</summary>
    public abstract string Measure { get; }

    /// <summary>The last losses that were told, the newest at the end.</summary>
    public IReadOnlyCollection<double> Losses => _losses;

    /// <summary>Where the run stands, with the time that it will take yet.</summary>
    public abstract IStanding Standing(TimeSpan? left);

    /// <summary>The share of the work, in [0, 1], that was done when a process began or went on, as a line of timings.jsonl says.</summary>
    public abstract double DoneAt(JsonElement began);

    /// <summary>What the run prints at its end, and the mean of its scores; null while there is no summary.</summary>
    public abstract (string Table, double Mean)? Ending(string folder);

    /// <summary>Takes a line; one that is no event, or another version's, tells nothing.</summary>
    public void Tell(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            if (EventOf(json.RootElement) is { } happened) Take(happened, json.RootElement);
        }
        catch (JsonException)
        {
        }
    }

    /// <summary>The name of an event; null where a line is none.</summary>
    public static string? EventOf(JsonElement line) =>
        line.ValueKind == JsonValueKind.Object && line.TryGetProperty("event", out var name) ? name.GetString() : null;

    protected abstract void Take(string happened, JsonElement line);

    /// <summary>An event as its record. Raises JsonException where it is another version's.</summary>
    public static T Read<T>(JsonElement line) => line.Deserialize<T>(Json.Line) ?? throw new JsonException("it is null");

    protected void Lost(double loss)
    {
        _losses.Enqueue(loss);
        if (_losses.Count > Shown) _losses.Dequeue();
    }

    protected static TSummary? Summary<TSummary>(string folder)
        where TSummary : class
    {
        var path = Path.Combine(folder, RunFolder.SummaryName);
        return File.Exists(path) ? JsonSerializer.Deserialize<TSummary>(File.ReadAllText(path), Json.Document) : null;
    }
}
