module Dendrites.Tests.ControlRepresentationTests

open Expecto
open Dendrites
open Dendrites.Tests.ControlRunTests

/// A finished run of two tasks, one layer of dendrites.
let private finished pairs =
    let plan = planOf ([ "method", "active-dendrites"; "hidden", "8,6" ] @ pairs)
    let mutable last = ControlRun.start plan

    ControlRun.start plan
    |> ControlLoop.events plan (fun state -> last <- state)
    |> Seq.iter ignore

    plan, last

[<Tests>]
let tests =
    testSequenced
    <| testList
        "ControlRepresentation"
        [ propertyOf
              3
              "a segment says of each task what its weight for the task is, before and after"
              (fun key ->
                  let seed = Key.integers 0 1000 1 key |> Array.head
                  let plan, state = finished [ "seed", string<int> seed ]
                  let layers, before = ControlRepresentation.analyse plan state
                  let hidden (learner: SoftActorCritic.State) = learner.Actor.Parameters.Network.Hidden
                  let drawn = hidden (plan.Agent.Init(ControlRun.learnerKey plan.Config))
                  let learned = hidden state.Learner

                  for (layer, before), (first, last) in
                      List.zip (List.zip layers before) (List.zip drawn learned) do
                      match first.Segments, last.Segments with
                      | Some first, Some last ->
                          expectTensor
                              1e-6
                              (last.permute [ 2; 0; 1 ])
                              layer.Segments.Value.Activations
                              "after"

                          expectTensor 1e-6 (first.permute [ 2; 0; 1 ]) before.Value.Activations "before"
                      | _ ->
                          Expect.isNone layer.Segments "no dendrites"
                          Expect.isNone before "nor before")

          case "units are those of three episodes of each task, by the policy's means"
          <| fun () ->
              let plan, state = finished []
              let policy = plan.Agent.Actor state.Learner
              let paths = ControlRepresentation.episodes plan policy
              Expect.equal (paths |> Array.countBy _.Task |> List.ofArray) [ 0, 3; 1, 3 ] "three of each"

              Expect.equal
                  (ControlRepresentation.episodes plan policy |> Array.map _.Actions)
                  (paths |> Array.map _.Actions)
                  "the same again"

              let layers, _ = ControlRepresentation.analyse plan state
              let network = (ControlConfig.agentFor plan.Environments plan.Config).Actor

              for task in 0..1 do
                  let seen =
                      paths
                      |> Array.filter (fun path -> path.Task = task)
                      |> Array.collect (fun path ->
                          Array.sub path.Observations 0 (path.Length * plan.Environments.Observation))
                      |> fun all -> (dsharp.tensor all).view [ -1; plan.Environments.Observation ]

                  let tasks = dsharp.full ([ seen.shape[0] ], task, dtype = Dtype.Int64)

                  let expected = TaskNetwork.hidden network policy seen tasks

                  Expect.equal seen.shape[0] 15 "three episodes of five steps"

                  for layer, outputs in List.zip layers expected do
                      expectTensor 1e-5 (outputs.mean 0) layer.Mean[task] "mean"

          case "nothing is left in memory"
          <| fun () ->
              let plan, state = finished []
              let live = Scope.live ()

              Scope.run (fun () -> ControlRepresentation.analyse plan state |> ignore)
              Expect.equal (Scope.live ()) live "tensors" ]
