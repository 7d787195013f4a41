using System.Globalization;
using Tomlyn.Syntax;

namespace Dendrites.Cli;

/// <summary>
/// [halving] of a sweep's file, successive halving (Jamieson and Talwalkar 2016): all settings learn up to the first rung, the better share
/// of them goes on to the next, and those that are left to the end.
/// </summary>
/// <param name="Rungs">Tasks, or steps of reinforcement learning, ascending.</param>
/// <param name="Keep">The share that goes on, between 0 and 1.</param>
internal sealed record Halving(IReadOnlyList<int> Rungs, double Keep)
{
    private const double Half = 0.5;

    public static Halving Read(IReadOnlyList<KeyValueSyntax> pairs, string path)
    {
        int[] rungs = [];
        var keep = Half;
        var place = pairs.Count > 0 ? ConfigFile.Place(path, pairs[0].Span) : path;
        foreach (var pair in pairs)
        {
            place = ConfigFile.Place(path, pair.Span);
            switch (ConfigFile.Key(pair))
            {
                case "rungs":
                    rungs = [.. SweepFile.Values(pair, path).Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rung) ? rung : 0)];
                    break;
                case "keep":
                    if (!double.TryParse(SweepFile.Values(pair, path).FirstOrDefault(), NumberStyles.Float, CultureInfo.InvariantCulture, out keep) || keep is not (> 0 and < 1))
                        throw Failure.BadConfig($"{place}: keep was {pair.Value}; accepted: a share between 0 and 1");
                    break;
                default:
                    throw Failure.BadConfig($"{place}: '{ConfigFile.Key(pair)}' is no part of [halving]; accepted: rungs | keep");
            }
        }

        if (rungs.Length > 0 && rungs[0] > 0 && rungs.Zip(rungs.Skip(1)).All(pair => pair.First < pair.Second)) return new(rungs, keep);
        throw Failure.BadConfig($"{place}: [halving] needs rungs; accepted: ascending numbers of tasks (steps of reinforcement learning), such as rungs = [2, 5]");
    }

    /// <summary>How many of so many go on.</summary>
    public int Of(int settings) => Math.Max(1, (int)Math.Ceiling((settings * Keep) - 1e-9));
}
