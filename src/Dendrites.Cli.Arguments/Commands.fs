namespace Dendrites

open System
open System.Collections.Generic

/// `dendrites run`, as it was typed. What was not given is null, empty or false.
type RunArguments =
    {
        /// What to run.
        Experiment: string
        /// The settings to start from.
        Preset: string | null
        /// A TOML file.
        Config: string | null
        /// The pairs of every `--set`, in order.
        Settings: KeyValuePair<string, string>[]
        /// The seed of `--seed`, or those of `--seeds`, in order.
        Seeds: int[]
        /// Whether `--seeds` was given: a run for each, even if there is one only.
        ManySeeds: bool
        /// `auto`, `fused` or `reference`.
        Engine: string | null
        /// `cpu` or `cuda`.
        Device: string | null
        /// Threads to compute with, at least 1.
        Threads: Nullable<int>
        /// The run folder.
        Out: string | null
        /// Where data sets are kept.
        DataDir: string | null
        /// Go on from the last checkpoint.
        Resume: bool
        /// Tasks, or steps of reinforcement learning, after which to stop with a checkpoint.
        Until: Nullable<int>
        /// Print the resolved settings and do nothing.
        DryRun: bool
        /// No progress.
        Quiet: bool
        /// One JSON document and nothing else on standard output.
        Json: bool
    }

/// `dendrites data list`.
type DataListArguments =
    {
        /// Where data sets are kept.
        DataDir: string | null
        /// One JSON document and nothing else on standard output.
        Json: bool
    }

/// `dendrites data get` and `dendrites data verify`.
type DataSetArguments =
    {
        /// The data set.
        Name: string
        /// Where data sets are kept.
        DataDir: string | null
        /// No progress.
        Quiet: bool
    }

/// `dendrites bench`, as it was typed. What was not given is null, empty or false.
type BenchArguments =
    {
        /// Threads to compute with.
        Threads: Nullable<int>
        /// Segments per unit, a group of rows for each.
        Segments: int[]
        /// Repetitions to take medians over, at least 1.
        Repetitions: Nullable<int>
        /// The pairs of every `--set`, in order.
        Settings: KeyValuePair<string, string>[]
        /// Where data sets are kept.
        DataDir: string | null
        /// Print where a fused step goes.
        Phases: bool
        /// One JSON document and nothing else on standard output.
        Json: bool
        /// The engine whose row alone is to be measured, in this process.
        Row: string | null
    }

/// `dendrites compare`.
type CompareArguments =
    {
        /// Run folders, at least one.
        Runs: string[]
        /// One JSON document and nothing else on standard output.
        Json: bool
    }

/// `dendrites report`.
type ReportArguments =
    {
        /// Run folders, at least one.
        Runs: string[]
        /// The page, or its folder.
        Out: string | null
        /// Whether to write events for TensorBoard.
        TensorBoard: bool
        /// One JSON document and nothing else on standard output.
        Json: bool
    }

/// `dendrites reproduce`, as it was typed. What was not given is null, empty or false.
type ReproduceArguments =
    {
        /// Presets of published rows, or families of them.
        Rows: string[]
        /// The seeds of every row.
        Seeds: int[]
        /// Where the run folders are.
        Runs: string | null
        /// The table.
        Out: string | null
        /// Threads of each run.
        Threads: Nullable<int>
        /// Where data sets are kept.
        DataDir: string | null
        /// Run nothing.
        TableOnly: bool
        /// No progress.
        Quiet: bool
    }

/// `dendrites watch`.
type WatchArguments =
    {
        /// Run folders, at least one; they need not be there yet.
        Runs: string[]
        /// Look once, and end.
        Once: bool
        /// Seconds from look to look.
        Every: Nullable<float>
        /// One JSON document and nothing else on standard output.
        Json: bool
    }

/// `dendrites inspect`.
type InspectArguments =
    {
        /// A safetensors file or a run folder.
        Checkpoint: string
        /// One JSON document and nothing else on standard output.
        Json: bool
    }

/// `dendrites export`.
type ExportArguments =
    {
        /// A safetensors file or a run folder; of events, a run folder.
        Checkpoint: string
        /// The file to write.
        To: string
    }

/// `dendrites doctor`.
type DoctorArguments =
    {
        /// Where data sets are kept.
        DataDir: string | null
        /// One JSON document and nothing else on standard output.
        Json: bool
    }

/// What `dendrites play` is told.
[<NoComparison>]
type PlayArguments =
    {
        /// A run folder, a checkpoint or an exported policy; null with `Oracle`.
        Checkpoint: string | null
        /// The task whose scripted policy acts; null with `Checkpoint`.
        Oracle: string | null
        /// Of a run's tasks, those that are shown; empty for all.
        Tasks: string[]
        /// `faithful`, `fast` or `genuine`, of the scripted policy's scene.
        Model: string | null
        /// The folder of the genuine models.
        Assets: string | null
        /// The seed of the benchmark's goals.
        Seed: Nullable<int>
        /// Which of the goals, from 0.
        Goal: Nullable<int>
        /// Control steps from picture to picture.
        Every: Nullable<int>
        /// Pixels across.
        Width: Nullable<int>
        /// Pixels down.
        Height: Nullable<int>
        /// A camera of the model.
        Camera: string | null
        /// A file that ends in .png, or a folder for one picture each.
        Out: string | null
        /// One JSON document and nothing else on standard output.
        Json: bool
    }

/// `dendrites oracle`, as it was typed. What was not given is null, empty or false.
type OracleArguments =
    {
        /// Names of tasks of MT10.
        Tasks: string[]
        /// `faithful`, `fast` or `genuine`.
        Model: string | null
        /// The folder of the genuine models.
        Assets: string | null
        /// The seed of the benchmark's goals.
        Seed: Nullable<int>
        /// Goals of each task.
        Goals: Nullable<int>
        /// Say also how every goal went.
        Trace: bool
        /// One JSON document and nothing else on standard output.
        Json: bool
    }

/// A command line that was understood, or why it was not.
type Command =
    /// `dendrites run`.
    | Run of RunArguments
    /// `dendrites data list`.
    | DataList of DataListArguments
    /// `dendrites data get`.
    | DataGet of DataSetArguments
    /// `dendrites data verify`.
    | DataVerify of DataSetArguments
    /// `dendrites bench`.
    | Bench of BenchArguments
    /// `dendrites compare`.
    | Compare of CompareArguments
    /// `dendrites report`.
    | Report of ReportArguments
    /// `dendrites reproduce`.
    | Reproduce of ReproduceArguments
    /// `dendrites sweep`.
    | Sweep of SweepCommand
    /// `dendrites watch`.
    | Watch of WatchArguments
    /// `dendrites inspect`.
    | Inspect of InspectArguments
    /// `dendrites export`.
    | Export of ExportArguments
    /// `dendrites oracle`.
    | Oracle of OracleArguments
    /// `dendrites play`.
    | Play of PlayArguments
    /// `dendrites doctor`.
    | Doctor of DoctorArguments
    /// `dendrites --version`.
    | Version
    /// The text to print.
    | Help of text: string
    /// One line that says what was wrong.
    | Misused of reason: string
