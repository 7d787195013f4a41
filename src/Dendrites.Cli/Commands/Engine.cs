namespace Dendrites.Cli;

/// <summary>What computes: the engine, the device and the threads that a command line asks for.</summary>
internal sealed record Engine(string Asked, string Name, string Device, int Threads)
{
    private const string Automatic = "auto";

    private const string Fused = "fused";

    private const string Reference = "reference";

    private const int MostThreads = 1024;

    public bool IsFused => Name == Fused;

    /// <summary>Whether a run that says which engine it was begun with goes on by the fused one.</summary>
    public static bool WasFused(RunRecord record) => record.Engine == Fused;

    /// <summary>
    /// Checks what was asked for without loading libtorch, unless CUDA was; `auto` is the fused engine wherever it can learn what
    /// the configuration describes.
    /// </summary>
    public static Engine Choose(RunArguments arguments, RunConfig config) => Choose(arguments, asked => NameOf(asked, config));

    /// <summary>The same for reinforcement learning.</summary>
    public static Engine Choose(RunArguments arguments, ControlConfig config) => Choose(arguments, asked => NameOf(asked, config));

    private static Engine Choose(RunArguments arguments, Func<string, string> nameOf)
    {
        var asked = arguments.Engine ?? Automatic;
        if (asked is not (Automatic or Fused or Reference))
            throw Failure.BadConfig($"engine was '{asked}'; accepted: {Automatic} | {Fused} | {Reference}");

        var device = arguments.Device ?? "cpu";
        if (device == "cuda") RefuseCuda();
        if (device != "cpu") throw Failure.BadConfig($"device was '{device}'; accepted: cpu | cuda");

        var threads = arguments.Threads ?? Environment.ProcessorCount;
        if (threads is < 1 or > MostThreads)
            throw Failure.BadConfig($"threads was '{threads}'; accepted: a whole number from 1 to {MostThreads}");
        return new(asked, nameOf(asked), device, threads);
    }

    private static string NameOf(string asked, RunConfig config)
    {
        if (asked == Reference) return Reference;
        // What is wrong with the network itself is told elsewhere.
        if (!RunConfigModule.validate(config).IsEmpty) return asked == Fused ? Fused : Reference;
        var learner = Learner.ofRun(ImageSet.Pixels, Scenario.classes(config), config);
        var refusals = Subnetwork.applies(learner) ? Subnetwork.validate(learner) : global::Dendrites.Fused.validate(learner);
        if (refusals.IsEmpty) return Fused;
        return asked == Automatic ? Reference : throw Failure.BadConfig($"{refusals.Head}");
    }

    private static string NameOf(string asked, ControlConfig config)
    {
        if (asked == Reference) return Reference;
        var (tasks, observation, actions) = ControlTasks.Sizes(config);
        // What is wrong with the settings themselves is told elsewhere.
        if (!ControlConfigModule.validate(tasks, observation, actions, config).IsEmpty) return asked == Fused ? Fused : Reference;
        var agent = ControlConfigModule.agent(tasks, observation, actions, config);
        var refusals = FusedActorCritic.validate(agent);
        if (refusals.IsEmpty) return Fused;
        return asked == Automatic ? Reference : throw Failure.BadConfig($"{refusals.Head}");
    }

    private static void RefuseCuda()
    {
        var native = Native.describe();
        throw Failure.BadConfig(native.Cuda
            ? "device was 'cuda', on which the reference engine of this version does not compute; accepted: cpu"
            : "device was 'cuda', and libtorch here has no CUDA half; accepted: cpu, or "
                + $"${Native.FolderVariable} set to the lib folder of libtorch {Native.LibTorchVersion} with CUDA");
    }
}
