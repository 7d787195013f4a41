module Dendrites.Tests.ControlConfigTests

open Expecto
open Dendrites

let private preset name =
    (ControlPresets.find name |> expectOk "preset").Config

let private setAll name pairs =
    ControlConfig.setAll pairs (preset name)

let private wheres result =
    match result with
    | Ok config -> ControlConfig.validate 10 39 4 config |> List.map _.Where
    | Error problems -> problems |> List.map _.Where

/// A value that each key accepts and its default does not have.
let private others =
    [ "method", "multi-head"
      "tasks", "reach,push"
      "model", "fast"
      "assets", "somewhere"
      "reward", "v1"
      "goal", "hidden"
      "horizon", "7"
      "goals", "any"
      "order", "sequential"
      "steps", "123"
      "episodes", "2"
      "updates", "0.5"
      "lag", "true"
      "batch", "17"
      "buffer", "900"
      "replay", "even"
      "forget", "true"
      "learn-from", "3"
      "random-steps", "11"
      "reward-scaling", "fading:0.01"
      "hidden", "30,20,10"
      "k-winners", "false"
      "density", "0.3"
      "weight-sparsity", "0.4"
      "gate", "max"
      "dendrites", "1,2"
      "segments", "4"
      "segment-sparsity", "0.2"
      "context-density", "0.5"
      "preprocess", "64"
      "preprocess-winners", "true"
      "task-input", "true"
      "heads", "own"
      "initialisation", "he"
      "log-std-bias", "-1"
      "log-std-low", "-5"
      "log-std-high", "1"
      "density-epsilon", "0"
      "critics", "3"
      "discount", "0.5"
      "target-rate", "0.25"
      "reward-factor", "2"
      "temperature", "fixed"
      "first-temperature", "0.2"
      "target-entropy", "-0.5"
      "clip", "5000"
      "weigh-tasks", "true"
      "lr-actor", "0.1"
      "lr-critic", "0.2"
      "lr-temperature", "0.3"
      "adam-epsilon", "0.4"
      "evaluate-every", "4"
      "evaluation-episodes", "5"
      "final-episodes", "6"
      "evaluation", "stochastic"
      "seed", "1" ]

[<Tests>]
let tests =
    testList
        "ControlConfig"
        [ case "every key is written and read back"
          <| fun () ->
              Expect.equal (List.map fst others) (ControlKeys.all |> List.map _.Name) "keys"
              let config = preset "published"

              for name, value in others do
                  let before = ControlConfig.entries config |> Map

                  let after =
                      ControlConfig.set name value config
                      |> expectOk name
                      |> ControlConfig.entries
                      |> Map

                  Expect.notEqual before[name] value $"{name} differs"
                  Expect.equal after[name] value name

                  if name <> "method" then
                      Expect.equal (Map.add name value before) after $"{name} alone"

          case "entries describe a configuration wholly"
          <| fun () ->
              let changed = setAll "published" others |> expectOk "all"
              let again = setAll "smoke" (ControlConfig.entries changed) |> expectOk "again"
              Expect.equal (ControlConfig.entries again) (ControlConfig.entries changed) "entries"

          case "a method is set before what it would overwrite, and after the layers that it needs"
          <| fun () ->
              let config =
                  setAll "laptop" [ "segments", "3"; "method", "active-dendrites"; "hidden", "20,20,20" ]
                  |> expectOk "set"

              Expect.equal config.Segments 3 "segments"
              Expect.equal config.Dendrites [ 3 ] "the last layer"

          testList
              "what is not accepted is told with what is"
              [ for name, value, accepted in
                    [ "dendrites", "0", "none, or numbers of hidden layers"
                      "dendrites", "2,2", "none, or numbers of hidden layers"
                      "reward-scaling", "returns:1", "raw | returns"
                      "log-std-bias", "some", "drawn, or a number"
                      "tasks", "reach,,push", "none of them twice"
                      "tasks", "reach,reach", "none of them twice"
                      "clip", "-1", "a number from 0"
                      "heads", "two", "shared | own" ] do
                    case $"{name} {value}"
                    <| fun () ->
                        match ControlConfig.set name value (preset "published") with
                        | Error problem ->
                            Expect.equal problem.Where name "where"
                            Expect.stringContains problem.Accepted accepted "accepted"
                        | Ok _ -> failtest "accepted"

                case "a key that there is not"
                <| fun () ->
                    match ControlConfig.set "segmens" "1" (preset "published") with
                    | Error problem -> Expect.stringContains problem.Accepted "'segments'" "nearest"
                    | Ok _ -> failtest "accepted" ]

          testList
              "what cannot go together is a problem"
              [ for where, pairs in
                    [ "dendrites", [ "dendrites", "3"; "task-input", "true" ]
                      "dendrites", [ "gate", "none"; "task-input", "true" ]
                      "gate", [ "dendrites", "none"; "task-input", "true" ]
                      "task", [ "dendrites", "none"; "gate", "none" ]
                      "forget", [ "forget", "true" ]
                      "weigh-tasks", [ "weigh-tasks", "true"; "temperature", "shared" ]
                      "learn-from", [ "learn-from", "2000000" ]
                      "buffer", [ "buffer", "5"; "learn-from", "1"; "replay", "even" ]
                      "preprocess", [ "method", "mlp"; "preprocess", "64" ]
                      "log-std-low", [ "log-std-low", "3" ]
                      "segments", [ "segments", "0" ] ] do
                    case $"{pairs}"
                    <| fun () -> Expect.equal (wheres (setAll "published" pairs)) [ where ] "problems" ]

          case "the learner is what the keys say"
          <| fun () ->
              let agent pairs =
                  setAll "published" pairs |> expectOk "set" |> ControlConfig.agent 10 39 4

              let plain = agent []
              Expect.equal plain.TargetEntropy -4.0 "target entropy"
              Expect.equal (TaskNetwork.count plain.Actor).NonZero 7_459_768L "policy"
              Expect.equal (TaskNetwork.count plain.Critic).NonZero 7_453_321L "critic"
              let mlp = agent [ "method", "mlp" ]
              Expect.equal (TaskNetwork.count mlp.Actor).NonZero 8_005_208L "policy, MLP"
              Expect.equal (TaskNetwork.count mlp.Critic).NonZero 7_996_801L "critic, MLP"
              Expect.equal mlp.LogStdBias (Some 1.0) "log std"
              Expect.isTrue mlp.Actor.Initialisation.IsXavierUniform "policy"
              Expect.isTrue mlp.Critic.Initialisation.IsXavierNormal "critic"
              Expect.equal (agent [ "clip", "5" ]).Clip (Some 5.0) "clip"
              let heads = agent [ "method", "multi-head" ]
              Expect.equal heads.Actor.Network.Heads [ 40; 40 ] "heads"
              let preprocess = (agent [ "preprocess", "64" ]).Actor
              Expect.equal preprocess.Network.Context 64 "context" ]
