using System.Globalization;

namespace Dendrites.Cli;

/// <summary>A job array of a sweep: the script, the parts of its elements, and the number that Slurm gave it.</summary>
internal sealed record Submission(string Name, string Folder)
{
    private const string Ending = ".batches";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The parts, one for each element.</summary>
    public string Batches => In(Ending);

    public string Script => In(".sh");

    /// <summary>The table as it was submitted: the user's may be another by the time a job runs.</summary>
    public string Table => In(".toml");

    /// <summary>The script of the job that collects, once the array is over.</summary>
    public string CollectScript => In("-collect.sh");

    /// <summary>The number that Slurm gave the array; null before it was submitted.</summary>
    public string? Job => File.Exists(In(".job")) ? File.ReadAllText(In(".job")).Trim() : null;

    /// <summary>Every submission from a folder, the oldest first.</summary>
    public static IEnumerable<Submission> All(SweepFolder folder) => Directory.EnumerateFiles(folder.Slurm, "*" + Ending)
        .Select(file => Path.GetFileNameWithoutExtension(file))
        .Order(StringComparer.Ordinal)
        .Select(name => new Submission(name, folder.Slurm));

    /// <summary>
    /// One process at a time looks what a sweep lacks and submits it, until what is returned is disposed; waits for another. Fails where
    /// that takes minutes.
    /// </summary>
    public static IDisposable Turn(SweepFolder folder)
    {
        Directory.CreateDirectory(folder.Slurm);
        try
        {
            return FileLock.Take(Path.Combine(folder.Slurm, ".lock"), Patience);
        }
        catch (IOException e)
        {
            throw new Failure(ExitCode.BadConfig, $"another process submits from {folder.Shown}, and has for minutes; accepted: the same command once it is done", e);
        }
    }

    /// <summary>The next one; numbered, so that they stand in the order in which they were made. It is there once its parts are written.</summary>
    public static Submission Next(SweepFolder folder)
    {
        var last = All(folder).Select(submission => int.Parse(submission.Name, CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();
        return new($"{last + 1:0000}", folder.Slurm);
    }

    public void Submitted(string job) => AtomicFile.WriteText(In(".job"), job + "\n");

    private string In(string ending) => Path.Combine(Folder, Name + ending);
}
