using System.Runtime.InteropServices;

namespace Dendrites.Cli;

/// <summary>The few calls of the C library that .NET does not offer.</summary>
internal static class Posix
{
    /// <summary>Signal numbers that .NET has no name for (Linux).</summary>
    public const int SigUsr1 = 10;

    private const int SigTerm = 15;

    private const int ReadOnly = 0;

    [DllImport("libc", EntryPoint = "open", SetLastError = true, BestFitMapping = false)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int handle);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);

    /// <summary>Asks a process to end.</summary>
    public static void Terminate(int process) => _ = Kill(process, SigTerm);

    /// <summary>Ends the process at once: no finalizer, no exit handler runs while native threads still compute.</summary>
    [DllImport("libc", EntryPoint = "_exit")]
    public static extern void Exit(int code);

    /// <summary>Makes renames inside <paramref name="folder"/> survive a power cut, where the file system can.</summary>
    public static void SyncFolder(string folder)
    {
        var handle = Open(folder, ReadOnly);
        if (handle < 0) return;
        _ = Sync(handle);
        _ = Close(handle);
    }
}
