using Dendrites.Kernels;

namespace Dendrites.Cli;

/// <summary>A row to be measured: an engine and what it learns, and what the dense network beside it is.</summary>
internal sealed record BenchTarget(string Engine, int? Segments, RunConfig Config, RunConfig Dense, int Threads);

/// <summary>What `dendrites bench` compares.</summary>
internal static class Engines
{
    public const string Dense = "dense-mlp";

    public const string DenseOwnAdam = "dense-mlp-own-adam";

    public const string DenseFused = "dense-mlp-fused";

    public const string PerSample = "per-sample";

    public const string Reference = "reference";

    public const string FusedEngine = "fused";

    /// <summary>Without segments.</summary>
    public static IReadOnlyList<string> Plain { get; } = [Dense, DenseOwnAdam, DenseFused];

    /// <summary>With segments.</summary>
    public static IReadOnlyList<string> Gated { get; } = [PerSample, Reference, FusedEngine];

    /// <summary>Whether a row is the fused engine's.</summary>
    private static bool IsFused(string engine) => engine is FusedEngine or DenseFused;

    /// <summary>The rows of some numbers of segments, the dense networks first.</summary>
    public static IEnumerable<(string Engine, int? Segments)> Rows(IEnumerable<int> segments) =>
    [
        .. Plain.Select(engine => (engine, (int?)null)),
        .. segments.SelectMany(count => Gated.Select(engine => (engine, (int?)count))),
    ];

    /// <summary>What a row measures. As many tasks as segments, but a second one always.</summary>
    public static BenchTarget Target(string engine, int? segments, int threads, IReadOnlyCollection<Setting> settings)
    {
        if (!Plain.Contains(engine) && !Gated.Contains(engine))
            throw new Failure(ExitCode.Usage, $"--row was '{engine}'; accepted: {string.Join(" | ", Plain.Concat(Gated))}");
        var dense = Configured("mlp-3-layer-10", settings);
        var config = segments is { } count
            ? Configured(Configuration.DefaultPreset, [.. settings, new("tasks", $"{Math.Max(2, count)}"), new("segments", $"{count}")])
            : dense;
        if (IsFused(engine) && Fused.validate(LearnerOf(config)) is { IsEmpty: false } problems) throw Failure.BadConfig(problems);
        return new(engine, segments, config, dense, threads);
    }

    private static RunConfig Configured(string preset, IEnumerable<Setting> settings)
    {
        var config = Configuration.Apply(Presets.find(preset).ResultValue.Config, Configuration.Last(settings));
        Configuration.Validate(config);
        return config;
    }

    /// <summary>The learner that a configuration describes.</summary>
    public static Learner.Config LearnerOf(RunConfig config) => Learner.ofRun(ImageSet.Pixels, ImageSet.Classes, config);

    /// <summary>A contender that has learned nothing yet.</summary>
    public static IContender Create(string engine, RunConfig config, int threads)
    {
        var learner = LearnerOf(config);
        var key = Run.learnerKey(config);
        return engine switch
        {
            Dense => new DenseMlp(learner, key, threads),
            DenseOwnAdam or Reference => new Learning<Learner.State>(Learner.asMethod(learner), key, threads),
            PerSample => new PublishedNetwork(learner, key, threads),
            FusedEngine or DenseFused => new Learning<FusedState>(
                Fused.asMethod(new EngineOptions { Threads = threads }, config.Batch, learner), key, libtorchThreads: 1),
            _ => throw new ArgumentOutOfRangeException(nameof(engine), engine, null),
        };
    }
}
