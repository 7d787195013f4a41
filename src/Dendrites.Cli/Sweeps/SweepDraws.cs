using System.Globalization;
using Microsoft.FSharp.Collections;
using Tomlyn.Syntax;

namespace Dendrites.Cli;

/// <summary>[random] of a sweep's file: keys that are drawn, how often, and from which seed.</summary>
internal sealed record SweepDraws(FSharpList<Tuple<string, SweepDraw>> Axes, int Draws, int Seed)
{
    private const string Accepted = "{ choice = [...] } | { uniform = [LOW, HIGH] } | { log-uniform = [LOW, HIGH] } | { integer = [LOW, HIGH] }";

    private const int UsualSeed = 1;

    public static SweepDraws Read(IReadOnlyList<KeyValueSyntax> pairs, string path)
    {
        var axes = new List<Tuple<string, SweepDraw>>();
        var (draws, seed) = (0, UsualSeed);
        foreach (var pair in pairs)
        {
            var key = ConfigFile.Key(pair);
            if (key == "draws") draws = Whole(pair, path);
            else if (key == "seed") seed = Whole(pair, path);
            else axes.Add(Tuple.Create(key, Draw(pair, path)));
        }

        if (axes.Count > 0 && draws == 0)
            throw Failure.BadConfig($"{ConfigFile.Place(path, pairs[0].Span)}: [random] does not say how many draws; accepted: draws = N, a whole number from 1");
        return new(ListModule.OfSeq(axes), draws, seed);
    }

    private static int Whole(KeyValueSyntax pair, string path) => pair.Value is IntegerValueSyntax { Value: >= 0 and <= int.MaxValue } number
        ? (int)number.Value
        : throw Failure.BadConfig($"{ConfigFile.Place(path, pair.Span)}: {ConfigFile.Key(pair)} was {pair.Value}; accepted: a whole number from 0");

    private static SweepDraw Draw(KeyValueSyntax pair, string path)
    {
        var place = ConfigFile.Place(path, pair.Span);
        if (pair.Value is not InlineTableSyntax { Items.ChildrenCount: 1 } table || table.Items.First().KeyValue is not { } how)
            throw Failure.BadConfig($"{place}: {ConfigFile.Key(pair)} was {pair.Value}; accepted: {Accepted}");

        var values = SweepFile.Values(how, path);
        (double, double) Ends() => values.Length == 2 && Number(values[0]) is { } low && Number(values[1]) is { } high
            ? (low, high)
            : throw Failure.BadConfig($"{place}: {ConfigFile.Key(pair)} was {pair.Value}; accepted: two numbers, the lower first");
        (int, int) Wholes() => Ends() is var (low, high) && double.IsInteger(low) && double.IsInteger(high) && Math.Max(Math.Abs(low), Math.Abs(high)) < int.MaxValue
            ? ((int)low, (int)high)
            : throw Failure.BadConfig($"{place}: {ConfigFile.Key(pair)} was {pair.Value}; accepted: two whole numbers, the lower first");
        switch (ConfigFile.Key(how))
        {
            case "choice":
                return SweepDraw.NewOneOf(values);
            case "uniform":
                var (low, high) = Ends();
                return SweepDraw.NewUniform(low, high);
            case "log-uniform":
                (low, high) = Ends();
                return SweepDraw.NewLogUniform(low, high);
            case "integer":
                var (least, most) = Wholes();
                return SweepDraw.NewWholeNumber(least, most);
            default:
                throw Failure.BadConfig($"{place}: {ConfigFile.Key(pair)} is drawn by '{ConfigFile.Key(how)}'; accepted: {Accepted}");
        }
    }

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
