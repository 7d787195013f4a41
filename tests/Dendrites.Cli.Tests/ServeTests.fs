/// Runs that follow one another in one process.
module Dendrites.Tests.ServeTests

open System
open System.Diagnostics
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
    [ "run"; experiment; "--out"; folder; "--quiet"; "--threads"; "2" ] @ settings

let private images =
    [ "--set"
      "subset=1000"
      "test-subset=200"
      "tasks=2"
      "hidden=32,32"
      "density=0.2"
      "segments=2" ]

/// A server of this process: how it ends, and the codes of runs that it says. Its input ends after the last run, or at once.
let private serve (isHeld: bool) (runs: string list list) =
    let codes = ResizeArray()
    let over = new ManualResetEventSlim()

    let lines =
        runs
        |> List.map (fun words -> JsonSerializer.Serialize(Array.ofList words) + "\n")
        |> String.concat ""

    use input =
        { new StringReader(lines) with
            override _.ReadLine() =
                match base.ReadLine() with
                | null ->
                    if isHeld then
                        over.Wait()

                    null
                | line -> line }

    use said =
        { new StringWriter() with
            override _.WriteLine(line: string | null) =
                let struct (_, code) = RunServer.Read(string line)
                code |> Option.ofNullable |> Option.iter codes.Add

                if codes.Count = runs.Length then
                    over.Set() }

    let out, error = Console.Out, Console.Error
    use errors = new StringWriter()

    try
        Console.SetOut TextWriter.Null
        Console.SetError errors
        let ended = RunServer.Execute(input, said)
        ended, List.ofSeq codes, string errors
    finally
        Console.SetOut out
        Console.SetError error

/// The processes that a process has started.
let private children (running: Process) =
    Directory.GetDirectories $"/proc/{running.Id}/task"
    |> Array.collect (fun thread ->
        try
            File
                .ReadAllText(Path.Combine(thread, "children"))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        with :? IOException ->
            // A thread that has ended meanwhile.
            [||])
    |> Array.map int

/// Runs of some seconds.
let private long = small.Replace("tasks = 2", "tasks = 20\nepochs = 20")

let private died =
    test "a process that dies takes its run along, and the others go on" {
        inFolder (fun folder ->
            table folder $"seeds = [1, 2, 3]\n{long}"
            use running = start folder (sweep [ "run"; "--quiet" ])
            awaiting (fun () -> (runs folder "sweeps/sweep" |> Array.filter isDone).Length > 0)
            awaiting (fun () -> (runs folder "sweeps/sweep").Length > 1)
            let serving = children running
            Expect.hasLength serving 1 "one process for the runs"
            kill (serving[0], 9) |> ignore
            let outcome = finish running
            Expect.equal outcome.Code ExitCode.Failed outcome.Error
            Expect.stringContains outcome.Error "ended with exit code 137" "why"
            Expect.equal (runs folder "sweeps/sweep" |> Array.filter isDone).Length 2 "the others are done"
            Expect.equal (call folder (sweep [ "run"; "--quiet" ])).Code 0 "the same command goes on with it")
    }

let private orphaned =
    test "a sweep that is killed alone takes its processes along, and the same command goes on" {
        inFolder (fun folder ->
            table folder $"seeds = [1, 2, 3]\n{long}"
            use running = start folder (sweep [ "run"; "--quiet"; "--jobs"; "2" ])
            awaiting (fun () -> (runs folder "sweeps/sweep").Length > 1)
            let serving = children running
            Expect.hasLength serving 2 "a process for each job"
            running.Kill()
            finish running |> ignore
            awaiting (fun () -> serving |> Array.forall (fun id -> not (Directory.Exists $"/proc/{id}")))
            let outcome = call folder (sweep [ "run"; "--quiet"; "--jobs"; "2" ])
            Expect.equal outcome.Code 0 outcome.Error
            Expect.equal (runs folder "sweeps/sweep" |> Array.filter isDone).Length 3 "all")
    }

let private settings more seed = more @ images @ [ $"seed={seed}" ]

