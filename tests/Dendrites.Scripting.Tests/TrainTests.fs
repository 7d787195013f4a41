module Dendrites.Tests.TrainTests

open System
open Dendrites
open Dendrites.Tests.Support
open Expecto

/// A learner's tensors as plain numbers.
let private bits (run: Trained<'s>) =
    [ for name, t in run.Plan.Method.Save run.State.Learner -> name, t.shape, Numbers.all t ]

/// `run` as Ctrl-C leaves it after so many updates more.
let private stoppedAfter updates (run: Trained<'s>) =
    let mutable left = updates

    let state =
        run.Trainer.Learn
            (function
            | Stepped _ ->
                left <- left - 1
                left > 0
            | _ -> true)
            run.Plan
            run.State

    { run with State = state }

let private settings =
    lazy
        [ "reference", softer.Value
          "fused", small.Value
          "fused",
          { small.Value with
              Gate = "switch", Switch 0.6
              Segments = 1
              Context = OneHotTask
              KWinners = false } ]

[<Tests>]
let tests =
    testList
        "Train"
        [ testCase "a stream is learned by the quickest engine that can, as Run learns it"
          <| fun () ->
              for engine, config in settings.Value do
                  let run = Train.stream config tasks.Value
                  Expect.equal run.Trainer.Name engine "engine"
                  Expect.equal (run.Learned, run.IsOver, run.State.Steps) (3, true, 24) "the whole stream"

                  let events =
                      let plan = Train.start config tasks.Value
                      Run.start plan.Plan |> Run.events plan.Plan ignore |> List.ofSeq

                  let losses =
                      events
                      |> List.choose (function
                          | Stepped step -> Some step.Loss
                          | _ -> None)

                  for ours, theirs in List.zip run.Losses losses do
                      Expect.floatClose Accuracy.low ours theirs "loss"

                  if engine = "reference" then
                      Expect.equal run.Losses losses "to the bit"

                      for happened in events do
                          match happened with
                          | Evaluated(after, on, score) ->
                              Expect.equal
                                  (Metrics.accuracy after on run.Matrix)
                                  (Some score.Accuracy)
                                  "score"
                          | _ -> ()

          testCase "task by task comes to the same as at once"
          <| fun () ->
              for _, config in settings.Value do
                  let whole = Train.stream config tasks.Value
                  let one = Train.start config tasks.Value |> Train.task
                  Expect.equal (one.Learned, one.IsOver, one.Losses.Length) (1, false, 8) "one task"
                  let all = one |> Train.task |> Train.task
                  Expect.equal all.Matrix whole.Matrix "scores"
                  Expect.equal all.Losses whole.Losses "losses"
                  Expect.equal (bits all) (bits whole) "weights"
                  Expect.equal (Train.task all).State.Steps 24 "there is no other"

          testCase "what was stopped goes on as if it had not been"
          <| fun () ->
              // Context-dependent gating begins its optimiser anew.
              for engine, config in settings.Value[..1] do
                  let whole = Train.stream config tasks.Value

                  for updates in [ 3; 8; 13 ] do
                      let stopped = Train.start config tasks.Value |> stoppedAfter updates
                      Expect.equal stopped.State.Steps updates "after the update"
                      let all = Train.rest stopped

                      for (name, _, ours), (_, _, theirs) in List.zip (bits all) (bits whole) do
                          for a, b in Array.zip ours theirs do
                              Expect.isLessThan (abs (a - b)) 1e-3 $"{engine}: {name} after {updates}"

          testCase "what is gone on from stays as it was, and leads to the same again"
          <| fun () ->
              for _, config in settings.Value do
                  let run = Train.start config tasks.Value |> stoppedAfter 10
                  let before = bits run
                  let one, other = Train.rest run, Train.rest run
                  Expect.equal (bits run) before "as it was"
                  Expect.equal (bits one) (bits other) "the same"
                  Train.free one
                  Expect.equal (bits run) before "nothing of it was the other's"

          testCase "a run is asked about any task, as it was when it was tested"
          <| fun () ->
              for _, config in settings.Value do
                  let run = Train.start config tasks.Value |> Train.task
                  Expect.equal (Some(Train.accuracy 0 run)) (Metrics.accuracy 0 0 run.Matrix) "as tested"
                  Expect.isLessThan (Train.accuracy 2 run) 1.01 "a task that it has not met"
                  refuses [ "task was 3"; "0 to 2" ] (fun () -> Train.accuracy 3 run)
                  let images = (tasks.Value.Test[0].Gather [| 0..4 |]).Images
                  Expect.equal (Train.predict 0 images run).shape [| 5; 4 |] "scores"

          testCase "the tasks are learned"
          <| fun () ->
              let run = Train.start { softer.Value with Epochs = 30 } tasks.Value |> Train.task

              Expect.isGreaterThan (Train.accuracy 0 run) 0.5 "chance is a quarter"

          testCase "hidden layers are seen task by task"
          <| fun () ->
              let layers = Train.layers (Train.stream small.Value tasks.Value)
              Expect.equal (layers |> List.map _.Active.shape) [ [| 3; 16 |]; [| 3; 12 |] ] "[tasks; units]"

          testCase "a method of one's own is a record of functions"
          <| fun () ->
              let diary: Method<string list> =
                  { Init = fun _ -> []
                    BeginTask = fun task _ _ state -> $"begin {task}" :: state
                    BeginEpoch = id
                    Step = fun task batch state -> $"step {task} of {batch.Count}" :: state, 0.5
                    Predict = fun _ images _ -> dsharp.zeros [ images.shape[0]; 4 ]
                    EndTask = fun task _ _ state -> $"end {task}" :: state
                    Save = fun _ -> []
                    Restore = fun _ _ -> Ok []
                    Free = ignore }

              let run = Train.by diary { small.Value with Epochs = 1 } tasks.Value |> Train.task
              let steps = List.replicate 4 "step 0 of 16"
              Expect.equal (List.rev run.State.Learner) ("begin 0" :: steps @ [ "end 0" ]) "what it was told"
              Expect.equal run.Losses [ 0.5; 0.5; 0.5; 0.5 ] "losses"

          testCase "settings that cannot be are refused in a line, all at once"
          <| fun () ->
              refuses [ "quik"; "did you mean 'quick'" ] (fun () -> Train.preset "quik")

              refuses [ "density"; "lr" ] (fun () ->
                  Train.start
                      { small.Value with
                          Density = 2.0
                          LearningRate = -1.0 }
                      tasks.Value)

              refuses [ "batch was 71" ] (fun () -> Train.start { small.Value with Batch = 71 } tasks.Value)

          testCase "a loss that is no number ends training, and says where"
          <| fun () ->
              let lost =
                  { small.Value with
                      KWinners = false
                      Gate = "lost", Custom(fun activations -> activations.sum 2 * nan) }

              refuses [ "NaN"; "task 1, epoch 1, step 1" ] (fun () -> Train.stream lost tasks.Value) ]

let private live () =
    GC.Collect()
    GC.WaitForPendingFinalizers()
    Scope.live ()

// Other tests make tensors too, so this does not run beside them.
[<Tests>]
let memory =
    testSequenced (
        testCase "training holds what it gives back and nothing else"
        <| fun () ->
            for engine, config in settings.Value do
                let start = Train.start config tasks.Value
                Train.free (Train.rest start)
                let before = live ()
                let run = Train.rest start
                let kept = int64 (Tree.tensors run.State.Learner).Length
                // Fewer where the collector came late to what was there before.
                Expect.isLessThanOrEqual (live () - before) kept $"{engine}: tensors"
                Train.free run
    )
