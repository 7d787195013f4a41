module Dendrites.Tests.ProblemTests

open Expecto
open Dendrites

[<Tests>]
let tests =
    testList
        "Problem"
        [ test "a problem reads as one line that says where, what was found and what is accepted" {
              let problem = Problem.at "lr" "-1" "a number above 0"
              Expect.equal (string problem) "lr was -1; accepted: a number above 0" "line"
          }

          testList
              "checks accept exactly what they say"
              [ for low, value, problems in [ 1, 1, 0; 1, 0, 1; 0, 0, 0; 0, -1, 1 ] do
                    test $"atLeast {low} of {value}" {
                        Expect.hasLength (Problem.atLeast low "tasks" value) problems "problems"
                    }

                for value, fraction, sparsity, positive in
                    [ 0.0, 1, 0, 1
                      1.0, 0, 1, 0
                      0.5, 0, 0, 0
                      -0.1, 1, 1, 1
                      1.1, 1, 1, 0
                      infinity, 1, 1, 1
                      nan, 1, 1, 1 ] do
                    test $"fraction, sparsity and positive of {value}" {
                        Expect.hasLength (Problem.fraction "x" value) fraction "fraction"
                        Expect.hasLength (Problem.sparsity "x" value) sparsity "sparsity"
                        Expect.hasLength (Problem.positive "x" value) positive "positive"
                    } ]

          test "a check's problem names the field and what was found" {
              let problem = Problem.atLeast 1 "tasks" -3 |> List.exactlyOne
              Expect.equal (problem.Where, problem.Was) ("tasks", "-3") "field and value"
          }

          testList
              "a misspelt key is nearest to the key that was meant"
              [ for word, meant in
                    [ "epoch", "epochs"
                      "bacth", "batch"
                      "Hidden", "hidden"
                      "kwinners", "k-winners"
                      "sed", "seed" ] do
                    test $"{word} is nearest to {meant}" {
                        let keys = RunConfig.keys |> List.map _.Name
                        Expect.equal (Problem.nearest keys word) meant "nearest"
                    } ]

          test "a swap, a loss, a gain and a change cost what edit distance says" {
              // kitten to sitting is three edits, to mitten one.
              Expect.equal (Problem.nearest [ "sitting"; "mitten" ] "kitten") "mitten" "one edit wins"

              Expect.equal
                  (Problem.nearest [ "catxy"; "cut" ] "cat")
                  "cut"
                  "a change is one edit, two gains are two"

              Expect.equal
                  (Problem.nearest [ "ab"; "abcdef" ] "abcd")
                  "ab"
                  "two losses against two gains: the first"

              Expect.equal (Problem.nearest [ "abcdefg"; "ab" ] "abcd") "ab" "three gains against two losses"

              Expect.equal
                  (Problem.nearest [ "zzz"; "abd" ] "")
                  "zzz"
                  "an empty word has the distance of the length"
          } ]