let private same =
    test "a run leaves the bytes that it leaves in a process of its own, whatever its process did before" {
        inFolder (fun folder ->
            let kinds =
                [ "paused", words "permuted-mnist" (settings [ "--until"; "1" ] 1), ExitCode.Interrupted
                  "reference", words "permuted-mnist" (settings [ "--engine"; "reference" ] 2), ExitCode.Ok
                  "points", words "points" [ "--set"; "steps=2000" ], ExitCode.Ok
                  "wide",
                  words "permuted-mnist" (settings [] 3 @ [ "hidden=48,16"; "subset=700" ]),
                  ExitCode.Ok
                  "pieces",
                  words "permuted-mnist" (settings [] 4 @ [ "method=si+er+active-dendrites" ]),
                  ExitCode.Ok
                  "last", words "permuted-mnist" (settings [] 5), ExitCode.Ok ]

            let after name = Path.Combine(folder, name)
            let alone name = Path.Combine(folder, "alone", name)

            let ended, codes, errors =
                serve true (kinds |> List.map (fun (name, words, _) -> words (after name)))

            Expect.equal codes (kinds |> List.map (fun (_, _, code) -> code)) errors
            Expect.equal ended ExitCode.Ok errors

            for name, words, code in kinds do
                Expect.equal (call folder (words (alone name))).Code code name
                sameBytes (after name) (alone name))
    }

let private stopped =
    test "what a server was told and has not done by the end of its input is interrupted, and not done" {
        inFolder (fun folder ->
            let run = words "permuted-mnist" (settings [] 1) (Path.Combine(folder, "run"))
            let ended, codes, errors = serve false [ run; run ]

            Expect.isTrue
                (ended = ExitCode.Interrupted && List.forall ((=) ExitCode.Interrupted) codes)
                $"{ended}, {codes}: {errors}"

            Expect.isFalse (File.Exists(Path.Combine(folder, "run", "summary.json"))) "it is not done")
    }

let private failed =
    test "a run that fails ends the server with its code" {
        inFolder (fun folder ->
            let run =
                words "permuted-mnist" (settings [] 1 @ [ "lr=1e30" ]) (Path.Combine(folder, "run"))

            let ended, codes, errors = serve true [ run; run ]
            Expect.equal (ended, codes) (ExitCode.Failed, []) errors
            Expect.stringContains errors "the loss became" "why")
    }

/// Threads of fused engines.
let private team () =
    Directory.GetDirectories "/proc/self/task"
    |> Array.filter (fun thread ->
        try
            File.ReadAllText(Path.Combine(thread, "comm")).StartsWith "dendrites "
        with :? IOException ->
            false)
    |> Array.length

let private freed =
    test "runs leave no tensor and no thread behind, whether they come to their end, are paused, or go on" {
        inFolder (fun folder ->
            let into name seed = Path.Combine(folder, $"{name}-{seed}")

            let image more set seed =
                words "permuted-mnist" (settings more seed @ set)

            let points more seed =
                words "points" (more @ [ "--set"; "steps=2000"; $"seed={seed}" ])

            let round seed =
                let kinds =
                    [ image [] [] seed (into "fused" seed), ExitCode.Ok
                      image [] [ "subset=500" ] seed (into "fewer" seed), ExitCode.Ok
                      image [ "--engine"; "reference" ] [] seed (into "reference" seed), ExitCode.Ok
                      image [] [ "method=si+er+active-dendrites" ] seed (into "pieces" seed), ExitCode.Ok
                      image [ "--until"; "1" ] [] seed (into "paused" seed), ExitCode.Interrupted
                      [ "run"; "permuted-mnist"; "--out"; into "paused" seed; "--resume"; "--quiet" ],
                      ExitCode.Ok
                      image [ "--engine"; "reference"; "--until"; "1" ] [] seed (into "halted" seed),
                      ExitCode.Interrupted
                      points [] seed (into "points" seed), ExitCode.Ok
                      points [ "--until"; "1000" ] seed (into "held" seed), ExitCode.Interrupted ]

                let ended, codes, errors = serve true (List.map fst kinds)
                Expect.equal (ended, codes) (ExitCode.Ok, List.map snd kinds) errors
                Scope.live (), team ()

            GC.Collect()
            GC.WaitForPendingFinalizers()
            let tensors, threads = round 1
            let more, others = round 2
            Expect.isLessThanOrEqual more tensors "tensors"
            Expect.equal (threads, others) (0, 0) "threads")
    }

[<Tests>]
let tests =
    testList
        "runs in one process"
        [ died
          orphaned
          testSequenced (testList "of the tests" [ same; stopped; failed; freed ]) ]
