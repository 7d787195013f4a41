/// The built program as its users meet it: a process with words, exit codes, standard output and standard error.
module Dendrites.Tests.Running

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open Expecto

type Outcome =
    { Code: int
      Out: string
      Error: string }

    member outcome.ErrorLines =
        outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)

let program = Path.Combine(AppContext.BaseDirectory, "dendrites")

let start (folder: string) (words: string list) =
    // A shell that starts the tests in the background lets them inherit that SIGINT is to be ignored.
    let info =
        ProcessStartInfo(
            "env",
            "--default-signal=INT" :: program :: words,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        )

    // Tests run side by side; threads that wait for each other would only take time from the others.
    info.Environment["OMP_WAIT_POLICY"] <- "passive"
    let running = new Process(StartInfo = info)
    running.Start() |> ignore
    running

let finish (running: Process) =
    let error = running.StandardError.ReadToEndAsync()
    let out = running.StandardOutput.ReadToEnd()
    running.WaitForExit()

    { Code = running.ExitCode
      Out = out
      Error = error.Result }

let call folder words =
    use running = start folder words
    finish running

/// Three tasks that take a second or two.
let tiny =
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
let json (text: string) = JsonDocument.Parse(text).RootElement

/// What stands under `key`.
let field (key: string) (json: JsonElement) = json.GetProperty key

let whole (json: JsonElement) = json.GetInt32()

let elements (json: JsonElement) = List.ofSeq (json.EnumerateArray())

let bytesOf folder name =
    File.ReadAllBytes(Path.Combine(folder, name))

/// The files that must not depend on how a run came about.
let private lasting folder =
    let checkpoints =
        Directory.GetFiles(Path.Combine(folder, "checkpoint"))
        |> Array.map (fun file -> $"checkpoint/{Path.GetFileName file}")

    let table =
        if File.Exists(Path.Combine(folder, "success.csv")) then
            "success.csv"
        else
            "accuracy.csv"

    List.ofArray (Array.append [| "metrics.jsonl"; table |] (Array.sort checkpoints))

let ok (outcome: Outcome) =
    Expect.equal outcome.Code 0 outcome.Error
    Expect.equal outcome.Error "" "nothing on standard error"

let sameBytes (one: string) (other: string) =
    Expect.equal (lasting one) (lasting other) "the same files"

    for name in lasting other do
        Expect.isTrue (bytesOf one name = bytesOf other name) $"{name} is the same"
