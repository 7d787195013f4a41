namespace Dendrites.Cli;

/// <summary>Round numbers along an axis, and the ends of it.</summary>
internal sealed record Ticks(double Low, double High, IReadOnlyList<double> Values)
{
    private const int About = 6;

    /// <summary>A tick as it is written beside its line: 20000 as 20 k, a million as 1 M.</summary>
    public static string Label(double value) => Math.Abs(value) switch
    {
        >= 1e6 => Number(value / 1e6) + " M",
        >= 1e4 => Number(value / 1e3) + " k",
        _ => Number(value),
    };

    /// <summary>Some six steps of 1, 2 or 5 times a power of ten that hold both ends.</summary>
    public static Ticks Of(double low, double high, bool whole = false)
    {
        if (high - low < 1e-9) (low, high) = (low - 0.5, high + 0.5);
        var rough = (high - low) / About;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = new[] { 1.0, 2, 5, 10 }.Select(factor => factor * power).First(step => step >= rough);
        if (whole) step = Math.Max(1, step);
        var (first, last) = (Math.Floor((low / step) + 1e-9), Math.Ceiling((high / step) - 1e-9));
        var values = Enumerable.Range(0, (int)(last - first) + 1).Select(number => (first + number) * step).ToArray();
        return new(values[0], values[^1], values);
    }

    /// <summary>1, 2 and 5 times powers of ten from low to high.</summary>
    public static IEnumerable<double> Powers(double low, double high) =>
        from power in Enumerable.Range(-12, 19)
        from factor in new[] { 1.0, 2, 5 }
        let value = factor * Math.Pow(10, power)
        where value >= low && value <= high
        select value;

    private static string Number(double value) =>
        value.ToString(value != 0 && Math.Abs(value) < 1e-3 ? "0.##e0" : "0.#####", System.Globalization.CultureInfo.InvariantCulture);
}
