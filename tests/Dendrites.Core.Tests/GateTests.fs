module Dendrites.Tests.GateTests

open Expecto
open Dendrites

// Reference values of the published gates: two samples, three units, two segments.
let private drive () =
    tensorOf [ 2; 3 ] [| 1.; -2.; 0.5; 0.3; 0.4; -1. |]

let private activations () =
    tensorOf [ 2; 3; 2 ] [| -7.4; 6.5; 0.2; 0.1; -0.3; 0.9; 1.; -1.; 2.; -3.; 0.; 0. |]

let private reference: (Gate * float[]) list =
    let max = [| 0.998499; -1.099668; 0.355475; 0.219318; 0.352319; -0.5 |]

    [ Bias, [| 7.5; -1.8; 1.4; 1.3; 2.4; -1. |]
      Max, max
      MaxShared, max
      AbsMax, [| 0.000610879; -1.099668; 0.355475; 0.219318; 0.0189703; -0.5 |]
      AbsMaxUnsigned, [| 0.999389; -1.099668; 0.355475; 0.219318; 0.381030; -0.5 |]
      NoGate, [| 1.; -2.; 0.5; 0.3; 0.4; -1. |] ]

let private nameOf gate = sprintf "%A" gate

let private logistic x = 1.0 / (1.0 + exp -x)

/// Each gate spelled out for one unit: its drive and its segments' activations.
let private naive: (Gate * (float -> float[] -> float)) list =
    let strongest (a: float[]) = Array.maxBy abs a

    [ Bias, (fun y a -> y + Array.max a)
      Max, (fun y a -> y * logistic (Array.max a))
      MaxShared, (fun y a -> y * logistic (Array.max a))
      AbsMax, (fun y a -> y * logistic (strongest a))
      AbsMaxUnsigned, (fun y a -> y * logistic (abs (strongest a)))
      Attention,
      (fun y a ->
          let weights = Array.map exp a
          y * logistic (Array.sum (Array.map2 (*) weights a) / Array.sum weights))
      NoGate, (fun y _ -> y)
      Custom(fun a -> (dsharp.sigmoid a).sum 2), (fun y a -> y * Array.sumBy logistic a) ]

let private gradientOf gate (a: Tensor) =
    dsharp.grad (fun a -> (Gate.apply gate (dsharp.ones ([ 1; 1 ], dtype = Dtype.Float64)) a).sum()) a

