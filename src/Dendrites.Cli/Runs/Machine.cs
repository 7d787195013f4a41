using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Dendrites.Cli;

/// <summary>What a run computes on.</summary>
internal sealed record Machine(string System, string Processor, int Cores, long MemoryMegabytes)
{
    public static Machine Here() => new(
        RuntimeInformation.OSDescription,
        ProcessorName(),
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20);

    /// <summary>The most memory that this process has held, in MiB.</summary>
    public static long PeakMegabytes() => Field("/proc/self/status", "VmHWM") is { } value
        && long.TryParse(value.Split(' ')[0], out var kibibytes)
            ? kibibytes >> 10
            : Environment.WorkingSet >> 20;

    /// <summary>
    /// Counts the most memory from what is held now on; without effect where the kernel does not let processes do so.
    /// </summary>
    public static void ForgetPeak()
    {
        const string References = "/proc/self/clear_refs";
        const string PeakOnly = "5";
        try
        {
            if (File.Exists(References)) File.WriteAllText(References, PeakOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>What the processor has of that which the engines use.</summary>
    public static string[] Features()
    {
        (string Name, bool There)[] features =
        [
            ("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported), ("AVX-512", Avx512F.IsSupported),
        ];
        return [.. features.Where(feature => feature.There).Select(feature => feature.Name)];
    }

    private static string ProcessorName() => Field("/proc/cpuinfo", "model name") ?? $"{RuntimeInformation.ProcessArchitecture}";

    /// <summary>The value of the first line "name : value" of a file of the kernel's.</summary>
    private static string? Field(string file, string name)
    {
        if (!File.Exists(file)) return null;
        var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line?[(line.IndexOf(':') + 1)..].Trim();
    }
}
