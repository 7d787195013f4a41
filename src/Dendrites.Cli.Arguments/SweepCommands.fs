namespace Dendrites

open System

/// `dendrites sweep plan`, `status` and `collect`, as they were typed. What was not given is null or false.
type SweepArguments =
    {
        /// The table, a TOML file.
        File: string
        /// The folder of the sweep.
        Out: string | null
        /// One JSON document and nothing else on standard output.
        Json: bool
    }

/// `dendrites sweep run` and `worker`, as they were typed. What was not given is null or false.
type SweepRunArguments =
    {
        /// The table, a TOML file.
        File: string
        /// The folder of the sweep.
        Out: string | null
        /// Runs at a time.
        Jobs: Nullable<int>
        /// Threads of each run.
        Threads: Nullable<int>
        /// Where data sets are kept.
        DataDir: string | null
        /// Begin no run after one has failed.
        StopOnFailure: bool
        /// A file that lists runs, a part of them on each line, and which line; null for all runs.
        Batch: string | null
        /// The line of `Batch`, from 0.
        Index: Nullable<int>
        /// No progress.
        Quiet: bool
        /// One JSON document and nothing else on standard output.
        Json: bool
    }

/// `dendrites sweep slurm`, as it was typed. What was not given is null or false.
type SweepSlurmArguments =
    {
        /// The table, a TOML file.
        File: string
        /// The folder of the sweep.
        Out: string | null
        /// Slurm's partition.
        Partition: string | null
        /// The time limit of a job, as Slurm writes it.
        Time: string | null
        /// Cores of a job.
        Cpus: Nullable<int>
        /// Memory of a job, as Slurm writes it.
        Memory: string | null
        /// GPUs of a job.
        Gpus: Nullable<int>
        /// Jobs of the array at a time.
        ArrayLimit: Nullable<int>
        /// Runs of a job, one after another.
        Pack: Nullable<int>
        /// Where data sets are kept.
        DataDir: string | null
        /// Write the scripts and submit nothing.
        DryRun: bool
        /// One JSON document and nothing else on standard output.
        Json: bool
    }

/// `dendrites sweep`.
[<RequireQualifiedAccess>]
type SweepCommand =
    /// `dendrites sweep plan`.
    | Plan of SweepArguments
    /// `dendrites sweep run`.
    | Start of SweepRunArguments
    /// `dendrites sweep worker`.
    | Worker of SweepRunArguments
    /// `dendrites sweep status`.
    | Status of SweepArguments
    /// `dendrites sweep collect`.
    | Collect of SweepArguments
    /// `dendrites sweep slurm`.
    | Slurm of SweepSlurmArguments
    /// `dendrites sweep serve`, which the others start.
    | Serve
