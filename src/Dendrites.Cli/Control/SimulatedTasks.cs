using System.Collections.Concurrent;
using Microsoft.FSharp.Core;

namespace Dendrites.Cli;

/// <summary>
/// Meta-World's ten tasks as a learner acts in them: simulations side by side over threads, each by one thread at a time, so what
/// happens does not depend on how many there are. The goals are the benchmark's of the run's seed. A goal's first reset is simulated;
/// later episodes begin from what it led to, to the bit.
/// </summary>
internal sealed class SimulatedTasks : IDisposable
{
    private readonly ControlConfig _config;
    private readonly MetaWorld.Task[] _tasks = [.. MetaWorld.MT10.tasks];
    private readonly double[][][] _vectors;
    private readonly List<MetaWorld.TaskEnvironment>[] _simulations;
    private readonly ConcurrentDictionary<(int Task, int Goal), MetaWorld.Start> _starts = [];
    private readonly MuJoCo.Crew _crew;

    public SimulatedTasks(ControlConfig config, int threads)
    {
        MuJoCo.MuJoCoLibrary.Load();
        _config = config;
        _vectors = MetaWorld.Goals.mt10((uint)config.Seed);
        _simulations = Array.ConvertAll(_tasks, _ => new List<MetaWorld.TaskEnvironment>());
        _crew = new(threads);
        Environments = new(MetaWorld.MT10.names, ObservationSize, MetaWorld.EnvironmentVector.ActionSize, MetaWorld.Goals.count, config.Horizon, Functional.Of<Episode[], Rollout>(Begin));
    }

    public static int ObservationSize => MetaWorld.Observation.size;

    public Environments Environments { get; }

    /// <summary>The SHA-256 of the library and of the models' files. Fails with one line where one is not there.</summary>
    public static IReadOnlyDictionary<string, string> Ready(ControlConfig config, IEnumerable<string> names)
    {
        var model = ModelOf(config);
        var files = new List<string> { MuJoCo.MuJoCoLibrary.Load().File };

        foreach (var task in names.Select(name => MetaWorld.MT10.find(name)!.Value.Item2))
        {
            OracleCommand.Check(model, task);
            if (MetaWorld.SceneModelModule.source(model, task) is MetaWorld.ModelSource.File file) files.Add(file.Item);
        }

        return files.Distinct().ToDictionary(file => Path.GetFileName(file), SafetensorsReader.DigestOf);
    }

    public void Dispose()
    {
        foreach (var simulation in _simulations.SelectMany(all => all)) ((IDisposable)simulation).Dispose();
        _crew.Dispose();
    }

    /// <summary>How a task is simulated and shown in a run.</summary>
    public static MetaWorld.EnvironmentConfig Described(ControlConfig config, MetaWorld.Task task) => new(
        task,
        ModelOf(config),
        config.RewardVersion == "v1" ? MetaWorld.RewardVersion.First : MetaWorld.RewardVersion.Second,
        config.GoalVisible,
        FSharpOption<Tuple<int, int>>.None,
        config.Horizon);

    private static MetaWorld.SceneModel ModelOf(ControlConfig config) => config.Model switch
    {
        "fast" => MetaWorld.SceneModel.Fast,
        "genuine" => MetaWorld.SceneModel.NewGenuine(config.Assets),
        _ => MetaWorld.SceneModel.Faithful,
    };

    private Rollout Begin(Episode[] episodes)
    {
        var used = new int[_tasks.Length];
        var simulations = Array.ConvertAll(episodes, episode => Simulation(episode.Task, used[episode.Task]++));
        var rows = new MetaWorld.EnvironmentVector(simulations, _crew);
        rows.Begin(row => Start(simulations[row], episodes[row]));

        // One frame and one rollout for all steps: the vector writes over what it showed, and nothing is allocated.
        var frame = new Frame(rows.Observations, rows.Rewards, rows.Successes, new bool[rows.Count]);
        Rollout? rollout = null;
        rollout = new(frame, Functional.Of<float[], Rollout>(actions =>
        {
            rows.Act(actions);
            return rollout!;
        }));
        return rollout;
    }

    /// <summary>The simulation of a task that is the so-manieth of its episodes side by side.</summary>
    private MetaWorld.TaskEnvironment Simulation(int task, int place)
    {
        var all = _simulations[task];
        if (place == all.Count) all.Add(new(Described(_config, _tasks[task])));
        return all[place];
    }

    private void Start(MetaWorld.TaskEnvironment simulation, Episode episode)
    {
        var key = (episode.Task, episode.Goal);
        if (_starts.TryGetValue(key, out var start)) simulation.Begin(start);
        else _starts[key] = simulation.Reset(_vectors[episode.Task][episode.Goal]);
    }
}
