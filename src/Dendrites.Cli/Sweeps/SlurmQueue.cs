using System.Diagnostics;
using System.Globalization;

namespace Dendrites.Cli;

/// <summary>
/// What Slurm says of a sweep's arrays, run by run: `squeue` of those that wait, run or were over minutes ago; `sacct` of older ones, where
/// a cluster keeps accounts.
/// </summary>
internal sealed class SlurmQueue
{
    private readonly Dictionary<string, string> _states = [];

    public bool IsEmpty => _states.Count == 0;

    /// <summary>Whether what was submitted before could be asked about; so where nothing was.</summary>
    public bool Answers { get; private set; } = true;

    /// <summary>Slurm's word for the last element of an array that was given a run, such as RUNNING; null where there is none.</summary>
    public string? Of(string id) => _states.GetValueOrDefault(id);

    /// <summary>The states of all runs that were submitted from a folder; none where nothing was, or Slurm does not answer.</summary>
    public static SlurmQueue Of(SweepFolder folder)
    {
        var queue = new SlurmQueue();
        if (!Directory.Exists(folder.Slurm)) return queue;
        Submission[] submissions = [.. Submission.All(folder).Where(submission => submission.Job is not null)];
        if (submissions.Length == 0) return queue;
        var states = queue.States(string.Join(',', submissions.Select(submission => submission.Job)));
        foreach (var submission in submissions)
            foreach (var (index, part) in Batches.ReadAll(submission.Batches).Index())
                foreach (var id in part)
                    if (states.TryGetValue($"{submission.Job}_{index}", out var state)) queue._states[id] = state;
        return queue;
    }

    /// <summary>Elements that an array of this cluster can have; null where it does not say.</summary>
    public static int? MostElements()
    {
        var line = Ask("scontrol", "show", "config")?.FirstOrDefault(line => line.StartsWith("MaxArraySize", StringComparison.Ordinal));
        return int.TryParse(line?.Split('=')[^1], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var most) ? most : null;
    }

    /// <summary>The state of each element of some arrays, by its name A_a.</summary>
    private Dictionary<string, string> States(string jobs)
    {
        var states = new Dictionary<string, string>();
        // What is over comes first, so that an element that is back in the queue has its state there.
        var over = Ask("sacct", "--noheader", "--parsable2", "--allocations", "--jobs", jobs, "--format", "JobID,State") ?? [];
        // Of jobs that Slurm has forgotten squeue says nothing by name; all of the user's are asked for.
        var queued = Ask("squeue", "--noheader", "--array", "--states=all", "--me", "--format", "%i|%T");
        Answers = queued is not null;
        var told = over.Concat(queued ?? []);
        foreach (var parts in told.Select(line => line.Split('|')).Where(parts => parts.Length == 2)) states[parts[0]] = parts[1];
        return states;
    }

    /// <summary>The lines that one of Slurm's commands prints; null where it is not there, or fails.</summary>
    private static string[]? Ask(string command, params string[] words)
    {
        try
        {
            using var child = Process.Start(new ProcessStartInfo(command, words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            child.ErrorDataReceived += (_, _) => { };
            child.BeginErrorReadLine();
            var text = child.StandardOutput.ReadToEnd();
            child.WaitForExit();
            return child.ExitCode == 0 ? text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
