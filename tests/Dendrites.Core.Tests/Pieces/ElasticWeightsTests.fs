module Dendrites.Tests.ElasticWeightsTests

open Dendrites
open Dendrites.Tests.PieceCases
open Expecto

let private positive (tree: Network.Parameters) =
    Network.feedForward tree |> Tree.map (fun t -> dsharp.abs t + 0.01)

[<Tests>]
let tests =
    testList
        "ElasticWeights"
        [ property
              "the penalty is zero at the anchor and positive off it, whatever the segments do"
              (fun key ->
                  let state: ElasticWeights.State =
                      { Anchor = Network.feedForward (parameters (Key.named "anchor" key))
                        Fisher = positive (parameters (Key.named "fisher" key)) }

                  let away = parameters (Key.named "away" key)

                  let config =
                      { ElasticWeights.standard with
                          Strength = 0.6 }

                  let penalty p =
                      (ElasticWeights.penalty config state p).toDouble()

                  Expect.equal (penalty (withSegmentsOf away state.Anchor)) 0.0 "at"

                  let expected =
                      (numbers state.Fisher, numbers state.Anchor, numbers (Network.feedForward away))
                      |||> Array.map3 (fun f anchor p -> f * (p - anchor) * (p - anchor))
                      |> Array.sum

                  Expect.isGreaterThan expected 0.0 "off"
                  expectClose 1e-9 [| 0.3 * expected |] [| penalty away |] "λ/2 Σ F (θ - θ*)²")

          property
              "the Fisher information of a linear model's samples is the mean of their squared gradients"
              (fun key ->
                  let at = parameters key
                  let samples = size "samples" 1 5 key
                  let inputs = normal [ samples; 2 ] (Key.named "inputs" key)

                  // ∂/∂bias of x·b is x, and nothing else matters.
                  let loss i (p: Network.Parameters) = (p.Heads[0].Bias * inputs[i]).sum()
                  let fisher = ElasticWeights.fisher samples loss at

                  expectTensor 1e-12 ((inputs * inputs).mean 0) fisher.Heads[0].Bias "bias"

                  Expect.equal
                      (numbers
                          { fisher with
                              Heads =
                                  [ { fisher.Heads[0] with
                                        Bias = dsharp.zeros [ 1 ] } ] }
                       |> Array.filter ((<>) 0.0))
                      [||]
                      "the rest")

          property "a task's information adds to what is left of the earlier ones'" (fun key ->
              let old, now = parameters (Key.named "old" key), parameters (Key.named "now" key)
              let after = parameters (Key.named "after" key)

              let ended =
                  ElasticWeights.endTask
                      { ElasticWeights.standard with
                          Decay = 0.25 }
                      (positive now)
                      after
                      { Anchor = Network.feedForward old
                        Fisher = positive old }

              expectClose
                  1e-12
                  (Array.map2
                      (fun old now -> old * 0.25 + now)
                      (numbers (positive old))
                      (numbers (positive now)))
                  (numbers ended.Fisher)
                  "F"

              Expect.equal (numbers ended.Anchor) (numbers (Network.feedForward after)) "θ*")

          forgetsLess [ "pieces", "ewc"; "ewc-samples", "64"; "ewc-strength", "20000" ] ]
