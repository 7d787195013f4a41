using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dendrites.Cli;

/// <summary>
/// The sign that a process works on a run of a sweep, a file that one process can make: others leave the run alone while that process
/// lives. Of a process on another machine it is taken to be dead when it has not touched its file for minutes.
/// </summary>
internal sealed class Claim : IDisposable
{
    /// <summary>How often a holder touches its file.</summary>
    private static readonly TimeSpan Pulse = TimeSpan.FromSeconds(20);

    /// <summary>After how long a file that nobody touches is nobody's.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(5);

    /// <summary>How long claims are waited for that others take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly Holder _holder;
    private readonly Timer _timer;

    private Claim(string path, Holder holder)
    {
        (_path, _holder) = (path, holder);
        _timer = new(_ => Touch(), null, Pulse, Pulse);
    }

    /// <summary>Takes hold of a run; null where a living process has it. The file of a dead one is taken over.</summary>
    public static Claim? Take(string folder, string id)
    {
        var path = PathOf(folder, id);
        // One process at a time looks and takes, so that two that find the same dead one do not both take over.
        using var gate = Gate(folder);
        if (gate is null || IsHeld(path)) return null;
        var holder = Holder.Here();
        var aside = $"{path}.{Guid.NewGuid():N}{AtomicFile.Unfinished}";
        try
        {
            File.Delete(path);
            File.WriteAllText(aside, JsonSerializer.Serialize(holder, Json.Line) + "\n");
            // A link, which fails where the name is taken: where locks do not reach from machine to machine, names still do.
            File.Move(aside, path, overwrite: false);
            return new(path, holder);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <summary>Whether a living process works on a run.</summary>
    public static bool IsHeld(string folder, string id) => IsHeld(PathOf(folder, id));

    /// <summary>Removes the claims of processes that are gone.</summary>
    public static void Bury(string folder)
    {
        using var gate = Gate(folder);
        if (gate is null) return;
        foreach (var path in Directory.GetFiles(folder, "*.json"))
            if (!IsHeld(path)) File.Delete(path);
    }

    /// <summary>The runs that a process of this machine has claimed, whether it lives or not.</summary>
    public static IEnumerable<string> HeldBy(string folder, int process) => Directory.EnumerateFiles(folder, "*.json")
        .Where(path => HolderOf(path) is { IsHere: true } holder && holder.Process == process)
        .Select(path => Path.GetFileNameWithoutExtension(path));

    public void Dispose()
    {
        _timer.Dispose();
        // Of one who was silent for too long, another may have taken over.
        if (HolderOf(_path) == _holder) File.Delete(_path);
    }

    private static string PathOf(string folder, string id) => Path.Combine(folder, $"{id}.json");

    private static bool IsHeld(string path) =>
        HolderOf(path) is { } holder && (holder.IsHere ? holder.IsAlive : DateTime.UtcNow - File.GetLastWriteTimeUtc(path) < Silence);

    /// <summary>Who made a file; null where it is gone, or is none.</summary>
    private static Holder? HolderOf(string path)
    {
        try
        {
            return File.Exists(path) && JsonSerializer.Deserialize<Holder>(File.ReadAllText(path), Json.Line) is { Machine: not null, Began: not null } holder ? holder : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The lock under which claims are taken; waits for it a little, and is null where others keep it busy.</summary>
    private static FileStream? Gate(string folder)
    {
        try
        {
            return FileLock.Take(Path.Combine(folder, ".lock"), Patience);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private void Touch()
    {
        try
        {
            if (HolderOf(_path) == _holder) File.SetLastWriteTimeUtc(_path, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>A process: its machine since it was started, its number, and when it began, since numbers are used again.</summary>
    private sealed record Holder(string Machine, int Process, string Began)
    {
        private const int BeganField = 19;

        public static Holder Here() => new(ThisMachine(), Environment.ProcessId, BeganOf(Environment.ProcessId) ?? "");

        [JsonIgnore]
        public bool IsHere => Machine == ThisMachine();

        [JsonIgnore]
        public bool IsAlive => BeganOf(Process) == Began;

        private static string ThisMachine()
        {
            const string Boot = "/proc/sys/kernel/random/boot_id";
            // Containers of one machine count their processes each from 1.
            var counted = new FileInfo("/proc/self/ns/pid").LinkTarget;
            return $"{Environment.MachineName} {(File.Exists(Boot) ? File.ReadAllText(Boot).Trim() : "")} {counted}";
        }

        /// <summary>When a process began, in the kernel's ticks; null where it is gone, or only waits to be buried.</summary>
        private static string? BeganOf(int process)
        {
            try
            {
                // The name of the program, in parentheses, may hold spaces.
                var stat = File.ReadAllText($"/proc/{process}/stat");
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                return fields[0] is "Z" or "X" ? null : fields[BeganField];
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
            {
                return null;
            }
        }
    }
}
