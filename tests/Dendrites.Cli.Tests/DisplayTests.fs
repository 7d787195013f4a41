module Dendrites.Tests.DisplayTests

open System
open System.IO
open Expecto
open Spectre.Console
open Dendrites
open Dendrites.Cli
open Dendrites.Tests.Support

/// A run in its fourth task of ten, which was tested after task `after` with these accuracies.
let private progress after (accuracy: float list) =
    Progress(
        Title = "a run",
        Tasks = 10,
        Epochs = 3,
        Task = 4,
        Epoch = 2,
        Step = 5,
        Steps = 234,
        Loss = Nullable 0.5,
        Left = Nullable(TimeSpan.FromSeconds 3725.0),
        AfterTask = after,
        Accuracy = ResizeArray(List.map Nullable accuracy)
    )

let private drawn (progress: Progress) height =
    use text = new StringWriter()

    let console =
        AnsiConsole.Create(
            AnsiConsoleSettings(
                Ansi = AnsiSupport.No,
                ColorSystem = ColorSystemSupport.NoColors,
                Out = AnsiConsoleOutput text
            )
        )

    console.Write(LiveDisplay.Draw(progress, height))
    text.ToString().TrimEnd().Split '\n'

let private preset name settings =
    match Presets.find name with
    | Ok preset -> Configuration.Apply(preset.Config, [ for key, value in settings -> Setting(key, value) ])
    | Error problem -> failtest $"{problem}"

[<Tests>]
let tests =
    testList
        "display"
        [ test "a line says where the run stands" {
              Expect.equal
                  (Words.Doing(progress 0 []))
                  "task 4/10, epoch 2/3, step 5/234, loss 0.5000, 1:02:05 left"
                  "the line"

              let testing = Progress(Title = "", Tasks = 10, Epochs = 3, Task = 4, Testing = true)
              Expect.equal (Words.Doing testing) "task 4/10, testing" "testing"
          }

          test "a line says what a test found" {
              let after values = Words.Found(progress 3 values)

              Expect.equal
                  (after [ 0.5; 0.75; 1.0 ])
                  "after task 3/10: accuracy 0.7500 (0.5000 0.7500 1.0000)"
                  "few"

              Expect.equal
                  (after [ for task in 1..40 -> if task = 7 then 0.1 else 0.5 ])
                  "after task 3/10: accuracy 0.4900 (lowest 0.1000 on task 7)"
                  "many"
          }

          test "plain lines tell the title once and every test once" {
              let lines = ResizeArray()
              let display = PlainDisplay(fun line -> lines.Add line) :> IDisplay
              let learning, tested = progress 0 [], progress 1 [ 0.5 ]

              for progress in [ learning; learning; tested; tested; learning ] do
                  display.Show progress

              Expect.sequenceEqual lines [ "a run"; "after task 1/10: accuracy 0.5000" ] "the lines"
          }

          prop "bars fit the terminal, whatever was tested"
          <| fun (tasks: uint8) (height: uint8) ->
              let values = [ for task in 1 .. int tasks -> 1.0 / float task ]
              let height = 12 + int height
              let lines = drawn (progress (int tasks) values) height
              Expect.isLessThanOrEqual lines.Length height "lines"

              if tasks > 0uy then
                  Expect.stringContains
                      lines[lines.Length - 1]
                      (Words.Accuracy(Nullable(List.average values)))
                      "the mean"

          prop "every task is on the screen where there is room"
          <| fun (tasks: uint8) ->
              let tasks = int tasks % 12 + 1
              let values = [ for task in 1..tasks -> float task / 16.0 ]
              let text = drawn (progress tasks values) 40 |> String.concat "\n"

              for task, value in List.indexed values do
                  Expect.stringContains text $"{Words.Accuracy(Nullable value)}  task {task + 1}" "the task"

          test "a published figure stands beside the published settings, and beside near ones with a word" {
              let beside settings =
                  Published.Of(preset "prototype-10" settings)
                  |> Option.ofObj
                  |> Option.map string

              Expect.equal (beside []) (Some "published 0.9455") "the same"

              Expect.equal
                  (beside [ "seed", "7"; "evaluate", "last" ])
                  (Some "published 0.9455")
                  "what is free"

              Expect.equal (beside [ "epochs", "1" ]) (Some "published 0.9455 with epochs=3") "near"
              Expect.isNone (beside [ "hidden", "64" ]) "another network"
              Expect.isNone (beside [ "tasks", "3" ]) "another stream"
              Expect.isNull (Published.Of(preset "quick" [])) "nothing was published"
          } ]

[<Tests>]
let estimates =
    testList
        "estimate"
        [ prop "with equal steps and tests it is what is left of them"
          <| fun (steps: uint8) (tests: uint8) ->
              let estimate = Estimate(int64 steps + 10L, int64 tests + 1L)

              // The first step, which warms up, does not count.
              estimate.Stepped 100.0

              for _ in 2..10 do
                  estimate.Stepped 2.0

              estimate.Tested 3.0
              let left = estimate.Left().Value.TotalSeconds
              Expect.floatClose Accuracy.medium left (2.0 * float steps + 3.0 * float tests) "seconds"

          test "it says nothing before a few steps" {
              let estimate = Estimate(100L, 1L)
              estimate.Stepped 1.0
              Expect.isFalse (estimate.Left().HasValue) "nothing yet"
          } ]
