module Dendrites.Tests.TanhGaussianTests

open Expecto
open Dendrites

let private stable =
    { TanhGaussian.published with
        Correction = TanhGaussian.Stable }

let private both = [ "stable", stable; "as published", TanhGaussian.published ]

/// Means, log standard deviations and noise `[rows; actions]` that the key draws, within the bounds.
let private drawn rows actions (key: Key) =
    normal [ rows; actions ] (Key.named "mean" key),
    Key.uniform -1.5 1.5 [ rows; actions ] Dtype.Float64 (Key.named "log std" key),
    normal [ rows; actions ] (Key.named "noise" key)

/// The slope of `f` along every element of `x`, by central differences.
let private slopes (f: Tensor -> Tensor) (x: Tensor) =
    let step = 1e-6
    let elements = values x

    elements
    |> Array.mapi (fun i element ->
        let at value =
            let moved = Array.copy elements
            moved[i] <- value
            (f (tensorOf (List.ofArray x.shape) moved)).toDouble()

        (at (element + step) - at (element - step)) / (2.0 * step))

[<Tests>]
let tests =
    testList
        "TanhGaussian"
        [ testList
              "the density integrates to one; to less, by what lies near ±1, with an ε"
              [ for name, config in both do
                    propertyOf 20 name (fun key ->
                        // Over u, in which the squeezed density is p(a(u)) · da/du; wide enough, and a rectangle rule of smooth functions.
                        let mean = Key.uniforms 1 (Key.named "mean" key) |> Array.head
                        let logStd = (Key.uniforms 1 (Key.named "log std" key) |> Array.head) * 2.0 - 1.5
                        let grid = [| -12.0 .. 0.01..12.0 |]
                        let u = tensorOf [ grid.Length; 1 ] grid
                        let at value = dsharp.fullLike (u, value)

                        let density =
                            values (TanhGaussian.logDensity config u (at mean) (at logStd)) |> Array.map exp

                        let parts =
                            (density, grid)
                            ||> Array.map2 (fun density u -> density * (1.0 - tanh u ** 2.0) * 0.01)

                        let normal u =
                            let z = (u - mean) / exp logStd
                            exp (-0.5 * z * z) / (exp logStd * sqrt (2.0 * System.Math.PI)) * 0.01

                        // What the ε takes of each part: 1 - a² of 1 - a² + ε is left.
                        let lost =
                            match config.Correction with
                            | TanhGaussian.Stable -> 0.0
                            | TanhGaussian.Epsilon epsilon ->
                                grid
                                |> Array.sumBy (fun u ->
                                    normal u * epsilon / (1.0 - tanh u ** 2.0 + epsilon))

                        Expect.isLessThan (abs (Array.sum parts - (1.0 - lost))) 1e-6 "total") ]

          testList
              "a sample's log density is that of where it fell"
              [ for name, config in both do
                    property name (fun key ->
                        let mean, raw, noise = drawn 5 3 key
                        let actions, density = TanhGaussian.sample config noise mean raw
                        let u = mean + dsharp.exp raw * noise
                        expectTensor 1e-12 (dsharp.tanh u) actions "actions"
                        expectTensor 1e-9 (TanhGaussian.logDensity config u mean raw) density "density") ]

          property "with bounds away, the log density is that of the normal less Σ log(1 - a²)"
          <| fun key ->
              let mean, raw, noise = drawn 4 2 key
              let actions, density = TanhGaussian.sample stable noise mean raw
              let s, e, a = values raw, values noise, values actions

              let expected =
                  Array.init 4 (fun row ->
                      Seq.sum
                          [ for i in [ row * 2; row * 2 + 1 ] ->
                                -0.5 * e[i] * e[i]
                                - s[i]
                                - 0.5 * log (2.0 * System.Math.PI)
                                - log (1.0 - a[i] * a[i]) ])

              expectClose 1e-6 expected (values density) "log density"

          case
              "the published correction adds its ε under the logarithm; the stable one stays finite and exact far out"
          <| fun () ->
              let noise, zero = tensorOf [ 1; 1 ] [| 0.0 |], tensorOf [ 1; 1 ] [| 0.0 |]

              let at config u =
                  values (snd (TanhGaussian.sample config noise (tensorOf [ 1; 1 ] [| u |]) zero))
                  |> Array.head

              let half = 0.5 * log (2.0 * System.Math.PI)

              Expect.floatClose
                  Accuracy.high
                  (at TanhGaussian.published 0.0)
                  (-half - log (1.0 + 1e-6))
                  "ε at 0"

              Expect.floatClose Accuracy.high (at TanhGaussian.published 40.0) (-half - log 1e-6) "ε far out"
              // log(1 - tanh² u) → log 4 - 2u.
              Expect.floatClose Accuracy.high (at stable 40.0) (-half - (log 4.0 - 80.0)) "stable far out"

              Expect.floatClose
                  Accuracy.high
                  (at stable -40.0)
                  (-half - (log 4.0 - 80.0))
                  "stable far out, below"

          testList
              "gradients are the slopes"
              [ for name, config in both do
                    property name (fun key ->
                        // Not far out, where differences of logarithms lose their digits.
                        let mean, raw, noise = drawn 3 2 key
                        let mean, raw, noise = mean * 0.5, raw * 0.5, noise * 0.5
                        let weights = normal [ 3; 2 ] (Key.named "weights" key)

                        let f mean raw =
                            let actions, density = TanhGaussian.sample config noise mean raw
                            (actions * weights).sum() + density.sum ()

                        let _, (byMean, byRaw) = Tree.grad (fun (mean, raw) -> f mean raw) (mean, raw)
                        expectClose 1e-4 (slopes (fun mean -> f mean raw) mean) (values byMean) "mean"
                        expectClose 1e-4 (slopes (f mean) raw) (values byRaw) "log std") ]

          case "log standard deviations are cut to the bounds, with no gradient beyond"
          <| fun () ->
              let raw = tensorOf [ 1; 3 ] [| -25.0; 0.5; 3.0 |]
              expectClose 0.0 [| -20.0; 0.5; 2.0 |] (values (TanhGaussian.logStd stable raw)) "cut"

              let _, slope =
                  Tree.grad (fun (raw: Tensor) -> (TanhGaussian.logStd stable raw).sum()) raw

              expectClose 0.0 [| 0.0; 1.0; 0.0 |] (values slope) "gradient"

          case "no chance: the squeezed mean"
          <| fun () ->
              let mean = tensorOf [ 1; 2 ] [| -1.0; 0.5 |]
              expectClose 1e-15 [| tanh -1.0; tanh 0.5 |] (values (TanhGaussian.deterministic mean)) "action"

          case "bounds the wrong way round and an ε of nothing are problems"
          <| fun () ->
              let wheres config =
                  TanhGaussian.validate config |> List.map _.Where

              Expect.isEmpty (wheres TanhGaussian.published) "published"
              Expect.isEmpty (wheres stable) "stable"

              Expect.equal
                  (wheres
                      { Low = 1.0
                        High = 0.0
                        Correction = TanhGaussian.Epsilon 0.0 })
                  [ "log-std-low"; "density-epsilon" ]
                  "both" ]
