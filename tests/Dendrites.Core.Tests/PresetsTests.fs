module Dendrites.Tests.PresetsTests

open Expecto
open Dendrites

/// The published rows: tasks, epochs, learning rate, segments, hidden layers, and the published accuracy.
let private rows =
    [ "prototype-2", 2, 1, 5e-4, 2, [ 2048; 2048 ], Some 0.97474
      "prototype-5", 5, 1, 5e-4, 5, [ 2048; 2048 ], Some 0.96363
      "prototype-10", 10, 3, 5e-4, 10, [ 2048; 2048 ], Some 0.94551
      "prototype-25", 25, 5, 3e-4, 25, [ 2048; 2048 ], None
      "prototype-50", 50, 3, 3e-4, 50, [ 2048; 2048 ], None
      "prototype-100", 100, 3, 1e-4, 100, [ 2048; 2048 ], Some 0.81421
      "prototype-2-tuned", 2, 5, 1e-3, 2, [ 2048; 2048 ], Some 0.97474
      "prototype-5-tuned", 5, 5, 1e-3, 5, [ 2048; 2048 ], Some 0.96363
      "ten-segments-2", 2, 5, 1e-3, 10, [ 2048; 2048 ], Some 0.97528
      "ten-segments-5", 5, 5, 7e-4, 10, [ 2048; 2048 ], Some 0.96470
      "ten-segments-10", 10, 3, 5e-4, 10, [ 2048; 2048 ], Some 0.94551
      "ten-segments-25", 25, 5, 3e-4, 10, [ 2048; 2048 ], None
      "ten-segments-50", 50, 5, 7e-5, 10, [ 2048; 2048 ], None
      "ten-segments-100", 100, 3, 7e-5, 10, [ 2048; 2048 ], Some 0.78475
      "cluster-2", 2, 5, 1e-3, 2, [ 2048; 2048 ], Some 0.97553
      "cluster-5", 5, 5, 1e-3, 5, [ 2048; 2048 ], Some 0.96004
      "cluster-10", 10, 3, 1e-3, 10, [ 2048; 2048 ], Some 0.94320
      "cluster-25", 25, 1, 3e-4, 25, [ 2048; 2048 ], None
      "cluster-50", 50, 3, 1e-4, 50, [ 2048; 2048 ], None
      "cluster-100", 100, 3, 1e-4, 100, [ 2048; 2048 ], Some 0.76912
      "si-prototype-2", 2, 20, 5e-4, 2, [ 2000; 2000 ], Some 0.97651
      "si-prototype-5", 5, 20, 5e-4, 5, [ 2000; 2000 ], Some 0.97470
      "si-prototype-10", 10, 20, 5e-4, 10, [ 2000; 2000 ], Some 0.97231
      "si-prototype-50", 50, 20, 5e-4, 50, [ 2000; 2000 ], None
      "si-prototype-100", 100, 20, 5e-4, 100, [ 2000; 2000 ], Some 0.91593
      "k-winners-2", 2, 3, 1e-3, 0, [ 2048; 2048 ], Some 0.96568
      "k-winners-5", 5, 10, 5e-5, 0, [ 2048; 2048 ], Some 0.93892
      "k-winners-25", 25, 10, 1e-5, 0, [ 2048; 2048 ], None
      "k-winners-50", 50, 10, 1e-5, 0, [ 2048; 2048 ], None
      "k-winners-100", 100, 5, 1e-4, 0, [ 2048; 2048 ], Some 0.65613
      "k-winners-100-tuned", 100, 5, 1e-5, 0, [ 2048; 2048 ], Some 0.65613
      "dendrites-only-2", 2, 5, 5e-4, 2, [ 2048; 2048 ], Some 0.96759
      "dendrites-only-5", 5, 10, 1e-3, 5, [ 2048; 2048 ], Some 0.89110
      "dendrites-only-25", 25, 5, 5e-6, 25, [ 2048; 2048 ], None
      "dendrites-only-50", 50, 5, 1e-5, 50, [ 2048; 2048 ], None
      "dendrites-only-100", 100, 5, 5e-6, 100, [ 2048; 2048 ], Some 0.61535
      "mlp-3-layer-100", 100, 3, 1e-6, 0, [ 2048; 2048 ], Some 0.48313
      "mlp-10-layer-100", 100, 3, 3e-7, 0, List.replicate 9 2048, Some 0.28609
      "mlp-3-layer-10", 10, 5, 3e-6, 0, [ 2048; 2048 ], Some 0.82032
      "mlp-10-layer-10", 10, 3, 3e-6, 0, List.replicate 9 2048, Some 0.71843
      for tasks, si, xdg, both in
          [ 2, 0.98, 0.98, 0.985
            5, 0.979, 0.978, 0.982
            10, 0.971, 0.972, 0.9795
            100, 0.825, 0.62, 0.955 ] do
          $"si-mlp-{tasks}", tasks, 20, 1e-3, 0, [ 2000; 2000 ], Some si
          $"xdg-{tasks}", tasks, 20, 1e-3, 1, [ 2000; 2000 ], Some xdg
          $"si-xdg-{tasks}", tasks, 20, 1e-3, 1, [ 2000; 2000 ], Some both
      "k-winners-10", 10, 5, 1e-4, 0, [ 2048; 2048 ], Some 0.91333
      "dendrites-only-10", 10, 5, 5e-6, 10, [ 2048; 2048 ], Some 0.82854 ]

