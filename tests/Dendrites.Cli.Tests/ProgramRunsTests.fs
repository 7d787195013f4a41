/// What runs of the program leave behind, however often they are killed.
module Dendrites.Tests.ProgramRunsTests

open System
open System.IO
open System.Runtime.InteropServices
open System.Text.Json
open Expecto
open Dendrites.Cli
open Dendrites.Tests.Running
open Dendrites.Tests.Support

/// Tasks enough that a signal, sent when the first is done, never comes after the last.
let private lengthy = tiny @ [ "tasks=25"; "evaluate=last" ]

/// The folder of a run that nothing disturbed.
let private finished arguments =
    lazy
        (let folder = (Directory.CreateTempSubdirectory "dendrites-test-").FullName
         AppDomain.CurrentDomain.ProcessExit.Add(fun _ -> Directory.Delete(folder, true))
         ok (call folder (arguments @ [ "--out"; "run"; "--quiet" ]))
         Path.Combine(folder, "run"))

let private undisturbed = finished tiny

let private lengthyUndisturbed = finished lengthy

/// Goes on with `folder/run` until it is done.
let private resume folder =
    let outcome =
        call folder [ "run"; "permuted-mnist"; "--out"; "run"; "--resume"; "--quiet" ]

    Expect.equal outcome.Code 0 outcome.Error

[<DllImport("libc")>]
extern int private kill(int pid, int signal)

let private interrupts name signal =
    test $"{name} ends with 5, and --resume ends in the same bytes" {
        inFolder (fun folder ->
            let path = Path.Combine(folder, "run")
            use running = start folder (lengthy @ [ "--out"; "run" ])
            let checkpoint = Path.Combine(path, "checkpoint/task-0001.json")
            let mutable patience = 6000

            while patience > 0 && not (File.Exists checkpoint) do
                Threading.Thread.Sleep 10
                patience <- patience - 1

            kill (running.Id, signal) |> ignore
            let outcome = finish running
            Expect.equal outcome.Code 5 outcome.Error
            Expect.equal outcome.ErrorLines.Length 1 outcome.Error
            Expect.stringContains outcome.Error "--resume" "how to go on"
            Expect.isFalse (File.Exists(Path.Combine(path, "summary.json"))) "it is not done"
            resume folder
            sameBytes path lengthyUndisturbed.Value)
    }

