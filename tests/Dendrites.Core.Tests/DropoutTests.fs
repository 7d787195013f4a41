/// What is dropped, when, and that nothing is at test.
module Dendrites.Tests.DropoutTests

open Dendrites
open Expecto

let private draw key : Dropout.Config =
    { Input = pick "input" [ 0.1; 0.25; 0.9 ] key
      Hidden = pick "hidden" [ 0.5; 0.2 ] key
      Key = key }

let private bit (rows: byte[]) samples row sample =
    rows[row * Dropout.stride samples + sample / 8] >>> (sample % 8) &&& 1uy = 1uy

/// A dense rectified learner with one hidden layer, in float64, that drops.
let private learner key : Learner.Config =
    let config =
        Learner.ofRun 9 3 (configured "xdg-2" [ "method", "mlp"; "hidden", "12" ])

    { config with
        Network =
            { config.Network with
                Dtype = Dtype.Float64 }
        Dropout = draw key }

let private samples count key =
    let samples = labelled count 9 3 key

    { samples with
        Images = samples.Images.cast Dtype.Float64 }

let private masks =
    testList
        "what is dropped"
        [ property "is the same for a key, and each unit's own whatever others there are" (fun key ->
              let config = draw key
              let samples, level = size "samples" 1 40 key, size "level" 0 3 key
              let units = size "units" 1 30 key
              let kept = Dropout.kept config 3 7 level
              let all = kept [| 0 .. units - 1 |] samples
              Expect.equal (kept [| 0 .. units - 1 |] samples) all "again"
              let some = Key.permutation units key |> Array.truncate (size "some" 1 units key)
              let part = kept some samples

              for row in 0 .. some.Length - 1 do
                  for sample in 0 .. samples - 1 do
                      Expect.equal (bit part samples row sample) (bit all samples some[row] sample) "bit")

          case "is another at another step, task, level, unit, and by another key" (fun () ->
              let config = draw (Key.ofSeed 1)
              let units = [| 0..9 |]
              let first = Dropout.kept config 0 0 1 units 64

              for other in
                  [ Dropout.kept config 1 0 1 units 64
                    Dropout.kept config 0 1 1 units 64
                    Dropout.kept config 0 0 2 units 64
                    Dropout.kept config 0 0 1 [| 1..10 |] 64
                    Dropout.kept { config with Key = Key.ofSeed 2 } 0 0 1 units 64 ] do
                  Expect.notEqual other first "bits")

          property "is zero, and what stays is divided by its probability" (fun key ->
              let config = draw key
              let samples, units = size "samples" 1 40 key, size "units" 1 30 key
              let level = size "level" 0 2 key
              let x = normal [ samples; units ] key
              let kept = Dropout.kept config 2 5 level [| 0 .. units - 1 |] samples
              let actual = Dropout.apply config 2 5 level x |> rows
              let probability = 1.0 - (if level = 0 then config.Input else config.Hidden)
              expectClose 1e-5 [| probability |] [| Dropout.keep config level |] "probability"

              for sample, row in Array.indexed (rows x) do
                  let expected =
                      row
                      |> Array.mapi (fun unit x ->
                          if bit kept samples unit sample then
                              x / Dropout.keep config level
                          else
                              0.0)

                  expectClose 1e-12 expected actual[sample] "outputs")

          case "leaves the mean where it is" (fun () ->
              for config in
                  [ for dropped in [ 0.1; 0.5; 0.8 ] ->
                        { Dropout.none with
                            Hidden = dropped
                            Key = Key.ofSeed 3 } ] do
                  let n = 400 * 500
                  let mean = (Dropout.apply config 0 0 1 (dsharp.ones [ 400; 500 ])).mean().toDouble()
                  let deviation = sqrt (config.Hidden / (1.0 - config.Hidden) / float n)
                  Expect.isLessThan (abs (mean - 1.0)) (5.0 * deviation) "mean")

          property "is nothing at 0" (fun key ->
              let x = normal [ 3; 4 ] key
              expectSame x (Dropout.apply { Dropout.none with Key = key } 0 0 (size "level" 0 2 key) x) "x") ]

