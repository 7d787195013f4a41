using System.Text;
using Microsoft.FSharp.Collections;

namespace Dendrites.Cli;

/// <summary>`dendrites run --dry-run`: what would be done, and what it would cost; nothing is touched.</summary>
internal static class DryRun
{
    /// <summary>Images of MNIST's training and test sets.</summary>
    private const int MnistTrain = 60_000;

    private const int MnistTest = 10_000;

    /// <summary>The runtime, libtorch and what allocators keep, MiB: fitted to the peaks of `prototype-10` and `mlp-3-layer-10`.</summary>
    private const int Base = 700;

    public static int Show(RunArguments arguments, Engine engine, RunConfig[] configs, Screen screen)
    {
        var config = configs[0];
        Configuration.Validate(config);
        if (Configuration.IsKnownData(config)) RunData.CheckBatch(config, Sizes(config));
        var cost = Cost.Of(config, engine);
        var folders = configs.Select(config => (config.Seed, Folder: RunFolder.Show(RunPath.Of(arguments, config)))).ToArray();

        screen.Document(new
        {
            experiment = config.Experiment,
            preset = config.Preset,
            engine = engine.Name,
            engineAsked = engine.Asked,
            device = engine.Device,
            threads = engine.Threads,
            config = ConfigJson.Of(config),
            configDigest = ConfigJson.Digest(config),
            cost,
            published = Published.Of(config),
            runs = folders.Select(run => new { seed = run.Seed, folder = run.Folder }),
        });
        screen.Result(Text(config, engine, cost, folders));
        return ExitCode.Ok;
    }

    /// <summary>Training images of each task, as nearly as can be known without the labels.</summary>
    internal static FSharpList<int> Sizes(RunConfig config) => ScenarioKeys.sizes(Taken(config.Subset, MnistTrain), config);

    private static int Taken(int subset, int all) => subset == 0 ? all : Math.Min(subset, all);

    private static string Text(RunConfig config, Engine engine, Cost cost, (int Seed, string Folder)[] folders)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(Words.Invariant(line));
        text.AppendLine(
            $"{config.Experiment}, preset {config.Preset}, {engine.Name} engine, {engine.Device}, "
            + Words.Several(engine.Threads, "thread"));
        text.AppendLine();
        foreach (var key in RunConfigModule.keys) text.AppendLine($"{key.Name,-16} {key.Read.Invoke(config),-18} {key.Meaning}");
        text.AppendLine();
        Line($"parameters       {cost.ParametersNonZero:#,0} non-zero of {cost.ParametersStored:#,0}");
        Line($"in segments      {cost.SegmentParameters:#,0} of them");
        Line($"steps            {cost.Steps:#,0}, {cost.StepsPerEpoch:#,0} an epoch of the first task");
        Line($"tests            {cost.Tests:#,0} of one task each");
        Line($"memory           about {cost.EstimatedMegabytes:#,0} MiB");
        Line($"disk             about {cost.CheckpointMegabytes:#,0} MiB a checkpoint; two are kept");
        text.AppendLine();
        text.Append(string.Join(Environment.NewLine, folders.Select(run => $"seed {run.Seed,-11} {run.Folder}")));
        return text.ToString();
    }

    /// <summary>What a run is made of.</summary>
    internal sealed record Cost(
        long ParametersStored,
        long ParametersNonZero,
        long SegmentParameters,
        long StepsPerEpoch,
        long Steps,
        long Tests,
        long EstimatedMegabytes,
        long CheckpointMegabytes)
    {
        public static Cost Of(RunConfig config, Engine engine)
        {
            var count = Network.count(RunConfigModule.network(ImageSet.Pixels, Scenario.classes(config), config));
            var train = Taken(config.Subset, MnistTrain);
            var test = Taken(config.TestSubset, MnistTest);
            var stepsPerEpoch = Sizes(config).Select(size => size / config.Batch).ToArray();
            long tests = 0;
            for (var task = 0; task < config.Tasks; task++)
                tests += (RunConfigModule.evaluatesAfter(task + 1, config) ? task + 1 : 0) + RunConfigModule.testsAhead(task, config);

            var masks = (config.WeightSparsity > 0 ? count.FeedForwardStored : 0)
                + (config.SegmentSparsity > 0 ? count.SegmentsStored : 0);
            // Where the optimiser goes on at a task's end, its moments stand in checkpoints too.
            var kept = config.Boundaries.Tag != Boundaries.Tags.Given;
            var moments = kept ? 2 * count.Stored : 0;
            var pieces = config.Pieces.Sum(piece => OfPiece(piece, count, config));
            // The fused engine learns in place: segments once, feed-forward weights with two moments and a copy for a checkpoint; rows of
            // moments for segments, at most, where contexts change without the optimiser, and their copy.
            // The other: parameters and two moments, before and after an update, their gradients, and what is half done.
            var rows = kept || config.Context.IsClustered ? 2 * count.SegmentsStored : 0;
            var learning = masks + (2 * pieces)
                + (engine.IsFused ? count.SegmentsStored + (4 * count.FeedForwardStored) + rows + moments : 8 * count.Stored);
            // A byte a pixel, as read and as a tensor.
            var images = 2L * ImageSet.Pixels * (train + test) / sizeof(float);
            return new(
                count.Stored,
                count.NonZero,
                count.SegmentsStored,
                stepsPerEpoch[0],
                config.Epochs * stepsPerEpoch.Sum(steps => (long)steps),
                tests,
                Base + Megabytes(learning + images),
                Megabytes(count.Stored + masks + moments + pieces));
        }

        /// <summary>What a piece remembers: anchor, importance and path; anchor and Fisher information; a teacher; samples and their scores.</summary>
        private static long OfPiece(PieceName piece, Network.Count count, RunConfig config) => piece switch
        {
            { IsSi: true } => 3 * count.FeedForwardStored,
            { IsEwc: true } => 2 * count.FeedForwardStored,
            { IsLwf: true } => count.Stored,
            { IsPacknet: true } => count.FeedForwardStored,
            { IsHat: true } => config.Hidden.Sum(units => (long)units),
            _ => (long)config.PieceSettings.Memory * (ImageSet.Pixels + ImageSet.Classes),
        };

        private static long Megabytes(long numbers) => numbers * sizeof(float) >> 20;
    }
}
