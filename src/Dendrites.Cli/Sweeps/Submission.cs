using System.Globalization;

namespace Dendrites.Cli;

/// <summary>A job array of a sweep: the script, the parts of its elements, and the number that Slurm gave it.</summary>
internal sealed record Submission(string Name, string Folder)
{
    private const string Ending = ".batches";

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

    /// <summary>The next one, without elements as yet; numbered, so that they stand in the order in which they were made.</summary>
    public static Submission Next(SweepFolder folder)
    {
        Directory.CreateDirectory(folder.Slurm);
        var last = All(folder).Select(submission => int.Parse(submission.Name, CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();
        for (var number = last + 1; ; number++)
        {
            var next = new Submission($"{number:0000}", folder.Slurm);
            try
            {
                // One process alone makes the file; another takes the number after it.
                new FileStream(next.Batches, FileMode.CreateNew).Dispose();
                return next;
            }
            catch (IOException) when (File.Exists(next.Batches))
            {
            }
        }
    }

    public void Submitted(string job) => AtomicFile.WriteText(In(".job"), job + "\n");

    private string In(string ending) => Path.Combine(Folder, Name + ending);
}
