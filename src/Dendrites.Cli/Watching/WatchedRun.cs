using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dendrites.Cli;

/// <summary>A run folder that another process works in, or will; nothing in it is touched.</summary>
internal sealed class WatchedRun(string folder)
{
    private readonly string _shown = RunFolder.Show(Path.GetFullPath(folder));
    private Tail _metrics = new("");
    private Tail _timings = new("");
    private string? _record;
    private Story? _story;
    private string _experiment = "";
    private (DateTimeOffset At, double Done)? _began;
    private int _told;

    /// <summary>How the run stands at <paramref name="now"/>. Fails, naming the file, where run.json is no record of a run.</summary>
    public Sighting Look(DateTimeOffset now)
    {
        // First: a run lets go of its folder after its last file.
        var held = RunFolder.IsHeld(folder);
        if (!held) _began = null;
        if (Found() is not { } story) return new(_shown, Life.Awaited);
        story = Listen(story);

        var done = story.Standing(null).Done;
        var left = held && _began is { } began && done > began.Done
            ? (1 - done) / (done - began.Done) * (now - began.At)
            : (TimeSpan?)null;
        var ending = story.Ending(folder);
        var failure = held || ending is not null ? null : Failure();
        var standing = story.Standing(left);
        var life = ending is not null ? Life.Finished : held ? Life.Running : failure is not null ? Life.Failed : Life.Stopped;

        return new(_shown, life)
        {
            Standing = standing,
            Told = _told,
            Losses = story.Losses,
            Left = left,
            Measure = story.Measure,
            Mean = ending?.Mean ?? (standing.Scores.Any(score => score is not null) ? standing.Scores.Average() : null),
            Reason = failure,
            Resume = life is Life.Failed or Life.Stopped ? RunFolder.Resumption(_experiment, folder) : null,
            Table = ending?.Table,
        };
    }

    /// <summary>The run's story, a new one where run.json is another than before; null where there is no run.</summary>
    private Story? Found()
    {
        if (Text(RunFolder.RecordName) is not { } record)
        {
            (_record, _story) = (null, null);
            return null;
        }

        if (record == _record) return _story;
        Begin();
        _record = record;
        return _story;
    }

    private void Begin()
    {
        if (KnownControlRun.Is(folder))
        {
            var run = KnownControlRun.Read(folder);
            (_story, _experiment) = (new ControlStory(run), run.Record.Experiment);
        }
        else
        {
            var run = KnownRun.Read(folder);
            (_story, _experiment) = (new ContinualStory(run), run.Experiment);
        }

        _metrics = new(Path.Combine(folder, RunFolder.MetricsName));
        _timings = new(Path.Combine(folder, RunFolder.TimingsName));
        _began = null;
        _told++;
    }

    /// <summary>Takes what is new; a log that was cut, as a run that is resumed does, is told from its beginning.</summary>
    private Story Listen(Story story)
    {
        var (anew, lines) = _metrics.Read();
        if (anew)
        {
            Begin();
            (_, lines) = _metrics.Read();
            story = _story!;
        }

        foreach (var line in lines) story.Tell(line);
        _told += lines.Length;
        foreach (var line in _timings.Read().Lines) Note(line, story);
        return story;
    }

    /// <summary>Takes a line of timings.jsonl, if it says that a process began or went on.</summary>
    private void Note(string line, Story story)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            if (Story.EventOf(json.RootElement) is "start" or "resume")
                _began = (json.RootElement.GetProperty("at").GetDateTimeOffset(), story.DoneAt(json.RootElement));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException)
        {
            // Another version's: there will be no guess of the time left.
        }
    }

    private string? Failure()
    {
        if (Text(RunFolder.FailedName) is not { } text) return null;
        try
        {
            return (string?)JsonNode.Parse(text)?["reason"] ?? "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return $"{RunFolder.FailedName} cannot be read";
        }
    }

    private string? Text(string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, name));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
