module Dendrites.Tests.SynapticIntelligenceTests

open Dendrites
open Expecto

let private parameters key : Network.Parameters =
    let linear outputs inputs key : Network.Linear =
        { Weight = normal [ outputs; inputs ] (Key.fork 0 key)
          Bias = normal [ outputs ] (Key.fork 1 key) }

    let hidden = linear 4 3 (Key.fork 2 key)

    { Hidden =
        [ { Weight = hidden.Weight
            Bias = hidden.Bias
            Segments = Some(normal [ 4; 2; 5 ] (Key.fork 3 key)) } ]
      Heads = [ linear 2 4 (Key.fork 4 key) ] }

/// A state in which everything mattered.
let private state key : SynapticIntelligence.State =
    let anchor = parameters (Key.named "anchor" key) |> SynapticIntelligence.feedForward

    { SynapticIntelligence.init anchor with
        Importance =
            parameters (Key.named "importance" key)
            |> SynapticIntelligence.feedForward
            |> Tree.map (fun t -> dsharp.abs t + 0.01) }

let private numbers (tree: 'p) =
    Tree.tensors tree |> Array.collect values

/// A stream whose tasks contradict each other in part: a small network forgets the first while it learns the others.
let private accuracy consolidation seed =
    Scope.run (fun () ->
        let settings =
            [ "method", "k-winners"
              "hidden", "40,40"
              "tasks", "3"
              "epochs", "6"
              "batch", "32"
              "lr", "0.003"
              "density", "0.3"
              "evaluate", "last"
              "boundaries", "kept"
              "si-strength", "1"
              "si-from", "2"
              "consolidation", consolidation
              "seed", string seed ]

        let config =
            match Presets.find "quick" with
            | Ok preset -> RunConfig.setAll settings preset.Config |> expectOk "settings"
            | Error problem -> failtestf "%O" problem

        let all = labelled 768 64 10 (Key.ofSeed 5)

        let part places =
            { Images = dsharp.indexSelect (all.Images, 0, indices places)
              Labels = dsharp.indexSelect (all.Labels, 0, indices places) }

        let train, test = part [| 0..511 |], part [| 512..767 |]
        let plan = Run.permutedMnist config train test
        let mutable latest = Run.start plan
        Run.events plan (fun state -> latest <- state) latest |> Seq.iter ignore
        Metrics.averageAccuracy latest.Matrix |> Option.get)

[<Tests>]
let tests =
    testList
        "SynapticIntelligence"
        [ property
              "the penalty is zero at the anchor and positive off it, whatever the segments do"
              (fun key ->
                  let state = state key
                  let away = parameters (Key.named "away" key)

                  let at =
                      { away with
                          Hidden =
                              List.map2
                                  (fun (moved: Network.Layer) (anchor: Network.Layer) ->
                                      { anchor with
                                          Segments = moved.Segments })
                                  away.Hidden
                                  state.Anchor.Hidden
                          Heads = state.Anchor.Heads }

                  Expect.equal ((SynapticIntelligence.penalty state at).toDouble()) 0.0 "at"
                  Expect.isGreaterThan ((SynapticIntelligence.penalty state away).toDouble()) 0.0 "off"

                  let expected =
                      (numbers state.Importance,
                       numbers state.Anchor,
                       numbers (SynapticIntelligence.feedForward away))
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
              let walked = SynapticIntelligence.follow gradients before after start

              let path =
                  (numbers (SynapticIntelligence.feedForward gradients),
                   numbers (SynapticIntelligence.feedForward before),
                   numbers (SynapticIntelligence.feedForward after))
                  |||> Array.map3 (fun g b a -> -g * (a - b))

              expectClose 1e-6 path (numbers walked.Path) "ω"

              let config =
                  { SynapticIntelligence.published with
                      Damping = 0.3 }

              let ended = SynapticIntelligence.endTask config after walked

              let importance =
                  (path, numbers (SynapticIntelligence.feedForward after), numbers start.Anchor)
                  |||> Array.map3 (fun path p anchor -> max 0.0 path / ((p - anchor) * (p - anchor) + 0.3))
                  |> Array.map2 (+) (numbers start.Importance)

              expectClose 1e-6 importance (numbers ended.Importance) "Ω"
              Expect.equal (numbers ended.Anchor) (numbers (SynapticIntelligence.feedForward after)) "θ̃"
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

          test "it forgets less than plain training, over five seeds" {
              let mean consolidation =
                  List.averageBy (accuracy consolidation) [ 1..5 ]

              let plain, consolidated = mean "none", mean "si"
              Expect.isGreaterThan consolidated (plain + 0.02) $"{consolidated} with, {plain} without"
          } ]
