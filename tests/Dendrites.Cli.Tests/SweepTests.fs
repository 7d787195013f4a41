/// Sweeps as their users meet them: processes, killed and begun again.
module Dendrites.Tests.SweepTests

open System
open System.IO
open Expecto
open Dendrites.Cli
open Dendrites.Tests.Running
open Dendrites.Tests.Support
open Dendrites.Tests.SweepRunning

let private killed =
    test
        "24 runs, their process group killed five times: the same tables, and nothing that was done is done again" {
        inFolder (fun folder ->
            table folder ($"seeds = \"1..6\"\n{small}[grid]\nlr = [1e-3, 5e-3]\nepochs = [40, 80]\n")

            ok (
                call folder (sweep [ "run"; "--out"; "whole"; "--jobs"; "2"; "--quiet" ])
                |> fun outcome -> { outcome with Out = "" }
            )

            let seed = Environment.TickCount
            let random = Random seed
            let mutable finished = Map.empty
            let mutable hits = 0

            for kills in 1..5 do
                use running =
                    startGroup folder (sweep [ "run"; "--out"; "killed"; "--jobs"; "2"; "--quiet" ])

                awaiting (fun () -> (runs folder "killed" |> Array.filter isDone).Length >= 3 * (kills - 1))

                if not (running.WaitForExit(random.Next 1000)) then
                    hits <- hits + 1

                kill (-running.Id, 9) |> ignore
                finish running |> ignore

                for run in runs folder "killed" |> Array.filter isDone do
                    let written = File.GetLastWriteTimeUtc(Path.Combine(run, "metrics.jsonl"))

                    match Map.tryFind run finished with
                    | Some before -> Expect.equal written before $"{run} was touched again, seed {seed}"
                    | None -> finished <- Map.add run written finished

            Expect.isGreaterThan hits 2 $"it was killed at work, seed {seed}"
            Expect.isNonEmpty finished $"something was done before the last kill, seed {seed}"

            let outcome =
                call folder (sweep [ "run"; "--out"; "killed"; "--jobs"; "2"; "--quiet" ])

            Expect.equal outcome.Code 0 $"{outcome.Error}, seed {seed}"
            sameTables folder "whole" "killed"

            for run in runs folder "killed" do
                match Map.tryFind run finished with
                | Some before ->
                    Expect.equal
                        (File.GetLastWriteTimeUtc(Path.Combine(run, "metrics.jsonl")))
                        before
                        $"{run}, seed {seed}"
                | None -> ()

                // A step stands once, in order, however often the run was begun.
                let totals =
                    [ for line in linesOf "metrics.jsonl" "\"step\"," run ->
                          (json line |> field "total" |> whole) ]

                Expect.isNonEmpty totals "steps"
                Expect.equal totals (List.sort (List.distinct totals)) $"steps of {run}, seed {seed}"

            Expect.isEmpty
                (Directory.GetFiles(Path.Combine(folder, "killed", "claims"), "*.json"))
                "no claims are left")
    }

let private together =
    test "two sweeps over one folder share the work: every run is begun once" {
        inFolder (fun folder ->
            table folder ($"seeds = \"1..6\"\n{small}")
            let words = sweep [ "run"; "--out"; "one"; "--jobs"; "2"; "--quiet" ]
            use first = start folder words
            use second = start folder words

            for outcome in [ finish first; finish second ] do
                Expect.equal outcome.Code 0 outcome.Error

            Expect.equal (runs folder "one" |> Array.filter isDone).Length 6 "all are done"

            for run in runs folder "one" do
                Expect.equal (linesOf "timings.jsonl" "\"start\"" run).Length 1 "begun once"
                Expect.isEmpty (linesOf "timings.jsonl" "\"resume\"" run) "and never again")
    }

