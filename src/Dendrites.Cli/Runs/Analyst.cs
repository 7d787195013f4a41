using System.Text.Json;
using Microsoft.FSharp.Core;

namespace Dendrites.Cli;

/// <summary>Looks at a finished learner, and writes what it saw to analysis.json.</summary>
internal static class Analyst
{
    /// <summary>Samples of each task that are looked at.</summary>
    private const int Samples = 1000;

    /// <summary>Units of a layer that a heat map can show.</summary>
    private const int Shown = 128;

    /// <summary>Units whose segments are told, as in the published figure.</summary>
    private static readonly int[] Chosen = [0, 5, 10];

    private const int Decimals = 5;

    public static Analysis Write<TState>(string folder, Run.Plan<TState> plan, Func<Learner.State> look)
    {
        var config = Learner.ofRun(plan.Stream.Inputs, plan.Stream.Classes, plan.Config);
        var analysis = Scope.run(FuncConvert.FromFunc(() => Look(config, plan, look())));
        Write(folder, analysis);
        return analysis;
    }

    public static void Write(string folder, Analysis analysis) =>
        AtomicFile.WriteText(Path.Combine(folder, Analysis.Name), JsonSerializer.Serialize(analysis, Json.Line) + "\n");

    private static Analysis Look<TState>(Learner.Config config, Run.Plan<TState> plan, Learner.State learner)
    {
        // What the run began with is a function of its seed.
        var first = Learner.firstUnits(Chosen.Max() + 1, config, Run.learnerKey(plan.Config));
        var (seen, before) = Representation.analyse(config, Samples, plan.Stream.Test, first, learner);
        return new()
        {
            Layers = [.. seen.Layers.Zip(before, Layer)],
            Inference = seen.Inference?.Value.Select(Rounded).ToArray(),
            Clusters = learner.Clusters is { } clusters ? Clusters.count(clusters.Value) : null,
        };
    }

    /// <summary>A layer in numbers that can be written down; <paramref name="before"/> is what its segments said as first drawn.</summary>
    public static LayerAnalysis Layer(Representation.Layer layer, FSharpOption<Representation.SegmentUse>? before)
    {
        var segments = layer.Segments?.Value;
        return new()
        {
            Units = First(layer.Active),
            DutyCycles = Row(Representation.dutyCycle(layer)),
            Entropy = segments is null ? null : Row(Representation.entropy(segments)),
            SegmentOverlap = segments is null ? null : Row(Representation.segmentOverlap(segments)),
            OverlapAuthors = Matrix(layer.Overlap),
            OverlapIou = Matrix(layer.Iou),
            OverlapCosine = Matrix(layer.Cosine),
            Segments = segments is null || before is null
                ? null
                : [.. Chosen.Where(unit => unit < layer.Active.shape[1]).Select(unit => new SegmentAnalysis(unit, Of(unit, before.Value), Of(unit, segments)))],
        };
    }

    /// <summary>[tasks][units] of the first units.</summary>
    public static double[][] First(Tensor units) => [.. Matrix(units).Select(task => task.Take(Shown).ToArray())];

    /// <summary>[segments][tasks] of a unit.</summary>
    private static double[][] Of(int unit, Representation.SegmentUse segments)
    {
        var shape = segments.Activations.shape;
        var numbers = TensorMemory.floats(segments.Activations);
        var rows = new double[shape[2]][];
        for (var segment = 0; segment < shape[2]; segment++)
        {
            rows[segment] = new double[shape[0]];
            for (var task = 0; task < shape[0]; task++) rows[segment][task] = Rounded(numbers[(((task * shape[1]) + unit) * shape[2]) + segment]);
        }

        return rows;
    }

    private static double[] Row(Tensor vector) => Array.ConvertAll(TensorMemory.floats(vector).ToArray(), number => Rounded(number));

    public static double[][] Matrix(Tensor matrix) => [.. Row(matrix).Chunk(matrix.shape[1])];

    private static double Rounded(float number) => Math.Round(number, Decimals);

    private static double Rounded(double number) => Math.Round(number, Decimals);
}
