module Dendrites.Tests.ShapingTests

open Expecto
open Dendrites
open Dendrites.MetaWorld

let private both = [ "long tail", Shaping.longTail; "gaussian", Shaping.gaussian ]

let private unit purpose key = number purpose 0.0 1.0 key

[<Tests>]
let tests =
    testList
        "Shaping"
        [ for name, tolerance in both do
              property $"{name}: between 0 and 1, and 1 just within the bounds"
              <| fun key ->
                  let lower = number "lower" -1.0 1.0 key
                  let upper = lower + unit "width" key
                  let margin = number "margin" 0.01 2.0 key
                  let x = number "x" -3.0 4.0 key
                  let y = tolerance lower upper margin x
                  Expect.isTrue (0.0 <= y && y <= 1.0) $"{y}"

                  Expect.equal
                      (y = 1.0)
                      (lower <= x && x <= upper)
                      $"1 within [{lower}, {upper}], {x} gives {y}"

              property $"{name}: falls with the distance, faster with a narrower margin"
              <| fun key ->
                  // No further than nine margins: beyond some seventeen the Gaussian is 0 in float64.
                  let margin = number "margin" 0.2 2.0 key
                  let near = number "near" 0.01 1.0 key
                  let far = near + number "further" 0.01 0.6 key
                  let at = tolerance -1.0 1.0
                  Expect.isLessThan (at margin (1.0 + far)) (at margin (1.0 + near)) "further is less"

                  Expect.isLessThan
                      (at (margin * 0.9) (1.0 + near))
                      (at margin (1.0 + near))
                      "narrower is less"

              property $"{name}: the same on both sides, and a tenth at the margin"
              <| fun key ->
                  let centre, half = number "centre" -1.0 1.0 key, number "half" 0.0 1.0 key
                  let margin, out = number "margin" 0.1 2.0 key, number "out" 0.0 2.0 key

                  let at x =
                      tolerance (centre - half) (centre + half) margin x

                  expectNear 1e-12 (at (centre + half + out)) (at (centre - half - out)) "mirrored"
                  expectNear 1e-12 0.1 (at (centre + half + margin)) "at the margin"

              test $"{name}: without a margin, all or nothing" {
                  Expect.equal (tolerance 0.0 1.0 0.0 1.0) 1.0 "bound"
                  Expect.equal (tolerance 0.0 1.0 0.0 1.0001) 0.0 "outside"
                  Expect.equal (tolerance 0.0 1.0 -0.5 1.0001) 0.0 "a margin below 0"
              }

          test "worked by hand: half a margin away" {
              expectNear 1e-15 (1.0 / 3.25) (Shaping.longTail 0.0 0.05 0.2 0.15) "long tail"
              expectNear 1e-15 (0.1 ** 0.25) (Shaping.gaussian 0.0 0.05 0.2 0.15) "gaussian"
          }

          property
              "the Hamacher product is symmetric, has 1 for neutral and 0 for zero, and stays below both factors"
          <| fun key ->
              let a, b = unit "a" key, unit "b" key
              let product = Shaping.hamacher a b
              Expect.equal (Shaping.hamacher b a) product "symmetric"
              expectNear 1e-15 a (Shaping.hamacher a 1.0) "neutral"
              Expect.equal (Shaping.hamacher a 0.0) 0.0 "zero"
              Expect.isTrue (0.0 <= product && product <= min a b + 1e-15) $"{a}, {b} give {product}"
              Expect.isGreaterThanOrEqual product (a * b) "above the plain product"

          property "the Hamacher product rises with either factor, and does not mind the order of three"
          <| fun key ->
              let a, b, c = unit "a" key, unit "b" key, unit "c" key
              let more = a + (1.0 - a) * unit "more" key
              Expect.isGreaterThanOrEqual (Shaping.hamacher more b) (Shaping.hamacher a b) "rises"

              expectNear
                  1e-12
                  (Shaping.hamacher a (Shaping.hamacher b c))
                  (Shaping.hamacher (Shaping.hamacher a b) c)
                  "associative"

          test "the Hamacher product of two zeros is 0" {
              Expect.equal (Shaping.hamacher 0.0 0.0) 0.0 "no division by 0"
          }

          property "a prism is 0 at one corner, 1 at the other and outside, and between within"
          <| fun key ->
              let zero, one = point "zero" key, point "one" key
              Expect.equal (Shaping.prism zero one zero) 0.0 "zero"
              expectNear 1e-12 1.0 (Shaping.prism zero one one) "one"
              let t = point "t" key |> fun p -> Point.make (p.X + 0.5) p.Y p.Z
              let d = one - zero
              let within = zero + Point.make (t.X * d.X) (t.Y * d.Y) (t.Z * d.Z)
              expectNear 1e-9 (t.X * t.Y * t.Z) (Shaping.prism zero one within) "product of the axes"
              Expect.equal (Shaping.prism zero one (one + 0.01 * d)) 1.0 "beyond"
              Expect.equal (Shaping.prism zero one { within with Z = -0.1 }) 1.0 "below" ]
