namespace Dendrites

open System
open System.Diagnostics
open System.IO
open System.Threading
open Dendrites.Cli

/// Sweeps of scripts: what `dendrites sweep` does with the experiments of the program, done with a function of one's own.
[<RequireQualifiedAccess>]
module Sweep =

    /// Names the folder of the sweep to a process that works on it.
    [<Literal>]
    let private FolderVariable = "DENDRITES_SWEEP"

    [<Literal>]
    let private ThreadsVariable = "DENDRITES_SWEEP_THREADS"

    /// The words by which `dotnet` runs this script again; None at the prompt.
    let private script () =
        let words = Environment.GetCommandLineArgs()

        if words |> Array.exists (fun word -> word.EndsWith ".fsx" && File.Exists word) then
            Some(List.ofArray words)
        else
            None

    /// This process learns rows until none is left, and ends: with the one that started it, if that ends first.
    let private serve folder learn rows =
        let await () =
            let input = Console.OpenStandardInput()

            while input.ReadByte() >= 0 do
                ()

            Posix.Exit ExitCode.Interrupted

        Thread(await, IsBackground = true).Start()

        match Environment.GetEnvironmentVariable ThreadsVariable with
        | null -> ()
        | threads -> Native.setThreads (int threads)

        exit (
            if SweepRows.work folder learn rows then
                ExitCode.Ok
            else
                ExitCode.Interrupted
        )

    /// A process that runs the script again, up to this sweep.
    let private worker (folder: string) (jobs: int) number (words: string list) =
        let start =
            ProcessStartInfo(
                "dotnet",
                words,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true
            )

        start.Environment[FolderVariable] <- folder
        start.Environment[ThreadsVariable] <- string (max 1 (Environment.ProcessorCount / jobs))
        let log = Path.Combine(folder, "logs", $"worker-{number}.log")
        let mutable last = ""
        let child = new Process(StartInfo = start)
        child.OutputDataReceived.Add ignore

        child.ErrorDataReceived.Add(fun line ->
            match line.Data with
            | null
            | "" -> ()
            | text ->
                last <- text
                File.AppendAllText(log, text + "\n"))

        child.Start() |> ignore
        child.BeginOutputReadLine()
        child.BeginErrorReadLine()
        child, (fun () -> last)

    /// Keeps a worker at work until every row has an outcome; a row on which one dies has failed.
    let private supervise folder jobs number command (rows: SweepRow list) =
        let unlearned () =
            rows |> List.filter (fun row -> (SweepRows.outcome folder row.Id).IsNone)

        let isFree (row: SweepRow) =
            not (Claim.IsHeld(SweepRows.claims folder, row.Id))

        /// Whether there is a row to work on, once it is known; others may be at work on what is left, and may die.
        let rec left () =
            match unlearned () with
            | [] -> false
            | rows when List.exists isFree rows -> true
            | _ ->
                Thread.Sleep 500
                left ()

        while left () do
            let child, last = worker folder jobs number command
            use child = child
            let id = child.Id
            child.WaitForExit()

            if child.ExitCode <> ExitCode.Ok then
                let claimed = Claim.HeldBy(SweepRows.claims folder, id) |> List.ofSeq

                let reason =
                    $"the process that learned it ended with exit code {child.ExitCode}: {last ()}"

                for row in rows |> List.filter (fun row -> List.contains row.Id claimed) do
                    if (SweepRows.outcome folder row.Id).IsNone then
                        SweepRows.keep folder row.Id (Error reason)

                // The script itself fails, and would again.
                if claimed.IsEmpty then
                    Script.fail $"a worker of the sweep ended with exit code {child.ExitCode}: {last ()}"

    /// Learns every row of `sweep` that is not learned yet, `jobs` at a time, and gives all rows in the table's order. `learn` takes a
    /// row's settings and gives figures by name, such as `[ "accuracy", 0.95 ]`; when it raises, the row has failed with that line, and
    /// the others go on.
    ///
    /// Rows stand in `folder`, by their settings: what is there is not learned again, so a script that was killed goes on, and a bigger
    /// table adds only what is new. Rows that failed are tried again. Each worker is a process that runs the script again from its
    /// beginning and leaves it here; what it prints is lost. Waits for rows that another process is at work on. At the prompt, where there is no script, rows are learned in this process.
    /// Raises ArgumentException for a sweep that `Sweep.validate` finds fault with, ScriptException when a worker cannot get this far, or, at
    /// the prompt, when Ctrl-C stops it.
    let run
        (folder: string)
        (jobs: int)
        (learn: Map<string, string> -> (string * float) list)
        (sweep: Sweep)
        : SweepRow list =
        if jobs < 1 then
            Script.fail $"jobs was {jobs}; accepted: a whole number from 1"

        let folder = Path.GetFullPath folder
        SweepRows.prepare folder
        let rows = SweepRows.all folder sweep

        let forgive () =
            Claim.Bury(SweepRows.claims folder)

            for row in rows do
                if not (Claim.IsHeld(SweepRows.claims folder, row.Id)) then
                    SweepRows.forgive folder row.Id

        match Environment.GetEnvironmentVariable FolderVariable, script () with
        | mine, _ when mine = folder -> serve folder learn rows
        // A worker of another sweep of the script, which passes by.
        | other, _ when not (isNull other) -> ()
        | _, None ->
            forgive ()

            if not (SweepRows.work folder learn rows) then
                Script.fail "the sweep was stopped; the same call goes on"
        | _, Some command ->
            forgive ()

            let supervisors =
                [ for number in 1..jobs ->
                      Threading.Tasks.Task.Factory.StartNew(
                          (fun () -> supervise folder jobs number command rows),
                          Threading.Tasks.TaskCreationOptions.LongRunning
                      ) ]

            for supervisor in supervisors do
                supervisor.GetAwaiter().GetResult()

        SweepRows.all folder sweep

    /// Rows that share all settings but the seed, with the mean of a figure over those that have it and its 95 % bootstrap interval; the
    /// best first.
    let cells
        (figure: string)
        (rows: SweepRow list)
        : ((string * string) list * float * (float * float) option) list =
        rows
        |> List.groupBy (fun row -> row.Settings |> List.filter (fst >> (<>) Sweep.SeedKey))
        |> List.choose (fun (settings, rows) ->
            match List.choose (fun (row: SweepRow) -> row.Figure figure) rows with
            | [] -> None
            | values -> Some(settings, List.average values, Bootstrap.mean 0.95 (Key.ofSeed 0) values))
        |> List.sortByDescending (fun (_, mean, _) -> mean)

    /// The cells as a table of text, and the rows that failed below it.
    let table (figure: string) (rows: SweepRow list) : string =
        let cells = cells figure rows

        let keys =
            [ for settings, _, _ in List.truncate 1 cells do
                  yield! List.map fst settings ]

        let line (settings: (string * string) list, mean: float, interval: (float * float) option) =
            [| for _, value in settings do
                   value
               sprintf "%.4f" mean
               match interval with
               | Some(low, high) -> sprintf "%.4f to %.4f" low high
               | None -> "-" |]

        let head = [| yield! keys; figure; "95 %" |]
        let told = TextTable.Of [| head; yield! List.map line cells |]

        let failed =
            [ for row in rows do
                  match row.Outcome with
                  | Error reason ->
                      let settings =
                          row.Settings
                          |> List.map (fun (key, value) -> $"{key}={value}")
                          |> String.concat " "

                      $"failed: {settings}: {reason}"
                  | Ok _ -> () ]

        String.concat "\n" (told :: failed)

    /// The response of a figure to a key, a ring for each cell and a line through the means of those that share a value.
    let response (key: string) (figure: string) (rows: SweepRow list) : Plot =
        let points =
            [| for settings, mean, _ in cells figure rows do
                   match settings |> List.tryFind (fst >> (=) key) with
                   | Some(_, value) -> struct (value, mean)
                   | None -> () |]

        if points.Length = 0 then
            Script.fail
                $"no row has {key} and {figure}; accepted: a key of the table and a figure that was learned"

        let title = $"Response to {key}"
        Plot(title, ResponseFigure.Draw(title, key, figure, points))
