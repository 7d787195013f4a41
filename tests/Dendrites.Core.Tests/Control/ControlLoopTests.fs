/// Collecting beside learning, on another thread, changes nothing but the time.
module Dendrites.Tests.ControlLoopTests

open System.Threading
open System.Threading.Tasks
open Expecto
open Dendrites
open Dendrites.Tests.ControlRunTests

/// Everything that happened, and every tensor at the end.
let private followed (plan: ControlRun.Plan<'s>) beside =
    let mutable last = []

    let events =
        [ for state, events in ControlLoop.stepsBeside beside plan (ControlRun.start plan) do
              if state.Position = ControlPosition.Over then
                  last <-
                      [ for name, tensor in ControlCheckpoint.save plan state ->
                            name, (tensor.cast Dtype.Float64 |> values) ]

              yield! events ]

    events, last

let private onAnotherThread work =
    let made =
        Task.Factory.StartNew<_>((fun () -> work ()), TaskCreationOptions.LongRunning)

    fun () -> made.GetAwaiter().GetResult()

[<Tests>]
let tests =
    testList
        "ControlLoop"
        [ for order in [ "together"; "sequential" ] do
              case $"beside the updates the same happens, {order}"
              <| fun () ->
                  let plan =
                      planOf [ "lag", "true"; "order", order; "evaluate-every", "2"; "random-steps", "9" ]

                  let begun = ref 0

                  let counted work =
                      Interlocked.Increment begun |> ignore
                      onAnotherThread work

                  let expected, last = followed plan id
                  let events, last' = followed plan counted
                  Expect.equal events expected "events"
                  Expect.equal last' last "state"

                  let rounds = expected |> List.filter (fun event -> event.IsCollected) |> List.length

                  Expect.equal begun.Value (rounds - 1) "every round but the first is collected beside"

          case "without lag nothing is begun early"
          <| fun () ->
              let never _ = failtest "begun"
              followed (planOf []) never |> ignore

          case "who stops reading waits for what was begun"
          <| fun () ->
              let plan = planOf [ "lag", "true" ]
              let finished = ref 0

              let slow work =
                  onAnotherThread (fun () ->
                      Thread.Sleep 50
                      let made = work ()
                      Interlocked.Increment finished |> ignore
                      made)

              let enough (state: ControlRun.State<SoftActorCritic.State>, _) = state.Updates >= 1

              ControlLoop.stepsBeside slow plan (ControlRun.start plan)
              |> Seq.find enough
              |> ignore

              Expect.equal finished.Value 1 "done" ]
