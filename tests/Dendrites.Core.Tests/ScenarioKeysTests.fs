module Dendrites.Tests.ScenarioKeysTests

open Expecto
open Dendrites

let private wrong preset pairs =
    RunConfig.validate (configured preset pairs) |> List.map _.Where

[<Tests>]
let tests =
    testList
        "ScenarioKeys"
        [ testList
              "a split needs tasks that share the classes out"
              [ for tasks, reading, fits in
                    [ "1", "class", true
                      "2", "class", true
                      "3", "class", false
                      "5", "domain", true
                      "10", "class", true
                      "10", "domain", false
                      "10", "task", false
                      "20", "class", false ] do
                    test $"{tasks} by {reading}" {
                        let found = wrong "split-5" [ "tasks", tasks; "reading", reading ]
                        Expect.equal found (if fits then [] else [ "tasks" ]) "problems"
                    } ]

          testList
              "a key of another experiment is refused, and what is accepted is said"
              [ for preset, key, value, accepted in
                    [ "prototype-10", "reading", "domain", "class with permuted-mnist"
                      "rotated-10", "reading", "task", "class with rotated-mnist"
                      "split-5", "angles", "drawn", "even with split-mnist"
                      "prototype-10", "angles", "drawn", "even with permuted-mnist" ] do
                    test $"{key} of {preset}" {
                        match RunConfig.validate (configured preset [ key, value ]) with
                        | [ problem ] ->
                            Expect.equal (problem.Where, problem.Accepted) (key, accepted) "problem"
                        | problems -> failtestf "%A" problems
                    } ]

          testList
              "where a batch holds several tasks, a context cannot be a task's"
              [ for order in [ "cumulative"; "interleaved" ] do
                    for preset in [ "prototype-10"; "split-5"; "rotated-10" ] do
                        test $"{preset}, {order}" {
                            for context in
                                [ "prototype"; "one-hot"; "cluster"; "sparse-binary"; "own-prototype" ] do
                                let found = wrong preset [ "order", order; "context", context ]
                                Expect.equal found [ "context" ] context

                            Expect.isEmpty
                                (wrong preset [ "order", order; "context", "input" ])
                                "the input itself"

                            Expect.isEmpty (wrong preset [ "order", order; "method", "mlp" ]) "none"
                        } ]

          testList
              "outputs, and classes among which an answer is sought"
              [ for preset, reading, outputs, choices in
                    [ "split-5", "class", 10, 10
                      "split-5", "domain", 2, 2
                      "split-5", "task", 10, 2
                      "rotated-10", "class", 10, 10 ] do
                    test $"{preset} by {reading}" {
                        let config = configured preset [ "reading", reading ]
                        let found = ScenarioKeys.outputs 10 config
                        Expect.equal (found, ScenarioKeys.choices found config) (outputs, choices) "classes"
                    } ]

          testList
              "sizes of phases"
              [ for preset, order, sizes in
                    [ "rotated-10", "sequential", List.replicate 10 1000
                      "split-5", "sequential", List.replicate 5 200
                      "split-5", "cumulative", [ 200; 400; 600; 800; 1000 ]
                      "split-5", "interleaved", List.replicate 5 200
                      "prototype-2", "cumulative", [ 1000; 2000 ] ] do
                    test $"{preset}, {order}" {
                        let config = configured preset [ "order", order ]
                        Expect.equal (ScenarioKeys.sizes 1000 config) sizes "sizes"
                    } ] ]
