using System.Globalization;

namespace Dendrites.Cli;

/// <summary>
/// The checkpoints of a run: task-0003.safetensors with task-0003.json, written after three tasks. The JSON comes last
/// and holds the digest of the tensors, so a pair is whole or is not there. The newest two are kept.
/// </summary>
internal sealed class CheckpointFolder(string path, Action<string> warn)
{
    private const int Kept = 2;

    /// <summary>Writes a checkpoint of a state that stands between two tasks.</summary>
    public void Write<TState>(Run.Plan<TState> plan, Run.State<TState> state, RunRecord record, LogLengths lengths)
    {
        Directory.CreateDirectory(path);
        AtomicFile.Sweep(path, TimeSpan.Zero);
        var done = Checkpoint.Of(state, record.ConfigDigest, "", lengths).TasksDone;
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "dendrites-1",
            ["experiment"] = record.Experiment,
            ["preset"] = record.Preset,
            ["config"] = record.Config.ToJsonString(),
            ["tasksDone"] = done.ToString(CultureInfo.InvariantCulture),
        };

        var digest = Scope.run(Functional.Of(() =>
        {
            var tensors = plan.Method.Save.Invoke(state.Learner).ToDictionary(pair => pair.Item1, pair => pair.Item2!);
            var digest = "";
            AtomicFile.Write(Name(done, StoredCheckpoint.TensorsEnding), file => digest = TensorFile.Write(file, tensors, metadata));
            return digest;
        }));
        AtomicFile.WriteText(
            Name(done, StoredCheckpoint.StateEnding),
            Checkpoint.Of(state, record.ConfigDigest, digest, lengths).Sealed().ToString());

        // Not only the oldest pair: a process that was killed here may have left half of one.
        var kept = StoredCheckpoint.States(path).Take(Kept).Select(Path.GetFileNameWithoutExtension).ToHashSet();
        foreach (var old in Directory.GetFiles(path, "task-*"))
            if (!kept.Contains(Path.GetFileNameWithoutExtension(old))) File.Delete(old);
    }

    /// <summary>The newest checkpoint that is whole; nothing if there is none. Damage is told and stepped over.</summary>
    public (Checkpoint, Run.State<TState>)? Read<TState>(Run.Plan<TState> plan, RunRecord record)
    {
        foreach (var file in StoredCheckpoint.States(path))
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

    private (Checkpoint, Run.State<TState>) Read<TState>(Run.Plan<TState> plan, RunRecord record, string file)
    {
        var (tensors, checkpoint) = StoredCheckpoint.Read(file);
        if (checkpoint.ConfigDigest != record.ConfigDigest) throw new InvalidDataException("it is of another configuration");
        if (checkpoint.TasksDone > plan.Config.Tasks) throw new InvalidDataException("its figures are impossible");

        using var reader = new SafetensorsReader(tensors);
        return (checkpoint, checkpoint.ToState(plan.Config.Tasks, Learner(plan, reader)));
    }

    /// <summary>The learner whose tensors the file holds; whatever else is made on the way is freed.</summary>
    private static TState Learner<TState>(Run.Plan<TState> plan, SafetensorsReader reader) =>
        Scope.run(Functional.Of(() =>
        {
            var found = new Dictionary<string, Tensor?>();

            Tensor? Find(string name)
            {
                if (!found.TryGetValue(name, out var tensor))
                    found[name] = tensor = reader.Find(name) is { } entry ? TensorFile.Read(reader, entry) : null;
                return tensor;
            }

            var restore = plan.Method.Restore.Invoke(Run.learnerKey(plan.Config));
            var learner = restore.Invoke(Functional.Option<string, Tensor>(Find));
            return learner.IsOk ? learner.ResultValue : throw new InvalidDataException($"{learner.ErrorValue}");
        }));

    private string Name(int done, string ending) => Path.Combine(path, $"task-{done:0000}{ending}");
}
