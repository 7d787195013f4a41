namespace Dendrites.Cli;

/// <summary>A small run of the whole engine on images that any working learner tells apart.</summary>
internal static class EngineCheck
{
    private const int Images = 512;

    private const byte Bright = 255;

    /// <summary>What an untrained learner scores.</summary>
    private const double Chance = 1.0 / ImageSet.Classes;

    /// <summary>Trains for a second; says what came of it. Raises Failure when nothing was learned.</summary>
    public static string Learn()
    {
        var config = Configuration.Apply(
            Presets.find("quick").ResultValue.Config,
            [
                new("hidden", "64,64"), new("tasks", "2"), new("segments", "2"), new("density", "0.2"),
                new("epochs", "6"), new("batch", "64"), new("lr", "0.005"),
            ]);
        Native.setThreads(1);
        var samples = StreamModule.samples(0, Pixels(), Labels());
        var plan = Run.plan(config, samples, samples);
        var latest = Run.start(plan);
        foreach (var _ in Run.events(plan, Functional.Of<Run.State<Learner.State>>(next => latest = next), latest))
        {
        }

        var accuracy = Metrics.averageAccuracy(latest.Matrix)?.Value ?? 0;
        Tree.dispose(latest.Learner);
        if (accuracy < 5 * Chance)
            throw new Failure(ExitCode.Failed, Words.Invariant($"a small run reached an accuracy of {accuracy:0.00} only"));
        return Words.Invariant($"works: a small run learned two tasks to an accuracy of {accuracy:0.00}");
    }

    private static byte[] Labels() => [.. Enumerable.Range(0, Images).Select(i => (byte)(i % ImageSet.Classes))];

    /// <summary>An image of class c is bright in the c-th tenth of its pixels.</summary>
    private static byte[] Pixels()
    {
        var pixels = new byte[Images * ImageSet.Pixels];
        const int Tenth = ImageSet.Pixels / ImageSet.Classes;
        for (var i = 0; i < Images; i++)
            pixels.AsSpan(i * ImageSet.Pixels + i % ImageSet.Classes * Tenth, Tenth).Fill(Bright);
        return pixels;
    }
}
