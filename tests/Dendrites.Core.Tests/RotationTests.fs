module Dendrites.Tests.RotationTests

open Expecto
open Dendrites

let private turned degrees (images: Tensor) = Rotation.apply degrees 0.0 images

[<Tests>]
let tests =
    testList
        "Rotation"
        [ propertyOf
              20
              "by nothing it is the image; by a quarter it moves pixels; four quarters are nothing"
              (fun key ->
                  let side = size "side" 1 9 key
                  let x = Key.normal [ 3; side * side ] Dtype.Float32 key
                  expectTensor 1e-6 x (turned 0.0 x) "nothing"
                  let quarter = turned 90.0 x
                  expectTensor 1e-5 x (turned 90.0 (turned 90.0 (turned 90.0 quarter))) "four"
                  let image, quarter = rows x |> Array.head, rows quarter |> Array.head

                  for row in 0 .. side - 1 do
                      for column in 0 .. side - 1 do
                          // Anticlockwise: the top right corner goes to the top left.
                          expectClose
                              1e-5
                              [| image[column * side + (side - 1 - row)] |]
                              [| quarter[row * side + column] |]
                              "moved")

          propertyOf 20 "there and back leaves a smooth image's middle as it was" (fun key ->
              let side = 21
              let angle = float (size "angle" 1 179 key)

              let x =
                  tensorOf
                      [ 1; side * side ]
                      [| for row in 0 .. side - 1 do
                             for column in 0 .. side - 1 -> sin (float row / 6.0) + cos (float column / 7.0) |]

              let x = x.cast Dtype.Float32
              let back = turned -angle (turned angle x)
              let middle = (side * side) / 2
              Expect.isLessThan (abs ((x[0, middle] - back[0, middle]).toDouble())) 0.01 "middle"
              let near = middle + 3
              Expect.isLessThan (abs ((x[0, near] - back[0, near]).toDouble())) 0.05 "near it")

          propertyOf
              20
              "what was outside shows the background, and the background stays what it is"
              (fun key ->
                  let angle = float (size "angle" 0 360 key)
                  let plain = dsharp.full ([ 2; 49 ], -0.42)
                  expectTensor 1e-5 plain (Rotation.apply angle -0.42 plain) "background"
                  let shares = (Rotation.weights 7 angle).sum 1
                  Expect.all (values shares) (fun share -> share >= -1e-6 && share <= 1.0 + 1e-5) "shares") ]
