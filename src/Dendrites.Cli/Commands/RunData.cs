namespace Dendrites.Cli;

/// <summary>The images of a run.</summary>
internal sealed class RunData
{
    private static ((string, int, int, string) Named, RunData Images)? _last;

    private RunData(RunConfig config, ImageSet images)
    {
        Scale = DataSet.ScaleOf(config.Data);
        Digests = images.Digests;
        Train = StreamModule.samples(config.Subset, images.Train.Pixels, images.Train.Labels);
        Test = StreamModule.samples(config.TestSubset, images.Test.Pixels, images.Test.Labels);
    }

    /// <summary>The SHA-256 of each file that was read.</summary>
    public IReadOnlyDictionary<string, string> Digests { get; }

    /// <summary>What the pixels are normalised by.</summary>
    public PixelScale Scale { get; }

    /// <summary>The training samples that a configuration takes.</summary>
    public Samples Train { get; }

    /// <summary>The test samples that a configuration takes.</summary>
    public Samples Test { get; }

    /// <summary>
    /// As <see cref="Read"/>, for runs of this process that follow one another: read once while they name the same, and freed when one
    /// names others.
    /// </summary>
    public static RunData Shared(RunConfig config, DataFolder folder, Action<string> say, CancellationToken cancel)
    {
        var named = (config.Data, config.Subset, config.TestSubset, folder.Root);
        if (_last is { } same && same.Named == named) return same.Images;
        if (_last is { } other) Tree.dispose((other.Images.Train, other.Images.Test));
        _last = null;
        _last = (named, Read(config, folder, say, cancel));
        return _last.Value.Images;
    }

    /// <summary>Reads what the key `data` names, as much as a configuration takes; a known data set that is not there yet is fetched.</summary>
    public static RunData Read(RunConfig config, DataFolder folder, Action<string> say, CancellationToken cancel)
    {
        var data = new RunData(config, Files(config, folder, say, cancel));
        // The collector does not see tensors, and would let what the files left behind stand beside them.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return data;
    }

    /// <summary>Fails unless an epoch has a step, the last incomplete batch being dropped, and every task something to test.</summary>
    public void CheckBatch(RunConfig config)
    {
        var stream = Scenario.stream(Scale, config, Train, Test);
        CheckBatch(config, stream.Train.Select(task => task.Size));
        if (stream.Test.Any(task => task.Size == 0))
        {
            throw Failure.BadConfig(
                $"test-subset was '{config.TestSubset}'; accepted: so many images that every task has one, or 0 for all");
        }
    }

    /// <summary>As above, for phases of so many images.</summary>
    public static void CheckBatch(RunConfig config, IEnumerable<int> sizes)
    {
        var there = sizes.Min();
        if (config.Batch > there)
        {
            throw Failure.BadConfig(
                $"batch was '{config.Batch}'; accepted: a whole number up to {there}, the training images of a task");
        }
    }

    private static ImageSet Files(RunConfig config, DataFolder folder, Action<string> say, CancellationToken cancel)
    {
        if (!Configuration.IsKnownData(config)) return ImageSet.ReadFolder(config.Data);
        var set = DataSet.Find(config.Data);
        if (Array.Exists(set.Files, file => !File.Exists(folder.Of(set, file)))) new Acquisition(folder, say, cancel).Get(set);
        return ImageSet.Read(set, folder);
    }
}
