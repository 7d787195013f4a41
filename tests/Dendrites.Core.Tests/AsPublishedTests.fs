module Dendrites.Tests.AsPublishedTests

open Expecto
open Dendrites

let private config context : Learner.Config =
    { Network =
        { Inputs = 9
          Hidden = [ 12; 8 ]
          Heads = [ 3 ]
          Gates = [ AbsMax; AbsMax ]
          Segments = 4
          Context =
            match context with
            | OneHotTask -> 5
            | _ -> 9
          Activation = Network.KWinners(KWinners.standard 0.25)
          WeightSparsity = 0.5
          SegmentSparsity = 0.0
          ContextDensity = 1.0
          Initialisation = Network.Modified
          Dtype = Dtype.Float64 }
      Optimiser = Optimiser.adam 0.01
      Context = context
      Tasks = 5
      Boundaries = true }

/// Scores after some steps, and the last loss.
let private learned (learner: Method<Learner.State>) (samples: Samples) =
    let begun =
        learner.BeginTask 0 (taskOf samples) [| 0..29 |] (learner.Init(Key.ofSeed 3))

    let state, loss =
        Seq.fold (fun (state, _) _ -> learner.Step 0 samples state) (begun, 0.0) (seq { 1..5 })

    learner.Predict 0 samples.Images state, loss

[<Tests>]
let tests =
    testList
        "AsPublished"
        [ for name, context in [ "prototypes", Prototype; "one-hot contexts", OneHotTask ] do
              case $"learns and answers as the reference engine does, with {name}"
              <| fun () ->
                  let config = config context
                  let samples = labelled 30 9 3 (Key.named "samples" (Key.ofSeed 4))

                  let samples =
                      { samples with
                          Images = dsharp.cast (samples.Images, Dtype.Float64) }

                  let scores, loss = learned (AsPublished.asMethod config) samples
                  let expected, expectedLoss = learned (Learner.asMethod config) samples
                  let apart = (scores - expected).abs().max().toDouble()
                  Expect.isLessThan apart 1e-9 "scores"
                  Expect.floatClose Accuracy.high loss expectedLoss "loss" ]
