module Dendrites.Tests.InformationTests

open Expecto
open Dendrites

[<Tests>]
let tests =
    testList
        "Information"
        [ for settings, learning, testing in
              [ [], 3, 0
                [ "boundaries", "none" ], 2, 0
                [ "context", "cluster"; "boundaries", "none"; "segments", "7" ], 0, 0
                [ "context", "one-hot"; "segments", "7" ], 2, 1
                [ "context", "own-prototype"; "boundaries", "kept"; "segments", "7" ], 2, 1
                [ "method", "mlp" ], 1, 0
                [ "method", "xdg" ], 2, 1 ] do
              test $"{settings}" {
                  let config = configured "prototype-10" settings
                  Expect.hasLength (Information.learning config) learning "learning"
                  Expect.hasLength (Information.testing config) testing "testing"
              }

          test "in a sentence" {
              Expect.equal
                  (Information.describe (
                      configured
                          "prototype-10"
                          [ "context", "cluster"; "boundaries", "none"; "segments", "7" ]
                  ))
                  "learning: nothing. Test: nothing."
                  "task-free"
          } ]
