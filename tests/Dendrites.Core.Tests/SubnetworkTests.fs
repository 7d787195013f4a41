/// Learning the units that are on, alone, is learning the whole network.
module Dendrites.Tests.SubnetworkTests

open Dendrites
open Dendrites.Tests.FusedCases
open Expecto

/// A case of context-dependent gating: two tasks, each with units of its own.
let private switched key : Case =
    let case = draw 6 key

    let hidden =
        [ for layer in 0 .. size "layers" 1 3 key - 1 ->
              size "units" 1 (pick "wide" [ 4; 60 ] key) (Key.fork layer key) ]

    { case with
        Learner =
            { case.Learner with
                Context = OneHotTask
                Boundaries = true
                Dropout = dropout Network.Relu key
                Network =
                    { case.Learner.Network with
                        Hidden = hidden
                        Gates = hidden |> List.map (fun _ -> Switch 0.5)
                        Segments = 1
                        Context = case.Learner.Tasks
                        Activation = Network.Relu
                        SegmentSparsity = 0.0
                        WeightSparsity = 0.0 } } }

let private methodOf (case: Case) =
    Subnetwork.asMethod case.Options case.Batch case.Learner

let private bySubnetwork (case: Case) (start: Learner.State) =
    let method' = methodOf case
    let losses, state = learn method' (Subnetwork.ofLearner start) case
    losses, Subnetwork.look state

[<Tests>]
let tests =
    testList
        "Subnetwork"
        [ propertyOf
              60
              "losses, parameters and what Synaptic Intelligence keeps are the reference's"
              (fun key ->
                  let case = switched key
                  Expect.isEmpty (Subnetwork.validate case.Learner) "learnable"

                  expectSameLearning key case (fun start ->
                      let losses, state = bySubnetwork case start
                      let _, reference = byReference case start

                      // Moments live and die with the part: what the reference has is not asked of it.
                      losses,
                      { state with
                          Optimiser = reference.Optimiser }))

          propertyOf
              20
              "every task is answered by the units that are its own, while another is learned and after"
              (fun key ->
                  let case = switched key
                  let start = Learner.init case.Learner key
                  let method' = methodOf case
                  let _, state = learn method' (Subnetwork.ofLearner start) case
                  let x = case.Tasks.Head.Head.Images

                  for task in 0..1 do
                      let answers state = method'.Predict task x state |> rows
                      let expected = Learner.predict case.Learner task x (Subnetwork.look state) |> rows
                      Array.iter2 (fun e a -> expectClose 2e-4 e a "scores") expected (answers state)

                  method'.Free state)

          propertyOf 20 "units that a task switches off do not move" (fun key ->
              let case = switched key
              let start = Learner.init case.Learner key

              let _, state =
                  bySubnetwork
                      { case with
                          Tasks = [ case.Tasks.Head ] }
                      start

              for before, after in List.zip start.Parameters.Hidden state.Parameters.Hidden do
                  let on = before.Segments.Value[*, 0, 0]
                  let moved = dsharp.abs(after.Weight - before.Weight).sum 1
                  Expect.equal ((moved * (1.0 - on)).sum().toDouble()) 0.0 "rows"
                  let moved = dsharp.abs (after.Bias - before.Bias)
                  Expect.equal ((moved * (1.0 - on)).sum().toDouble()) 0.0 "biases")

          propertyOf 20 "losses and parameters are the same after a checkpoint between two tasks" (fun key ->
              let case = switched key
              let start = Learner.init case.Learner key
              let losses, state = bySubnetwork case start
              let method' = methodOf case

              let resuming =
                  { method' with
                      EndTask =
                          fun task samples places state ->
                              let ended = method'.EndTask task samples places state
                              let saved = Map.ofList (method'.Save ended)

                              method'.Restore key (fun name -> Map.tryFind name saved) |> expectOk "restored" }

              let losses', resumed = learn resuming (Subnetwork.ofLearner start) case
              Expect.equal losses' losses "losses"
              expectSame state.Parameters (Subnetwork.look resumed).Parameters "parameters")

          case "what cannot be learned so is said" (fun () ->
              let xdg = (switched (Key.ofSeed 1)).Learner

              let refused config =
                  not (Subnetwork.validate config).IsEmpty

              Expect.isTrue (refused { xdg with Boundaries = false }) "moments that live on"
              Expect.isTrue (refused { xdg with Context = Prototype }) "other contexts"

              Expect.isTrue
                  (refused
                      { xdg with
                          Network =
                              { xdg.Network with
                                  Activation = Network.KWinners(KWinners.standard 0.5) } })
                  "winners") ]
