module Dendrites.Tests.BoostedTests

open Expecto
open Dendrites

let private config form =
    { Boosted.standard with
        Form = form
        Strength = 1.3
        Factor = 0.5
        Period = 7 }

/// A state somewhere in training: duty cycles in [0, 1].
let private lived config units segments key : Boosted.State =
    { Boosted.init config units segments Dtype.Float64 with
        DutyCycle = Key.uniform 0.0 1.0 [ units; segments ] Dtype.Float64 (Key.named "duty" key)
        Samples = dsharp.tensor 100L }

let private sizes key =
    size "batch" 1 5 key, size "units" 1 4 key, size "segments" 1 5 key

let private sigmoid x = 1.0 / (1.0 + exp -x)

/// Winners and what the gate is told, by hand: `[batch][units]`.
let private byHand form (state: Boosted.State) (activations: Tensor) =
    let duty, beta = rows state.DutyCycle, state.Strength.toDouble ()

    [| for sample in 0 .. activations.shape[0] - 1 ->
           rows activations[sample]
           |> Array.mapi (fun unit a ->
               let boosted = Array.map2 (fun a d -> a * exp (-beta * d)) a duty[unit]
               let best = boosted |> Array.map abs |> Array.max
               let winner = boosted |> Array.findIndex (fun b -> abs b = best)
               winner, (if form = Boosted.Choice then a[winner] else boosted[winner])) |]

[<Tests>]
let tests =
    testList
        "Boosted"
        [ test "the duty cycle over three batches of two, period 4: the authors' figures" {
              Scope.run (fun () ->
                  let config =
                      { config Boosted.Choice with
                          Period = 4 }

                  let start = Boosted.init config 1 4 Dtype.Float64

                  let pass state (first, second) =
                      Boosted.remember config 2 ((indices [| first; second |]).view [ 2; 1 ]) state

                  let states = List.scan pass start [ 1, 2; 0, 3; 0, 1 ]

                  Expect.equal
                      (states.Tail |> List.map (fun state -> values state.DutyCycle))
                      [ [| 0.0; 0.5; 0.5; 0.0 |]
                        [| 0.25; 0.25; 0.25; 0.25 |]
                        [| 0.375; 0.375; 0.125; 0.125 |] ]
                      "duty cycles"

                  Expect.equal
                      (states |> List.map (fun state -> int (state.Samples.toDouble ())))
                      [ 0; 2; 4; 6 ]
                      "samples")
          }

          testList
              "the gate is told what the chosen segment said, or the boosted"
              [ for name, form in [ "choice", Boosted.Choice; "alias", Boosted.Alias ] do
                    property name
                    <| fun key ->
                        let batch, units, segments = sizes key
                        let config = config form
                        let state = lived config units segments key
                        let a = normal [ batch; units; segments ] (Key.named "a" key)
                        let y = normal [ batch; units ] (Key.named "y" key)
                        let gated, after = Boosted.apply config Training state y a
                        let hand = byHand form state a

                        let expected =
                            Array.map2 (Array.map2 (fun y (_, told) -> y * sigmoid told)) (rows y) hand

                        expectClose 1e-12 (Array.concat expected) (values gated) "gated"

                        // As if the factor were 1: σ'(told) · y on the winner, nothing elsewhere.
                        let slope =
                            dsharp.grad (fun a -> (fst (Boosted.apply config Training state y a)).sum()) a

                        let drive = rows y

                        let expected =
                            [| for sample in 0 .. batch - 1 do
                                   for unit in 0 .. units - 1 do
                                       let winner, told = hand[sample][unit]
                                       let g = sigmoid told

                                       for segment in 0 .. segments - 1 ->
                                           if segment = winner then
                                               drive[sample][unit] * g * (1.0 - g)
                                           else
                                               0.0 |]

                        expectClose 1e-12 expected (values slope) "gradient"
                        let asked, same = Boosted.apply config Inference state y a
                        expectSame gated asked "answers do not depend on the phase"
                        expectSame state same "nothing is remembered when asked"
                        Expect.notEqual (values after.DutyCycle) (values state.DutyCycle) "learning is" ]

          property "a context that a batch shares counts once for each sample"
          <| fun key ->
              let batch, units, segments = sizes key
              let config = config Boosted.Choice
              let state = lived config units segments key
              let a = normal [ 1; units; segments ] (Key.named "a" key)
              let y = normal [ batch; units ] (Key.named "y" key)
              let one, shared = Boosted.apply config Training state y a

              let each, apart =
                  Boosted.apply config Training state y (a.expand [ batch; units; segments ])

              expectTensor 1e-12 one each "gated"
              expectTensor 1e-12 shared.DutyCycle apart.DutyCycle "duty cycle"

          property "without boosting it is the abs-max gate"
          <| fun key ->
              let batch, units, segments = sizes key

              let config =
                  { config (pick "form" [ Boosted.Choice; Boosted.Alias ] key) with
                      Strength = 0.0 }

              let state =
                  { lived config units segments key with
                      Strength = tensorOf [] [| 0.0 |] }

              let a = normal [ batch; units; segments ] (Key.named "a" key)
              let y = normal [ batch; units ] (Key.named "y" key)

              expectTensor
                  1e-12
                  (Gate.apply AbsMax y a)
                  (fst (Boosted.apply config Training state y a))
                  "gated"

          case "a segment that is always chosen makes way for others"
          <| fun () ->
              let config =
                  { config Boosted.Choice with
                      Period = 20 }

              let a = tensorOf [ 1; 1; 3 ] [| 1.0; 0.9; -0.8 |]
              let y = tensorOf [ 1; 1 ] [| 1.0 |]

              let step (state, _) _ =
                  let winner = integers (Boosted.winner state a)
                  snd (Boosted.apply config Training state y a), winner[0]

              let chosen =
                  [ 1..40 ]
                  |> List.scan step (Boosted.init config 1 3 Dtype.Float64, 0)
                  |> List.map snd

              Expect.equal (Set chosen) (Set [ 0; 1; 2 ]) "all are chosen"

          case "boosting decays with every epoch"
          <| fun () ->
              let config = config Boosted.Choice
              let state = Boosted.init config 1 1 Dtype.Float64
              let later = state |> Boosted.beginEpoch config |> Boosted.beginEpoch config
              expectClose 1e-12 [| 1.3 * 0.25 |] (values later.Strength) "strength"

          test "bad settings are all told" {
              let bad =
                  { Boosted.standard with
                      Strength = -1.0
                      Factor = nan
                      Period = 0 }

              Expect.equal
                  (Boosted.validate bad |> List.map _.Where)
                  [ "boost strength"; "boost factor"; "duty cycle period" ]
                  "problems"

              Expect.isEmpty (Boosted.validate Boosted.standard) "the standard"
          } ]
