using System.Text;

namespace Dendrites.Cli;

/// <summary>The scripts that `sbatch` takes.</summary>
internal static class SlurmScript
{
    /// <summary>Seconds before the time limit at which a job is told to stop where it can go on.</summary>
    public const int Notice = 120;

    /// <summary>
    /// An element of the array works on its part. Before its time is over, or where the node is needed, it writes checkpoints and goes back
    /// into the queue; so does an element whose node fails, by Slurm's own doing.
    /// </summary>
    public static string Array(SweepSlurmArguments arguments, SweepFolder folder, Submission submission, int elements)
    {
        var limit = arguments.ArrayLimit is { } most ? $"%{most}" : "";
        var text = new StringBuilder(Head(arguments, folder, "%A_%a"));
        text.Append($"#SBATCH --job-name={Name(folder)}\n#SBATCH --array=0-{elements - 1}{limit}\n");
        text.Append($"#SBATCH --signal=B:USR1@{Notice}\n#SBATCH --requeue\n#SBATCH --cpus-per-task={arguments.Cpus ?? 1}\n");
        if (arguments.Time is { } time) text.Append($"#SBATCH --time={time}\n");
        if (arguments.Memory is { } memory) text.Append($"#SBATCH --mem={memory}\n");
        if (arguments.Gpus is { } gpus) text.Append($"#SBATCH --gpus={gpus}\n");
        text.Append($$"""

            # Told to stop in good time, the worker writes checkpoints and ends with exit code {{ExitCode.Interrupted}}.
            stop() { kill -TERM "$worker" 2>/dev/null; }
            trap stop USR1 TERM
            {{Command(arguments, folder, "worker")}} --batch {{Words.Quoted(submission.Batches)}} --index "$SLURM_ARRAY_TASK_ID" --jobs 1 --threads {{arguments.Cpus ?? 1}}{{Data(arguments)}} &
            worker=$!
            # A signal ends a wait, not what is waited for.
            while :; do
                wait "$worker"
                code=$?
                kill -0 "$worker" 2>/dev/null || break
            done
            if [ "$code" -eq {{ExitCode.Interrupted}} ]; then
                scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
            fi
            exit "$code"

            """);
        return text.ToString();
    }

    /// <summary>The job that collects once every element is over.</summary>
    public static string Collect(SweepSlurmArguments arguments, SweepFolder folder) =>
        $"{Head(arguments, folder, "collect-%j")}#SBATCH --job-name={Name(folder)}-collect\n\nexec {Command(arguments, folder, "collect")}\n";

    private static string Head(SweepSlurmArguments arguments, SweepFolder folder, string log)
    {
        var text = new StringBuilder("#!/bin/bash\n");
        if (arguments.Partition is { } partition) text.Append($"#SBATCH --partition={partition}\n");
        text.Append($"#SBATCH --output={folder.In($"logs/slurm-{log}.log")}\n#SBATCH --open-mode=append\n");
        text.Append($"#SBATCH --chdir={Environment.CurrentDirectory}\n");
        return text.ToString();
    }

    private static string Command(SweepSlurmArguments arguments, SweepFolder folder, string verb)
    {
        var start = Self.With(["sweep", verb, Path.GetFullPath(arguments.File), "--out", folder.Path]);
        return string.Join(' ', start.ArgumentList.Prepend(start.FileName).Select(Words.Quoted));
    }

    private static string Data(SweepSlurmArguments arguments) =>
        arguments.DataDir is { } data ? $" --data-dir {Words.Quoted(Path.GetFullPath(data))}" : "";

    private static string Name(SweepFolder folder) => $"dendrites-{Path.GetFileName(folder.Path)}";
}
