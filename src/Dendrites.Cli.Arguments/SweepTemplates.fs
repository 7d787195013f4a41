namespace Dendrites

open Argu

/// What `dendrites sweep plan`, `status` and `collect` accept.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal SweepFileArgument =
    | [<MainCommand; Unique>] File of FILE: string
    | [<Unique>] Out of DIR: string
    | Json

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | File _ -> "the table of the sweep, a TOML file."
            | Out _ -> "the folder of the sweep; sweeps/ and the file's name unless said otherwise."
            | Json -> "print one JSON document and nothing else."

/// What `dendrites sweep run` and `worker` accept.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal SweepRunArgument =
    | [<MainCommand; Unique>] File of FILE: string
    | [<Unique>] Out of DIR: string
    | [<Unique>] Jobs of N: int
    | [<Unique>] Threads of N: int
    | [<Unique>] Data_Dir of DIR: string
    | Stop_On_Failure
    | [<Unique; Hidden>] Batch of FILE: string
    | [<Unique; Hidden>] Index of N: int
    | [<AltCommandLine("-q")>] Quiet
    | Json

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | File _ -> "the table of the sweep, a TOML file."
            | Out _ -> "the folder of the sweep; sweeps/ and the file's name unless said otherwise."
            | Jobs _ -> "runs at a time, each in a process of its own; 1 unless said otherwise."
            | Threads _ -> "threads of each run; the cores, shared among the jobs, unless said otherwise."
            | Data_Dir _ -> "where data sets are kept, instead of $DENDRITES_DATA or the cache folder."
            | Stop_On_Failure -> "begin no further run once one has failed."
            | Batch _ -> "a file that lists runs, a part of them on each line."
            | Index _ -> "the line of that file, from 0."
            | Quiet -> "print the final table and errors only."
            | Json -> "print one JSON document and nothing else."

/// What `dendrites sweep slurm` accepts.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal SweepSlurmArgument =
    | [<MainCommand; Unique>] File of FILE: string
    | [<Unique>] Out of DIR: string
    | [<Unique>] Partition of NAME: string
    | [<Unique>] Time of TIME: string
    | [<Unique>] Cpus of N: int
    | [<Unique>] Mem of SIZE: string
    | [<Unique>] Gpus of N: int
    | [<Unique>] Array_Limit of N: int
    | [<Unique>] Pack of N: int
    | [<Unique>] Data_Dir of DIR: string
    | Dry_Run
    | Json

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | File _ -> "the table of the sweep, a TOML file."
            | Out _ ->
                "the folder of the sweep, which all nodes see; sweeps/ and the file's name unless said otherwise."
            | Partition _ -> "Slurm's partition; the cluster's default unless said otherwise."
            | Time _ ->
                "time limit of a job, such as 2:00:00; a run that is not done by then goes back into the queue, and on from its checkpoint. The partition's unless said otherwise."
            | Cpus _ -> "cores of a job, and threads of a run; 1 unless said otherwise."
            | Mem _ -> "memory of a job, such as 4G; the cluster's default unless said otherwise."
            | Gpus _ -> "GPUs of a job; none unless said otherwise."
            | Array_Limit _ -> "jobs of the array at a time; no limit unless said otherwise."
            | Pack _ -> "runs of a job, one after another; 1 unless said otherwise."
            | Data_Dir _ -> "where data sets are kept, instead of $DENDRITES_DATA or the cache folder."
            | Dry_Run -> "write the scripts and submit nothing."
            | Json -> "print one JSON document and nothing else."

/// What `dendrites sweep` accepts.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal SweepArgument =
    | [<CliPrefix(CliPrefix.None)>] Plan of ParseResults<SweepFileArgument>
    | [<CliPrefix(CliPrefix.None)>] Run of ParseResults<SweepRunArgument>
    | [<CliPrefix(CliPrefix.None)>] Slurm of ParseResults<SweepSlurmArgument>
    | [<CliPrefix(CliPrefix.None)>] Worker of ParseResults<SweepRunArgument>
    | [<CliPrefix(CliPrefix.None)>] Status of ParseResults<SweepFileArgument>
    | [<CliPrefix(CliPrefix.None)>] Collect of ParseResults<SweepFileArgument>
    | [<CliPrefix(CliPrefix.None); SubCommand; Hidden>] Serve

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | Plan _ -> "print the runs of a table; touch nothing."
            | Run _ -> "run what is missing, in processes on this machine."
            | Slurm _ -> "run what is missing as a job array of a Slurm cluster."
            | Worker _ -> "run what is missing, and what other workers leave: several may work on one folder."
            | Status _ -> "say how far every run is."
            | Collect _ -> "write the table of what is finished, as CSV, JSON lines and a page."
            | Serve -> "do the runs that standard input names."
