using System.Diagnostics;
using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>
/// Where the time of a run goes, in seconds, over all processes that worked on it; what one did after its last checkpoint and did
/// not keep does not count.
/// </summary>
internal sealed class ControlClock
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private double _last;
    private double _before;
    private long _peakBefore;

    /// <summary>Episodes that are learned from.</summary>
    public double Collecting { get; private set; }

    /// <summary>Updates.</summary>
    public double Learning { get; private set; }

    public double Testing { get; private set; }

    /// <summary>Everything since the run began, checkpoints included.</summary>
    public double Total => _before + Here;

    /// <summary>Since this process began.</summary>
    public double Here => _watch.Elapsed.TotalSeconds;

    public long PeakMegabytes => Math.Max(_peakBefore, Machine.PeakMegabytes());

    /// <summary>Goes on from what timings.jsonl says about a checkpoint.</summary>
    public void Continue(string timings, string checkpoint)
    {
        if (!File.Exists(timings)) return;
        var found = File.ReadLines(timings).Select(Read).LastOrDefault(timing => timing?.Checkpoint == checkpoint);
        if (found is null) return;
        (_before, _peakBefore) = (found.Seconds, found.PeakMegabytes);
        (Collecting, Learning, Testing) = (found.SecondsCollecting, found.SecondsLearning, found.SecondsTesting);
    }

    /// <summary>The time since the last call went into the piece of work that a run did from <paramref name="from"/> on.</summary>
    public void Lap(ControlPosition from)
    {
        var now = Here;
        var lap = now - _last;
        _last = now;
        if (from.IsCollecting) Collecting += lap;
        else if (from.IsUpdating) Learning += lap;
        else if (from.IsTesting) Testing += lap;
    }

    /// <summary>The time since the last lap went into something else.</summary>
    public void Skip() => _last = Here;

    public ControlTiming Timing(string checkpoint) => new(
        checkpoint,
        DateTimeOffset.UtcNow,
        RunClock.Milliseconds(Total),
        RunClock.Milliseconds(Collecting),
        RunClock.Milliseconds(Learning),
        RunClock.Milliseconds(Testing),
        PeakMegabytes);

    private static ControlTiming? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<ControlTiming>(line, Json.Line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
