using System.Globalization;

namespace Dendrites.Cli;

/// <summary>
/// Values of a setting along an axis, as texts: many numbers by size (by their logarithm where the largest is many times the least), a few, or words,
/// at equal distances.
/// </summary>
internal sealed class Axis
{
    /// <summary>Distinct numbers up to which each has a place of its own.</summary>
    private const int Few = 8;

    /// <summary>How many times the least number the largest is where logarithms are shown.</summary>
    private const int Wide = 20;

    private readonly Func<string, double> _place;

    private Axis(IReadOnlyList<(double Place, string Label)> labels, Func<string, double> place) => (Labels, _place) = (labels, place);

    /// <summary>What is written beside the axis, and where.</summary>
    public IReadOnlyList<(double Place, string Label)> Labels { get; }

    /// <summary>Where a value is, in [0, 1].</summary>
    public double Place(string value) => _place(value);

    public static Axis Of(IEnumerable<string> values)
    {
        string[] distinct = [.. values.Distinct()];
        var numbers = distinct.Where(IsNumber).ToArray();
        if (numbers.Length == distinct.Length && distinct.Length > Few) return BySize(Array.ConvertAll(numbers, Number));
        string[] order = numbers.Length == distinct.Length ? [.. distinct.OrderBy(Number)] : distinct;
        double At(int index) => order.Length == 1 ? 0.5 : (double)index / (order.Length - 1);
        return new([.. order.Index().Select(value => (At(value.Index), value.Item))], value => At(Array.IndexOf(order, value)));
    }

    private static Axis BySize(double[] numbers)
    {
        var (low, high) = (numbers.Min(), numbers.Max());
        var log = low > 0 && high / low >= Wide;
        double Along(double number) => log ? Math.Log(number) : number;
        double Place(double number) => (Along(number) - Along(low)) / (Along(high) - Along(low));
        var ticks = log ? Ticks.Powers(low, high) : Ticks.Of(low, high).Values.Where(tick => tick >= low && tick <= high);
        return new([.. ticks.Select(tick => (Place(tick), Ticks.Label(tick)))], value => Place(Number(value)));
    }

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number);

    private static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
