namespace Dendrites

open System
open System.Collections.Generic
open Argu

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

/// `dendrites doctor`.
type DoctorArguments =
    {
        /// Where data sets are kept.
        DataDir: string | null
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
    /// `dendrites doctor`.
    | Doctor of DoctorArguments
    /// `dendrites --version`.
    | Version
    /// The text to print.
    | Help of text: string
    /// One line that says what was wrong.
    | Misused of reason: string

/// Reads command lines.
[<RequireQualifiedAccess>]
module CommandLine =

    /// The exit codes, as every help text shows them.
    let exitCodes =
        String.Join(
            '\n',
            "EXIT CODES:",
            "",
            "    0 ok",
            "    1 a run failed, or doctor found a fault",
            "    2 usage: the command line was not understood",
            "    3 bad configuration: preset, key, value, engine, device or run folder",
            "    4 data missing or corrupt",
            "    5 interrupted; --resume goes on"
        )

    exception private Misuse of string

    let private misuse reason : 'a = raise (Misuse reason)

    /// `--name=value` as the two words that Argu reads.
    let private split (word: string) =
        match word.IndexOf '=' with
        | at when at > 2 && word.StartsWith("--", StringComparison.Ordinal) ->
            [ word[.. at - 1]; word[at + 1 ..] ]
        | _ -> [ word ]

    /// The largest number of seeds that one command may ask for.
    let private mostSeeds = 10_000

    let private seedRange (text: string) =
        let parts = text.Split ".."

        let ends =
            parts
            |> Array.choose (fun part ->
                match Int32.TryParse(part, Globalization.NumberStyles.None, null) with
                | true, seed -> Some seed
                | _ -> None)

        match ends with
        | [| first; last |] when parts.Length = 2 && first <= last && last - first < mostSeeds ->
            [| first..last |]
        | _ ->
            misuse
                $"--seeds was '{text}'; accepted: A..B with whole numbers from 0 and A not above B, such as 0..7"

    /// The pairs among the words after `--set`, and the words that are none: `--set` takes several pairs, so the
    /// experiment may stand behind them.
    let private pairs (words: string list) =
        let others, pairs = words |> List.partition (fun word -> word.IndexOf '=' < 1)

        let pair (word: string) =
            let at = word.IndexOf '='
            KeyValuePair(word[.. at - 1].Trim(), word[at + 1 ..].Trim())

        List.map pair pairs, others

    /// A path that was given, or null; an empty one is most often a variable that is not set.
    let private path name (value: string option) =
        match value with
        | Some given when String.IsNullOrWhiteSpace given ->
            misuse $"--{name} was '{given}'; accepted: a path"
        | _ -> Option.toObj value

    let private runArguments (results: ParseResults<RunArgument>) : RunArguments =
        let settings, others = results.GetResults RunArgument.Set |> List.concat |> pairs

        let experiment =
            match Option.toList (results.TryGetResult RunArgument.Experiment) @ others with
            | [ experiment ] -> experiment
            | [] -> misuse "run needs an experiment: permuted-mnist"
            | _ :: word :: _ when List.contains word others ->
                misuse $"--set was '{word}'; accepted: KEY=VALUE"
            | _ :: word :: _ -> misuse $"'{word}' was not expected: run takes one experiment"

        let seed = results.TryGetResult RunArgument.Seed
        let range = results.TryGetResult RunArgument.Seeds

        { Experiment = experiment
          Preset = Option.toObj (results.TryGetResult RunArgument.Preset)
          Config = path "config" (results.TryGetResult RunArgument.Config)
          Settings = Array.ofList settings
          Seeds =
            match seed, range with
            | Some _, Some _ -> misuse "--seed and --seeds exclude each other"
            | Some seed, None -> [| seed |]
            | None, Some range -> seedRange range
            | None, None -> [||]
          ManySeeds = range.IsSome
          Engine = Option.toObj (results.TryGetResult RunArgument.Engine)
          Device = Option.toObj (results.TryGetResult RunArgument.Device)
          Threads = Option.toNullable (results.TryGetResult RunArgument.Threads)
          Out = path "out" (results.TryGetResult RunArgument.Out)
          DataDir = path "data-dir" (results.TryGetResult RunArgument.Data_Dir)
          Resume = results.Contains RunArgument.Resume
          DryRun = results.Contains RunArgument.Dry_Run
          Quiet = results.Contains RunArgument.Quiet
          Json = results.Contains RunArgument.Json }

    let private dataSet verb (results: ParseResults<DataSetArgument>) : DataSetArguments =
        { Name =
            match results.TryGetResult DataSetArgument.Name with
            | Some name -> name
            | None -> misuse $"data {verb} needs a data set: mnist"
          DataDir = path "data-dir" (results.TryGetResult DataSetArgument.Data_Dir)
          Quiet = results.Contains DataSetArgument.Quiet }

    let private data (results: ParseResults<DataArgument>) =
        match results.TryGetSubCommand() with
        | Some(DataArgument.List list) ->
            DataList
                { DataDir = path "data-dir" (list.TryGetResult DataListArgument.Data_Dir)
                  Json = list.Contains DataListArgument.Json }
        | Some(DataArgument.Get results) -> DataGet(dataSet "get" results)
        | Some(DataArgument.Verify results) -> DataVerify(dataSet "verify" results)
        | None -> misuse "data needs a command: list | get | verify"

    let private command (results: ParseResults<RootArgument>) =
        match results.TryGetSubCommand() with
        | Some(RootArgument.Run results) -> Run(runArguments results)
        | Some(RootArgument.Data results) -> data results
        | Some(RootArgument.Doctor results) ->
            Doctor
                { DataDir = path "data-dir" (results.TryGetResult DoctorArgument.Data_Dir)
                  Json = results.Contains DoctorArgument.Json }
        | _ when results.Contains RootArgument.Version -> Version
        | _ -> misuse "a command is needed: run | data | doctor"

    /// Argu's complaint without its many lines of usage.
    let private complaint (message: string) =
        let first = message.Split('\n').[0]
        let line = first.Trim().TrimEnd '.'
        if line.StartsWith "ERROR: " then line.Substring 7 else line

    /// The first word that is no option, for the help that a complaint points at.
    let private level (words: string[]) =
        match Array.tryHead words with
        | Some("run" | "data" | "doctor" as word) -> word + " "
        | _ -> ""

    /// What `words` ask for. Never raises.
    let parse (words: string[]) : Command =
        let parser = ArgumentParser.Create<RootArgument>(programName = "dendrites")

        let misused reason =
            Misused $"{reason} (see dendrites {level words}--help)"

        try
            let words = words |> Array.collect (split >> Array.ofList)
            command (parser.ParseCommandLine words)
        with
        | Misuse reason -> misused reason
        | :? ArguParseException as e when e.ErrorCode = ErrorCode.HelpText ->
            Help(e.Message.TrimEnd() + "\n\n" + exitCodes)
        | :? ArguParseException as e -> misused (complaint e.Message)
