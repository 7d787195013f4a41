namespace Dendrites.Cli;

/// <summary>Images of equal size, one byte a pixel, row by row, and a label for each.</summary>
internal sealed record LabelledImages(byte[] Pixels, byte[] Labels)
{
    public int Count => Labels.Length;
}

/// <summary>A data set in memory, and the SHA-256 of each file it was read from.</summary>
internal sealed record ImageSet(LabelledImages Train, LabelledImages Test, IReadOnlyDictionary<string, string> Digests)
{
    /// <summary>Labels are the digits 0 to 9.</summary>
    public const int Classes = 10;

    /// <summary>Pixels of an image: the networks are built for 28 × 28.</summary>
    public const int Pixels = 28 * 28;

    /// <summary>A known data set; every digest is checked.</summary>
    public static ImageSet Read(DataSet set, DataFolder folder)
    {
        var cure = $"get it anew: {folder.Cure(set)}";
        var images = ReadFolder(folder.Of(set), cure, name => Array.Find(set.Files, file => file.Name == name)?.Kept ?? name);

        foreach (var file in set.Files)
        {
            if (file.Zipped ? folder.Check(set, file) != FileCondition.Good : images.Digests[file.Name] != file.Digest)
                throw Failure.BadData($"{folder.Of(set, file)} is corrupt: its SHA-256 is not the published one; {cure}");
        }

        return images;
    }

    /// <summary>A folder of the user's with four files by MNIST's names, plain or .gz.</summary>
    public static ImageSet ReadFolder(string folder) =>
        Directory.Exists(folder)
            ? ReadFolder(folder, "the folder must hold MNIST's four IDX files, plain or .gz", name => name)
            : throw Failure.BadData(
                $"{folder} is no folder; data takes {string.Join(" | ", DataSet.All.Select(set => set.Name))}, "
                + "or a folder with MNIST's four IDX files");

    private static ImageSet ReadFolder(string folder, string cure, Func<string, string> kept)
    {
        var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);

        Failure Wrong(string what) => Failure.BadData($"{what}; {cure}");

        LabelledImages Half(string imagesName, string labelsName)
        {
            var images = IdxFile.Open(Path.Combine(folder, kept(imagesName)), 3, cure);
            var labels = IdxFile.Open(Path.Combine(folder, kept(labelsName)), 1, cure);
            digests[imagesName] = images.Digest;
            digests[labelsName] = labels.Digest;

            if (images.Sizes[1] * (long)images.Sizes[2] != Pixels)
                throw Wrong($"{imagesName} in {folder} has images of {images.Sizes[1]} × {images.Sizes[2]}, not 28 × 28");
            if (images.Sizes[0] != labels.Sizes[0])
                throw Wrong($"{folder} has {images.Sizes[0]} images in {imagesName} and {labels.Sizes[0]} labels in {labelsName}");
            var odd = Array.FindIndex(labels.Bytes, label => label >= Classes);
            if (odd >= 0)
                throw Wrong($"{labelsName} in {folder} has label {labels.Bytes[odd]} at place {odd}, not 0 to {Classes - 1}");

            return new LabelledImages(images.Bytes, labels.Bytes);
        }

        var train = Half(DataSet.TrainImages, DataSet.TrainLabels);
        var test = Half(DataSet.TestImages, DataSet.TestLabels);
        return new ImageSet(train, test, digests);
    }
}
