namespace Dendrites.Cli;

/// <summary>`dendrites doctor`: what this machine offers, and whether the engine works on it.</summary>
internal static class DoctorCommand
{
    public static int Execute(DoctorArguments arguments)
    {
        var screen = new Screen(Quiet: false, arguments.Json);
        var findings = Look(DataFolder.Locate(arguments.DataDir)).ToArray();
        var healthy = Array.TrueForAll(findings, finding => finding.Fault is null);
        screen.Document(new { healthy, findings });
        screen.Result(string.Join(Environment.NewLine, findings.Select(finding => $"{finding.Name,-12} {finding.Value}")));
        var faults = findings.Where(finding => finding.Fault is not null).Select(finding => $"{finding.Name}: {finding.Fault}");
        if (!healthy) Screen.Warn(string.Join("; ", faults));
        return healthy ? ExitCode.Ok : ExitCode.Failed;
    }

    private static IEnumerable<Finding> Look(DataFolder data)
    {
        var machine = Machine.Here();
        yield return new("dendrites", $"{Build.Version} ({Build.Revision})");
        yield return new("runtime", Build.Runtime);
        yield return new("system", machine.System);
        yield return new("processor", $"{machine.Processor}, {machine.Cores} cores, {Features()}");
        yield return new("memory", $"{machine.MemoryMegabytes} MiB");

        var libtorch = Finding.Of("libtorch", Libtorch);
        yield return libtorch;

        if (libtorch.Fault is null)
        {
            yield return Finding.Of("blas", () => Blas.Describe(Native.describe().LibTorchFolder));
            yield return Finding.Of("cuda", Cuda);
            yield return Finding.Of("threads", () => $"{Environment.ProcessorCount} unless --threads says otherwise");
            yield return Finding.Of("engine", EngineCheck.Learn);
        }

        yield return Finding.Of("mujoco", MuJoCoCommand.Condition);
        foreach (var set in DataSet.All) yield return Finding.Of(set.Name, () => Data(set, data));
        yield return Finding.Of("cache", () => $"{data.Root}, {Free(data.Root) >> 20} MiB free");
    }

    private static string Libtorch()
    {
        var native = Native.describe();
        var shim = native.Adapted ? "shim adapted to this older C++ library" : "shim as it came";
        var because = native.FromEnvironment ? $" (${Native.FolderVariable})" : "";
        return $"{Native.LibTorchVersion} in {native.LibTorchFolder}{because}, TorchSharp {native.TorchSharpVersion}, {shim}";
    }

    private static string Cuda() =>
        Native.describe().Cuda ? "libtorch has its CUDA half; the engine computes on the cpu" : "none";

    private static string Data(DataSet set, DataFolder folder)
    {
        var condition = DataCommand.Condition(set, folder);
        if (condition == "corrupt") throw Failure.BadData($"corrupt in {folder.Of(set)}; get it anew: {folder.Cure(set)}");
        return condition == "missing"
            ? $"missing; {folder.Cure(set)} fetches it, and so does a run"
            : $"present in {folder.Of(set)}";
    }

    private static string Features() => Machine.Features() is { Length: > 0 } there ? string.Join(" ", there) : "no AVX2: slow";

    /// <summary>Bytes free where <paramref name="folder"/> is, or will be.</summary>
    private static long Free(string folder)
    {
        var existing = folder;
        while (!Directory.Exists(existing)) existing = Path.GetDirectoryName(existing)!;
        return new DriveInfo(existing).AvailableFreeSpace;
    }
}
