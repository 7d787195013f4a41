using System.Globalization;

namespace Dendrites.Cli;

/// <summary>A run's losses and accuracies for TensorBoard, out of metrics.jsonl: a run that was resumed has each step once.</summary>
internal static class RunEvents
{
    public const string FolderName = "tensorboard";

    /// <summary>Writes the run's folder of events anew.</summary>
    public static void Write(KnownRun run)
    {
        var folder = Path.Combine(run.Folder, FolderName);
        Directory.CreateDirectory(folder);
        var name = $"{EventFile.Prefix}{run.Started.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}.dendrites";
        AtomicFile.Write(Path.Combine(folder, name), file => EventFile.Write(file, run.Started, Scalars(run)));
    }

    /// <summary>Losses by step; accuracies by how many tasks were learned.</summary>
    private static IEnumerable<(string Tag, long Step, double Value)> Scalars(KnownRun run)
    {
        foreach (var step in run.Losses()) yield return ("loss", step.Total, step.Loss);
        foreach (var cell in run.Accuracy.OrderBy(cell => cell.Key)) yield return (Words.Invariant($"accuracy/task {cell.Key.On}"), cell.Key.After, cell.Value);
        foreach (var (tasks, mean) in run.Course()) yield return ("accuracy/mean of tasks so far", tasks, mean);
    }
}
