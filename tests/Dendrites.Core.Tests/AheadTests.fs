/// Tests of tasks that are not learned yet.
module Dendrites.Tests.AheadTests

open Dendrites
open Dendrites.Kernels
open Expecto

let private tasks = 3

let private settings =
    [ "tasks", string tasks
      "hidden", "24,20"
      "density", "0.25"
      "batch", "4"
      "lr", "0.01"
      "epochs", "2" ]

let private samples seed = labelled 60 12 10 (Key.ofSeed seed)

let private configOf pairs =
    configured "prototype-10" (settings @ pairs)

let private matrixOf (engine: Learner.Config -> Method<'s>) (config: RunConfig) =
    let plan = Run.planWith engine config (samples 1) (samples 2)
    let mutable last = Run.start plan
    let events = last |> Run.events plan (fun state -> last <- state) |> List.ofSeq
    plan.Method.Free last.Learner
    events, last.Matrix

/// Whatever a run is, tests ahead change nothing else, and come when they should.
let private expectAhead (engine: Learner.Config -> Method<'s>) pairs =
    let events, ahead = matrixOf engine (configOf (("test-ahead", "true") :: pairs))
    let plain, without = matrixOf engine (configOf pairs)
    let isAhead (after, on) = on > after
    let learned = ahead.Cells |> Map.filter (fun cell _ -> not (isAhead cell))
    Expect.equal learned without.Cells "what is learned"

    let told =
        events
        |> List.filter (function
            | Evaluated(after, on, _) -> not (isAhead (after, on))
            | _ -> true)

    Expect.equal told plain "and all else that is told"

    let firsts =
        events
        |> List.choose (function
            | Evaluated(after, on, _) when isAhead (after, on) -> Some(after, on)
            | TaskBegan task -> Some(-9, task)
            | _ -> None)

    let expected =
        [ for on in 0 .. tasks - 1 do
              yield -1, on
          yield -9, 0
          for task in 1 .. tasks - 1 do
              yield task - 1, task
              yield -9, task ]

    Expect.equal firsts expected "when"
    Expect.isNone (Metrics.forwardTransfer without) "not asked"
    ahead

let private contexts =
    [ "context=prototype", [ "context", "prototype"; "segments", "3" ]
      "context=cluster", [ "context", "cluster"; "segments", "3"; "batch", "12" ]
      "context=one-hot", [ "context", "one-hot"; "segments", "3" ]
      "no gates", [ "method", "k-winners" ] ]

[<Tests>]
let tests =
    testList
        "testing ahead"
        [ for name, pairs in
              contexts
              @ [ "context=own-prototype", [ "context", "own-prototype"; "segments", "3" ]
                  "context=input", [ "context", "input"; "segments", "3" ]
                  "a context beside the input", [ "method", "mlp-context" ]
                  "packnet", [ "method", "packnet+mlp" ] ] do
              case $"the reference engine, {name}" (fun () -> expectAhead Learner.asMethod pairs |> ignore)

          for name, pairs in contexts do
              case $"the fused engine, {name}" (fun () ->
                  let batch = (configOf pairs).Batch
                  expectAhead (Fused.asMethod (EngineOptions(Threads = 1)) batch) pairs |> ignore)

          case "the units that a task switches on" (fun () ->
              expectAhead (Subnetwork.asMethod (EngineOptions(Threads = 1)) 4) [ "method", "xdg" ]
              |> ignore)

          case "forward transfer is the gain over first weights, which see a context of zeros" (fun () ->
              let config = configOf [ "test-ahead", "true"; "segments", "3" ]
              let _, matrix = matrixOf Learner.asMethod config
              let at after on = matrix.Cells[after, on].Accuracy
              let gains = [ for on in 1 .. tasks - 1 -> at (on - 1) on - at -1 on ]

              Expect.floatClose
                  Accuracy.high
                  (Metrics.forwardTransfer matrix).Value
                  (List.average gains)
                  "formula"

              let plan = Run.plan config (samples 1) (samples 2)
              let first = (Run.start plan).Learner
              let network = RunConfig.network plan.Stream.Inputs plan.Stream.Classes config

              for on in 0 .. tasks - 1 do
                  let test = plan.Stream.Test[on].Gather [| 0..59 |]

                  let scores, _ =
                      Network.apply
                          network
                          Inference
                          first.Parameters
                          first.Winners
                          test.Images
                          (Shared(dsharp.zeros [ network.Context ]))

                  Expect.equal
                      matrix.Cells[-1, on].Correct
                      (Answers.correct 10 test.Labels scores)
                      "right answers") ]
