module Dendrites.Tests.SynapticIntelligenceTests

open Dendrites
open Expecto
open Dendrites.Tests.PieceCases

/// A state in which everything mattered.
let private state key : SynapticIntelligence.State =
    let anchor = parameters (Key.named "anchor" key) |> Network.feedForward

    { SynapticIntelligence.init anchor with
        Importance =
            parameters (Key.named "importance" key)
            |> Network.feedForward
            |> Tree.map (fun t -> dsharp.abs t + 0.01) }

[<Tests>]
let tests =
    testList
        "SynapticIntelligence"
        [ property
              "the penalty is zero at the anchor and positive off it, whatever the segments do"
              (fun key ->
                  let state = state key
                  let away = parameters (Key.named "away" key)

                  let at = withSegmentsOf away state.Anchor
                  Expect.equal ((SynapticIntelligence.penalty state at).toDouble()) 0.0 "at"
                  Expect.isGreaterThan ((SynapticIntelligence.penalty state away).toDouble()) 0.0 "off"

                  let expected =
                      (numbers state.Importance, numbers state.Anchor, numbers (Network.feedForward away))
                      |||> Array.map3 (fun importance anchor p -> importance * (p - anchor) * (p - anchor))
                      |> Array.sum

                  expectClose
                      1e-6
                      [| expected |]
                      [| (SynapticIntelligence.penalty state away).toDouble() |]
                      "Σ Ω (θ - θ̃)²")

          property "the path of a task, and what it makes of importances" (fun key ->
              let start = state key

              let before, after =
                  parameters (Key.named "before" key), parameters (Key.named "after" key)

              let gradients = parameters (Key.named "gradients" key)

              let walked =
                  SynapticIntelligence.follow SynapticIntelligence.published 0.1 gradients before after start

              let path =
                  (numbers (Network.feedForward gradients),
                   numbers (Network.feedForward before),
                   numbers (Network.feedForward after))
                  |||> Array.map3 (fun g b a -> -g * (a - b))

              expectClose 1e-6 path (numbers walked.Path) "ω"

              let config =
                  { SynapticIntelligence.published with
                      Damping = 0.3 }

              let ended = SynapticIntelligence.endTask config after walked

              let importance =
                  (path, numbers (Network.feedForward after), numbers start.Anchor)
                  |||> Array.map3 (fun path p anchor -> max 0.0 path / ((p - anchor) * (p - anchor) + 0.3))
                  |> Array.map2 (+) (numbers start.Importance)

              expectClose 1e-6 importance (numbers ended.Importance) "Ω"
              Expect.equal (numbers ended.Anchor) (numbers (Network.feedForward after)) "θ̃"
              Expect.isTrue (numbers ended.Path |> Array.forall ((=) 0.0)) "ω begins anew")

          test "the first task that pays" {
              let config =
                  { SynapticIntelligence.published with
                      From = 3 }

              Expect.equal
                  [ for task in 0..3 -> SynapticIntelligence.strength config task ]
                  [ 0.0; 0.0; 0.1; 0.1 ]
                  "strength"
          }

          property "of the loss alone, the penalty's gradient is no part of the path" (fun key ->
              let start = state key

              let before, after =
                  parameters (Key.named "before" key), parameters (Key.named "after" key)

              let strength = 0.3

              let _, penalty =
                  Tree.grad (fun p -> SynapticIntelligence.penalty start p * strength) before

              let follow source gradients =
                  let config =
                      { SynapticIntelligence.published with
                          Source = source }

                  SynapticIntelligence.follow config strength gradients before after start

              let gradients = parameters (Key.named "gradients" key)

              expectClose
                  1e-6
                  (numbers (follow SynapticIntelligence.Total (Tree.map2 (-) gradients penalty)))
                  (numbers (follow SynapticIntelligence.LossAlone gradients))
                  "ω")

          forgetsLess [ "pieces", "si"; "si-strength", "1"; "si-from", "2" ]
          forgetsLess [ "pieces", "si"; "si-strength", "1"; "si-from", "2"; "si-path", "loss" ] ]
