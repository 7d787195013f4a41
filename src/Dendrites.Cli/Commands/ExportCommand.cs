namespace Dendrites.Cli;

/// <summary>
/// `dendrites export`: of a run what happened, as a table; or a checkpoint's network, of reinforcement learning its policy, and contexts as safetensors that others read, under the names of the
/// parameter tree.
/// </summary>
internal static class ExportCommand
{
    /// <summary>What is exported, by the beginning of its name, and the name it gets instead.</summary>
    private static readonly (string From, string To)[] Parts =
        [("parameters.", ""), ("prototypes.", "prototypes."), ("clusters.rows", "clusters.rows"), ("clusters.columns", "clusters.columns"), ("pooler.", "pooler."), ("learner.actor.parameters.", "actor.")];

    public static int Execute(ExportArguments arguments)
    {
        var to = Path.GetFullPath(arguments.To);
        if (File.Exists(to)) throw Failure.BadConfig($"{RunFolder.Show(to)} is there already; accepted: a new file");
        return CommandLine.isTable(to) ? Table(arguments.Checkpoint, to) : Tensors(arguments.Checkpoint, to);
    }

    private static int Table(string run, string to)
    {
        var rows = EventTable.Write(run, to);
        Console.Out.WriteLine($"{RunFolder.Show(to)}: {Words.Several(rows, "row")} of {RunFolder.Show(Path.GetFullPath(run))}");
        return ExitCode.Ok;
    }

    private static int Tensors(string source, string to)
    {
        var checkpoint = StoredCheckpoint.Find(source);
        using var reader = checkpoint.Open();
        var chosen = reader.Header.Entries
            .Select(entry => (Entry: entry, Part: Array.Find(Parts, part => entry.Name.StartsWith(part.From, StringComparison.Ordinal))))
            .Where(pair => pair.Part.From is not null)
            .ToDictionary(pair => pair.Part.To + pair.Entry.Name[pair.Part.From.Length..], pair => pair.Entry);
        var header = SafetensorsHeader.Lay(chosen.Select(pair => (pair.Key, pair.Value.Dtype, pair.Value.Shape)), reader.Header.Metadata);

        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        AtomicFile.Write(to, file => SafetensorsWriter.Write(file, header, (name, piece) => reader.Read(chosen[name], piece)));
        Console.Out.WriteLine($"{RunFolder.Show(to)}: {Words.Several(chosen.Count, "tensor")} of {RunFolder.Show(Path.GetFullPath(checkpoint.Path))}");
        return ExitCode.Ok;
    }
}