let private grown =
    test "a bigger table runs only what is new" {
        inFolder (fun folder ->
            table folder ($"seeds = [1, 2]\n{small}")
            Expect.equal (call folder (sweep [ "run"; "--quiet"; "--jobs"; "2" ])).Code 0 "two runs"

            let before =
                [ for run in runs folder "sweeps/sweep" ->
                      run, File.GetLastWriteTimeUtc(Path.Combine(run, "run.json")) ]

            table folder ($"seeds = [1, 2, 3]\n{small}")
            Expect.equal (call folder (sweep [ "run"; "--quiet" ])).Code 0 "a third"
            Expect.equal (runs folder "sweeps/sweep").Length 3 "three in all"

            for run, written in before do
                Expect.equal (File.GetLastWriteTimeUtc(Path.Combine(run, "run.json"))) written "untouched")
    }

let private failing =
    test "failures are rows with their last line, the others go on, and the next time they are tried again" {
        inFolder (fun folder ->
            table folder ($"seeds = [1]\n{small}[grid]\nlr = [1e30, 1e-3]\ngate = [\"abs-max\", \"none\"]\n")
            let outcome = call folder (sweep [ "run"; "--quiet" ])
            Expect.equal outcome.Code ExitCode.Failed outcome.Error
            let rows = File.ReadAllLines(Path.Combine(folder, "sweeps/sweep/runs.csv"))
            Expect.equal rows.Length 5 "a header and four rows"
            Expect.stringContains rows[1] "failed" "1e30"
            Expect.stringContains rows[1] "the loss became" "why"
            Expect.stringContains rows[2] "failed" "none"
            Expect.stringContains rows[2] "gate" "why"
            Expect.stringContains rows[3] ",done," "1e-3"
            Expect.equal (runs folder "sweeps/sweep" |> Array.filter isDone).Length 1 "one is done"
            let worker = call folder (sweep [ "worker"; "--quiet" ])

            Expect.equal
                worker.Code
                ExitCode.Failed
                "a worker leaves failures alone, and says that there are some"

            let log =
                File.ReadAllText(
                    Directory.GetFiles(Path.Combine(folder, "sweeps/sweep/logs"), "*.log")
                    |> Array.maxBy (fun file -> FileInfo(file).Length)
                )

            Expect.equal (log.Split("the loss became").Length - 1) 1 "tried once"
            Expect.equal (call folder (sweep [ "run"; "--quiet" ])).Code ExitCode.Failed "again"

            let again =
                File.ReadAllText(
                    Directory.GetFiles(Path.Combine(folder, "sweeps/sweep/logs"), "*.log")
                    |> Array.maxBy (fun file -> FileInfo(file).Length)
                )

            Expect.equal (again.Split("the loss became").Length - 1) 2 "tried twice")
    }

let private stopping =
    test "--stop-on-failure begins nothing more" {
        inFolder (fun folder ->
            table folder ($"seeds = [1, 2, 3]\n{small}[grid]\nlr = [1e30, 1e-3]\n")
            let outcome = call folder (sweep [ "run"; "--quiet"; "--stop-on-failure" ])
            Expect.equal outcome.Code ExitCode.Failed outcome.Error
            Expect.equal (runs folder "sweeps/sweep").Length 1 "one was begun")
    }

let private interrupted =
    test "an interrupted sweep ends with 5, leaves no claim, and the same command goes on" {
        inFolder (fun folder ->
            table folder ($"seeds = [1, 2, 3]\n{small}epochs = 100\n")
            use running = start folder (sweep [ "run"; "--quiet"; "--jobs"; "2" ])
            awaiting (fun () -> (runs folder "sweeps/sweep").Length > 0)
            kill (running.Id, 2) |> ignore
            let outcome = finish running
            Expect.equal outcome.Code ExitCode.Interrupted outcome.Error

            Expect.isEmpty
                (Directory.GetFiles(Path.Combine(folder, "sweeps/sweep/claims"), "*.json"))
                "no claims"

            Expect.equal (call folder (sweep [ "run"; "--quiet"; "--jobs"; "2" ])).Code 0 "on"
            Expect.equal (runs folder "sweeps/sweep" |> Array.filter isDone).Length 3 "all")
    }

