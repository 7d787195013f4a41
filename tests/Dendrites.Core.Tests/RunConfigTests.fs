module Dendrites.Tests.RunConfigTests

open Expecto
open Dendrites

let private start = lazy (configured "prototype-10" [])

/// For every key: values that it accepts, spelled as they are printed, and values that it refuses.
let private accepted: (string * string list * string list) list =
    [ "method",
      [ "active-dendrites"
        "mlp"
        "k-winners"
        "dendrites"
        "attention"
        "mlp-context"
        "xdg" ],
      [ "MLP"; ""; "none"; "si+"; "si+si"; "mlp+xdg"; "ewc+nothing" ]
      "tasks", [ "1"; "7" ], [ "0"; "-1"; "two"; ""; "1.5"; "99999999999" ]
      "epochs", [ "1"; "20" ], [ "0"; "x" ]
      "batch", [ "1"; "128" ], [ "0"; "-256" ]
      "lr", [ "0.001"; "5E-05"; "1" ], [ "0"; "-0.1"; "nan"; "Infinity"; "fast"; "1,5" ]
      "optimiser", [ "adam"; "sgd"; "sgd:0.9" ], [ "sgd:1"; "sgd:-0.1"; "sgd:"; "rmsprop" ]
      "hidden", [ "16"; "2048,2048"; "3,4,5" ], [ ""; "0"; "16,"; "16,-1"; "a" ]
      "k-winners", [ "true"; "false" ], [ "yes"; "1" ]
      "density", [ "0.05"; "1" ], [ "0"; "1.1"; "-1"; "nan" ]
      "dropout", [ "0"; "0.5" ], [ "1"; "-0.1"; "nan"; "half" ]
      "input-dropout", [ "0"; "0.25" ], [ "1"; "-0.1"; "nan" ]
      "weight-sparsity", [ "0"; "0.9" ], [ "1"; "-0.1"; "nan" ]
      "gate", List.map fst Gate.named, [ "abs"; ""; "AbsMax" ]
      "segments", [ "0"; "10" ], [ "-1"; "ten" ]
      "segment-sparsity", [ "0"; "0.5" ], [ "1"; "2" ]
      "context",
      [ "prototype"
        "cluster"
        "one-hot"
        "sparse-binary"
        "own-prototype"
        "input"
        "pooled"
        "none" ],
      [ "cluster?"; "" ]
      "context-use", [ "segments"; "input" ], [ "both"; "" ]
      "context-density", [ "0.1"; "1" ], [ "0"; "1.5" ]
      "initialisation", [ "default"; "modified"; "modified-mlp" ], [ "kaiming" ]
      "pieces",
      [ "none"; "si"; "ewc"; "si+er"; "lwf+agem"; "der"; "si+packnet"; "hat" ],
      [ "true"; ""; "si+"; "er+er"; "mlp" ]
      "si-strength", [ "0"; "0.1" ], [ "-1"; "NaN"; "x" ]
      "si-damping", [ "0.001"; "0.1" ], [ "0"; "-1"; "" ]
      "si-from", [ "1"; "3" ], [ "0"; "1.5" ]
      "si-path", [ "total"; "loss" ], [ "both" ]
      "ewc-strength", [ "0"; "40" ], [ "-1" ]
      "ewc-decay", [ "0"; "0.9"; "1" ], [ "1.1"; "-0.5"; "NaN" ]
      "ewc-samples", [ "1"; "600" ], [ "0" ]
      "lwf-strength", [ "0"; "2" ], [ "-1" ]
      "lwf-temperature", [ "0.5"; "2" ], [ "0" ]
      "memory", [ "1"; "5000" ], [ "0" ]
      "memory-batch", [ "1"; "32" ], [ "0" ]
      "er-weight", [ "0"; "0.5" ], [ "-1" ]
      "der-alpha", [ "0"; "0.5" ], [ "-1" ]
      "der-beta", [ "0"; "0.5" ], [ "-1" ]
      "hat-scale", [ "1"; "400" ], [ "0.5"; "NaN" ]
      "hat-strength", [ "0"; "0.75" ], [ "-1" ]
      "boundaries", [ "given"; "kept"; "none" ], [ "true"; "" ]
      "order", [ "sequential"; "cumulative"; "interleaved" ], [ "random"; "" ]
      "reading", [ "class"; "domain"; "task" ], [ "instance"; "" ]
      "angles", [ "even"; "drawn" ], [ "90" ]
      "normalise", [ "true"; "false" ], [ "yes" ]
      "evaluate", [ "every"; "last"; "2,5,10" ], [ ""; "0"; "never" ]
      "test-ahead", [ "true"; "false" ], [ "1" ]
      "evaluation-batch", [ "1"; "512" ], [ "0" ]
      "data", [ "mnist"; "kmnist"; "/some/folder" ], [ "" ]
      "subset", [ "0"; "1000" ], [ "-1" ]
      "test-subset", [ "0"; "1000" ], [ "-1" ]
      "seed", [ "0"; "43" ], [ "-1"; "random" ] ]

