namespace Dendrites.Cli;

/// <summary>
/// The checkpoints of a run of reinforcement learning, named after the steps and updates that were made: a file of tensors, the
/// memory of transitions among them, and one of JSON, which comes last and holds the digest of the tensors, so a pair is whole or is
/// not there. The newest two are kept; of a run that is over, the last.
/// </summary>
internal sealed class ControlCheckpointFolder(string path, Action<string> warn)
{
    private const string Prefix = "steps-";

    private const int Kept = 2;

    /// <summary>The states of a folder of checkpoints, newest first.</summary>
    public static IEnumerable<string> States(string folder) => Directory.Exists(folder)
        ? Directory.GetFiles(folder, $"{Prefix}*{StoredCheckpoint.StateEnding}").OrderByDescending(file => file, StringComparer.Ordinal)
        : [];

    /// <summary>Whether a file of a state is named as those here are.</summary>
    public static bool IsState(string file) => Path.GetFileName(file).StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Writes a checkpoint of a state at any place of its run; the checkpoint's name.</summary>
    public string Write<TState>(ControlRun.Plan<TState> plan, ControlRun.State<TState> state, RunRecord record, LogLengths lengths)
    {
        Directory.CreateDirectory(path);
        AtomicFile.Sweep(path, TimeSpan.Zero);
        var name = $"{Prefix}{state.Steps:000000000}-updates-{state.Updates:000000000}";
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "dendrites-control-1",
            ["experiment"] = record.Experiment,
            ["preset"] = record.Preset,
            ["config"] = record.Config.ToJsonString(),
        };

        var digest = Scope.run(Functional.Of(() =>
        {
            var tensors = ControlCheckpoint.save(plan, state).ToDictionary(pair => pair.Item1, pair => pair.Item2!);
            var digest = "";
            AtomicFile.Write(In(name + StoredCheckpoint.TensorsEnding), file => digest = TensorFile.Write(file, tensors, metadata));
            return digest;
        }));

        var text = new ControlCheckpointState
        {
            Steps = state.Steps,
            Updates = state.Updates,
            ConfigDigest = record.ConfigDigest,
            TensorsDigest = digest,
            Lengths = lengths,
        };
        AtomicFile.WriteText(In(name + StoredCheckpoint.StateEnding), text.Sealed().ToString());

        // Not only the oldest pair: a process that was killed here may have left half of one.
        var kept = States(path).Take(state.Position.IsOver ? 1 : Kept).Select(Path.GetFileNameWithoutExtension).ToHashSet();
        foreach (var old in Directory.GetFiles(path, Prefix + "*"))
            if (!kept.Contains(Path.GetFileNameWithoutExtension(old))) File.Delete(old);
        return name;
    }

    /// <summary>The newest checkpoint that is whole; nothing if there is none. Damage is told and stepped over.</summary>
    public (string Name, LogLengths Lengths, ControlRun.State<TState> State)? Read<TState>(ControlRun.Plan<TState> plan, RunRecord record)
    {
        foreach (var file in States(path))
        {
            try
            {
                return Read(plan, record, file);
            }
            catch (Exception e) when (StoredCheckpoint.IsDamage(e))
            {
                warn($"{StoredCheckpoint.Describe(file, e)}; going back to the one before");
            }
        }

        return null;
    }

    private static (string, LogLengths, ControlRun.State<TState>) Read<TState>(ControlRun.Plan<TState> plan, RunRecord record, string file)
    {
        var (tensors, state) = ControlCheckpointState.Read(file);
        if (state.ConfigDigest != record.ConfigDigest) throw new InvalidDataException("it is of another configuration");

        using var reader = new SafetensorsReader(tensors);
        var restored = Scope.run(Functional.Of(() =>
        {
            var found = new Dictionary<string, Tensor?>();

            Tensor? Find(string name)
            {
                if (!found.TryGetValue(name, out var tensor))
                    found[name] = tensor = reader.Find(name) is { } entry ? TensorFile.Read(reader, entry) : null;
                return tensor;
            }

            var restored = ControlCheckpoint.restore(plan, Functional.Option<string, Tensor>(Find));
            return restored.IsOk ? restored.ResultValue : throw new InvalidDataException($"{restored.ErrorValue}");
        }));
        return (Path.GetFileNameWithoutExtension(file), state.Lengths, restored);
    }

    private string In(string name) => Path.Combine(path, name);
}
