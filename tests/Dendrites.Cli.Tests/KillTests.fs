/// Runs that are killed again and again, at moments that a seed draws.
module Dendrites.Tests.KillTests

open System
open System.IO
open Expecto
open Dendrites.Tests.Running
open Dendrites.Tests.Support

let private lines path =
    if File.Exists path then
        // The run goes on writing.
        use file =
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite ||| FileShare.Delete)

        use reader = new StreamReader(file)
        reader.ReadToEnd().Split('\n').Length - 1
    else
        0

/// Kills a run `kills` times, each time once it has told `most` lines more at most, then lets it end: the same bytes as of one that
/// nothing disturbed.
let private killed name kills most (words: string list) =
    test $"{name}: killed {kills} times, the same bytes" {
        inFolder (fun folder ->
            let words = tiny @ "evaluate=last" :: words
            ok (call folder (words @ [ "--out"; "whole"; "--quiet" ]))
            let path = Path.Combine(folder, "run")
            let metrics = Path.Combine(path, "metrics.jsonl")
            let seed = Environment.TickCount
            let random = Random seed
            let mutable count = 0

            while count < kills do
                let before = lines metrics
                use running = start folder (words @ [ "--out"; "run"; "--resume"; "--quiet" ])
                // A resumed run first drops what it had told after its last checkpoint.
                let dropped () = lines metrics < before || before = 0
                let more = random.Next most

                while not running.HasExited && not (dropped ()) && lines metrics = before do
                    Threading.Thread.Sleep 2

                let from = lines metrics

                while not running.HasExited && lines metrics < from + more do
                    Threading.Thread.Sleep 2

                Expect.isFalse
                    (running.WaitForExit(random.Next 20))
                    $"it ended before its {count + 1}th kill, seed {seed}"

                running.Kill()
                finish running |> ignore
                count <- count + 1

            let outcome =
                call folder [ "run"; "permuted-mnist"; "--out"; "run"; "--resume"; "--quiet" ]

            Expect.equal outcome.Code 0 $"{outcome.Error}, seed {seed}"
            sameBytes path (Path.Combine(folder, "whole"))

            Expect.isTrue
                (bytesOf folder "run/analysis.json" = bytesOf folder "whole/analysis.json")
                $"what units do, seed {seed}")
    }

[<Tests>]
let tests =
    testList
        "kills"
        [ killed "the fused engine" 25 6 [ "tasks=40" ]
          killed
              "the units that a task switches on"
              3
              6
              [ "tasks=12"
                "method=si+xdg"
                "test-ahead=true"
                "dropout=0.5"
                "input-dropout=0.2" ]
          killed
              "the reference engine, clusters and every piece"
              3
              6
              [ "tasks=8"
                "method=si+ewc+lwf+er+active-dendrites"
                "context=cluster"
                "ewc-samples=4"
                "memory=50"
                "memory-batch=16" ] ]
