/// `dendrites report` of reinforcement learning.
module Dendrites.Tests.ControlReportTests

open System
open System.IO
open System.Text.Json
open System.Xml.Linq
open Expecto
open Dendrites
open Dendrites.Cli
open Dendrites.Tests.Running
open Dendrites.Tests.Support

let private tasks = [ "along"; "against" ]

/// Two seeds with dendrites and an MLP, each done in a second or two.
let private runs =
    lazy
        (let folder = Directory.CreateTempSubdirectory("dendrites-test-").FullName
         AppDomain.CurrentDomain.ProcessExit.Add(fun _ -> Directory.Delete(folder, true))

         for out, method', seed in
             [ "a", "active-dendrites", "1"; "b", "active-dendrites", "2"; "c", "mlp", "1" ] do
             let settings =
                 [ $"method={method'}"
                   "hidden=16,16"
                   "steps=400"
                   "updates=0.05"
                   "batch=16"
                   "random-steps=80"
                   "learn-from=80"
                   "evaluate-every=2"
                   "evaluation-episodes=2"
                   "final-episodes=3" ]

             ok (
                 call
                     folder
                     ([ "run"
                        "points"
                        "--threads"
                        "1"
                        "--seed"
                        seed
                        "--out"
                        out
                        "--quiet"
                        "--set" ]
                      @ settings)
             )

         folder)

/// A folder with the run.json of `a` and these tests of each task: steps, successes of episodes, whether it is the last.
let private madeUp folder (told: (int * int list * int * bool) list) =
    let path = Path.Combine(folder, "made-up")
    Directory.CreateDirectory path |> ignore
    File.Copy(Path.Combine(runs.Value, "a", "run.json"), Path.Combine(path, "run.json"))

    File.WriteAllLines(
        Path.Combine(path, "metrics.jsonl"),
        [ for steps, successes, episodes, final in told do
              for task, success in List.zip tasks successes do
                  let final = if final then "true" else "false"

                  $"""{{"event":"test","steps":{steps},"task":"{task}","successes":{success},"episodes":{episodes},"return":1.5,"final":{final}}}""" ]
    )

    path

let private course (group: ControlGroup) task =
    [ for struct (steps, success) in group.Course task ->
          int steps, success.Mean, success.Low.Value, success.High.Value ]

[<Tests>]
let tests =
    testList
        "report of reinforcement learning"
        [ test "a page of curves, heat maps and tables, its figures and its events" {
              let folder = runs.Value
              ok (call folder [ "report"; "a"; "b"; "c"; "--out"; "page.html"; "--tensorboard" ])
              let page = File.ReadAllText(Path.Combine(folder, "page.html"))
              Expect.isFalse (page.Contains "<script") "no script"

              for title in
                  [ "Success as steps are made"
                    "Success on along"
                    "Success on against"
                    "What episodes earn, seed 1"
                    "Hidden units by task, layer 2, seed 1"
                    "Mean activation by task, layer 2, seed 1"
                    "Overlap of tasks, layer 2: subnetworks"
                    "Segments of unit 0, layer 2, before training"
                    "Segments of unit 10, layer 2, after training"
                    "The keys in which the configurations differ" ] do
                  Expect.stringContains page title "what it shows"

              Expect.stringContains page "1 along, 2 against" "which task is which"
              let figures = Path.Combine(folder, "figures")

              for file in Directory.GetFiles(figures, "*.svg") do
                  XDocument.Load file |> ignore
                  Expect.isTrue (File.Exists(Path.ChangeExtension(file, ".png"))) file

              let _, events =
                  Directory.GetFiles(Path.Combine(folder, "c", "tensorboard"))
                  |> Array.exactlyOne
                  |> File.ReadAllBytes
                  |> EventFileTests.scalars

              let told =
                  File.ReadAllLines(Path.Combine(folder, "c", "success.csv"))
                  |> Array.skip 1
                  |> Array.map (fun line -> line.Split ',')
                  |> Array.filter (fun parts -> parts[1] = "against")
                  |> Array.map (fun parts ->
                      int64 parts[0], float (float32 (float parts[2] / float parts[3])))
                  |> List.ofArray

              let found =
                  [ for step, tag, value in events do
                        if tag = "success/against" then
                            step, value ]

              Expect.equal found told "events"
          }

          test
              "what it saw is written down: overlaps with oneself are whole, and segments differ from task to task" {
              let layers =
                  [ for layer in
                        (field
                            "layers"
                            (json (File.ReadAllText(Path.Combine(runs.Value, "a", "analysis.json")))))
                            .EnumerateArray() -> layer ]

              let number (at: int list) (matrix: JsonElement) =
                  (List.fold (fun (inner: JsonElement) place -> inner[place]) matrix at).GetDouble()

              Expect.equal layers.Length 2 "layers"

              for layer in layers do
                  let subnetworks = field "subnetworks" layer
                  Expect.equal (number [ 0; 0 ] subnetworks) 1.0 "oneself"
                  Expect.equal (number [ 0; 1 ] subnetworks) (number [ 1; 0 ] subnetworks) "symmetric"
                  Expect.equal ((field "means" layer).GetArrayLength()) 2 "tasks"

              let segments = field "segments" layers[1]
              let after = field "after" segments[0]
              Expect.equal (after[0].GetArrayLength()) 2 "a number for each task"

              Expect.notEqual
                  (number [ 0; 0 ] after)
                  (number [ 0; 1 ] after)
                  "tasks have weights of their own"

              Expect.isFalse (fst (layers[0].TryGetProperty "segments")) "no dendrites on the first layer"
          }

          test
              "a point of a curve pools the last ten tests, the last test stands alone, a task by task mean has no band" {
              inFolder (fun folder ->
                  let told =
                      [ for test in 1..14 -> 100 * test, [ test % 4; 3 ], 3 + test % 2, false ]
                      @ [ 1500, [ 20; 50 ], 50, true ]

                  let group = ControlGroup.Of [ madeUp folder told ] |> Array.exactlyOne

                  let expected =
                      [ for number, (steps, successes, episodes, final) in List.indexed told do
                            let pool =
                                if final then
                                    [ successes.Head, episodes ]
                                else
                                    [ for _, successes, episodes, _ in told[max 0 (number - 9) .. number] ->
                                          successes.Head, episodes ]

                            let hits, all = List.sumBy fst pool, List.sumBy snd pool
                            let low, high = Wilson.interval 1.959964 hits all
                            steps, float hits / float all, low, high ]

                  Expect.equal (course group "along") expected "pooled"

                  let means = [ for struct (_, success) in group.Course() -> success.Mean ]

                  let both =
                      List.map2
                          (fun (_, a, _, _) (_, b, _, _) -> (a + b) / 2.0)
                          (course group "along")
                          (course group "against")

                  Expect.equal means both "mean over tasks"

                  for struct (_, success) in group.Course() do
                      Expect.isFalse success.Low.HasValue "one seed says nothing of the spread over seeds")
          }

          test "runs of both kinds together, and one that was not tested yet, are refused" {
              inFolder (fun folder ->
                  let untested = madeUp folder []
                  let refused = call folder [ "report"; untested ]
                  Expect.equal refused.Code ExitCode.BadConfig refused.Error
                  Expect.stringContains refused.Error "no test" "why")
          } ]
