namespace Dendrites.Cli;

/// <summary>The folder of one run, held by one process at a time.</summary>
internal sealed class RunFolder : IDisposable
{
    private readonly FileStream _lock;

    private RunFolder(string path, FileStream @lock) => (Path, _lock) = (path, @lock);

    public string Path { get; }

    /// <summary>The folder as a user would type it.</summary>
    public string Shown => Show(Path);

    public const string RecordName = "run.json";

    public string Record => In(RecordName);

    public const string MetricsName = "metrics.jsonl";

    public string Metrics => In(MetricsName);

    public string Timings => In(TimingsName);

    public const string AccuracyName = "accuracy.csv";

    public string Accuracy => In(AccuracyName);

    public const string SuccessName = "success.csv";

    public const string SummaryName = "summary.json";

    public string Success => In(SuccessName);

    public string Summary => In(SummaryName);

    public string Failed => In(FailedName);

    public const string CheckpointsName = "checkpoint";

    public string Checkpoints => In(CheckpointsName);

    public const string FailedName = "failed.json";

    public const string TimingsName = "timings.jsonl";

    public bool IsFinished => File.Exists(Summary);

    /// <summary>Makes the folder if there is none, and takes hold of it. It may hold a run, but nothing else.</summary>
    public static RunFolder Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);

        try
        {
            Directory.CreateDirectory(path);
            if (!File.Exists(System.IO.Path.Combine(path, RecordName))) RefuseOthers(path);
            var lockName = System.IO.Path.Combine(path, LockName);
            return Swept(new(path, FileLock.Take(lockName, Moment)));
        }
        catch (IOException e) when (File.Exists(System.IO.Path.Combine(path, LockName)))
        {
            throw new Failure(ExitCode.BadConfig, $"another process is running in {Show(path)}; accepted: another folder by --out", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.BadConfig, $"{Show(path)} cannot be a run folder: {e.Message}", e);
        }
    }

    /// <summary>Whether a process works on the run of a folder.</summary>
    public static bool IsHeld(string path)
    {
        try
        {
            using var probe = new FileStream(System.IO.Path.Combine(path, LockName), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>The command that goes on with a run.</summary>
    public static string Resumption(string experiment, string path) => $"dendrites run {experiment} --out {Words.Quoted(Show(path))} --resume";

    public void Dispose() => _lock.Dispose();

    /// <summary>A path relative to the working folder where that is shorter.</summary>
    public static string Show(string path)
    {
        var relative = System.IO.Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.Length < path.Length && !relative.StartsWith("..", StringComparison.Ordinal) ? relative : path;
    }

    private const string LockName = ".lock";

    /// <summary>For so long, whoever asks whether a folder is held may have a part of its lock.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    private string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Without what killed processes left half-written.</summary>
    private static RunFolder Swept(RunFolder folder)
    {
        try
        {
            AtomicFile.Sweep(folder.Path, TimeSpan.Zero);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            folder.Dispose();
            throw new Failure(ExitCode.BadConfig, $"{folder.Shown} cannot be a run folder: {e.Message}", e);
        }
    }

    /// <summary>Fails if the folder holds more than the lock, and what a killed process left of a record.</summary>
    private static void RefuseOthers(string path)
    {
        var names = Directory.EnumerateFileSystemEntries(path).Select(entry => System.IO.Path.GetFileName(entry));
        if (names.All(name => name == LockName || name.EndsWith(AtomicFile.Unfinished, StringComparison.Ordinal))) return;
        throw Failure.BadConfig($"{Show(path)} holds other files; --out must name a new or empty folder");
    }
}
