/// Successive halving, paused and killed.
module Dendrites.Tests.HalvingTests

open System.IO
open Expecto
open Dendrites.Tests.Running
open Dendrites.Tests.Support
open Dendrites.Tests.SweepRunning

let private halved =
    test "halving pauses runs and goes on with the better ones, as if they had never been paused" {
        inFolder (fun folder ->
            let head = small.Replace("tasks = 2", "tasks = 3")
            table folder ($"{head}[grid]\nlr = [1e-5, 5e-3, 1e-3, 2e-5]\n[halving]\nrungs = [1, 2]\n")
            let outcome = call folder (sweep [ "run"; "--quiet"; "--jobs"; "2" ])
            Expect.equal outcome.Code 0 outcome.Error

            let tasks =
                [ for line in File.ReadAllLines(Path.Combine(folder, "sweeps/sweep/plan.jsonl")) ->
                      let id = (json line |> field "id").GetString() |> string

                      let run = Path.Combine(folder, "sweeps/sweep/runs", id)
                      (linesOf "metrics.jsonl" "\"task\",\"task\"" run).Length, run ]

            // Of those that learn next to nothing none is left after a task; of the two others one goes on to the end.
            Expect.equal (tasks |> List.map fst |> List.sort) [ 1; 1; 2; 3 ] "tasks that were begun"
            Expect.equal (fst tasks[0], fst tasks[3]) (1, 1) "the slow ones"
            let _, best = List.maxBy fst tasks
            Expect.equal (linesOf "timings.jsonl" "\"start\"" best).Length 1 "begun once"
            Expect.equal (linesOf "timings.jsonl" "\"resume\"" best).Length 2 "paused twice"

            let lr =
                (File.ReadAllText(Path.Combine(best, "run.json"))
                 |> json
                 |> field "config"
                 |> field "lr")
                    .GetDouble()

            ok (
                call
                    folder
                    ([ "run"
                       "permuted-mnist"
                       "--preset"
                       "quick"
                       "--out"
                       "whole"
                       "--quiet"
                       "--set" ]
                     @ [ "subset=1000"
                         "test-subset=200"
                         "tasks=3"
                         "hidden=32,32"
                         "density=0.2"
                         "segments=2"
                         $"lr={lr}" ])
            )

            sameBytes best (Path.Combine(folder, "whole"))
            Expect.equal (call folder (sweep [ "run"; "--quiet" ])).Code 0 "nothing is left"
            Expect.equal (linesOf "timings.jsonl" "\"resume\"" best).Length 2 "and nothing is done again")
    }

let private halvedAndKilled =
    test "a halving sweep that is killed on the way ends with the tables of one that was not" {
        inFolder (fun folder ->
            let head = small.Replace("tasks = 2", "tasks = 3\nepochs = 20")

            table
                folder
                ($"seeds = [1, 2]\n{head}[grid]\nlr = [1e-5, 5e-3, 1e-3, 2e-5]\n[halving]\nrungs = [1, 2]\n")

            let words out =
                sweep [ "run"; "--out"; out; "--jobs"; "2"; "--quiet" ]

            Expect.equal (call folder (words "whole")).Code 0 "undisturbed"

            let ended () =
                Array.sumBy (linesOf "timings.jsonl" "\"task\"" >> Array.length) (runs folder "killed")

            let mutable hits = 0

            // In the first rung, in the second, and in the third.
            for tasks in [ 3; 9; 13 ] do
                use running = startGroup folder (words "killed")
                awaiting (fun () -> running.HasExited || ended () >= tasks)

                if not running.HasExited then
                    hits <- hits + 1

                kill (-running.Id, 9) |> ignore
                finish running |> ignore

            Expect.isGreaterThan hits 1 "it was killed at work"
            let outcome = call folder (words "killed")
            Expect.equal outcome.Code 0 outcome.Error
            sameTables folder "whole" "killed"

            for run in runs folder "killed" do
                let totals =
                    [ for line in linesOf "metrics.jsonl" "\"step\"," run ->
                          (json line |> field "total" |> whole) ]

                Expect.equal totals (List.sort (List.distinct totals)) "a step stands once, in order")
    }

[<Tests>]
let tests = testList "halving" [ halved; halvedAndKilled ]
