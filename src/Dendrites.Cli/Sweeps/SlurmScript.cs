using System.Text;

namespace Dendrites.Cli;

/// <summary>The scripts that `sbatch` takes.</summary>
internal static class SlurmScript
{
    /// <summary>Seconds before the time limit at which a job is told to stop where it can go on.</summary>
    public const int Notice = 120;

    /// <summary>
    /// An element of the array works on its part. Before its time is over it writes checkpoints and goes back into the queue; so does an
    /// element whose node fails or is needed, by Slurm's own doing. One that a user cancels is over.
    /// </summary>
    public static string Array(SweepSlurmArguments arguments, SweepFolder folder, Submission submission, int elements)
    {
        var limit = arguments.ArrayLimit is { } most ? $"%{most}" : "";
        var text = new StringBuilder(Head(arguments, folder, "", "%A_%a"));
        text.Append($"#SBATCH --array=0-{elements - 1}{limit}\n#SBATCH --signal=B:USR1@{Notice}\n#SBATCH --requeue\n");
        text.Append($"#SBATCH --cpus-per-task={arguments.Cpus ?? 1}\n");
        if (arguments.Time is { } time) text.Append($"#SBATCH --time={Words.Quoted(time)}\n");
        if (arguments.Memory is { } memory) text.Append($"#SBATCH --mem={Words.Quoted(memory)}\n");
        if (arguments.Gpus is { } gpus) text.Append($"#SBATCH --gpus={gpus}\n");
        text.Append($$"""

            # USR1 comes to this shell alone, in good time: told to stop, the worker writes checkpoints and ends with exit code {{ExitCode.Interrupted}}.
            again=
            trap 'again=1; kill -TERM "$worker" 2>/dev/null' USR1
            # TERM comes to every process of the job, the worker too; a second one would stop it at once.
            trap : TERM
            {{Command(folder, submission, "worker")}} --batch {{Words.Quoted(submission.Batches)}} --index "$SLURM_ARRAY_TASK_ID" --jobs 1 --threads {{arguments.Cpus ?? 1}}{{Data(arguments)}} &
            worker=$!
            # A signal ends a wait, not what is waited for.
            while kill -0 "$worker" 2>/dev/null; do wait "$worker"; done
            wait "$worker"
            code=$?
            if [ -n "$again" ] && [ "$code" -ne 0 ]; then
                scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
            fi
            exit "$code"

            """);
        return text.ToString();
    }

    /// <summary>The job that collects once every element is over.</summary>
    public static string Collect(SweepSlurmArguments arguments, SweepFolder folder, Submission submission) =>
        $"{Head(arguments, folder, "-collect", "collect-%j")}\nexec {Command(folder, submission, "collect")}\n";

    private static string Head(SweepSlurmArguments arguments, SweepFolder folder, string suffix, string log)
    {
        // In a pattern of names a % of the folder's own is written twice.
        var logs = folder.In("logs").Replace("%", "%%", StringComparison.Ordinal);
        var text = new StringBuilder($"#!/bin/bash\n#SBATCH --job-name={Words.Quoted($"dendrites-{Path.GetFileName(folder.Path)}{suffix}")}\n");
        if (arguments.Partition is { } partition) text.Append($"#SBATCH --partition={Words.Quoted(partition)}\n");
        text.Append($"#SBATCH --output={Words.Quoted($"{logs}/slurm-{log}.log")}\n#SBATCH --open-mode=append\n");
        text.Append($"#SBATCH --chdir={Words.Quoted(Environment.CurrentDirectory)}\n");
        return text.ToString();
    }

    /// <summary>A command on the submission's copy of the table.</summary>
    private static string Command(SweepFolder folder, Submission submission, string verb)
    {
        var start = Self.With(["sweep", verb, submission.Table, "--out", folder.Path]);
        return string.Join(' ', start.ArgumentList.Prepend(start.FileName).Select(Words.Quoted));
    }

    private static string Data(SweepSlurmArguments arguments) =>
        arguments.DataDir is { } data ? $" --data-dir {Words.Quoted(Path.GetFullPath(data))}" : "";
}
