module Dendrites.Tests.ControlCheckpointTests

open Expecto
open Dendrites
open Dendrites.Tests.ControlRunTests

/// All that a state is, as plain numbers that outlive it.
let private bits plan state =
    Scope.run (fun () ->
        ControlCheckpoint.save plan state
        |> List.map (fun (name, tensor) -> name, tensor.shape, values tensor))

/// The tensors of a state, copied as a file would.
let private written plan state =
    ControlCheckpoint.save plan state
    |> List.map (fun (name, tensor) -> name, TensorMemory.copy tensor)
    |> Map

/// A whole run, its events and its last state.
let private finish plan state =
    let mutable last = []

    let events =
        ControlLoop.events plan (fun state -> last <- bits plan state) state
        |> List.ofSeq

    events, last

let private variants =
    [ "MLP", []
      "Active Dendrites, lag, a ring for each task",
      [ "method", "active-dendrites"
        "lag", "true"
        "replay", "ring-per-task"
        "buffer", "24" ]
      "one after another, scaled rewards, forgetting",
      [ "order", "sequential"
        "forget", "true"
        "replay", "one-ring"
        "reward-scaling", "returns"
        "random-steps", "15" ] ]

[<Tests>]
let tests =
    testList
        "ControlCheckpoint"
        [ testList
              "a run goes on to the same bits from any place"
              [ for name, pairs in variants do
                    case name
                    <| fun () ->
                        let plan = planOf pairs
                        let events, last = finish plan (ControlRun.start plan)
                        let mutable state = ControlRun.start plan
                        let mutable told = []

                        // Every eighth piece of work, and so updates, tests and collections alike, is a place to stop.
                        let mutable piece = 0

                        while state.Position <> ControlPosition.Over do
                            if piece % 8 = 0 then
                                let saved = written plan state

                                let again =
                                    ControlCheckpoint.restore plan (fun name -> Map.tryFind name saved)
                                    |> expectOk "restore"

                                Expect.equal (bits plan again) (bits plan state) "as it was"
                                let rest, end' = finish plan again
                                Expect.equal (told @ rest) events $"events from piece {piece}"
                                Expect.equal end' last $"the end from piece {piece}"

                            let next, happened = ControlRun.next plan state
                            told <- told @ happened
                            state <- next
                            piece <- piece + 1

                        Expect.isGreaterThan piece 16 "pieces" ]

          case "what is missing or does not fit is named as it was saved"
          <| fun () ->
              let plan = planOf [ "lag", "true" ]
              let mutable state = ControlRun.start plan

              for _ in 1..3 do
                  state <- fst (ControlRun.next plan state)

              let saved = written plan state

              let problem saved =
                  match ControlCheckpoint.restore plan (fun name -> Map.tryFind name saved) with
                  | Error problem -> problem.Where
                  | Ok _ -> "nothing"

              Expect.equal (problem saved) "nothing" "whole"

              for name in saved.Keys do
                  Expect.equal (problem (Map.remove name saved)) name "missing"

              Expect.equal
                  (problem (Map.add "run" (dsharp.tensor [| 0L; 9L; 0L; 0L; 0L; 0L; 0L; 0L |]) saved))
                  "run"
                  "a place that there is not" ]

/// Tensors are counted over the whole process, so nothing else may make any meanwhile.
[<Tests>]
let memory =
    testSequenced
    <| testList
        "ControlRun memory"
        [ test "stays flat over a thousand updates and what is between them" {
              System.GC.Collect()
              System.GC.WaitForPendingFinalizers()

              let plan =
                  planOf [ "steps", "2000"; "updates", "0.5"; "lag", "true"; "evaluate-every", "10" ]

              let live, resident = ResizeArray(), ResizeArray()

              for event in ControlRun.start plan |> ControlLoop.events plan ignore do
                  match event with
                  | ControlEvent.RoundEnded(round, _) when round >= 50 && round % 10 = 0 ->
                      live.Add(Scope.live ())
                      resident.Add(System.Diagnostics.Process.GetCurrentProcess().WorkingSet64)
                  | _ -> ()

              Expect.equal live.Count 15 "measured"
              Expect.equal (Seq.distinct live |> List.ofSeq) [ live[0] ] "live tensors"
              Expect.isLessThan (Seq.max resident - resident[0]) 67_108_864L "resident bytes that were added"
          } ]
