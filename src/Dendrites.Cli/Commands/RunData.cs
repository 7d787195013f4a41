namespace Dendrites.Cli;

/// <summary>The images of a run: read once, shared by the runs of all seeds.</summary>
internal sealed class RunData
{
    private readonly int _all;

    private RunData(RunConfig config, ImageSet images)
    {
        _all = images.Train.Count;
        Digests = images.Digests;
        Train = StreamModule.samples(config.Subset, images.Train.Pixels, images.Train.Labels);
        Test = StreamModule.samples(config.TestSubset, images.Test.Pixels, images.Test.Labels);
    }

    /// <summary>The SHA-256 of each file that was read.</summary>
    public IReadOnlyDictionary<string, string> Digests { get; }

    /// <summary>The training samples that a configuration takes.</summary>
    public Samples Train { get; }

    /// <summary>The test samples that a configuration takes.</summary>
    public Samples Test { get; }

    /// <summary>Reads what the key `data` names, as much as a configuration takes; a known data set that is not there yet is fetched.</summary>
    public static RunData Read(RunConfig config, DataFolder folder, Action<string> say, CancellationToken cancel)
    {
        var data = new RunData(config, Files(config, folder, say, cancel));
        // The collector does not see tensors, and would let what the files left behind stand beside them.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return data;
    }

    /// <summary>Fails unless an epoch has a step: the last incomplete batch is dropped.</summary>
    public void CheckBatch(RunConfig config) => CheckBatch(config, _all);

    /// <summary>As above, where there are <paramref name="all"/> training images.</summary>
    public static void CheckBatch(RunConfig config, int all)
    {
        var there = config.Subset == 0 ? all : Math.Min(config.Subset, all);
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
