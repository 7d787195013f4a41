namespace Dendrites.Cli;

/// <summary>A curve as high as a line: each number a bar, from the least to the largest.</summary>
internal static class Sparkline
{
    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>A bar for each number; where all are equal, the lowest.</summary>
    public static string Of(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0) return "";
        var (least, most) = (values.Min(), values.Max());
        var step = (most - least) / Bars.Length;
        return string.Concat(values.Select(value => Bars[step > 0 ? Math.Min(Bars.Length - 1, (int)((value - least) / step)) : 0]));
    }
}
