module Dendrites.Tests.BoostedTests

open Expecto
open Dendrites

/// Activations of one unit for which these segments win, sample by sample.
let private winning (segments: int) (winners: int list) : Tensor =
    tensorOf
        [ winners.Length; 1; segments ]
        [| for winner in winners do
               for segment in 0 .. segments - 1 -> if segment = winner then -3.0 else 1.0 |]

let private config use' =
    { Boosted.standard with
        Period = 4
        Use = use' }

[<Tests>]
let tests =
    testList
        "Boosted"
        [ case "duty cycles of three batches of two, over a period of four"
          <| fun () ->
              let config =
                  { config Boosted.Selection with
                      Strength = 0.0 }

              let start = Boosted.init config 1 4 Dtype.Float64

              let states =
                  [ [ 1; 2 ]; [ 0; 3 ]; [ 0; 1 ] ]
                  |> List.scan
                      (fun state winners -> snd (Boosted.apply config Training state (winning 4 winners)))
                      start

              Expect.equal
                  (states.Tail |> List.map (fun state -> values state.DutyCycle))
                  [ [| 0.0; 0.5; 0.5; 0.0 |]
                    [| 0.25; 0.25; 0.25; 0.25 |]
                    [| 0.375; 0.375; 0.125; 0.125 |] ]
                  "duty cycles"

          property "without duty cycles, or without strength, it is the published gate" (fun key ->
              let a =
                  normal [ size "batch" 1 5 key; size "units" 1 4 key; size "segments" 1 5 key ] key

              for use' in [ Boosted.Selection; Boosted.Values ] do
                  let state = Boosted.init (config use') a.shape[1] a.shape[2] Dtype.Float64
                  let gate, after = Boosted.apply (config use') Inference state a
                  expectTensor 1e-12 (Gate.response AbsMax a).Value gate "gate"
                  expectSame state after "inference remembers nothing")

          property
              "a frequent winner is held back; what the gate reads is as its use says; the gradient is the winner's"
              (fun key ->
                  let batch, units, segments =
                      size "batch" 1 4 key, size "units" 1 3 key, size "segments" 2 5 key

                  let a = normal [ batch; units; segments ] key

                  let state =
                      { Boosted.init (config Boosted.Selection) units segments Dtype.Float64 with
                          DutyCycle = dsharp.abs (normal [ units; segments ] (Key.named "duty" key)) }

                  let boosted = a * dsharp.exp -state.DutyCycle
                  let winner = dsharp.argmax(dsharp.abs boosted, 2).unsqueeze 2

                  let logistic (t: Tensor) =
                      dsharp.sigmoid(dsharp.gather (t, 2, winner)).squeeze 2

                  for use', read in [ Boosted.Selection, a; Boosted.Values, boosted ] do
                      let gate, _ = Boosted.apply (config use') Inference state a
                      expectTensor 1e-12 (logistic read) gate "gate"

                      let gradient =
                          dsharp.grad
                              (fun a -> (fst (Boosted.apply (config use') Inference state a)).sum())
                              a

                      let slope = logistic read * (1.0 - logistic read)

                      expectTensor
                          1e-9
                          slope
                          (dsharp.gather(gradient, 2, winner).squeeze 2)
                          "as if not boosted"

                      expectClose 1e-9 (values (slope.sum ())) (values (gradient.sum ())) "nobody else")

          case "the strength decays before each epoch"
          <| fun () ->
              let config = { Boosted.standard with Factor = 0.5 }

              let state =
                  Boosted.init config 1 1 Dtype.Float64
                  |> Boosted.beginEpoch config
                  |> Boosted.beginEpoch config

              Expect.equal (state.Strength.toDouble ()) 0.25 "twice" ]
