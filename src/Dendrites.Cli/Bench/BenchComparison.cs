namespace Dendrites.Cli;

/// <summary>
/// How many times as long as a fused step others take, at one number of segments. From ratios to the dense network beside
/// each, so that the machine's speed at other times does not matter.
/// </summary>
internal sealed record BenchComparison(int Segments, double? AgainstPerSample, double? AgainstReference, double? AgainstFewestSegments)
{
    /// <summary>For each number of segments.</summary>
    public static BenchComparison[] Of(IReadOnlyCollection<BenchRow> rows)
    {
        double? Ratio(string engine, int? segments) => rows.FirstOrDefault(row => row.Engine == engine && row.Segments == segments)?.StepRatio;
        var fused = rows.Where(row => row.Engine == Engines.FusedEngine).ToArray();
        return Array.ConvertAll(fused, row => new BenchComparison(
            row.Segments ?? 0,
            Ratio(Engines.PerSample, row.Segments) / row.StepRatio,
            Ratio(Engines.Reference, row.Segments) / row.StepRatio,
            row.StepRatio / fused.MinBy(other => other.Segments)?.StepRatio));
    }
}
