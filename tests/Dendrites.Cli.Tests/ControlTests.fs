/// `dendrites run` of reinforcement learning, on the toy tasks that need no simulator.
module Dendrites.Tests.ControlTests

open System
open System.IO
open System.Runtime.InteropServices
open Expecto
open Dendrites.Cli
open Dendrites.Tests.Running
open Dendrites.Tests.Support

/// Some 35 rounds and as many updates of a narrow network: a few seconds.
let private short =
    [ "run"
      "points"
      "--threads"
      "1"
      "--set"
      "hidden=16,16"
      "steps=1400"
      "updates=0.05"
      "batch=16"
      "random-steps=80"
      "evaluate-every=5"
      "evaluation-episodes=2"
      "final-episodes=3"
      "lag=true" ]

/// The same, long enough to be killed in.
let private longer = short @ [ "steps=3000"; "updates=0.1" ]

let private finished words =
    lazy
        (let folder = Directory.CreateTempSubdirectory("dendrites-test-").FullName
         AppDomain.CurrentDomain.ProcessExit.Add(fun _ -> Directory.Delete(folder, true))
         ok (call folder (words @ [ "--out"; "run"; "--quiet" ]))
         Path.Combine(folder, "run"))

let private undisturbed = finished longer

let private resume folder =
    let outcome = call folder [ "run"; "points"; "--out"; "run"; "--resume"; "--quiet" ]
    Expect.equal outcome.Code 0 outcome.Error

[<DllImport("libc")>]
extern int private kill(int pid, int signal)

let private killed =
    test "killed at any moment, the same bytes" {
        inFolder (fun folder ->
            let path = Path.Combine(folder, "run")
            let seed = Environment.TickCount
            let random = Random seed

            let saved () =
                let checkpoints = Path.Combine(path, "checkpoint")

                Directory.Exists checkpoints
                && Directory.GetFiles(checkpoints, "*.json").Length > 0

            let mutable kills = 0

            // Kills fall into start-up, rounds, tests and the writing of checkpoints.
            for awaited, longest in
                [ "run.json", 300
                  "metrics.jsonl", 300
                  "checkpoint", 30
                  "checkpoint", 200
                  "checkpoint", 200 ] do
                use running = start folder (longer @ [ "--out"; "run"; "--resume"; "--quiet" ])
                let resumed = Path.Combine(path, "timings.jsonl")
                let before = if File.Exists resumed then FileInfo(resumed).Length else 0L

                let waits () =
                    if saved () then
                        // What it told since it went on begins with a line there.
                        FileInfo(resumed).Length = before
                    else
                        awaited = "checkpoint" || not (Path.Exists(Path.Combine(path, awaited)))

                while not running.HasExited && waits () do
                    Threading.Thread.Sleep 5

                if not (running.WaitForExit(random.Next longest)) then
                    running.Kill()

                    if saved () then
                        kills <- kills + 1

                finish running |> ignore

            Expect.isGreaterThan kills 0 $"it was killed with a checkpoint behind it, seed {seed}"
            resume folder
            sameBytes path undisturbed.Value

            Expect.isEmpty
                (Directory.GetFiles(path, "*.part", SearchOption.AllDirectories))
                "nothing half-written")
    }

let private interrupted =
    test "SIGINT ends with 5 and a checkpoint of that moment, and --resume ends in the same bytes" {
        inFolder (fun folder ->
            let path = Path.Combine(folder, "run")
            use running = start folder (longer @ [ "--out"; "run" ])
            let metrics = Path.Combine(path, "metrics.jsonl")

            while not running.HasExited
                  && (not (File.Exists metrics) || FileInfo(metrics).Length < 20_000L) do
                Threading.Thread.Sleep 5

            kill (running.Id, 2) |> ignore
            let outcome = finish running
            Expect.equal outcome.Code ExitCode.Interrupted outcome.Error
            Expect.equal outcome.ErrorLines.Length 1 outcome.Error
            Expect.stringContains outcome.Error "run points --out run --resume" "how to go on"
            Expect.isFalse (File.Exists(Path.Combine(path, "summary.json"))) "it is not done"
            let told = File.ReadAllText metrics
            resume folder
            Expect.isTrue ((File.ReadAllText metrics).StartsWith told) "nothing is told anew"
            sameBytes path undisturbed.Value)
    }

let private refused code words (hint: string) =
    let line = String.concat " " words

    test $"`dendrites {line}` is refused" {
        inFolder (fun folder ->
            let outcome = call folder words
            Expect.equal outcome.Code code outcome.Error
            Expect.equal outcome.ErrorLines.Length 1 outcome.Error
            Expect.stringContains outcome.Error hint "why"
            Expect.isEmpty (Directory.GetFileSystemEntries folder) "nothing is left behind")
    }

