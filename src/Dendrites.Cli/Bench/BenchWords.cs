using System.Text;

namespace Dendrites.Cli;

/// <summary>The table of `dendrites bench`.</summary>
internal static class BenchWords
{
    private const double Mega = 1e6;

    private const double Giga = 1e9;

    public static string Title(BenchTarget target, int threads)
    {
        var hidden = string.Join('-', target.Config.Hidden);
        var machine = Machine.Here();
        return $"{ImageSet.Pixels}-{hidden}-{ImageSet.Classes}, batch {target.Config.Batch}, {Words.Several(threads, "thread")}\n"
            + $"{machine.Processor}, {machine.Cores} cores, {string.Join(" ", Machine.Features())}\n"
            + $"{Blas.Describe(Native.describe().LibTorchFolder)}\n";
    }

    public static string Header =>
        $"{"",-24}{"ms a step",10}  {"least..most",-17}{"x dense",8}{"samples/s",12}  {"least..most",-17}{"x dense",8}{"peak MiB",10}";

    /// <summary>Such as "fused, 10 segments".</summary>
    public static string Name(string engine, int? segments) => segments is { } count ? $"{engine}, {Words.Several(count, "segment")}" : engine;

    public static string Line(BenchRow row)
    {
        var name = Name(row.Engine, row.Segments);
        var steps = Words.Invariant($"{row.StepLeast:0.0#}..{row.StepMost:0.0#}");
        var answers = Words.Invariant($"{row.EvaluationLeast:0}..{row.EvaluationMost:0}");
        return Words.Invariant(
            $"{name,-24}{row.StepMilliseconds,10:0.00}  {steps,-17}{row.StepRatio,8:0.000}{row.EvaluationSamplesPerSecond,12:#,0}  {answers,-17}{row.EvaluationRatio,8:0.00}{row.PeakMegabytes,10:#,0}");
    }

    /// <summary>What the rows say of each other, the floor, and the phases.</summary>
    public static string Closing(IReadOnlyCollection<BenchRow> rows, bool phases)
    {
        var text = new StringBuilder();
        void Write(FormattableString line) => text.AppendLine().Append(Words.Invariant(line));

        void WriteFloor(BenchRow row)
        {
            if (row.Floor is not { } floor) return;
            Write($"");
            Write($"floor of {Name(row.Engine, row.Segments)}: {floor.Milliseconds:0.00} ms; the engine takes {floor.FusedRatio:0.0} times as long");
            Write($"  {floor.MultiplyAdds / Mega:0.0} million multiply-adds at {floor.MultiplyAddsPerSecond / Giga:0.0} G/s: {floor.ComputeMilliseconds:0.00} ms");
            Write($"  {floor.Bytes / Mega:0.0} MB at {floor.BytesPerSecond / Giga:0.0} GB/s: {floor.CopyMilliseconds:0.00} ms");
        }

        foreach (var comparison in BenchComparison.Of(rows))
        {
            Write($"fused, {Words.Several(comparison.Segments, "segment")}: {comparison.AgainstPerSample:0.0} times as fast as per-sample, {comparison.AgainstReference:0.0} times as reference; {comparison.AgainstFewestSegments:0.00} times the time of the fewest segments");
        }

        foreach (var row in rows)
        {
            WriteFloor(row);
            if (!phases || row.Phases is null) continue;
            Write($"where a step of {Name(row.Engine, row.Segments)} goes, ms:");
            foreach (var phase in row.Phases) Write($"  {phase.Phase,-28}{phase.Milliseconds,8:0.000}");
        }

        return text.ToString();
    }
}