let private entry name config =
    RunConfig.entries config |> List.find (fst >> (=) name) |> snd

/// A configuration with every key set to one of its accepted values.
let private random key =
    accepted
    |> List.map (fun (name, values, _) -> name, values[size name 0 (values.Length - 1) key])

let private set name text config = RunConfig.set name text config

[<Tests>]
let tests =
    testList
        "RunConfig"
        [ test "every key is tried here" {
              Expect.equal
                  (RunConfig.keys |> List.map _.Name)
                  (accepted |> List.map (fun (name, _, _) -> name))
                  "keys"
          }

          testList
              "a key reads back what was set"
              [ for name, values, _ in accepted do
                    test name {
                        for value in values do
                            let config = set name value start.Value |> expectOk name
                            Expect.equal (entry name config) value name
                    } ]

          testList
              "a bad value is a problem that names the key, the value and what is accepted"
              [ for name, _, refused in accepted do
                    test name {
                        let meaning = (RunConfig.keys |> List.find (fun key -> key.Name = name)).Meaning

                        for value in refused do
                            match set name value start.Value with
                            | Ok _ -> failtestf "%s accepted '%s'" name value
                            | Error problem ->
                                Expect.equal (problem.Where, problem.Was) (name, $"'{value}'") "key and value"
                                Expect.isNotEmpty problem.Accepted "accepted"
                                Expect.isNotEmpty meaning "meaning"
                    } ]

          property "the entries of any configuration set another one to the same entries"
          <| fun key ->
              let pairs = random key
              let config = RunConfig.setAll pairs start.Value |> expectOk "set"
              Expect.equal (RunConfig.entries config) pairs "all keys as set, whatever the method set before"
              let other = configured "mlp-3-layer-10" []
              let copy = RunConfig.setAll (RunConfig.entries config) other |> expectOk "copy"
              Expect.equal (RunConfig.entries copy) (RunConfig.entries config) "copied"

          property "the order of pairs does not matter"
          <| fun key ->
              let pairs = random key |> Array.ofList
              let order = Key.permutation pairs.Length key
              let shuffled = [ for place in order -> pairs[place] ]
              let config = RunConfig.setAll shuffled start.Value |> expectOk "set"
              Expect.equal (RunConfig.entries config) (List.ofArray pairs) "entries"

          testList
              "setting one key leaves the others"
              [ for name, values, _ in accepted do
                    if name <> "method" then
                        test name {
                            let others config =
                                RunConfig.entries config |> List.filter (fst >> (<>) name)

                            for value in values do
                                let config = set name value start.Value |> expectOk name
                                Expect.equal (others config) (others start.Value) "others"
                        } ]

          test "a method is a network and pieces in any order; alone it has none" {
              let expected = "k-winners", "si+er"

              for text in [ "si+k-winners+er"; "er+si+k-winners"; "k-winners+er+si" ] do
                  let composed = set "method" text start.Value |> expectOk text
                  Expect.equal (entry "method" composed, entry "pieces" composed) expected text
                  Expect.equal (Methods.nameOf composed) "si+er+k-winners" "its name"

              let consolidated = set "method" "ewc" start.Value |> expectOk "ewc"
              Expect.equal (Methods.nameOf consolidated) "ewc+mlp" "without a network"
              let alone = set "method" "k-winners" consolidated |> expectOk "alone"
              Expect.equal (entry "pieces" alone) "none" "alone"
              let told = set "boundaries" "none" consolidated |> expectOk "boundaries"
              Expect.isNonEmpty (RunConfig.validate told) "it must be told where tasks end"
          }

          testList
              "a method sets its published keys"
              [ for name, winners, sparsity, gate, context, segments, initialisation in
                    [ "active-dendrites", "true", "0.5", "abs-max", "prototype", "10", "modified"
                      "dendrites", "false", "0.5", "abs-max", "prototype", "10", "modified"
                      "k-winners", "true", "0.5", "none", "none", "0", "modified"
                      "mlp", "false", "0", "none", "none", "0", "modified-mlp"
                      "attention", "true", "0.5", "attention", "prototype", "10", "modified"
                      "mlp-context", "false", "0", "none", "prototype", "0", "modified-mlp"
                      "xdg", "false", "0", "switch", "one-hot", "1", "default" ] do
                    test name {
                        for from in [ "prototype-10"; "mlp-3-layer-10" ] do
                            let config = set "method" name (configured from []) |> expectOk name

                            for key, value in
                                [ "method", name
                                  "k-winners", winners
                                  "weight-sparsity", sparsity
                                  "gate", gate
                                  "pieces", "none"
                                  "context", context
                                  "segments", segments
                                  "initialisation", initialisation ] do
                                Expect.equal (entry key config) value key

                            Expect.isEmpty (RunConfig.validate config) "usable"
                    } ]

          testList
              "an unknown key names the nearest known one"
              [ for wrong, right in
                    [ "epoch", "epochs"
                      "weight_sparsity", "weight-sparsity"
                      "lrr", "lr"
                      "Seed", "seed" ] do
                    test wrong {
                        match set wrong "1" start.Value with
                        | Ok _ -> failtest "accepted"
                        | Error problem ->
                            Expect.equal (problem.Where, problem.Was) ("key", $"'{wrong}'") "place"
                            Expect.stringContains problem.Accepted $"'{right}'" "nearest"
                    } ]

          test "every problem is told at once, in order" {
              match
                  RunConfig.setAll [ "tasks", "-1"; "nope", "1"; "lr", "0.1"; "batch", "0" ] start.Value
              with
              | Ok _ -> failtest "accepted"
              | Error problems ->
                  Expect.equal (problems |> List.map _.Where) [ "tasks"; "key"; "batch" ] "problems"
          }

          test "a gate of one's own is printed by its name" {
              let config =
                  { start.Value with
                      Gate = "attentive", Custom id }

              Expect.equal (entry "gate" config) "attentive" "gate"
          }

          test "the network is what the keys say" {
              let config =
                  configured
                      "prototype-10"
                      [ "hidden", "30,20"
                        "density", "0.2"
                        "segments", "3"
                        "weight-sparsity", "0.4"
                        "segment-sparsity", "0.3"
                        "context-density", "0.6"
                        "initialisation", "default"
                        "gate", "max" ]

              let network = RunConfig.network 50 4 config
              Expect.equal (network.Inputs, network.Hidden, network.Heads) (50, [ 30; 20 ], [ 4 ]) "sizes"
              Expect.equal (network.Segments, network.Context) (3, 50) "segments"
              Expect.equal (network.Gates |> List.map _.IsMax) [ true; true ] "gates"
              Expect.equal network.Activation (Network.KWinners(KWinners.standard 0.2)) "activation"

              Expect.equal
                  (network.WeightSparsity, network.SegmentSparsity, network.ContextDensity)
                  (0.4, 0.3, 0.6)
                  "densities"

              Expect.equal
                  (network.Initialisation, network.Dtype)
                  (Network.Default, Dtype.Float32)
                  "initialisation"

              let context pairs =
                  (RunConfig.network 50 4 (configured "prototype-10" pairs)).Context

              Expect.equal (context [ "context", "one-hot"; "tasks", "7" ]) 7 "one-hot"
              Expect.equal (context [ "context", "none" ]) 0 "none"
              let mlp = RunConfig.network 50 4 (configured "mlp-3-layer-10" [])
              Expect.equal (mlp.Activation, mlp.WeightSparsity) (Network.Relu, 0.0) "mlp"
          }

          test "the optimiser is what the keys say" {
              let config = configured "quick" [ "optimiser", "sgd:0.5"; "lr", "0.25" ]

              let expected: Optimiser.Config =
                  { Rule = Optimiser.Sgd 0.5
                    LearningRate = 0.25 }

              Expect.equal (RunConfig.optimiserOf config) expected "sgd"

              Expect.equal
                  (RunConfig.optimiserOf (configured "quick" [ "lr", "0.25"; "optimiser", "adam" ]))
                  (Optimiser.adam 0.25)
                  "adam"
          }

          testList
              "fields that cannot go together are problems"
              [ for field, pairs in
                    [ "context", [ "gate", "none" ]
                      "context", [ "context", "none" ]
                      "segments", [ "segments", "0" ]
                      "segments", [ "gate", "one-segment" ]
                      "density", [ "density", "1" ] ] do
                    test $"{pairs}" {
                        let problems = RunConfig.validate (configured "prototype-10" pairs)
                        Expect.contains (problems |> List.map _.Where) field "problem"
                    } ]

          testList
              "evaluation"
              [ for text, counts in
                    [ "every", [ 1; 2; 3; 4; 5; 6 ]; "last", [ 6 ]; "2,4", [ 2; 4; 6 ]; "9", [ 6 ] ] do
                    test $"{text} of six tasks" {
                        let config = configured "quick" [ "tasks", "6"; "evaluate", text ]

                        Expect.equal
                            ([ 1..6 ] |> List.filter (fun count -> RunConfig.evaluatesAfter count config))
                            counts
                            "after"
                    } ] ]