let private inVain =
    test
        "a run of a part that two turns did not bring to another checkpoint has failed; one that they did goes on" {
        inFolder (fun folder ->
            /// A part of one run, and its folder.
            let part (text: string) =
                table folder text
                Expect.equal (call folder (sweep [ "slurm"; "--dry-run" ])).Code 0 "the parts are written"
                let path = "sweeps/sweep/slurm/0001.batches"
                let id = File.ReadAllText(Path.Combine(folder, path)).Trim()
                let words = [ "worker"; "--batch"; path; "--index"; "0"; "--quiet" ]
                words, Path.Combine(folder, "sweeps/sweep/runs", id)

            let stopped words (isTime: unit -> bool) =
                use running = start folder (sweep words)

                try
                    awaiting isTime
                    kill (running.Id, 15) |> ignore
                    let outcome = finish running
                    Expect.equal outcome.Code ExitCode.Interrupted outcome.Error
                finally
                    if not running.HasExited then
                        running.Kill()

            // A task of minutes.
            let slow, run =
                part
                    "preset = \"quick\"\n[set]\ntasks = 2\nhidden = [32, 32]\ndensity = 0.2\nepochs = 1000\n"

            for turn in 1..2 do
                let began = (linesOf "timings.jsonl" "\"at\"" run).Length
                stopped slow (fun () -> (linesOf "timings.jsonl" "\"at\"" run).Length > began)

            let failed pattern =
                Directory.GetFiles(Path.Combine(folder, "sweeps/sweep/failed"), pattern)

            Expect.hasLength (failed "*.json") 1 "it has failed"
            let over = call folder (sweep slow)
            Expect.equal over.Code ExitCode.Failed over.Error
            Expect.stringContains over.Error "stopped twice in a row" "why"
            Directory.Delete(Path.Combine(folder, "sweeps"), recursive = true)

            let many, run = part (small.Replace("tasks = 2", "tasks = 400"))

            let learned () =
                (linesOf "timings.jsonl" "\"task\"" run).Length

            for turn in 1..3 do
                let before = learned ()
                stopped many (fun () -> learned () > before)

            Expect.isEmpty (failed "*") "nothing failed")
    }

let private told =
    test "plan touches nothing, status and collect say what there is" {
        inFolder (fun folder ->
            table folder ($"seeds = [1, 2]\n{small}")
            let plan = call folder (sweep [ "plan"; "--json" ])
            ok plan
            Expect.equal (json plan.Out |> field "runs" |> elements |> List.length) 2 "two runs"
            Expect.isFalse (Directory.Exists(Path.Combine(folder, "sweeps"))) "no folder"
            Expect.equal (call folder (sweep [ "run"; "--quiet" ])).Code 0 "run"
            let status = call folder (sweep [ "status"; "--json" ])
            ok status

            for run in json status.Out |> field "runs" |> elements do
                Expect.equal ((field "state" run).GetString()) "done" "done"

            let page = File.ReadAllText(Path.Combine(folder, "sweeps/sweep/sweep.html"))
            Expect.stringContains page "permuted-mnist" "what was swept"

            for run in runs folder "sweeps/sweep" do
                Expect.stringContains page (Path.GetFileName run |> string) "a row for each run"

            let before = bytesOf folder "sweeps/sweep/runs.csv"
            let collected = call folder (sweep [ "collect" ])
            ok collected
            Expect.stringContains collected.Out "2 of 2 done" "counts"
            Expect.isTrue (bytesOf folder "sweeps/sweep/runs.csv" = before) "the same again")
    }

[<Tests>]
let tests =
    testList "sweeps" [ killed; together; grown; failing; stopping; interrupted; inVain; told ]
