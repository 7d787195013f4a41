using Microsoft.FSharp.Core;

namespace Dendrites.Cli;

/// <summary>Looks at a finished policy, and writes what it saw to analysis.json.</summary>
internal static class ControlAnalyst
{
    public static void Write<TState>(string folder, ControlRun.Plan<TState> plan, ControlRun.State<TState> state) =>
        Analyst.Write(folder, Scope.run(FuncConvert.FromFunc(() =>
        {
            var (layers, before) = ControlRepresentation.analyse(plan, state);
            return new Analysis { Layers = [.. layers.Zip(before, Layer)] };
        })));

    private static LayerAnalysis Layer(Representation.Layer layer, FSharpOption<Representation.SegmentUse>? before) => Analyst.Layer(layer, before) with
    {
        Means = Analyst.First(layer.Mean),
        Subnetworks = Analyst.Matrix(Representation.subnetworks(ControlRepresentation.Share, layer)),
    };
}