let private preset name = Presets.find name |> expectOk name

[<Tests>]
let tests =
    testList
        "Presets"
        [ testList
              "published rows"
              [ for name, tasks, epochs, lr, segments, hidden, published in rows do
                    test name {
                        let found = preset name
                        let config = found.Config

                        Expect.equal
                            (config.Tasks, config.Epochs, config.LearningRate)
                            (tasks, epochs, lr)
                            "tasks, epochs, lr"

                        Expect.equal (config.Segments, config.Hidden) (segments, hidden) "segments, hidden"
                        Expect.equal found.Published published "published"

                        Expect.equal
                            (config.Batch, config.Rule, config.Boundaries)
                            (256,
                             (Optimiser.adam 1.0).Rule,
                             (if name.StartsWith "si-" && not (name.Contains "xdg") then
                                  Kept
                              else
                                  Given))
                            "common"

                        Expect.equal
                            (config.Subset, config.TestSubset, config.Data)
                            (0, 0, "mnist")
                            "all of MNIST"

                        Expect.equal
                            (config.SegmentSparsity, config.ContextDensity)
                            (0.0, (if name.StartsWith "ten-segments" then 0.05 else 0.1))
                            "segments dense"
                    } ]

          testList
              "what a row is made of"
              [ for name, winners, sparsity, gate, initialisation in
                    [ "prototype-10", true, 0.5, "abs-max", Network.Modified
                      "mlp-3-layer-10", false, 0.0, "none", Network.ModifiedMlp
                      "mlp-10-layer-10", false, 0.0, "none", Network.ModifiedMlp
                      "k-winners-10", true, 0.5, "none", Network.Modified
                      "dendrites-only-10", false, 0.5, "abs-max", Network.Modified ] do
                    test name {
                        let config = (preset name).Config
                        Expect.equal (config.KWinners, config.WeightSparsity) (winners, sparsity) "sparsity"
                        Expect.equal (fst config.Gate, config.Initialisation) (gate, initialisation) "gate"

                        if winners then
                            Expect.equal config.Density 0.05 "density"
                    } ]

          testList
              "long streams are tested where the published ones were"
              [ for tasks in [ 25; 50; 100 ] do
                    test $"{tasks} tasks" {
                        let config = (preset $"prototype-{tasks}").Config

                        let expected =
                            [ 2; 5; 10; 25; 50; 100 ] |> List.filter (fun count -> count <= tasks)

                        Expect.equal
                            ([ 1..tasks ] |> List.filter (fun count -> RunConfig.evaluatesAfter count config))
                            expected
                            "after"
                    } ]

          test "presets are the published rows, one for each other experiment, and quick" {
              let known =
                  "quick"
                  :: "rotated-10"
                  :: "split-5"
                  :: (rows |> List.map (fun (name, _, _, _, _, _, _) -> name))

              Expect.equal (Set [ for preset in Presets.all -> preset.Name ]) (Set known) "names"
          }

          test "quick is five tasks in one epoch" {
              let config = (preset "quick").Config
              Expect.equal (config.Tasks, config.Epochs, config.Segments) (5, 1, 5) "quick"
              Expect.isNone (preset "quick").Published "nothing published"
          }

          test "every preset is usable, knows its name, says what it is, and has a name of its own" {
              for preset in Presets.all do
                  Expect.isEmpty (RunConfig.validate preset.Config) preset.Name
                  Expect.equal preset.Config.Preset preset.Name "name"
                  Expect.isNotEmpty preset.Meaning preset.Name

              let names = Presets.all |> List.map _.Name
              Expect.equal names (List.distinct names) "names"
          }

          test "an unknown preset lists the known ones and names the nearest" {
              match Presets.find "prototyp-10" with
              | Ok _ -> failtest "found"
              | Error problem ->
                  Expect.equal (problem.Where, problem.Was) ("preset", "'prototyp-10'") "place"
                  Expect.stringContains problem.Accepted "did you mean 'prototype-10'" "nearest"
                  Expect.stringContains problem.Accepted "mlp-3-layer-10" "listed"
          } ]