[<Tests>]
let tests =
    testList
        "Gate"
        [ testList
              "reference values"
              [ for gate, expected in reference do
                    case (nameOf gate)
                    <| fun () ->
                        expectClose
                            2e-6
                            expected
                            (values (Gate.apply gate (drive ()) (activations ())))
                            "gated drive"

                case "the only segment"
                <| fun () ->
                    let only = (activations ()).[*, *, 0..0]

                    let expected =
                        Array.map2 (fun y a -> y * logistic a) (values (drive ())) (values only)

                    expectClose 1e-12 expected (values (Gate.apply OneSegment (drive ()) only)) "gated drive" ]

          testList
              "winning segments, ties to the first"
              [ for gate, expected in
                    [ AbsMax, Some [| 0; 0; 1; 0; 1; 0 |]
                      AbsMaxUnsigned, Some [| 0; 0; 1; 0; 1; 0 |]
                      Max, Some [| 1; 0; 1; 0; 0; 0 |]
                      Bias, Some [| 1; 0; 1; 0; 0; 0 |]
                      NoGate, None
                      Custom id, None ] do
                    case (nameOf gate)
                    <| fun () ->
                        Expect.equal
                            (Gate.winner gate (activations ()) |> Option.map integers)
                            expected
                            "winners" ]

          testList
              "every gate agrees with itself spelled out for one unit"
              [ for gate, spelledOut in naive do
                    property (nameOf gate)
                    <| fun key ->
                        let batch, units, segments =
                            size "batch" 1 5 key, size "units" 1 6 key, size "segments" 1 7 key

                        let y, a =
                            normal [ batch; units ] (Key.named "y" key),
                            normal [ batch; units; segments ] key * 2.0

                        let expected = Array.map2 spelledOut (values y) (rows a)
                        expectClose 1e-12 expected (values (Gate.apply gate y a)) "gated drive" ]

          testList
              "which tied segments share the gradient"
              [ for gate, expected in
                    [ Max, [| 1.; 0.; 0. |]
                      MaxShared, [| 0.5; 0.5; 0. |]
                      AbsMax, [| 1.; 0.; 0. |]
                      Bias, [| 4.; 0.; 0. |] ] do
                    case (nameOf gate)
                    <| fun () ->
                        // σ'(0) is a quarter.
                        let gradient =
                            gradientOf
                                gate
                                (tensorOf [ 1; 1; 3 ] [| 0.; 0.; (if gate.IsAbsMax then 0. else -1.) |])

                        expectClose 1e-12 expected (values (gradient * 4.0)) "gradient" ]

          property
              "the gradient of the signed gate is y·σ'(a) on the winning segment, 0 elsewhere, and σ(a) on the drive"
          <| fun key ->
              let y, a = normal [ 4; 3 ] (Key.named "y" key), normal [ 4; 3; 5 ] key
              let dY = dsharp.grad (fun y -> (Gate.apply AbsMax y a).sum()) y
              let dA = dsharp.grad (fun a -> (Gate.apply AbsMax y a).sum()) a
              let strongest = rows a |> Array.map (Array.maxBy abs)
              expectClose 1e-12 (Array.map logistic strongest) (values dY) "drive"

              let expected =
                  Array.map2
                      (fun y (row: float[]) ->
                          let top = Array.maxBy abs row

                          row
                          |> Array.map (fun a -> if a = top then y * logistic a * logistic -a else 0.0))
                      (values y)
                      (rows a)

              expectClose 1e-12 (Array.concat expected) (values dA) "segments"

          property "the unsigned gate cannot switch a unit off, the signed one can"
          <| fun key ->
              let y, a =
                  dsharp.ones ([ 2; 3 ], dtype = Dtype.Float64), normal [ 2; 3; 4 ] key * 10.0

              Expect.all
                  (values (Gate.apply AbsMaxUnsigned y a))
                  (fun gate -> gate >= 0.5 && gate <= 1.0)
                  "unsigned"

              let off =
                  Gate.apply AbsMax (tensorOf [ 1; 1 ] [| 1. |]) (tensorOf [ 1; 1; 2 ] [| 3.; -40. |])

              Expect.isLessThan (off.toDouble ()) 1e-12 "signed"

          testList
              "every pixel of a channel is gated alike"
              [ for gate, _ in naive do
                    property (nameOf gate)
                    <| fun key ->
                        let batch, channels, height, width =
                            size "batch" 1 3 key,
                            size "channels" 1 4 key,
                            size "height" 1 3 key,
                            size "width" 1 4 key

                        let y, a =
                            normal [ batch; channels; height; width ] (Key.named "y" key),
                            normal [ batch; channels; 3 ] key

                        let z = Gate.apply2d gate y a
                        Expect.equal z.shape y.shape "shape"

                        let pixel (t: Tensor) (place: int) =
                            (t.view [ batch; channels; height * width ])[*, *, place]

                        for place in 0 .. height * width - 1 do
                            let alone = Gate.apply gate (pixel y place) a
                            expectTensor 1e-12 alone (pixel z place) $"pixel {place}" ]

          case "one row of activations gates the whole batch"
          <| fun () ->
              let y, a = normal [ 5; 4 ] (Key.ofSeed 1), normal [ 1; 4; 3 ] (Key.ofSeed 2)

              for gate, _ in naive do
                  expectTensor 1e-12 (Gate.apply gate y (a.repeat (0, 5))) (Gate.apply gate y a) (nameOf gate)

          test "every published gate has one name" {
              let names = List.map fst Gate.named
              Expect.equal names (List.distinct names) "names"
              Expect.hasLength Gate.named 9 "published gates"
          } ]
