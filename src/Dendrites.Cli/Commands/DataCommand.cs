namespace Dendrites.Cli;

/// <summary>`dendrites data list`, `get` and `verify`.</summary>
internal static class DataCommand
{
    public static int List(DataListArguments arguments)
    {
        var folder = DataFolder.Locate(arguments.DataDir);
        var screen = new Screen(Quiet: false, arguments.Json);
        screen.Document(new
        {
            folder = folder.Root,
            sets = DataSet.All.Select(set => new
            {
                name = set.Name,
                meaning = set.Meaning,
                folder = folder.Of(set),
                condition = Condition(set, folder),
            }),
        });
        screen.Result(string.Join(
            Environment.NewLine,
            DataSet.All.Select(set => $"{set.Name,-14} {Condition(set, folder),-8} {set.Meaning}").Append($"in {folder.Root}")));
        return ExitCode.Ok;
    }

    public static int Get(DataSetArguments arguments)
    {
        if (arguments.Name == MuJoCoPackages.Name) return MuJoCoCommand.Get(arguments);
        var set = DataSet.Find(arguments.Name);
        var folder = DataFolder.Locate(arguments.DataDir);
        var screen = new Screen(arguments.Quiet, Json: false);
        using var interruption = new Interruption();

        if (Array.TrueForAll(set.Files, file => folder.Check(set, file) == FileCondition.Good))
            screen.Say($"{set.Name} is in {folder.Of(set)} already");
        else
            new Acquisition(folder, screen.Say, interruption.Token).Get(set);

        return ExitCode.Ok;
    }

    public static int Verify(DataSetArguments arguments)
    {
        if (arguments.Name == MuJoCoPackages.Name) return MuJoCoCommand.Verify(arguments);
        var set = DataSet.Find(arguments.Name);
        var folder = DataFolder.Locate(arguments.DataDir);
        var screen = new Screen(arguments.Quiet, Json: false);
        var bad = set.Files
            .Select(file => (File: file, Condition: folder.Check(set, file)))
            .Where(pair => pair.Condition != FileCondition.Good)
            .Select(pair => $"{folder.Of(set, pair.File)} is {Name(pair.Condition)}")
            .ToArray();

        if (bad.Length > 0) throw Failure.BadData($"{string.Join(", ", bad)}; get it: {folder.Cure(set)}");

        screen.Say($"{set.Name} in {folder.Of(set)}: {set.Files.Length} files, every SHA-256 as published");
        return ExitCode.Ok;
    }

    /// <summary>The worst condition among the files of a set.</summary>
    public static string Condition(DataSet set, DataFolder folder) => Name(set.Files.Max(file => folder.Check(set, file)));

    private static string Name(FileCondition condition) => condition switch
    {
        FileCondition.Good => "present",
        FileCondition.Missing => "missing",
        _ => "corrupt",
    };
}
