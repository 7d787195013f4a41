using System.Globalization;

namespace Dendrites.Cli;

/// <summary>A run's losses, temperatures and tests for TensorBoard, by the steps of all environments together.</summary>
internal static class ControlEventsFile
{
    /// <summary>Writes the run's folder of events anew.</summary>
    public static void Write(KnownControlRun run)
    {
        var folder = Path.Combine(run.Folder, RunEvents.FolderName);
        Directory.CreateDirectory(folder);
        var started = run.Record.Started;
        var name = $"{EventFile.Prefix}{started.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}.dendrites";
        AtomicFile.Write(Path.Combine(folder, name), file => EventFile.Write(file, started, Scalars(run)));
    }

    /// <summary>Losses by updates; what tests found by steps.</summary>
    private static IEnumerable<(string Tag, long Step, double Value)> Scalars(KnownControlRun run)
    {
        foreach (var update in KnownRun.Lines<UpdateMetric>(run.Folder, "update"))
        {
            foreach (var (number, loss) in update.Losses.Critics.Index()) yield return (Words.Invariant($"loss/critic {number + 1}"), update.Total, loss);
            yield return ("loss/policy", update.Total, update.Losses.Actor);
            yield return ("loss/temperature", update.Total, update.Losses.Temperature);
            yield return ("entropy", update.Total, update.Losses.Entropy);
        }

        foreach (var test in run.Tests)
        {
            yield return ($"success/{test.Task}", test.Steps, (double)test.Successes / test.Episodes);
            yield return ($"return/{test.Task}", test.Steps, test.Return);
        }
    }
}
