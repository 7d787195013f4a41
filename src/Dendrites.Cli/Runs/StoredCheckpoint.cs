using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>A checkpoint as a file that others read: its tensors, its metadata, and, where it stands beside, the state of its run.</summary>
internal sealed record StoredCheckpoint(string Path, Checkpoint? State)
{
    /// <summary>
    /// The checkpoint that a path names: a safetensors file, or the newest whole one of a run folder or of its folder of checkpoints.
    /// Damage to a newer one is told and stepped over; a file that is named itself must be whole.
    /// </summary>
    public static StoredCheckpoint Find(string path)
    {
        if (File.Exists(path)) return Whole(path);
        if (!Directory.Exists(path)) throw Failure.BadConfig($"there is no {RunFolder.Show(System.IO.Path.GetFullPath(path))}; accepted: a safetensors file, or a run folder");
        var inside = System.IO.Path.Combine(path, "checkpoint");
        var folder = Directory.Exists(inside) ? inside : path;
        var files = Directory.GetFiles(folder, "*.safetensors").OrderByDescending(file => file.Length).ThenByDescending(file => file, StringComparer.Ordinal);

        foreach (var file in files)
        {
            try
            {
                return Whole(file);
            }
            catch (Failure e)
            {
                Screen.Warn($"{e.Message}; going back to the one before");
            }
        }

        throw Failure.BadConfig($"{RunFolder.Show(System.IO.Path.GetFullPath(path))} holds no checkpoint that can be used");
    }

    /// <summary>Opens the tensors. Fails, naming the file, where its header is damaged.</summary>
    public SafetensorsReader Open() => Guarded(Path, () => new SafetensorsReader(Path));

    private static StoredCheckpoint Whole(string file) => Guarded(file, () =>
    {
        using (new SafetensorsReader(file))
        {
            var beside = System.IO.Path.ChangeExtension(file, ".json");
            if (!File.Exists(beside)) return new StoredCheckpoint(file, null);
            var state = Checkpoint.Parse(File.ReadAllText(beside));
            if (state.Digest != state.Sealed().Digest) throw new InvalidDataException($"the SHA-256 of {System.IO.Path.GetFileName(beside)} is not what it says");
            if (SafetensorsReader.DigestOf(file) != state.TensorsDigest) throw new InvalidDataException("its SHA-256 is not what its run says");
            return new StoredCheckpoint(file, state);
        }
    });

    private static T Guarded<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.BadData, $"{RunFolder.Show(System.IO.Path.GetFullPath(file))} cannot be used: {e.Message}", e);
        }
    }
}
