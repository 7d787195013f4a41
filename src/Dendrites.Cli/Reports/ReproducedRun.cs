using System.Globalization;

namespace Dendrites.Cli;

/// <summary>What a finished run of a published row came to: a line of the reproduction's CSV.</summary>
internal sealed record ReproducedRun(string Preset, int Seed, double Accuracy, int? Clusters, double Seconds, DateTimeOffset Date)
{
    public const string Header = "preset,seed,accuracy,clusters,seconds,date";

    private const string DateFormat = "yyyy-MM-dd";

    /// <summary>A run folder's; null of one that is not finished, or has other settings than its preset: those have no published figure.</summary>
    public static ReproducedRun? Of(KnownRun run) => run.Summary is { Published: not null } summary
        ? new(run.Preset, run.Seed, summary.Accuracy, summary.Clusters, summary.Seconds, run.Started)
        : null;

    /// <summary>The runs of a CSV; none where there is no file. Fails, naming the line, where it is something else.</summary>
    public static ReproducedRun[] ReadAll(string path)
    {
        if (!File.Exists(path)) return [];
        var lines = File.ReadAllLines(path);
        if (lines is not [Header, .. var rest])
            throw Failure.BadConfig($"{RunFolder.Show(path)} is another file; accepted: a new one, or one that begins with {Header}");
        return [.. rest.Select((line, index) => Parse(line) ?? throw Failure.BadConfig($"{RunFolder.Show(path)}, line {index + 2}, was '{line}'; accepted: {Header}"))];
    }

    private static ReproducedRun? Parse(string line)
    {
        var culture = CultureInfo.InvariantCulture;
        return line.Split(',') is [var preset, var seed, var accuracy, var clusters, var seconds, var date]
            && int.TryParse(seed, NumberStyles.None, culture, out var theSeed)
            && double.TryParse(accuracy, NumberStyles.Float, culture, out var theAccuracy)
            && (clusters.Length == 0 || int.TryParse(clusters, NumberStyles.None, culture, out _))
            && double.TryParse(seconds, NumberStyles.Float, culture, out var theSeconds)
            && DateTimeOffset.TryParseExact(date, DateFormat, culture, DateTimeStyles.AssumeUniversal, out var theDate)
                ? new(preset, theSeed, theAccuracy, clusters.Length == 0 ? null : int.Parse(clusters, culture), theSeconds, theDate)
                : null;
    }

    public override string ToString() => Words.Invariant($"{Preset},{Seed},{Accuracy:0.00000},{Clusters},{Seconds:0},{Date:yyyy-MM-dd}");
}
