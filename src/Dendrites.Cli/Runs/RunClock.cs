using System.Diagnostics;
using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>
/// Where the time of a run goes, in seconds, over all processes that worked on it; what one did after its last checkpoint
/// and did not keep does not count.
/// </summary>
internal sealed class RunClock
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private double _last;
    private double _before;
    private long _peakBefore;

    /// <summary>Learning: forming contexts and updates.</summary>
    public double Training { get; private set; }

    public double Testing { get; private set; }

    /// <summary>Everything since the run began, checkpoints included.</summary>
    public double Total => _before + _watch.Elapsed.TotalSeconds;

    public long PeakMegabytes => Math.Max(_peakBefore, Machine.PeakMegabytes());

    /// <summary>Goes on from what timings.jsonl says about the tasks that a checkpoint holds.</summary>
    public void Continue(string timings, int tasksDone)
    {
        if (Find(timings, tasksDone) is not { } timing) return;
        (_before, _peakBefore) = (timing.Seconds, timing.PeakMegabytes);
        (Training, Testing) = (timing.SecondsTraining, timing.SecondsTesting);
    }

    /// <summary>The time since the last call, which went into learning.</summary>
    public double Trained()
    {
        var lap = Lap();
        Training += lap;
        return lap;
    }

    /// <summary>The time since the last call, which went into a test.</summary>
    public double Tested()
    {
        var lap = Lap();
        Testing += lap;
        return lap;
    }

    /// <summary>The time since the last call, which went into something else.</summary>
    public double Lap()
    {
        var now = _watch.Elapsed.TotalSeconds;
        var lap = now - _last;
        _last = now;
        return lap;
    }

    public TaskTiming Timing(int task) =>
        new(task, DateTimeOffset.UtcNow, Milliseconds(Total), Milliseconds(Training), Milliseconds(Testing), PeakMegabytes);

    /// <summary>Seconds to the millisecond.</summary>
    public static double Milliseconds(double seconds) => Math.Round(seconds, 3);

    private static TaskTiming? Find(string timings, int task)
    {
        if (!File.Exists(timings)) return null;

        TaskTiming? Read(string line)
        {
            try
            {
                return JsonSerializer.Deserialize<TaskTiming>(line, Json.Line);
            }
            catch (JsonException)
            {
                return null;
            }
        }

        return File.ReadLines(timings)
            .Where(line => line.Contains("\"task\":", StringComparison.Ordinal))
            .Select(Read)
            .LastOrDefault(timing => timing?.Task <= task);
    }
}
