namespace Dendrites

open System
open System.Collections.Generic
open Argu
open Dendrites.Words

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
            "    1 a run, a sweep's run or a row of bench failed, or doctor found a fault",
            "    2 usage: the command line was not understood",
            "    3 bad configuration: preset, key, value, engine, device or run folder",
            "    4 data missing or corrupt",
            "    5 interrupted; --resume goes on"
        )

    /// How `dendrites bench` measures, as its help shows it.
    let private benchNotes =
        String.Join(
            '\n',
            "HOW IT IS MEASURED:",
            "",
            "    Every row has a process of its own, so that its peak memory is its own. Every repetition there times,",
            "    one after the other, the dense network and the row, a fifth of a second or one step each: a change",
            "    of the machine's speed meets both. Times are medians with least and most; x is the median of the",
            "    repetitions' ratios to the dense network beside it. All rows learn task 2 of permuted MNIST,",
            "    batches are gathered before the clock starts; of the fused engine, steps 102 to 321 or so are timed.",
            "    Evaluation: inferred contexts with as many prototypes as segments, at least 2; what is computed",
            "    anew after an update is shared out over the test images of as many tasks. Peak memory: while",
            "    training, from the row's first tensor on, images and runtime included.",
            "",
            "    dense-mlp            libtorch's operations and TorchSharp's Adam",
            "    dense-mlp-own-adam   the same by the reference engine, with the Adam of this program",
            "    dense-mlp-fused      the same by the fused engine",
            "    per-sample           as published: a copy of the context for each sample of a batch",
            "    reference            the reference engine: one context for a batch",
            "    fused                the fused engine",
            ""
        )

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
        | [| seed |] when parts.Length = 1 -> [| seed |]
        | _ ->
            misuse
                $"--seeds was '{text}'; accepted: a whole number from 0, or A..B with A not above B, such as 0..7"

    /// The pairs among the words after `--set`, and the words that are none: `--set` takes several pairs, so the
    /// experiment may stand behind them.
    let private pairs (words: string list) =
        let others, pairs = words |> List.partition (fun word -> word.IndexOf '=' < 1)

        let pair (word: string) =
            let at = word.IndexOf '='
            KeyValuePair(word[.. at - 1].Trim(), word[at + 1 ..].Trim())

        List.map pair pairs, others

    let private runArguments (results: ParseResults<RunArgument>) : RunArguments =
        let settings, others = results.GetResults RunArgument.Set |> List.concat |> pairs

        let experiment =
            match Option.toList (results.TryGetResult RunArgument.Experiment) @ others with
            | [ experiment ] -> experiment
            | [] ->
                misuse "run needs an experiment: permuted-mnist | rotated-mnist | split-mnist | mt10 | points"
            | _ :: word :: _ when List.contains word others ->
                misuse $"--set was '{word}'; accepted: KEY=VALUE"
            | _ :: word :: _ -> misuse $"'{word}' was not expected: run takes one experiment"

        let tasks =
            [ for list in Option.toList (results.TryGetResult RunArgument.Tasks) ->
                  KeyValuePair("tasks", list) ]

        let seed = results.TryGetResult RunArgument.Seed
        let range = results.TryGetResult RunArgument.Seeds

        { Experiment = experiment
          Preset = Option.toObj (results.TryGetResult RunArgument.Preset)
          Config = path "config" (results.TryGetResult RunArgument.Config)
          Settings = Array.ofList (settings @ tasks)
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
          Until = atLeast 1 "until" (results.TryGetResult RunArgument.Until)
          DryRun = results.Contains RunArgument.Dry_Run
          Quiet = results.Contains RunArgument.Quiet
          Json = results.Contains RunArgument.Json }

    /// Whole numbers from 1 between commas.
    let private wholes name (text: string) =
        let numbers =
            text.Split ','
            |> Array.choose (fun part ->
                match Int32.TryParse(part, Globalization.NumberStyles.None, null) with
                | true, number when number > 0 -> Some number
                | _ -> None)

        if numbers.Length = text.Split(',').Length then
            numbers
        else
            misuse $"--{name} was '{text}'; accepted: whole numbers from 1, such as 10,50,100"

    let private benchArguments (results: ParseResults<BenchArgument>) : BenchArguments =
        let settings, others = results.GetResults BenchArgument.Set |> List.concat |> pairs

        for word in others do
            misuse $"--set was '{word}'; accepted: KEY=VALUE"

        { Threads = Option.toNullable (results.TryGetResult BenchArgument.Threads)
          Segments =
            results.TryGetResult BenchArgument.Segments
            |> Option.map (wholes "segments")
            |> Option.defaultValue [||]
          Repetitions = atLeast 1 "repetitions" (results.TryGetResult BenchArgument.Repetitions)
          Settings = Array.ofList settings
          DataDir = path "data-dir" (results.TryGetResult BenchArgument.Data_Dir)
          Phases = results.Contains BenchArgument.Phases
          Json = results.Contains BenchArgument.Json
          Row = Option.toObj (results.TryGetResult BenchArgument.Row) }

    let private dataSet verb (results: ParseResults<DataSetArgument>) : DataSetArguments =
        { Name =
            match results.TryGetResult DataSetArgument.Name with
            | Some name -> name
            | None -> misuse $"data {verb} needs a data set: mnist | fashion-mnist | kmnist, or mujoco"
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

    let private runFolders verb (given: string list list) =
        match List.concat given with
        | [] -> misuse $"{verb} needs run folders"
        | folders ->
            for folder in folders do
                path "run" (Some folder) |> ignore

            Array.ofList folders

    let private compareArguments (results: ParseResults<CompareArgument>) : CompareArguments =
        { Runs = runFolders "compare" (results.GetResults CompareArgument.Run)
          Json = results.Contains CompareArgument.Json }

    let private reportArguments (results: ParseResults<ReportArgument>) : ReportArguments =
        { Runs = runFolders "report" (results.GetResults ReportArgument.Run)
          Out = path "out" (results.TryGetResult ReportArgument.Out)
          TensorBoard = results.Contains ReportArgument.TensorBoard
          Json = results.Contains ReportArgument.Json }

    let private watchArguments (results: ParseResults<WatchArgument>) : WatchArguments =
        let once, json =
            results.Contains WatchArgument.Once, results.Contains WatchArgument.Json

        if json && not once then
            misuse "--json goes with --once"

        { Runs = runFolders "watch" (results.GetResults WatchArgument.Run)
          Once = once
          Every =
            match results.TryGetResult WatchArgument.Every with
            | Some seconds when not (seconds >= 0.1 && seconds <= 3600.0) ->
                misuse $"--every was '{seconds}'; accepted: seconds from 0.1 to 3600"
            | given -> Option.toNullable given
          Json = json }

    let private named verb what (value: string option) =
        match value with
        | Some given when String.IsNullOrWhiteSpace given ->
            misuse $"{verb} needs {what}, and it was '{given}'"
        | Some given -> given
        | None -> misuse $"{verb} needs {what}"

    let private inspectArguments (results: ParseResults<InspectArgument>) : InspectArguments =
        { Checkpoint = named "inspect" "a checkpoint" (results.TryGetResult InspectArgument.Checkpoint)
          Json = results.Contains InspectArgument.Json }

    /// Whether `export` writes a table of events there rather than tensors.
    let isTable (file: string) =
        file.EndsWith(".csv", StringComparison.Ordinal)

    let private exportArguments (results: ParseResults<ExportArgument>) : ExportArguments =
        { Checkpoint = named "export" "a checkpoint" (results.TryGetResult ExportArgument.Checkpoint)
          To =
            match
                named "export" "--to FILE.safetensors or FILE.csv" (results.TryGetResult ExportArgument.To)
            with
            | file when file.EndsWith(".safetensors", StringComparison.Ordinal) || isTable file -> file
            | file -> misuse $"--to was '{file}'; accepted: a file that ends in .safetensors or .csv" }

    let private reproduceArguments (results: ParseResults<ReproduceArgument>) : ReproduceArguments =
        { Rows = results.GetResults ReproduceArgument.Rows |> List.concat |> Array.ofList
          Seeds =
            results.TryGetResult ReproduceArgument.Seeds
            |> Option.map seedRange
            |> Option.defaultValue [||]
          Runs = path "runs" (results.TryGetResult ReproduceArgument.Runs)
          Out = path "out" (results.TryGetResult ReproduceArgument.Out)
          Threads = Option.toNullable (results.TryGetResult ReproduceArgument.Threads)
          DataDir = path "data-dir" (results.TryGetResult ReproduceArgument.Data_Dir)
          TableOnly = results.Contains ReproduceArgument.Table_Only
          Quiet = results.Contains ReproduceArgument.Quiet }

    /// A model and the folder of its files.
    let private scene (model: string option) (assets: string option) =
        let model, assets = Option.toObj model, path "assets" assets

        match model, assets with
        | "genuine", null -> misuse "--model genuine needs --assets DIR"
        | "genuine", _
        | _, null -> ()
        | _ -> misuse "--assets goes with --model genuine"

        model, assets

    let private between (list: string option) =
        list
        |> Option.map (fun list -> list.Split(',', StringSplitOptions.TrimEntries))
        |> Option.defaultValue [||]

    let private oracleArguments (results: ParseResults<OracleArgument>) : OracleArguments =
        let model, assets =
            scene (results.TryGetResult OracleArgument.Model) (results.TryGetResult OracleArgument.Assets)

        { Tasks = between (results.TryGetResult OracleArgument.Tasks)
          Model = model
          Assets = assets
          Seed = Option.toNullable (results.TryGetResult OracleArgument.Seed)
          Goals = Option.toNullable (results.TryGetResult OracleArgument.Goals)
          Trace = results.Contains OracleArgument.Trace
          Json = results.Contains OracleArgument.Json }

    let private playArguments (results: ParseResults<PlayArgument>) : PlayArguments =
        let checkpoint, oracle =
            results.TryGetResult PlayArgument.Checkpoint, results.TryGetResult PlayArgument.Oracle

        let model, assets =
            scene (results.TryGetResult PlayArgument.Model) (results.TryGetResult PlayArgument.Assets)

        match checkpoint, oracle with
        | None, None -> misuse "play needs a run or a checkpoint, or --oracle TASK"
        | Some _, Some _ -> misuse "play shows a run or, with --oracle, a scripted policy; not both"
        | Some _, None when not (isNull model) -> misuse "--model goes with --oracle: a run has its own"
        | None, Some _ when results.Contains PlayArgument.Tasks -> misuse "--tasks goes with a run"
        | _ -> ()

        { Checkpoint = path "checkpoint" checkpoint
          Oracle = Option.toObj oracle
          Tasks = between (results.TryGetResult PlayArgument.Tasks)
          Model = model
          Assets = assets
          Seed = atLeast 0 "seed" (results.TryGetResult PlayArgument.Seed)
          Goal = atLeast 0 "goal" (results.TryGetResult PlayArgument.Goal)
          Every = atLeast 1 "every" (results.TryGetResult PlayArgument.Every)
          Width = atLeast 1 "width" (results.TryGetResult PlayArgument.Width)
          Height = atLeast 1 "height" (results.TryGetResult PlayArgument.Height)
          Camera = Option.toObj (results.TryGetResult PlayArgument.Camera)
          Out = path "out" (results.TryGetResult PlayArgument.Out)
          Json = results.Contains PlayArgument.Json }

    let private command (results: ParseResults<RootArgument>) =
        match results.TryGetSubCommand() with
        | Some(RootArgument.Run results) -> Run(runArguments results)
        | Some(RootArgument.Data results) -> data results
        | Some(RootArgument.Bench results) -> Bench(benchArguments results)
        | Some(RootArgument.Compare results) -> Compare(compareArguments results)
        | Some(RootArgument.Report results) -> Report(reportArguments results)
        | Some(RootArgument.Reproduce results) -> Reproduce(reproduceArguments results)
        | Some(RootArgument.Sweep results) -> Sweep(SweepCommandLine.read results)
        | Some(RootArgument.Watch results) -> Watch(watchArguments results)
        | Some(RootArgument.Inspect results) -> Inspect(inspectArguments results)
        | Some(RootArgument.Export results) -> Export(exportArguments results)
        | Some(RootArgument.Oracle results) -> Oracle(oracleArguments results)
        | Some(RootArgument.Play results) -> Play(playArguments results)
        | Some(RootArgument.Doctor results) ->
            Doctor
                { DataDir = path "data-dir" (results.TryGetResult DoctorArgument.Data_Dir)
                  Json = results.Contains DoctorArgument.Json }
        | _ when results.Contains RootArgument.Version -> Command.Version
        | _ ->
            misuse
                "a command is needed: run | compare | report | reproduce | sweep | watch | inspect | export | data | bench | oracle | play | doctor"

    /// Argu's complaint without its many lines of usage.
    let private complaint (message: string) =
        let first = message.Split('\n').[0]
        let line = first.Trim().TrimEnd '.'
        if line.StartsWith "ERROR: " then line.Substring 7 else line

    /// The first word that is no option, for the help that a complaint points at.
    let private level (words: string[]) =
        match Array.tryHead words with
        | Some("run" | "data" | "bench" | "compare" | "report" | "reproduce" | "sweep" | "watch" | "inspect" | "export" | "oracle" | "play" | "doctor" as word) ->
            word + " "
        | _ -> ""

    /// Raises where a union cannot be arguments: one name for two, say. A test's to ask; at every start it would be a third of that.
    let internal check () =
        ArgumentParser.Create<RootArgument>(checkStructure = true) |> ignore

    /// What `words` ask for. Never raises.
    let parse (words: string[]) : Command =
        let parser =
            ArgumentParser.Create<RootArgument>(programName = "dendrites", checkStructure = false)

        let misused reason =
            Misused $"{reason} (see dendrites {level words}--help)"

        try
            let words = words |> Array.collect (split >> Array.ofList)
            command (parser.ParseCommandLine words)
        with
        | Misuse reason -> misused reason
        | :? ArguParseException as e when e.ErrorCode = ErrorCode.HelpText ->
            let notes = if level words = "bench " then benchNotes + "\n" else ""
            Help(e.Message.TrimEnd() + "\n\n" + notes + exitCodes)
        | :? ArguParseException as e -> misused (complaint e.Message)
