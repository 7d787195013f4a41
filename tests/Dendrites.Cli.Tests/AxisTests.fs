module Dendrites.Tests.AxisTests

open Expecto
open Dendrites.Cli

let private near (expected: float) (actual: float) message =
    Expect.isLessThan (abs (expected - actual)) 1e-9 $"{message}: {actual}"

[<Tests>]
let tests =
    testList
        "axes of settings"
        [ test "a few numbers stand at equal distances, by size" {
              let axis = Axis.Of [ "10"; "1"; "2"; "1" ]
              Expect.equal [ for struct (_, label) in axis.Labels -> label ] [ "1"; "2"; "10" ] "labels"
              near 0.0 (axis.Place "1") "the least"
              near 0.5 (axis.Place "2") "the middle"
              near 1.0 (axis.Place "10") "the most"
          }

          test "words stand in the order in which they come" {
              let axis = Axis.Of [ "max"; "bias"; "max"; "abs-max" ]

              Expect.equal
                  [ for struct (_, label) in axis.Labels -> label ]
                  [ "max"; "bias"; "abs-max" ]
                  "labels"

              near 0.5 (axis.Place "bias") "the second of three"
              near 0.5 ((Axis.Of [ "only" ]).Place "only") "one stands in the middle"
          }

          test "many numbers stand by size" {
              let axis = Axis.Of [ for i in 10..20 -> string i ]
              near 0.0 (axis.Place "10") "the least"
              near 0.3 (axis.Place "13") "on the way"
              near 1.0 (axis.Place "20") "the most"

              Expect.contains
                  [ for struct (place, label) in axis.Labels -> label, place ]
                  ("20", 1.0)
                  "a tick"
          }

          test "many numbers that span powers of ten stand by their logarithm" {
              let axis = Axis.Of [ for i in 0..10 -> string (1e-5 * 10.0 ** (float i / 5.0)) ]
              near 0.0 (axis.Place "1E-05") "the least"
              near 0.5 (axis.Place "0.0001") "half the powers"
              near 1.0 (axis.Place "0.001") "the most"

              for struct (place, label) in axis.Labels do
                  Expect.isTrue (place >= -1e-9 && place <= 1.0 + 1e-9) label
          } ]
