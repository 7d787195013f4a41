using System.Text.Json;

namespace Dendrites.Cli;

/// <summary>A checkpoint as it lies on the disk, checked: the file of its tensors, and, unless `dendrites export` or reinforcement learning wrote it, where its run stood.</summary>
internal sealed record StoredCheckpoint(string Path, Checkpoint? State)
{
    public const string StateEnding = ".json";

    public const string TensorsEnding = ".safetensors";

    /// <summary>The states of a folder of checkpoints, newest first.</summary>
    public static IEnumerable<string> States(string folder) => Directory.Exists(folder)
        ? Directory.GetFiles(folder, "task-*" + StateEnding)
            .OrderByDescending(file => file.Length)
            .ThenByDescending(file => file, StringComparer.Ordinal)
        : [];

    /// <summary>Whether an exception says that a checkpoint is damaged.</summary>
    public static bool IsDamage(Exception e) => e is InvalidDataException or JsonException or IOException or UnauthorizedAccessException;

    /// <summary>What a user is told of a damaged one.</summary>
    public static string Describe(string file, Exception damage) =>
        $"{RunFolder.Show(System.IO.Path.GetFullPath(file))} cannot be used, {damage.Message}";

    /// <summary>The checkpoint of a state, both files whole. Damage raises what <see cref="IsDamage"/> knows.</summary>
    public static (string Tensors, Checkpoint State) Read(string state)
    {
        var checkpoint = Checkpoint.Parse(File.ReadAllText(state));
        if (checkpoint.Digest != checkpoint.Sealed().Digest) throw new InvalidDataException("its own SHA-256 is not what it says");
        if (!checkpoint.IsPossible) throw new InvalidDataException("its figures are impossible");

        var tensors = System.IO.Path.ChangeExtension(state, TensorsEnding);
        if (SafetensorsReader.DigestOf(tensors) != checkpoint.TensorsDigest)
            throw new InvalidDataException($"the SHA-256 of {System.IO.Path.GetFileName(tensors)} is not what it says");
        return (tensors, checkpoint);
    }

    /// <summary>
    /// The checkpoint that a user's path names: a safetensors file, or the newest whole one of a run folder or of its folder of
    /// checkpoints. Damage to a newer one is told and stepped over; a file that is named itself must be whole.
    /// </summary>
    public static StoredCheckpoint Find(string path)
    {
        var shown = RunFolder.Show(System.IO.Path.GetFullPath(path));
        if (File.Exists(path)) return Named(path);
        if (!Directory.Exists(path)) throw Failure.BadConfig($"there is no {shown}; accepted: a safetensors file, or a run folder");
        var inside = System.IO.Path.Combine(path, RunFolder.CheckpointsName);

        var folder = Directory.Exists(inside) ? inside : path;
        foreach (var state in States(folder).Concat(ControlCheckpointFolder.States(folder)))
        {
            try
            {
                return Whole(state);
            }
            catch (Exception e) when (IsDamage(e))
            {
                Screen.Warn($"{Describe(state, e)}; going back to the one before");
            }
        }

        throw Failure.BadConfig($"{shown} holds no checkpoint that can be used");
    }

    /// <summary>Opens the tensors. Fails, naming the file, where its header is damaged.</summary>
    public SafetensorsReader Open()
    {
        try
        {
            return new(Path);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw new Failure(ExitCode.BadData, Describe(Path, e), e);
        }
    }

    private static StoredCheckpoint Whole(string state)
    {
        var (tensors, checkpoint) = ControlCheckpointFolder.IsState(state) ? (ControlCheckpointState.Read(state).Tensors, null) : Read(state);
        using (new SafetensorsReader(tensors)) return new(tensors, checkpoint);
    }

    private static StoredCheckpoint Named(string file)
    {
        try
        {
            var state = System.IO.Path.ChangeExtension(file, StateEnding);
            return File.Exists(state) ? Whole(state) : new(file, State: null);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw new Failure(ExitCode.BadData, Describe(file, e), e);
        }
    }
}