[<Tests>]
let tests =
    testList
        "control"
        [ test "a run leaves its figures, and shows them" {
              inFolder (fun folder ->
                  let outcome = call folder (short @ [ "--out"; "run" ])
                  ok outcome
                  Expect.stringContains outcome.Out "after 1,400 steps: success" "the last test"
                  let summary = json (File.ReadAllText(Path.Combine(folder, "run/summary.json")))

                  let numbers name =
                      [ for x in summary |> field name |> elements -> x.GetDouble() ]

                  Expect.equal (whole (field "steps" summary)) 1400 "steps"

                  Expect.equal
                      (whole (field "updates" summary))
                      62
                      "0.05 of 1,400, less 160 before enough was known"

                  let mean = (field "success" summary).GetDouble()
                  Expect.floatClose Accuracy.high mean (List.average (numbers "successPerTask")) "the mean"

                  let last =
                      File.ReadAllLines(Path.Combine(folder, "run/success.csv"))
                      |> Array.map (fun line -> line.Split ',')
                      |> Array.filter (fun cells -> cells[0] = "1400")

                  Expect.equal
                      [ for cells in last -> cells[1] ]
                      [ "along"; "against" ]
                      "both tasks, in order"

                  Expect.equal
                      [ for cells in last -> float cells[2] / float cells[3], float cells[4] ]
                      (List.zip (numbers "successPerTask") (numbers "returnPerTask"))
                      "the table's last lines"

                  let again = call folder [ "run"; "points"; "--out"; "run"; "--resume" ]
                  ok again
                  Expect.stringContains again.Out "run is finished" "it is not done again")
          }

          test "--json prints the summary and nothing else; --tasks and --seeds choose" {
              inFolder (fun folder ->
                  let outcome =
                      call folder (short @ [ "--tasks"; "against"; "--seeds"; "3..4"; "--json" ])

                  ok outcome
                  let runs = json outcome.Out |> field "runs" |> elements
                  Expect.equal [ for run in runs -> whole (field "seed" run) ] [ 3; 4 ] "seeds"

                  for run in runs do
                      Expect.equal
                          [ for task in run |> field "tasks" |> elements -> task.GetString() ]
                          [ "against" ]
                          "the task"

                  Expect.notEqual
                      ((field "returnPerTask" runs[0]).ToString())
                      ((field "returnPerTask" runs[1]).ToString())
                      "returns")
          }

          killed
          interrupted

          test "a corrupt newest checkpoint is told in one line, and the bytes are the same in the end" {
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "run")
                  ok (call folder (longer @ [ "--out"; "run"; "--quiet" ]))
                  File.Delete(Path.Combine(path, "summary.json"))

                  let tensors =
                      Directory.GetFiles(Path.Combine(path, "checkpoint"), "*.safetensors")
                      |> Array.exactlyOne

                  File.WriteAllText(tensors, "damaged")

                  let outcome = call folder [ "run"; "points"; "--out"; "run"; "--resume"; "--quiet" ]

                  Expect.equal outcome.Code 0 outcome.Error
                  Expect.equal outcome.ErrorLines.Length 1 outcome.Error
                  Expect.stringContains outcome.Error "going back to the one before" "the damage"
                  sameBytes path undisturbed.Value)
          }

          test "a run that lost only its summary writes the same figures again" {
              inFolder (fun folder ->
                  ok (call folder (short @ [ "--out"; "run"; "--quiet" ]))
                  let summary = Path.Combine(folder, "run/summary.json")
                  let before = File.ReadAllText summary |> json
                  File.Delete summary
                  resume folder
                  let after = File.ReadAllText summary |> json

                  for name in [ "successPerTask"; "returnPerTask"; "episodes"; "updates" ] do
                      Expect.equal ((field name after).ToString()) ((field name before).ToString()) name)
          }

          test "--dry-run says what would be done, and touches nothing" {
              inFolder (fun folder ->
                  let outcome =
                      call folder [ "run"; "mt10"; "--preset"; "published"; "--dry-run"; "--json" ]

                  ok outcome
                  let document = json outcome.Out
                  let cost = field "cost" document
                  Expect.equal (whole (field "stepsPerRound" cost)) 5000 "500 steps of ten tasks"
                  Expect.equal (whole (field "rounds" cost)) 3000 "rounds"
                  Expect.equal (whole (field "updates" cost)) 750_000 "250 a round"
                  // Facts of the paper's networks: a policy and two critics, dendrites 280,000 each.
                  Expect.equal
                      (whole (field "parametersNonZero" cost))
                      (7_459_768 + 2 * 7_453_321)
                      "non-zero parameters"

                  Expect.equal ((field "published" document).GetDouble()) 0.875 "the published figure"
                  Expect.isEmpty (Directory.GetFileSystemEntries folder) "nothing is touched")
          }

          test "the fused engine learns policies with k-winners and without, unless another is asked for" {
              for words, engine in
                  [ [ "method=mlp" ], "fused"
                    [ "method=active-dendrites" ], "fused"
                    [ "method=active-dendrites"; "preprocess=8" ], "reference" ] do
                  let outcome =
                      inFolder (fun folder ->
                          call folder ([ "run"; "points"; "--dry-run"; "--json"; "--set" ] @ words))

                  ok outcome
                  Expect.equal ((outcome.Out |> json |> field "engine").GetString()) engine $"%A{words}"
          }

          test "a run that goes on must be the same run" {
              inFolder (fun folder ->
                  ok (call folder (short @ [ "--out"; "run"; "--quiet" ]))

                  for words, hint in
                      [ [ "--resume"; "--set"; "batch=17" ], "batch is 16 in run and 17 on the command line"
                        [ "--resume"; "--seed"; "9" ], "seed is 42 in run and 9 on the command line"
                        [], "holds a run already" ] do
                      let outcome = call folder ([ "run"; "points"; "--out"; "run" ] @ words)
                      Expect.equal outcome.Code ExitCode.BadConfig outcome.Error
                      Expect.stringContains outcome.Error hint "why")
          }

          test "inspect and export read its checkpoints" {
              inFolder (fun folder ->
                  ok (call folder (short @ [ "--out"; "run"; "--quiet" ]))
                  let inspected = call folder [ "inspect"; "run"; "--json" ]
                  ok inspected
                  let policy = whole (field "parametersNonZero" (json inspected.Out))
                  ok (call folder [ "export"; "run"; "--to"; "policy.safetensors" ])
                  let exported = call folder [ "inspect"; "policy.safetensors"; "--json" ]
                  ok exported
                  Expect.equal (whole (field "parametersNonZero" (json exported.Out))) policy "the policy"
                  Expect.isGreaterThan policy 300 "parameters")
          }

          test "compare shows the last tests of runs beside each other, those that differ by seed as one" {
              inFolder (fun folder ->
                  for out, more in
                      [ "a", [ "--seed"; "1" ]
                        "b", [ "--seed"; "2" ]
                        "c", [ "--set"; "method=mlp" ] ] do
                      let settings = if List.contains "--set" more then List.tail more else []
                      let seed = if settings.IsEmpty then more else []
                      ok (call folder (short @ settings @ seed @ [ "--out"; out; "--quiet" ]))

                  let compared = call folder [ "compare"; "a"; "b"; "c"; "--json" ]
                  ok compared
                  let runs = field "runs" (json compared.Out)
                  Expect.equal (runs.GetArrayLength()) 2 "two kinds"
                  Expect.equal ((field "method" runs[1]).GetString()) "mlp" "the other"

                  let last run =
                      (json (File.ReadAllText(Path.Combine(folder, run, "summary.json"))))
                          .GetProperty("success")
                          .GetDouble()

                  let mean = (field "mean" (field "success" runs[0])).GetDouble()
                  Expect.floatClose Accuracy.high mean ((last "a" + last "b") / 2.0) "the mean over seeds"
                  let shown = call folder [ "compare"; "a"; "b"; "c" ]
                  Expect.stringContains shown.Out "along" "tasks"
                  Expect.stringContains shown.Out "1 2" "seeds")
          }

          refused ExitCode.BadConfig [ "run"; "points"; "--tasks"; "alon" ] "the nearest is along"
          refused ExitCode.BadConfig [ "run"; "mt10"; "--tasks"; "reach,reach" ] "none of them twice"
          refused ExitCode.BadConfig [ "run"; "mt10"; "--preset"; "points" ] "which is of points"
          refused
              ExitCode.BadConfig
              [ "run"; "points"; "--engine"; "fused"; "--set"; "preprocess=4" ]
              "preprocess"
          refused ExitCode.BadConfig [ "run"; "mt10"; "--set"; "model=genuine" ] "a folder"
          refused ExitCode.BadConfig [ "run"; "points"; "--set"; "assets=here" ] "none"
          refused ExitCode.BadConfig [ "run"; "points"; "--set"; "bach=3" ] "batch"
          refused ExitCode.BadConfig [ "run"; "points"; "--set"; "learn-from=9000" ] "8000" ]
