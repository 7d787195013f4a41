module Dendrites.Tests.ControlPresetsTests

open Expecto
open Dendrites

[<Tests>]
let tests =
    testList
        "ControlPresets"
        [ testList
              "every preset can be used, and carries its name"
              [ for preset in ControlPresets.all do
                    case preset.Name
                    <| fun () ->
                        Expect.isEmpty (ControlConfig.validate 10 39 4 preset.Config) "problems"
                        Expect.equal preset.Config.Preset preset.Name "name"

                        for method', _ in ControlMethods.named do
                            let config = ControlConfig.set "method" method' preset.Config |> expectOk "method"
                            Expect.isEmpty (ControlConfig.validate 10 39 4 config) $"problems with {method'}" ]

          case "published runs are as published"
          <| fun () ->
              let entries name =
                  Map(ControlConfig.entries (ControlPresets.find name |> expectOk "preset").Config)

              let shared =
                  [ "steps", "15000000"
                    "horizon", "500"
                    "updates", "0.05"
                    "batch", "2560"
                    "buffer", "1000000"
                    "learn-from", "5000"
                    "discount", "0.99"
                    "target-rate", "0.005"
                    "lr-actor", "0.0003"
                    "target-entropy", "-1"
                    "log-std-low", "-20"
                    "log-std-high", "2"
                    "density-epsilon", "1E-06"
                    "hidden", "2800,2800"
                    "evaluate-every", "10" ]

              let own =
                  [ "published",
                    [ "density", "0.25"
                      "weight-sparsity", "0.1"
                      "dendrites", "2"
                      "segments", "10"
                      "gate", "abs-max"
                      "task-input", "false"
                      "log-std-bias", "drawn" ]
                    "published-mlp",
                    [ "k-winners", "false"
                      "weight-sparsity", "0"
                      "dendrites", "none"
                      "initialisation", "xavier"
                      "task-input", "true"
                      "log-std-bias", "1" ] ]

              for name, pairs in own do
                  for key, value in shared @ pairs do
                      Expect.equal (Map.find key (entries name)) value $"{name}: {key}"

          case "a name that there is not is told with the nearest"
          <| fun () ->
              match ControlPresets.find "publishd" with
              | Error problem -> Expect.stringContains problem.Accepted "did you mean 'published'?" "nearest"
              | Ok _ -> failtest "found" ]
