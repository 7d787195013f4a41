using System.Text;

namespace Dendrites.Cli;

/// <summary>`dendrites inspect`: what a checkpoint holds, layer by layer.</summary>
internal static class InspectCommand
{
    /// <summary>How the names of parameters begin, in checkpoints and in what was exported; of reinforcement learning, the policy's.</summary>
    private static readonly string[] Learned = ["parameters.", "hidden.", "heads.", "learner.actor.parameters.", "actor."];

    public static int Execute(InspectArguments arguments)
    {
        var screen = new Screen(Quiet: false, arguments.Json);
        var checkpoint = StoredCheckpoint.Find(arguments.Checkpoint);
        using var reader = checkpoint.Open();
        var tensors = reader.Header.Entries.Select(entry => Held.Of(reader, entry)).ToArray();
        var learned = Array.FindAll(tensors, tensor => Array.Exists(Learned, start => tensor.Name.StartsWith(start, StringComparison.Ordinal)));
        var metadata = reader.Header.Metadata;
        var last = checkpoint.State is { } state ? Last(state) : null;

        screen.Document(new
        {
            file = checkpoint.Path,
            metadata,
            tasksDone = checkpoint.State?.TasksDone,
            steps = checkpoint.State?.Steps,
            accuracy = last,
            parametersStored = learned.Sum(tensor => tensor.Count),
            parametersNonZero = learned.Sum(tensor => tensor.NonZero),
            tensors,
        });
        screen.Result(Text(checkpoint, metadata, tensors, learned, last));
        return ExitCode.Ok;
    }

    private static string Text(StoredCheckpoint checkpoint, IReadOnlyDictionary<string, string> metadata, Held[] tensors, Held[] learned, double? last)
    {
        var text = new StringBuilder(RunFolder.Show(Path.GetFullPath(checkpoint.Path))).AppendLine();
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) text.AppendLine($"{key,-12} {value}");
        if (checkpoint.State is { } state)
            text.AppendLine(Words.Invariant($"{"after",-12} {Words.Several(state.TasksDone, "task")}, {state.Steps:#,0} steps, accuracy {Words.Accuracy(last)}"));
        text.AppendLine(Words.Invariant($"{"parameters",-12} {learned.Sum(tensor => tensor.NonZero):#,0} non-zero of {learned.Sum(tensor => tensor.Count):#,0}"));
        text.AppendLine();
        string[] header = ["tensor", "type", "shape", "elements", "non-zero, %"];
        text.Append(TextTable.Of([header, .. tensors.Select(tensor => tensor.Cells())]));
        return text.ToString();
    }

    /// <summary>Mean accuracy over the tasks so far, where they were tested after the last.</summary>
    private static double? Last(Checkpoint state)
    {
        var row = Array.FindAll(state.Matrix, cell => cell[0] == state.TasksDone);
        return row.Length == state.TasksDone ? row.Average(cell => (double)cell[2] / cell[3]) : null;
    }

    /// <summary>A tensor of the file.</summary>
    private sealed record Held(string Name, string Dtype, long[] Shape, long Count, long NonZero)
    {
        public static Held Of(SafetensorsReader reader, SafetensorsEntry entry)
        {
            var size = SafetensorsHeader.Sizes[entry.Dtype];
            long nonZero = 0;
            reader.Read(entry, piece => nonZero += Counted(piece, size, entry.Dtype.StartsWith('F')));
            return new(entry.Name, entry.Dtype, entry.Shape, entry.Length / size, nonZero);
        }

        public string[] Cells() =>
            [Name, Dtype, $"[{string.Join("; ", Shape)}]", Words.Invariant($"{Count:#,0}"), Count == 0 ? "-" : Words.Invariant($"{100.0 * NonZero / Count:0.0}")];

        /// <summary>Elements that are not zero; of numbers with a sign bit, minus zero is zero.</summary>
        private static long Counted(ReadOnlySpan<byte> bytes, int size, bool signed)
        {
            long count = 0;
            for (var at = 0; at < bytes.Length; at += size)
            {
                var element = bytes.Slice(at, size);
                var sign = signed ? element[^1] & 0x7f : element[^1];
                if (sign != 0 || element[..^1].ContainsAnyExcept((byte)0)) count++;
            }

            return count;
        }
    }
}
