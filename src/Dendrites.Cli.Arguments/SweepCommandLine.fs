namespace Dendrites

open System
open Argu
open Dendrites.Words

/// Reads the command lines of `dendrites sweep`.
[<RequireQualifiedAccess>]
module internal SweepCommandLine =

    let private table (value: string option) =
        match value with
        | Some file when not (String.IsNullOrWhiteSpace file) -> file
        | _ -> misuse "sweep needs a table, a TOML file, such as sweep.toml"

    let private ofFile (results: ParseResults<SweepFileArgument>) : SweepArguments =
        { File = table (results.TryGetResult SweepFileArgument.File)
          Out = path "out" (results.TryGetResult SweepFileArgument.Out)
          Json = results.Contains SweepFileArgument.Json }

    let private ofRun (results: ParseResults<SweepRunArgument>) : SweepRunArguments =
        let batch, index =
            results.TryGetResult SweepRunArgument.Batch, results.TryGetResult SweepRunArgument.Index

        if batch.IsSome <> index.IsSome then
            misuse "--batch and --index go together"

        { File = table (results.TryGetResult SweepRunArgument.File)
          Out = path "out" (results.TryGetResult SweepRunArgument.Out)
          Jobs = atLeast 1 "jobs" (results.TryGetResult SweepRunArgument.Jobs)
          Threads = atLeast 1 "threads" (results.TryGetResult SweepRunArgument.Threads)
          DataDir = path "data-dir" (results.TryGetResult SweepRunArgument.Data_Dir)
          StopOnFailure = results.Contains SweepRunArgument.Stop_On_Failure
          Batch = path "batch" batch
          Index = atLeast 0 "index" index
          Quiet = results.Contains SweepRunArgument.Quiet
          Json = results.Contains SweepRunArgument.Json }

    let private ofSlurm (results: ParseResults<SweepSlurmArgument>) : SweepSlurmArguments =
        let word name (value: string option) =
            match value with
            | Some given when String.IsNullOrWhiteSpace given || given.Contains '\n' ->
                misuse $"--{name} was '{given}'; accepted: a word that sbatch reads"
            | given -> Option.toObj given

        { File = table (results.TryGetResult SweepSlurmArgument.File)
          Out = path "out" (results.TryGetResult SweepSlurmArgument.Out)
          Partition = word "partition" (results.TryGetResult SweepSlurmArgument.Partition)
          Time = word "time" (results.TryGetResult SweepSlurmArgument.Time)
          Cpus = atLeast 1 "cpus" (results.TryGetResult SweepSlurmArgument.Cpus)
          Memory = word "mem" (results.TryGetResult SweepSlurmArgument.Mem)
          Gpus = atLeast 1 "gpus" (results.TryGetResult SweepSlurmArgument.Gpus)
          ArrayLimit = atLeast 1 "array-limit" (results.TryGetResult SweepSlurmArgument.Array_Limit)
          Pack = atLeast 1 "pack" (results.TryGetResult SweepSlurmArgument.Pack)
          DataDir = path "data-dir" (results.TryGetResult SweepSlurmArgument.Data_Dir)
          DryRun = results.Contains SweepSlurmArgument.Dry_Run
          Json = results.Contains SweepSlurmArgument.Json }

    /// What is asked of a sweep.
    let read (results: ParseResults<SweepArgument>) : SweepCommand =
        match results.TryGetSubCommand() with
        | Some(SweepArgument.Plan results) -> SweepCommand.Plan(ofFile results)
        | Some(SweepArgument.Run results) -> SweepCommand.Start(ofRun results)
        | Some(SweepArgument.Slurm results) -> SweepCommand.Slurm(ofSlurm results)
        | Some(SweepArgument.Worker results) -> SweepCommand.Worker(ofRun results)
        | Some(SweepArgument.Status results) -> SweepCommand.Status(ofFile results)
        | Some(SweepArgument.Collect results) -> SweepCommand.Collect(ofFile results)
        | Some SweepArgument.Serve -> SweepCommand.Serve
        | None -> misuse "sweep needs a command: plan | run | slurm | worker | status | collect"