let private learning =
    testList
        "a learner with dropout"
        [ property "loses what its thinned network loses" (fun key ->
              let config = learner key
              let batch = samples (size "batch" 1 20 key) key
              let mutable state = Learner.init config key
              let task = size "task" 0 1 key

              for step in 0..2 do
                  let hidden, head = state.Parameters.Hidden.Head, state.Parameters.Heads.Head
                  let drop = Dropout.apply config.Dropout task step
                  let linear (map: Network.Linear) x = dsharp.linear (x, map.Weight, map.Bias)

                  let first: Network.Linear =
                      { Weight = hidden.Weight
                        Bias = hidden.Bias }

                  let scores =
                      batch.Images |> drop 0 |> linear first |> dsharp.relu |> drop 1 |> linear head

                  let expected = dsharp.crossEntropyLoss(scores, batch.Labels).toDouble()
                  let next, loss = Learner.step config task batch state
                  expectClose 1e-9 [| expected |] [| loss |] "loss"
                  state <- next)

          property "does not move a weight from an input that is dropped for every sample" (fun key ->
              let config = learner key
              let batch = samples 1 key
              let start = Learner.init config key
              let state, _ = Learner.step config 0 batch start
              let kept = Dropout.kept config.Dropout 0 0 0 [| 0..8 |] 1

              let moved =
                  state.Parameters.Hidden.Head.Weight - start.Parameters.Hidden.Head.Weight

              for input in 0..8 do
                  if not (bit kept 1 input 0) then
                      Expect.equal ((dsharp.abs moved[*, input]).sum().toDouble()) 0.0 "column")

          property "answers as one without" (fun key ->
              let config = learner key
              let state = Learner.init config key
              let x = (samples 5 key).Images
              let without = { config with Dropout = Dropout.none }
              expectSame (Learner.predict without 0 x state) (Learner.predict config 0 x state) "scores")

          property "that drops nothing learns as one without" (fun key ->
              let config =
                  { learner key with
                      Dropout = Dropout.none }

              let batch = samples 5 key
              let state = Learner.init config key

              let keyed =
                  { config with
                      Dropout = { Dropout.none with Key = key } }

              let step config = fst (Learner.step config 0 batch state)
              expectSame (step config).Parameters (step keyed).Parameters "parameters")

          case "is what a run's configuration says" (fun () ->
              let dropout preset pairs =
                  (Learner.ofRun 9 3 (configured preset pairs)).Dropout

              let gated = dropout "xdg-5" []
              Expect.equal (gated.Input, gated.Hidden) (0.0, 0.5) "xdg"
              let both = dropout "si-xdg-10" []
              Expect.equal (both.Input, both.Hidden) (0.2, 0.5) "si-xdg"
              Expect.equal (dropout "xdg-5" [ "seed", "42" ]).Key gated.Key "a seed's key"
              Expect.notEqual (dropout "xdg-5" [ "seed", "43" ]).Key gated.Key "another's"
              let mlp = dropout "prototype-10" []
              Expect.equal (mlp.Input, mlp.Hidden) (0.0, 0.0) "others")

          case "is not the fused engine's behind k-winners" (fun () ->
              let refused preset pairs =
                  Learner.ofRun 784 10 (configured preset pairs)
                  |> Fused.validate
                  |> List.isEmpty
                  |> not

              Expect.isTrue (refused "prototype-10" [ "dropout", "0.5" ]) "winners"
              Expect.isFalse (refused "prototype-10" [ "input-dropout", "0.5" ]) "inputs"
              Expect.isFalse (refused "prototype-10" [ "k-winners", "false"; "dropout", "0.5" ]) "rectifiers") ]

[<Tests>]
let tests = testList "Dropout" [ masks; learning ]
