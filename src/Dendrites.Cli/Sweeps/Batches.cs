namespace Dendrites.Cli;

/// <summary>Runs of a sweep in parts, an element of a job array for each: a file with the ids of a part on each line.</summary>
internal static class Batches
{
    public static void Write(string path, IEnumerable<string[]> parts) =>
        AtomicFile.WriteText(path, string.Concat(parts.Select(part => $"{string.Join(' ', part)}\n")));

    /// <summary>Every part of a file.</summary>
    public static string[][] ReadAll(string path) =>
        [.. File.ReadLines(path).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>A part, by its number from 0.</summary>
    public static HashSet<string> Read(string path, int index)
    {
        var parts = ReadAll(path);
        if (index < parts.Length) return [.. parts[index]];
        throw Failure.BadConfig($"{RunFolder.Show(path)} has {Words.Several(parts.Length, "part")}; accepted: --index 0 to {parts.Length - 1}");
    }
}
