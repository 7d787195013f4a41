module Dendrites.Tests.RunLogTests

open System.IO
open Expecto
open Dendrites.Cli
open Dendrites.Tests.Support

let private withFolder (f: RunFolder -> unit) =
    inFolder (fun path ->
        use folder = RunFolder.Open path
        f folder)

let private tell (log: RunLog) tasks =
    for task in tasks do
        log.Metric(TaskMetric(task, 10 * task))
        log.Accuracy(task, 1, 0.5)
        log.Timing(StartTiming("start", System.DateTimeOffset.UnixEpoch, task))

[<Tests>]
let tests =
    testList
        "run log"
        [ test "cut back to a checkpoint and told again, it holds the same bytes" {
              withFolder (fun folder ->
                  let lengths =
                      use log = new RunLog(folder, LogLengths.None)
                      tell log [ 1; 2 ]
                      let lengths = log.Sync()
                      tell log [ 3; 4 ]
                      lengths

                  let whole = File.ReadAllBytes folder.Metrics, File.ReadAllBytes folder.Accuracy

                  do
                      use log = new RunLog(folder, lengths)
                      tell log [ 3; 4 ]

                  Expect.equal
                      (File.ReadAllBytes folder.Metrics, File.ReadAllBytes folder.Accuracy)
                      whole
                      "the bytes"

                  Expect.equal (File.ReadAllLines folder.Timings).Length 6 "timings tell both attempts")
          }

          test "a line is one JSON object that begins with its event" {
              withFolder (fun folder ->
                  do
                      use log = new RunLog(folder, LogLengths.None)
                      log.Metric(StepMetric(1, 2, 3, 4, 0.1))

                  Expect.equal
                      (File.ReadAllText folder.Metrics)
                      "{\"event\":\"step\",\"task\":1,\"epoch\":2,\"step\":3,\"total\":4,\"loss\":0.1}\n"
                      "the line")
          }

          test "a log that is shorter than its checkpoint says is told" {
              withFolder (fun folder ->
                  fails ExitCode.Failed [ "metrics.jsonl"; "0 bytes"; "7" ] (fun () ->
                      (new RunLog(folder, LogLengths(7L, 0L))).Dispose()))
          }

          test "half a line of timings, which a kill left, is dropped" {
              withFolder (fun folder ->
                  File.WriteAllText(folder.Timings, "{\"event\":\"start\"}\n{\"eve")
                  (new RunLog(folder, LogLengths.None)).Dispose()
                  Expect.equal (File.ReadAllText folder.Timings) "{\"event\":\"start\"}\n" "whole lines")
          } ]

[<Tests>]
let folders =
    testList
        "run folder"
        [ test "one process holds it at a time" {
              inFolder (fun path ->
                  do
                      use _held = RunFolder.Open path

                      fails ExitCode.BadConfig [ "another process" ] (fun () ->
                          (RunFolder.Open path).Dispose())

                  (RunFolder.Open path).Dispose())
          }

          test "a folder with anybody's files is refused" {
              inFolder (fun path ->
                  File.WriteAllText(Path.Combine(path, "thesis.tex"), "")
                  fails ExitCode.BadConfig [ "other files" ] (fun () -> (RunFolder.Open path).Dispose()))
          }

          test "what is left of a run killed at its birth is no obstacle" {
              inFolder (fun path ->
                  File.WriteAllText(Path.Combine(path, "run.json.0.part"), "")
                  use folder = RunFolder.Open path
                  Expect.isFalse (System.IO.File.Exists folder.Record) "no run")
          } ]
