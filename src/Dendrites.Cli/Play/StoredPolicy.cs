using System.Text.Json.Nodes;
namespace Dendrites.Cli;

/// <summary>A policy as a checkpoint or an exported file has it, and the settings that it was learned with.</summary>
internal sealed class StoredPolicy
{
    /// <summary>How the names of its tensors begin in a checkpoint, and in an exported file.</summary>
    private static readonly string[] Prefixes = ["learner.actor.parameters", "actor"];

    private readonly SoftActorCritic.Config _agent;
    private readonly TaskNetwork.Parameters _network;
    private readonly float[] _seen = new float[SimulatedTasks.ObservationSize];

    private StoredPolicy(ControlConfig config, SoftActorCritic.Config agent, TaskNetwork.Parameters network) =>
        (Config, _agent, _network) = (config, agent, network);

    public ControlConfig Config { get; }

    /// <summary>Fails, naming the file, where it holds no policy of simulated tasks.</summary>
    public static StoredPolicy Read(string path)
    {
        var checkpoint = StoredCheckpoint.Find(path);
        var shown = RunFolder.Show(Path.GetFullPath(checkpoint.Path));
        using var reader = checkpoint.Open();
        var metadata = reader.Header.Metadata;
        if (metadata.GetValueOrDefault("experiment") != ControlTasks.Simulated)
            throw Failure.BadConfig($"{shown} holds no policy of {ControlTasks.Simulated}; accepted: a run of it, a checkpoint, or an exported policy");
        var config = Settings(metadata, shown);
        var (tasks, observation, actions) = ControlTasks.Sizes(config);
        var agent = ControlConfigModule.agent(tasks, observation, actions, config);
        var prefix = Array.Find(Prefixes, prefix => reader.Header.Entries.Any(entry => entry.Name.StartsWith(prefix + ".", StringComparison.Ordinal))) ?? Prefixes[0];
        var network = Scope.run(Functional.Of(() => ControlCheckpoint.policy(
            agent,
            prefix,
            Functional.Option<string, Tensor>(name => reader.Find(name) is { } entry ? TensorFile.Read(reader, entry) : null))));
        return network.IsOk ? new(config, agent, network.ResultValue) : throw Failure.BadData($"{shown}: {network.ErrorValue}");
    }

    /// <summary>A step of the task that is the so-manieth of the run's, by the policy's mean.</summary>
    public MetaWorld.Outcome Act(MetaWorld.TaskEnvironment environment, int task)
    {
        environment.Observe(_seen);
        var action = Collection.best(_agent, _network, task, _seen);
        return environment.Act(action.AsSpan());
    }

    private static ControlConfig Settings(IReadOnlyDictionary<string, string> metadata, string shown)
    {
        try
        {
            var keys = JsonNode.Parse(metadata["config"])!.AsObject();
            return ControlConfiguration.Apply(ControlConfiguration.Preset(metadata["preset"]).Config, ConfigJson.Settings(keys));
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new Failure(ExitCode.BadData, $"{shown} does not say what it was learned with: {e.Message}", e);
        }
    }
}
