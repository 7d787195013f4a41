/// The built program as its users meet it: a process with words, exit codes, standard output and standard error.
module Dendrites.Tests.ProgramTests

open System
open System.Diagnostics
open System.IO
open System.Runtime.InteropServices
open System.Text.Json
open Expecto
open Dendrites.Tests.Support

type private Outcome =
    { Code: int
      Out: string
      Error: string }

    member outcome.ErrorLines =
        outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)

let private program = Path.Combine(AppContext.BaseDirectory, "dendrites")

let private start (folder: string) (words: string list) =
    let info =
        ProcessStartInfo(
            program,
            words,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        )

    // Tests run side by side; threads that wait for each other would only take time from the others.
    info.Environment["OMP_WAIT_POLICY"] <- "passive"
    let running = new Process(StartInfo = info)
    running.Start() |> ignore
    running

let private finish (running: Process) =
    let error = running.StandardError.ReadToEndAsync()
    let out = running.StandardOutput.ReadToEnd()
    running.WaitForExit()

    { Code = running.ExitCode
      Out = out
      Error = error.Result }

let private call folder words =
    use running = start folder words
    finish running

/// Three tasks that take a second or two.
let private tiny =
    [ "run"
      "permuted-mnist"
      "--threads"
      "1"
      "--set"
      "subset=2000"
      "hidden=64,64"
      "tasks=3"
      "test-subset=500" ]

/// The JSON document that `text` is.
let private json (text: string) = JsonDocument.Parse(text).RootElement

/// What stands under `key`.
let private field (key: string) (json: JsonElement) = json.GetProperty key

let private whole (json: JsonElement) = json.GetInt32()

let private elements (json: JsonElement) = List.ofSeq (json.EnumerateArray())

let private bytesOf folder name =
    File.ReadAllBytes(Path.Combine(folder, name))

/// The files that must not depend on how a run came about.
let private lasting =
    [ "metrics.jsonl"
      "accuracy.csv"
      "checkpoint/task-0002.safetensors"
      "checkpoint/task-0002.json"
      "checkpoint/task-0003.safetensors"
      "checkpoint/task-0003.json" ]

let private ok (outcome: Outcome) =
    Expect.equal outcome.Code 0 outcome.Error
    Expect.equal outcome.Error "" "nothing on standard error"

let private sameBytes (one: string) (other: string) =
    for name in lasting do
        Expect.isTrue (bytesOf one name = bytesOf other name) $"{name} is the same"

/// `words` end with `code` and one line on standard error that holds `fragment`.
let private refused code fragment words =
    let line = words |> String.concat " "

    test $"`dendrites {line}` ends with {code} and one line" {
        inFolder (fun folder ->
            let outcome = call folder words
            Expect.equal outcome.Code code outcome.Error
            Expect.equal outcome.ErrorLines.Length 1 outcome.Error
            Expect.stringStarts outcome.Error "dendrites: " "who speaks"
            Expect.stringContains outcome.Error fragment "what was wrong"
            Expect.equal outcome.Out "" "nothing on standard output"
            Expect.isEmpty (Directory.GetFileSystemEntries folder) "nothing is left")
    }

