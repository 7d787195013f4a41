namespace Dendrites.Cli;

/// <summary>The images of a run: read once, shared by the runs of all seeds.</summary>
internal sealed class RunData
{
    private readonly ImageSet _images;
    private (int Train, int Test) _taken;
    private (Samples Train, Samples Test)? _samples;

    private RunData(ImageSet images) => _images = images;

    public IReadOnlyDictionary<string, string> Digests => _images.Digests;

    /// <summary>Reads what the key `data` names; a known data set that is not there yet is fetched.</summary>
    public static RunData Read(RunConfig config, DataFolder folder, Action<string> say, CancellationToken cancel)
    {
        if (!Configuration.IsKnownData(config)) return new(ImageSet.ReadFolder(config.Data));
        var set = DataSet.Find(config.Data);
        if (Array.Exists(set.Files, file => !File.Exists(folder.Of(set, file)))) new Acquisition(folder, say, cancel).Get(set);
        return new(ImageSet.Read(set, folder));
    }

    /// <summary>Fails unless an epoch has a step: the last incomplete batch is dropped.</summary>
    public void CheckBatch(RunConfig config) => CheckBatch(config, _images.Train.Count);

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

    /// <summary>The normalised training and test samples; kept for the next run that takes as many.</summary>
    public (Samples Train, Samples Test) Samples(RunConfig config)
    {
        if (_taken != (config.Subset, config.TestSubset)) _samples = null;
        _taken = (config.Subset, config.TestSubset);
        _samples ??= (
            StreamModule.samples(config.Subset, _images.Train.Pixels, _images.Train.Labels),
            StreamModule.samples(config.TestSubset, _images.Test.Pixels, _images.Test.Labels));
        return _samples.Value;
    }
}
