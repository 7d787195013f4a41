using System.Globalization;
using System.Text;

namespace Dendrites.Cli;

/// <summary>The sentences and tables that a terminal and a pipe both show.</summary>
internal static class Words
{
    /// <summary>Tasks up to which every one gets a line of the final table.</summary>
    public const int FewTasks = 20;

    private const int PerLine = 10;

    /// <summary>Such as 0.9541.</summary>
    public static string Accuracy(double? value) => value is { } known ? Invariant($"{known:0.0000}") : "-";

    /// <summary>Such as 4:07, or 2:04:07.</summary>
    public static string Duration(TimeSpan time) => time.TotalHours >= 1
        ? Invariant($"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : Invariant($"{time.Minutes}:{time.Seconds:00}");

    /// <summary>As a shell reads it back as one word.</summary>
    public static string Quoted(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+=:,@%".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    public static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>What the learner is doing.</summary>
    public static string Doing(Progress progress)
    {
        var text = new StringBuilder($"task {progress.Task}/{progress.Tasks}");
        if (progress.Testing) text.Append(", testing");
        else text.Append($", epoch {progress.Epoch}/{progress.Epochs}, step {progress.Step}{(progress.Steps > 0 ? $"/{progress.Steps}" : "")}");
        if (progress.Loss is { } loss) text.Append(Invariant($", loss {loss:0.0000}"));
        if (progress.Left is { } left) text.Append($", {Duration(left)} left");
        return text.ToString();
    }

    /// <summary>What a test after a task found.</summary>
    public static string Found(Progress progress)
    {
        var text = $"after task {progress.AfterTask}/{progress.Tasks}: accuracy {Accuracy(progress.Mean)}";
        if (progress.Accuracy.Count == 1) return text;
        if (progress.Accuracy.Count <= PerLine) return $"{text} ({string.Join(" ", progress.Accuracy.Select(Accuracy))})";
        var lowest = progress.Accuracy.Index().Where(pair => pair.Item is not null).MinBy(pair => pair.Item);
        return $"{text} (lowest {Accuracy(lowest.Item)} on task {lowest.Index + 1})";
    }

    /// <summary>Such as "1 task", "3 tasks".</summary>
    public static string Several(int count, string noun) => count == 1 ? $"{count} {noun}" : $"{count} {noun}s";

    private static Published? Beside(Summary summary) =>
        summary.Published is { } figure ? new Published(figure, []) : summary.PublishedWith;

    /// <summary>Task by task, the mean, and the published figure where there is one to compare with.</summary>
    public static string Table(Summary summary)
    {
        var text = new StringBuilder();

        if (summary.AccuracyPerTask.Length <= FewTasks)
        {
            text.AppendLine("task  accuracy");
            foreach (var (index, accuracy) in summary.AccuracyPerTask.Index())
                text.AppendLine($"{index + 1,4}  {Accuracy(accuracy),8}");
        }
        else
        {
            text.AppendLine("tasks      accuracy");
            for (var from = 0; from < summary.AccuracyPerTask.Length; from += PerLine)
            {
                var line = summary.AccuracyPerTask.Skip(from).Take(PerLine).ToArray();
                var tasks = $"{from + 1}-{from + line.Length}";
                text.AppendLine($"{tasks,-9}  {string.Join(" ", line.Select(value => Accuracy(value)))}");
            }
        }

        text.Append($"mean  {Accuracy(summary.Accuracy),8}");
        if (Beside(summary) is { } published) text.Append($"   {published}");
        text.AppendLine();
        text.AppendLine();
        var (all, training) = (TimeSpan.FromSeconds(summary.Seconds), TimeSpan.FromSeconds(summary.SecondsTraining));
        text.Append(Invariant($"{summary.Method}, {summary.ParametersNonZero:#,0} non-zero parameters, "));
        text.AppendLine($"seed {summary.Seed}, {summary.Engine} engine");
        text.AppendLine($"{Duration(all)} in all, {Duration(training)} of it training; at most {summary.PeakMegabytes} MiB");
        text.Append($"run folder: {summary.RunFolder}");
        return text.ToString();
    }

    /// <summary>Seed by seed, and the mean over seeds.</summary>
    public static string Seeds(IReadOnlyList<Summary> summaries)
    {
        if (summaries.Count == 0) return "no run finished";
        var text = new StringBuilder("seed  accuracy  run folder").AppendLine();
        foreach (var summary in summaries)
            text.AppendLine($"{summary.Seed,4}  {Accuracy(summary.Accuracy),8}  {summary.RunFolder}");
        text.Append($"mean  {Accuracy(summaries.Average(summary => summary.Accuracy)),8}");
        if (Beside(summaries[0]) is { } published) text.Append($"  {published}");
        return text.ToString();
    }
}
