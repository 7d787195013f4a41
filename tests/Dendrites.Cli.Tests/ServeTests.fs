/// Runs that follow one another in one process.
module Dendrites.Tests.ServeTests

open System
open System.IO
open System.Text.Json
open System.Threading
open Expecto
open Dendrites
open Dendrites.Cli
open Dendrites.Tests.Running
open Dendrites.Tests.Support
open Dendrites.Tests.SweepRunning

/// The words of a run into a folder.
let private words experiment (settings: string list) (folder: string) =
    [ "run"; experiment; "--out"; folder; "--quiet"; "--threads"; "1" ] @ settings

let private images =
    [ "--set"
      "subset=1000"
      "test-subset=200"
      "tasks=2"
      "hidden=32,32"
      "density=0.2"
      "segments=2" ]

/// What the server says about runs, in this process: an exit code for each.
let private served (runs: string list list) =
    let codes = ResizeArray()
    use over = new ManualResetEventSlim()

    let lines =
        runs
        |> List.map (fun words -> JsonSerializer.Serialize(Array.ofList words) + "\n")
        |> String.concat ""

    use input =
        { new StringReader(lines) with
            // What it is given must not end before the last run has.
            override _.ReadLine() =
                match base.ReadLine() with
                | null ->
                    over.Wait()
                    null
                | line -> line }

    use said =
        { new StringWriter() with
            override _.WriteLine(line: string | null) =
                RunServer.CodeIn(string line) |> Option.ofNullable |> Option.iter codes.Add

                if codes.Count = runs.Length then
                    over.Set() }

    let out, error = Console.Out, Console.Error
    use errors = new StringWriter()

    try
        Console.SetOut TextWriter.Null
        Console.SetError errors
        Expect.equal (RunServer.Execute(input, said)) ExitCode.Ok $"it ends well: {errors}"
    finally
        Console.SetOut out
        Console.SetError error

    List.ofSeq codes

let private same =
    test "a run leaves the bytes that it leaves in a process of its own, whatever its process did before" {
        inFolder (fun folder ->
            table folder $"seeds = [1, 2, 3]\n{small}"
            Expect.equal (call folder (sweep [ "run"; "--quiet"; "--threads"; "1" ])).Code 0 "the sweep"

            for run in runs folder "sweeps/sweep" do
                let seed = json (File.ReadAllText(Path.Combine(run, "run.json"))) |> field "seed"
                let alone = Path.Combine(folder, $"alone-{seed}")
                let settings = "--preset" :: "quick" :: images @ [ $"seed={seed}" ]
                Expect.equal (call folder (words "permuted-mnist" settings alone)).Code 0 "alone"
                sameBytes run alone)
    }

let private died =
    test "a process that dies takes its run along, and the others go on" {
        inFolder (fun folder ->
            table folder ($"seeds = [1, 2, 3]\n{small}".Replace("tasks = 2", "tasks = 20"))
            use running = start folder (sweep [ "run"; "--quiet" ])
            awaiting (fun () -> (runs folder "sweeps/sweep" |> Array.filter isDone).Length > 0)
            awaiting (fun () -> (runs folder "sweeps/sweep").Length > 1)

            let children =
                Directory.GetDirectories $"/proc/{running.Id}/task"
                |> Array.collect (fun thread -> File.ReadAllText(Path.Combine(thread, "children")).Split ' ')
                |> Array.filter ((<>) "")

            Expect.hasLength children 1 "one process for the runs"
            kill (int children[0], 9) |> ignore
            let outcome = finish running
            Expect.equal outcome.Code ExitCode.Failed outcome.Error
            Expect.stringContains outcome.Error "ended with exit code 137" "why"
            Expect.equal (runs folder "sweeps/sweep" |> Array.filter isDone).Length 2 "the others are done"
            Expect.equal (call folder (sweep [ "run"; "--quiet" ])).Code 0 "the same command goes on with it")
    }

let private freed =
    test "runs leave no tensor behind, whether they come to their end, are paused, or go on" {
        inFolder (fun folder ->
            let settings more seed = more @ images @ [ $"seed={seed}" ]
            let into name seed = Path.Combine(folder, $"{name}-{seed}")

            /// Runs of every kind, and the code that each ends with.
            let kinds seed =
                [ words "permuted-mnist" (settings [] seed) (into "fused" seed), ExitCode.Ok
                  words "permuted-mnist" (settings [ "--engine"; "reference" ] seed) (into "reference" seed),
                  ExitCode.Ok
                  words
                      "permuted-mnist"
                      (settings [ "--set"; "method=si+er+active-dendrites" ] seed)
                      (into "pieces" seed),
                  ExitCode.Ok
                  words "permuted-mnist" (settings [ "--until"; "1" ] seed) (into "paused" seed),
                  ExitCode.Interrupted
                  words "permuted-mnist" [ "--resume" ] (into "paused" seed), ExitCode.Ok
                  words
                      "permuted-mnist"
                      (settings [ "--engine"; "reference"; "--until"; "1" ] seed)
                      (into "halted" seed),
                  ExitCode.Interrupted
                  words "points" [ "--set"; "steps=2000"; $"seed={seed}" ] (into "points" seed), ExitCode.Ok
                  words
                      "points"
                      [ "--until"; "1000"; "--set"; "steps=2000"; $"seed={seed}" ]
                      (into "held" seed),
                  ExitCode.Interrupted ]

            let live seed =
                let runs, codes = List.unzip (kinds seed)
                Expect.equal (served runs) codes "how they ended"
                Scope.live ()

            GC.Collect()
            GC.WaitForPendingFinalizers()
            let first = live 1
            Expect.equal (live 2) first "tensors")
    }

[<Tests>]
let tests =
    testList "runs in one process" [ same; died; testSequenced (testList "alone" [ freed ]) ]