[<Tests>]
let runs =
    testList
        "program runs"
        [ test "the same seed gives the same bytes, another seed others" {
              inFolder (fun folder ->
                  ok (call folder (tiny @ [ "--out"; "run"; "--quiet" ]))
                  sameBytes (Path.Combine(folder, "run")) undisturbed.Value
                  ok (call folder (tiny @ [ "--out"; "other"; "--seed"; "7"; "--quiet" ]))

                  Expect.isFalse
                      (bytesOf folder "other/metrics.jsonl" = bytesOf folder "run/metrics.jsonl")
                      "another seed")
          }

          test "the reference engine learns what the fused one does, and a run goes on with its own engine" {
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "run")
                  let words = [ "--engine"; "reference"; "--out"; "run"; "--quiet" ]
                  ok (call folder (tiny @ words))

                  let accuracy file =
                      (json (File.ReadAllText file) |> field "accuracy").GetDouble()

                  let summary = Path.Combine(path, "summary.json")
                  let fused = accuracy (Path.Combine(undisturbed.Value, "summary.json"))
                  Expect.isLessThan (abs (accuracy summary - fused)) 0.04 "the same accuracy, but for chaos"
                  let bytes = bytesOf folder "run/metrics.jsonl"
                  File.Delete summary
                  File.Delete(Path.Combine(path, "checkpoint/task-0003.json"))
                  resume folder
                  Expect.isTrue (bytesOf folder "run/metrics.jsonl" = bytes) "the same bytes"

                  Expect.stringContains
                      (File.ReadAllText(Path.Combine(path, "run.json")))
                      "\"engine\": \"reference\""
                      "which engine")
          }

          test "the summary has what a reader expects, and --json prints it" {
              inFolder (fun folder ->
                  let outcome = call folder (tiny @ [ "--out"; "run"; "--json" ])
                  ok outcome
                  let summary = json outcome.Out

                  Expect.isTrue
                      (JsonElement.DeepEquals(
                          summary,
                          json (File.ReadAllText(Path.Combine(folder, "run/summary.json")))
                      ))
                      "what is printed is what is written"

                  for name in
                      [ "experiment"
                        "preset"
                        "method"
                        "engine"
                        "tasks"
                        "seed"
                        "accuracy"
                        "accuracyPerTask"
                        "parametersNonZero"
                        "seconds"
                        "secondsTraining"
                        "peakMegabytes" ] do
                      Expect.notEqual (field name summary).ValueKind JsonValueKind.Null name

                  let perTask =
                      [ for accuracy in summary |> field "accuracyPerTask" |> elements ->
                            accuracy.GetDouble() ]

                  Expect.equal perTask.Length 3 "an accuracy for each task"
                  let mean = field "accuracy" summary
                  Expect.floatClose Accuracy.high (mean.GetDouble()) (List.average perTask) "the mean"

                  let last = File.ReadAllLines(Path.Combine(folder, "run/accuracy.csv"))[4..]

                  Expect.equal
                      [ for line in last -> line.Split(',').[2] |> float ]
                      perTask
                      "the last row of the matrix")
          }

          test "SIGKILL at any moment, then --resume, ends in the same bytes" {
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "run")
                  let random = Random 5
                  let mutable saved = 0

                  // Kills fall into start-up, every task and the writing of checkpoints: a while after a file is there.
                  for awaited, longest in
                      [ ".", 300
                        "run.json", 300
                        "metrics.jsonl", 300
                        "checkpoint", 30
                        "checkpoint/task-0001.json", 100
                        "checkpoint/task-0001.json", 300
                        "checkpoint/task-0002.json", 100
                        "checkpoint/task-0002.json", 300 ] do
                      use running = start folder (lengthy @ [ "--out"; "run"; "--resume"; "--quiet" ])
                      let awaited = Path.Combine(path, awaited)

                      while not running.HasExited && not (Path.Exists awaited) do
                          Threading.Thread.Sleep 5

                      if not (running.WaitForExit(random.Next longest)) then
                          running.Kill()

                          if File.Exists(Path.Combine(path, "checkpoint/task-0001.json")) then
                              saved <- saved + 1

                      finish running |> ignore

                  Expect.isGreaterThan saved 0 "it was killed with a checkpoint behind it"
                  resume folder
                  sameBytes path lengthyUndisturbed.Value

                  Expect.isEmpty
                      (Directory.GetFiles(path, "*.part", SearchOption.AllDirectories))
                      "nothing half-written")
          }

          interrupts "SIGTERM" 15
          interrupts "SIGINT" 2
          interrupts "SIGUSR1" 10

          test "a corrupt newest checkpoint is told in one line, and the bytes are the same in the end" {
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "run")
                  ok (call folder (tiny @ [ "--out"; "run"; "--quiet" ]))
                  File.Delete(Path.Combine(path, "summary.json"))
                  File.WriteAllText(Path.Combine(path, "checkpoint/task-0003.safetensors"), "damaged")

                  let outcome =
                      call folder [ "run"; "permuted-mnist"; "--out"; "run"; "--resume"; "--quiet" ]

                  Expect.equal outcome.Code 0 outcome.Error
                  Expect.equal outcome.ErrorLines.Length 1 outcome.Error
                  Expect.stringContains outcome.Error "task-0003" "which one"
                  sameBytes path undisturbed.Value)
          }

          test
              "a changed figure in the newest checkpoint is told in one line, and the bytes are the same in the end" {
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "run")
                  ok (call folder (tiny @ [ "--out"; "run"; "--quiet" ]))
                  File.Delete(Path.Combine(path, "summary.json"))
                  let state = Path.Combine(path, "checkpoint/task-0003.json")
                  let text = File.ReadAllText state

                  let changed =
                      Text.RegularExpressions.Regex.Replace(text, "\"steps\": \\d+", "\"steps\": 1")

                  Expect.notEqual changed text "changed"
                  File.WriteAllText(state, changed)
                  // What a process that was killed while it cleaned up leaves.
                  File.WriteAllText(Path.Combine(path, "checkpoint/task-0001.safetensors"), "half of a pair")
                  File.WriteAllText(Path.Combine(path, "run.json.0.part"), "half")

                  let outcome =
                      call folder [ "run"; "permuted-mnist"; "--out"; "run"; "--resume"; "--quiet" ]

                  Expect.equal outcome.Code 0 outcome.Error
                  Expect.equal outcome.ErrorLines.Length 1 outcome.Error
                  Expect.stringContains outcome.Error "task-0003" "which one"
                  sameBytes path undisturbed.Value
                  Expect.equal (Directory.GetFiles(Path.Combine(path, "checkpoint"))).Length 4 "two pairs"
                  Expect.isEmpty (Directory.GetFiles(path, "*.part")) "nothing half-written")
          }

          test "a run.json that was changed by hand is refused" {
              inFolder (fun folder ->
                  ok (call folder (tiny @ [ "--out"; "run"; "--quiet" ]))
                  let record = Path.Combine(folder, "run/run.json")
                  let text = File.ReadAllText record

                  let changed =
                      Text.RegularExpressions.Regex.Replace(text, "\"epochs\": \\d+", "\"epochs\": 7")

                  Expect.notEqual changed text "changed"
                  File.WriteAllText(record, changed)

                  let outcome = call folder [ "run"; "permuted-mnist"; "--out"; "run"; "--resume" ]

                  Expect.equal outcome.Code 3 outcome.Error
                  Expect.equal outcome.ErrorLines.Length 1 outcome.Error
                  Expect.stringContains outcome.Error "run.json was changed" "which file, and why")
          }

          test "a run.json of a version with other keys is refused by that name" {
              inFolder (fun folder ->
                  ok (call folder (tiny @ [ "--out"; "run"; "--quiet" ]))
                  let path = Path.Combine(folder, "run/run.json")
                  let record = Nodes.JsonNode.Parse(File.ReadAllText path) |> nonNull
                  let config = (nonNull record["config"]).AsObject()
                  Expect.isTrue (config.Remove "dropout") "a key that it had not"
                  // As the digest of that version's settings was.
                  record["configDigest"] <- Nodes.JsonValue.Create(ConfigJson.Digest config)
                  File.WriteAllText(path, record.ToJsonString())
                  let outcome = call folder [ "run"; "permuted-mnist"; "--out"; "run"; "--resume" ]
                  Expect.equal outcome.Code 3 outcome.Error
                  Expect.equal outcome.ErrorLines.Length 1 outcome.Error
                  Expect.stringContains outcome.Error "run.json is of version" "which file, and why")
          }

          test "a run on images of one's own goes on from its folder alone" {
              inFolder (fun folder ->
                  let data = Path.Combine(folder, "my images")
                  Directory.CreateDirectory data |> ignore

                  for name, count in [ "train", 300; "t10k", 100 ] do
                      let pixels = Array.init (count * 784) (fun i -> byte (i * 7 % 251))
                      let labels = Array.init count (fun i -> byte (i % 10))

                      File.WriteAllBytes(
                          Path.Combine(data, $"{name}-images-idx3-ubyte"),
                          idx [ count; 28; 28 ] pixels
                      )

                      File.WriteAllBytes(
                          Path.Combine(data, $"{name}-labels-idx1-ubyte"),
                          idx [ count ] labels
                      )

                  let own = tiny @ [ "data=my images"; "batch=50"; "--out"; "run"; "--quiet" ]
                  ok (call folder own)
                  let before = bytesOf folder "run/metrics.jsonl"
                  File.Delete(Path.Combine(folder, "run/summary.json"))
                  File.Delete(Path.Combine(folder, "run/checkpoint/task-0003.json"))
                  resume folder
                  Expect.isTrue (bytesOf folder "run/metrics.jsonl" = before) "the same bytes")
          }

          test "a seed that cannot be run is told before the first is begun" {
              inFolder (fun folder ->
                  ok (call folder (tiny @ [ "--seed"; "1"; "--out"; "runs/seed-1"; "--quiet" ]))
                  let outcome = call folder (tiny @ [ "--seeds"; "0..1"; "--out"; "runs" ])
                  Expect.equal outcome.Code 3 outcome.Error
                  Expect.stringContains outcome.Error "seed-1" "which"
                  Expect.isFalse (Directory.Exists(Path.Combine(folder, "runs/seed-0"))) "none begun")
          }

          test "a seed that fails is told, and the others are run and reported" {
              inFolder (fun folder ->
                  ok (call folder (tiny @ [ "--seed"; "0"; "--out"; "runs/seed-0"; "--quiet" ]))
                  File.WriteAllText(Path.Combine(folder, "runs/seed-0/run.json"), "no record")

                  let outcome =
                      call folder (tiny @ [ "--seeds"; "0..1"; "--out"; "runs"; "--resume"; "--json" ])

                  Expect.equal outcome.Code 1 outcome.Error
                  Expect.stringContains outcome.Error "seed 0" "which failed"
                  let document = json outcome.Out
                  Expect.equal (document |> field "failed" |> whole) 1 "failed"
                  Expect.equal (document |> field "runs" |> elements).Length 1 "the other")
          }

          test "a folder that holds a run is not written over, and --resume prints a finished one's summary" {
              inFolder (fun folder ->
                  ok (call folder (tiny @ [ "--out"; "run"; "--quiet" ]))
                  let before = bytesOf folder "run/metrics.jsonl"
                  let again = call folder (tiny @ [ "--out"; "run" ])
                  Expect.equal again.Code 3 again.Error
                  Expect.equal again.ErrorLines.Length 1 again.Error
                  Expect.stringContains again.Error "--resume" "the way out"
                  let resumed = call folder (tiny @ [ "--out"; "run"; "--resume"; "--json" ])
                  ok resumed
                  Expect.equal (json resumed.Out |> field "tasks" |> whole) 3 "its summary"
                  Expect.isTrue (before = bytesOf folder "run/metrics.jsonl") "untouched")
          }

          test "a resumed run may not be another one" {
              inFolder (fun folder ->
                  ok (call folder (tiny @ [ "--out"; "run"; "--quiet" ]))

                  for words in
                      [ [ "--set"; "lr=0.5" ]
                        [ "--preset"; "quick" ]
                        [ "--seed"; "9" ]
                        [ "--threads"; "2" ] ] do
                      let outcome =
                          call folder ([ "run"; "permuted-mnist"; "--out"; "run"; "--resume" ] @ words)

                      Expect.equal outcome.Code 3 outcome.Error
                      Expect.equal outcome.ErrorLines.Length 1 outcome.Error)
          }

          test "--seeds makes a folder for each and prints one document" {
              inFolder (fun folder ->
                  let outcome = call folder (tiny @ [ "--seeds"; "0..1"; "--out"; "runs"; "--json" ])
                  ok outcome
                  let runs = json outcome.Out |> field "runs" |> elements
                  let seeds = runs |> List.map (field "seed" >> whole)
                  Expect.equal seeds [ 0; 1 ] "the seeds"

                  for seed in seeds do
                      Expect.isTrue
                          (File.Exists(Path.Combine(folder, "runs", $"seed-{seed}", "summary.json")))
                          "done")
          }

          test "a loss that is no number fails the run and says why" {
              inFolder (fun folder ->
                  let outcome = call folder (tiny @ [ "lr=1e30"; "--out"; "run"; "--quiet" ])
                  Expect.equal outcome.Code 1 outcome.Error
                  Expect.equal outcome.ErrorLines.Length 1 outcome.Error
                  let failed = json (File.ReadAllText(Path.Combine(folder, "run/failed.json")))
                  Expect.stringContains (string (field "reason" failed)) "loss" "why"
                  Expect.isFalse (File.Exists(Path.Combine(folder, "run/summary.json"))) "it is not done")
          } ]
    |> testSequenced
