using System.ComponentModel;
using System.Diagnostics;

namespace Dendrites.Cli;

/// <summary>`dendrites sweep slurm`: what is missing of a sweep, as a job array, and a job after it that collects.</summary>
internal static class SlurmCommand
{
    public static int Execute(SweepSlurmArguments arguments)
    {
        var screen = new Screen(Quiet: false, arguments.Json);
        var (plan, folder) = SweepCommands.Prepared(arguments.File, arguments.Out);
        if (plan.File.Halving is not null)
            throw Failure.BadConfig($"{plan.File.Path} has [halving], which compares settings while they wait for each other; accepted: dendrites sweep run, or no [halving]");

        using var turn = Submission.Turn(folder);
        var queue = SlurmQueue.Of(folder);
        string[] missing = [.. plan.Runs.Where(run => !folder.IsDone(run.Id) && !Claim.IsHeld(folder.Claims, run.Id) && !IsQueued(queue.Of(run.Id))).Select(run => run.Id)];
        if (missing.Length == 0)
        {
            screen.Document(new { job = (string?)null, runs = missing });
            screen.Result($"nothing to submit: {SweepWords.Counts(SweepStanding.All(plan, folder))}");
            return ExitCode.Ok;
        }

        string[][] parts = [.. missing.Chunk(arguments.Pack ?? 1)];
        if (SlurmQueue.MostElements() is { } most && parts.Length > most)
            throw Failure.BadConfig($"{parts.Length} elements were asked for, of {most} that an array of this cluster can have; accepted: --pack {(missing.Length + most - 1) / most} or more");

        var submission = Submission.Next(folder);
        AtomicFile.WriteText(submission.Table, File.ReadAllText(plan.File.Path));
        Batches.Write(submission.Batches, parts);
        AtomicFile.WriteText(submission.Script, SlurmScript.Array(arguments, folder, submission, parts.Length));
        AtomicFile.WriteText(submission.CollectScript, SlurmScript.Collect(arguments, folder, submission));
        if (arguments.DryRun)
        {
            screen.Document(new { job = (string?)null, script = submission.Script, collect = submission.CollectScript, elements = parts.Length, runs = missing });
            screen.Result($"{File.ReadAllText(submission.Script)}\n{RunFolder.Show(submission.Script)}: {Words.Several(parts.Length, "element")}, {Words.Several(missing.Length, "run")}; nothing was submitted");
            return ExitCode.Ok;
        }

        if (!queue.Answers)
            throw new Failure(ExitCode.Failed, "squeue does not answer, so what is in the queue already is not known; accepted: the same command once it does");
        foreach (var id in missing) folder.Forgive(id);
        var job = Submit("--parsable", submission.Script);
        submission.Submitted(job);
        var collects = Submit("--parsable", $"--dependency=afterany:{job}", submission.CollectScript);
        screen.Document(new { job, collects, elements = parts.Length, runs = missing });
        screen.Result($"job array {job}: {Words.Several(parts.Length, "element")}, {Words.Several(missing.Length, "run")}; job {collects} collects. dendrites sweep status {Words.Quoted(arguments.File)} follows them");
        return ExitCode.Ok;
    }

    /// <summary>Whether Slurm's word means that an element is still to come, or at work.</summary>
    private static bool IsQueued(string? state) => state is not null
        && Array.Exists(["PENDING", "RUNNING", "REQUEUED", "REQUEUE", "CONFIGURING", "COMPLETING", "SUSPENDED"], word => state.StartsWith(word, StringComparison.Ordinal));

    /// <summary>The number of a job that `sbatch` takes.</summary>
    private static string Submit(params string[] words)
    {
        try
        {
            using var child = Process.Start(new ProcessStartInfo("sbatch", words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = child.StandardError.ReadToEndAsync();
            var output = child.StandardOutput.ReadToEnd().Trim();
            child.WaitForExit();
            // Of a federation, the number stands before the cluster's name.
            if (child.ExitCode == 0) return output.Split(';')[0];
            throw new Failure(ExitCode.Failed, $"sbatch {RunFolder.Show(words[^1])} failed: {errors.Result.Trim()}");
        }
        catch (Win32Exception e)
        {
            throw new Failure(ExitCode.BadConfig, "sbatch was not found; accepted: a machine that submits to a Slurm cluster, or --dry-run, which writes the scripts", e);
        }
    }
}
