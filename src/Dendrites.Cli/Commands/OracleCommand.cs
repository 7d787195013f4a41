namespace Dendrites.Cli;

/// <summary>`dendrites oracle`: the scripted policies over the benchmark's goals.</summary>
internal sealed class OracleCommand
{
    private const int UsualSeed = 42;

    private readonly OracleArguments _arguments;
    private readonly Screen _screen;
    private readonly string _modelName;
    private readonly MetaWorld.SceneModel _model;
    private readonly uint _seed;
    private readonly int _goals;

    private OracleCommand(OracleArguments arguments)
    {
        _arguments = arguments;
        _screen = new Screen(Quiet: false, arguments.Json);
        _modelName = arguments.Model ?? "faithful";
        _model = Model(_modelName, arguments.Assets);
        var seed = arguments.Seed ?? UsualSeed;
        _seed = seed >= 0 ? (uint)seed : throw Failure.BadConfig($"seed was '{seed}'; accepted: a whole number from 0");
        _goals = arguments.Goals ?? MetaWorld.Goals.count;
        if (_goals < 1 || _goals > MetaWorld.Goals.count)
            throw Failure.BadConfig($"goals was '{_goals}'; accepted: a whole number from 1 to {MetaWorld.Goals.count}");
    }

    public static int Execute(OracleArguments arguments)
    {
        var command = new OracleCommand(arguments);
        MuJoCo.MuJoCoLibrary.Load();
        using var interruption = new Interruption();
        return command.Run(interruption.Token);
    }

    private int Run(CancellationToken cancel)
    {
        var tasks = Tasks().ToArray();
        foreach (var (_, task) in tasks) Check(_model, task);
        var vectors = MetaWorld.Goals.mt10(_seed);
        var rows = new List<Row>();
        _screen.Say($"{_modelName} model, goals of seed {_seed}, successes");
        foreach (var (number, task) in tasks)
        {
            var row = One(task, vectors[number], cancel);
            rows.Add(row);
            _screen.Result(row.Text());
        }

        var mean = rows.Average(row => (double)row.Successes / row.Goals);
        if (rows.Count > 1) _screen.Result(Words.Invariant($"{"mean",-22} {100 * mean:0.0} %"));
        _screen.Document(new { model = _modelName, seed = _seed, success = mean, tasks = rows });
        return ExitCode.Ok;
    }

    private IEnumerable<(int Number, MetaWorld.Task Task)> Tasks()
    {
        var chosen = _arguments.Tasks is { Length: > 0 } given ? given : [.. MetaWorld.MT10.names];
        return chosen.Distinct().Select(name => Task("tasks", name));
    }

    /// <summary>The scenes of a model by its name.</summary>
    internal static MetaWorld.SceneModel Model(string name, string? assets) => name switch
    {
        "faithful" => MetaWorld.SceneModel.Faithful,
        "fast" => MetaWorld.SceneModel.Fast,
        "genuine" => MetaWorld.SceneModel.NewGenuine(assets!),
        _ => throw Failure.BadConfig($"model was '{name}'; accepted: faithful, fast, genuine"),
    };

    /// <summary>A task of MT10 by its name; <paramref name="option"/> is where a user gave it.</summary>
    internal static (int Number, MetaWorld.Task Task) Task(string option, string name) => MetaWorld.MT10.find(name) is { Value: var (number, task) }
        ? (number, task)
        : throw Failure.BadConfig($"{option} was '{name}'; accepted: {string.Join(", ", MetaWorld.MT10.names)}; the nearest is {ProblemModule.nearest(MetaWorld.MT10.names, name)}");

    /// <summary>Says at once when a genuine model is not there.</summary>
    internal static void Check(MetaWorld.SceneModel model, MetaWorld.Task task)
    {
        if (MetaWorld.SceneModelModule.source(model, task) is MetaWorld.ModelSource.File file && !File.Exists(file.Item))
            throw Failure.BadData($"there is no {file.Item}; accepted for --assets: the folder of Meta-World's models, which holds sawyer_xyz");
    }

    private Row One(MetaWorld.Task task, double[][] vectors, CancellationToken cancel)
    {
        using var environment = new MetaWorld.TaskEnvironment(MetaWorld.EnvironmentConfigModule.usual(_model, task));
        var traces = new List<Traced>();
        var successes = 0;
        for (var goal = 0; goal < _goals; goal++)
        {
            cancel.ThrowIfCancellationRequested();
            if (_arguments.Trace)
            {
                var trace = Traced.Of(goal, MetaWorld.Oracle.trace(vectors[goal], environment));
                traces.Add(trace);
                if (trace.FirstSuccess is not null) successes++;
            }
            else if (MetaWorld.Oracle.firstSuccess(vectors[goal], environment) is not null)
            {
                successes++;
            }
        }

        return new(task.Name, successes, _goals, _arguments.Trace ? traces : null);
    }

    /// <summary>A task, as the table and JSON have it.</summary>
    private sealed record Row(string Name, int Successes, int Goals, List<Traced>? Trace)
    {
        public string Text()
        {
            string[] lines = [$"{Name,-22} {Successes}/{Goals}", .. Trace?.Select(trace => trace.Text()) ?? []];
            return string.Join('\n', lines);
        }
    }

    /// <summary>How one goal went.</summary>
    private sealed record Traced(int Goal, double[] Vector, double StillReward, int? FirstSuccess, double Return)
    {
        public static Traced Of(int goal, MetaWorld.OracleTrace trace) =>
            new(goal, trace.Vector, trace.StillReward, trace.FirstSuccess?.Value, trace.Return);

        public string Text()
        {
            var vector = string.Join(", ", Vector.Select(number => Words.Invariant($"{number:0.######}")));
            var first = FirstSuccess is { } step ? $"step {step}" : "never";
            return Words.Invariant($"  goal {Goal,-3} still {StillReward:0.0000}  success {first,-9} return {Return:0.0}  vector {vector}");
        }
    }
}