[<Tests>]
let answers =
    testList
        "program"
        [ for words in
              [ [ "--help" ]
                [ "run"; "--help" ]
                [ "data"; "get"; "-h" ]
                [ "doctor"; "--help" ]
                [ "--version" ] ] do
              let line = String.concat " " words

              test $"`dendrites {line}` answers" {
                  let outcome = inFolder (fun folder -> call folder words)
                  ok outcome
                  Expect.isNotEmpty outcome.Out "an answer"
              }

          refused 2 "a command" []
          refused 2 "fly" [ "fly" ]
          refused 2 "experiment" [ "run" ]
          refused 2 "permuted-mnist" [ "run"; "split-mnist" ]
          refused 3 "prototype-10" [ "run"; "permuted-mnist"; "--preset"; "prototype-1" ]
          refused 3 "'tasks'" [ "run"; "permuted-mnist"; "--set"; "task=3" ]
          refused 3 "tasks was '-1'" [ "run"; "permuted-mnist"; "--set"; "tasks=-1" ]
          refused 3 "seed was '-1'" [ "run"; "permuted-mnist"; "--seed"; "-1" ]
          refused 3 "threads" [ "run"; "permuted-mnist"; "--threads"; "0" ]
          refused 3 "fused" [ "run"; "permuted-mnist"; "--engine"; "fused" ]
          refused 3 "tpu" [ "run"; "permuted-mnist"; "--device"; "tpu" ]
          refused 3 "nowhere.toml" [ "run"; "permuted-mnist"; "--config"; "nowhere.toml" ]
          refused 3 "segments" [ "run"; "permuted-mnist"; "--set"; "segments=0" ]
          refused 4 "/nowhere" [ "run"; "permuted-mnist"; "--set"; "data=/nowhere" ]
          refused 3 "mnist" [ "data"; "get"; "nothing" ]
          refused 4 "missing" [ "data"; "verify"; "mnist"; "--data-dir"; "/nowhere" ]

          test "a truncated image file ends with 4 and one line that names it" {
              inFolder (fun folder ->
                  let data = Path.Combine(folder, "images")
                  Directory.CreateDirectory data |> ignore

                  for images, labels in
                      [ "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
                        "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte" ] do
                      File.WriteAllBytes(
                          Path.Combine(data, images),
                          (idx [ 300; 28; 28 ] (Array.zeroCreate (300 * 784)))[..999]
                      )

                      File.WriteAllBytes(Path.Combine(data, labels), idx [ 300 ] (Array.zeroCreate 300))

                  let outcome = call folder [ "run"; "permuted-mnist"; "--set"; $"data={data}" ]
                  Expect.equal outcome.Code 4 outcome.Error
                  Expect.equal outcome.ErrorLines.Length 1 outcome.Error
                  Expect.stringContains outcome.Error "train-images-idx3-ubyte" "the file")
          }

          test "--dry-run touches nothing and its JSON is one document" {
              inFolder (fun folder ->
                  let outcome =
                      call folder [ "run"; "permuted-mnist"; "--seeds"; "0..2"; "--dry-run"; "--json" ]

                  ok outcome
                  let plan = json outcome.Out
                  Expect.equal ((field "preset" plan).GetString()) "prototype-10" "the preset"
                  Expect.equal (plan |> field "config" |> field "tasks" |> whole) 10 "the keys"
                  Expect.equal (plan |> field "cost" |> field "steps" |> whole) (10 * 3 * 234) "the steps"
                  Expect.equal (plan |> field "runs" |> elements).Length 3 "a run for each seed"
                  Expect.isEmpty (Directory.GetFileSystemEntries folder) "nothing is left")
          }

          test "doctor finds the engine working" {
              let outcome = inFolder (fun folder -> call folder [ "doctor"; "--json" ])
              Expect.equal outcome.Code 0 outcome.Error
              let healthy = json outcome.Out |> field "healthy"
              Expect.isTrue (healthy.GetBoolean()) outcome.Out
          } ]

/// The folder of a tiny run that nothing disturbed.
let private undisturbed =
    lazy
        (let folder = (Directory.CreateTempSubdirectory "dendrites-test-").FullName
         AppDomain.CurrentDomain.ProcessExit.Add(fun _ -> Directory.Delete(folder, true))
         ok (call folder (tiny @ [ "--out"; "run"; "--quiet" ]))
         Path.Combine(folder, "run"))

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
            use running = start folder (tiny @ [ "--out"; "run" ])
            let metrics = Path.Combine(path, "metrics.jsonl")
            let mutable patience = 600

            while patience > 0 && not (File.Exists metrics && FileInfo(metrics).Length > 0L) do
                Threading.Thread.Sleep 100
                patience <- patience - 1

            kill (running.Id, signal) |> ignore
            let outcome = finish running
            Expect.equal outcome.Code 5 outcome.Error
            Expect.equal outcome.ErrorLines.Length 1 outcome.Error
            Expect.stringContains outcome.Error "--resume" "how to go on"
            Expect.isFalse (File.Exists(Path.Combine(path, "summary.json"))) "it is not done"
            resume folder
            sameBytes path undisturbed.Value)
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
                  let mutable kills = 0
                  let mutable wait = 200

                  // Each attempt lives a little longer, so that kills fall into start-up, every task and the writing of checkpoints.
                  while kills < 6 && not (File.Exists(Path.Combine(path, "summary.json"))) do
                      use running = start folder (tiny @ [ "--out"; "run"; "--resume"; "--quiet" ])
                      let ended = running.WaitForExit(wait + random.Next 400)

                      if not ended then
                          running.Kill()
                          kills <- kills + 1
                          wait <- wait + 300

                      finish running |> ignore

                  Expect.isGreaterThan kills 0 "it was killed"
                  resume folder
                  sameBytes path undisturbed.Value

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
