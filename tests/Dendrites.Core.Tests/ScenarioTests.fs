module Dendrites.Tests.ScenarioTests

open Expecto
open Dendrites

/// Ten classes, sixteen pixels.
let private samples key = labelled 200 16 10 key

let private all (task: Task) = task.Gather [| 0 .. task.Size - 1 |]

let private configOf experiment settings =
    let preset = Scenario.named |> List.find (fst >> (=) experiment) |> snd
    configured preset settings

[<Tests>]
let tests =
    testList
        "Scenario"
        [ property "a split gives each sample to one task, by its class" (fun key ->
              let samples = samples key
              let tasks = pick "tasks" [ 1; 2; 5; 10 ] key
              let each = 10 / tasks

              for reading in [ ClassIncremental; DomainIncremental; TaskIncremental ] do
                  let stream = Scenario.split reading tasks 10 samples samples
                  Expect.equal (stream.Train |> List.sumBy _.Size) 200 "every sample"
                  Expect.equal stream.Classes (if reading = DomainIncremental then each else 10) "classes"

                  for task, part in List.indexed stream.Train do
                      let given = integers (all part).Labels
                      let first = if reading = DomainIncremental then 0 else task * each
                      Expect.all given (fun label -> label >= first && label < first + each) "labels"

                      Expect.equal
                          (stream.Choices task)
                          (if reading = TaskIncremental then
                               [ first .. first + each - 1 ]
                           else
                               [ 0 .. stream.Classes - 1 ])
                          "choices"

                  let count =
                      integers samples.Labels
                      |> Array.filter (fun label -> label / each = 0)
                      |> Array.length

                  Expect.equal stream.Train[0].Size count "the first task's classes")

          property "a rotated stream turns test and training images alike, the first not at all" (fun key ->
              let samples = samples key
              let stream = Scenario.rotated 4 10 samples samples
              let gathered = stream.Train |> List.map (fun task -> (all task).Images)
              expectSame samples.Images gathered[0] "first"
              expectTensor 1e-5 (Rotation.apply 90.0 0.0 samples.Images) gathered[2] "third of four"

              for train, test in List.zip gathered stream.Test do
                  expectSame train (all test).Images "test"

              expectSame samples.Labels (all stream.Train[3]).Labels "labels")

          case "given the task, answers are among its classes: never worse than without"
          <| fun () ->
              let samples = samples (Key.ofSeed 1)

              let accuracy reading =
                  let config =
                      configOf
                          "split-mnist"
                          [ "reading", reading
                            "hidden", "20,20"
                            "density", "0.3"
                            "batch", "20"
                            "lr", "0.01" ]

                  let plan = Run.plan config samples samples
                  let mutable latest = Run.start plan
                  Run.events plan (fun state -> latest <- state) latest |> Seq.iter ignore
                  Metrics.averageAccuracy latest.Matrix |> Option.get

              Expect.isGreaterThan (accuracy "task") (accuracy "class" + 0.1) "accuracy"

          testList
              "every experiment runs from its preset, in every order"
              [ for experiment, _ in Scenario.named do
                    for order in [ "sequential"; "cumulative"; "interleaved" ] do
                        case $"{experiment}, {order}"
                        <| fun () ->
                            let config =
                                configOf
                                    experiment
                                    [ "method", "k-winners"
                                      "order", order
                                      "tasks", "5"
                                      "hidden", "12"
                                      "density", "0.3"
                                      "epochs", "1"
                                      "batch", "5" ]

                            Expect.isEmpty (RunConfig.validate config) "usable"
                            let plan = Run.plan config (samples (Key.ofSeed 2)) (samples (Key.ofSeed 3))
                            Expect.equal (Scenario.classes config) plan.Stream.Classes "classes"
                            let events = Run.start plan |> Run.events plan ignore |> List.ofSeq
                            let scores = events |> List.filter _.IsEvaluated
                            Expect.hasLength scores 15 "the lower triangle" ]

          testList
              "what cannot be is refused"
              [ for name, experiment, settings, field in
                    [ "contexts of mixed tasks", "permuted-mnist", [ "order", "cumulative" ], "context"
                      "ten classes in three", "split-mnist", [ "tasks", "3" ], "tasks" ] do
                    test name {
                        let problems = RunConfig.validate (configOf experiment settings)
                        Expect.contains (problems |> List.map _.Where) field "problem"
                    } ] ]
