namespace Dendrites.Cli;

/// <summary>What computes: the engine, the device and the threads that a command line asks for.</summary>
internal sealed record Engine(string Asked, string Name, string Device, int Threads)
{
    private const string Automatic = "auto";

    private const string Reference = "reference";

    private const int MostThreads = 1024;

    /// <summary>Checks what was asked for without loading libtorch, unless CUDA was.</summary>
    public static Engine Choose(RunArguments arguments)
    {
        var asked = arguments.Engine ?? Automatic;
        const string Accepted = $"accepted: {Automatic} | {Reference}";
        if (asked == "fused") throw Failure.BadConfig($"engine was 'fused', which this version does not have; {Accepted}");
        if (asked is not (Automatic or Reference)) throw Failure.BadConfig($"engine was '{asked}'; {Accepted}");

        var device = arguments.Device ?? "cpu";
        if (device == "cuda") RefuseCuda();
        if (device != "cpu") throw Failure.BadConfig($"device was '{device}'; accepted: cpu | cuda");

        var threads = arguments.Threads ?? Environment.ProcessorCount;
        if (threads is < 1 or > MostThreads)
            throw Failure.BadConfig($"threads was '{threads}'; accepted: a whole number from 1 to {MostThreads}");
        return new(asked, Reference, device, threads);
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
