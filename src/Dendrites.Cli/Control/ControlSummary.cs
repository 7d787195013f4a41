namespace Dendrites.Cli;

/// <summary>summary.json of a run of reinforcement learning; written last, so its presence means that the run is done.</summary>
internal sealed record ControlSummary
{
    public required string Experiment { get; init; }

    public required string Preset { get; init; }

    public required string Method { get; init; }

    public required string Engine { get; init; }

    public required string Device { get; init; }

    public required int Threads { get; init; }

    public required int Seed { get; init; }

    /// <summary>The tasks, in order.</summary>
    public required string[] Tasks { get; init; }

    /// <summary>Mean of <see cref="SuccessPerTask"/>, in [0, 1].</summary>
    public required double Success { get; init; }

    /// <summary>The share of the last test's episodes in which the task was done at any step, in [0, 1].</summary>
    public required double[] SuccessPerTask { get; init; }

    /// <summary>The mean sum of rewards of the last test's episodes.</summary>
    public required double[] ReturnPerTask { get; init; }

    /// <summary>Episodes of each task in the last test.</summary>
    public required int Episodes { get; init; }

    /// <summary>The published mean success, where the settings are the published ones.</summary>
    public double? Published { get; init; }

    /// <summary>Of policy and critics: weights that take part, and all biases.</summary>
    public required long ParametersNonZero { get; init; }

    public required long ParametersStored { get; init; }

    /// <summary>Steps of all environments.</summary>
    public required int Steps { get; init; }

    public required int Updates { get; init; }

    /// <summary>Wall clock over all processes that worked on the run.</summary>
    public required double Seconds { get; init; }

    /// <summary>With lag, only what learning waited for: episodes are collected beside it.</summary>
    public required double SecondsCollecting { get; init; }

    public required double SecondsLearning { get; init; }

    public required double SecondsTesting { get; init; }

    public required long PeakMegabytes { get; init; }

    public required string RunFolder { get; init; }

    /// <summary>Task by task, the mean, and the published figure where there is one to compare with.</summary>
    public string Table()
    {
        var width = Math.Max("task".Length, Tasks.Max(task => task.Length));
        List<string> lines = [$"{"task".PadRight(width)}  success     return"];
        foreach (var (place, task) in Tasks.Index())
            lines.Add(Words.Invariant($"{task.PadRight(width)}  {SuccessPerTask[place],7:0.0000} {ReturnPerTask[place],10:0.0}"));
        var published = Published is { } figure ? $"   published {Words.Accuracy(figure)}" : "";
        lines.Add($"{"mean".PadRight(width)}  {Words.Accuracy(Success),7}{published}");
        lines.Add("");
        lines.Add(Words.Invariant($"{Method}, {ParametersNonZero:#,0} non-zero parameters, seed {Seed}, {Engine} engine; {Episodes} episodes of each task"));
        lines.Add(Words.Invariant($"{Steps:#,0} steps, {Steps / Math.Max(1e-9, SecondsCollecting + SecondsLearning):#,0} a second with what is learned from them; {Updates:#,0} updates, {Updates / Math.Max(1e-9, SecondsLearning):#,0.0} a second"));
        lines.Add($"{Duration(Seconds)} in all, {Duration(SecondsCollecting)} of it collecting, {Duration(SecondsLearning)} learning, {Duration(SecondsTesting)} testing; at most {PeakMegabytes} MiB");
        lines.Add($"run folder: {RunFolder}");
        return string.Join(Environment.NewLine, lines);
    }

    /// <summary>Seed by seed, and the mean over seeds.</summary>
    public static string Seeds(IReadOnlyList<ControlSummary> summaries)
    {
        if (summaries.Count == 0) return "no run finished";
        List<string> lines = ["seed   success  run folder"];
        foreach (var summary in summaries) lines.Add($"{summary.Seed,4}  {Words.Accuracy(summary.Success),8}  {summary.RunFolder}");
        lines.Add($"mean  {Words.Accuracy(summaries.Average(summary => summary.Success)),8}");
        return string.Join(Environment.NewLine, lines);
    }

    private static string Duration(double seconds) => Words.Duration(TimeSpan.FromSeconds(seconds));
}
