module Dendrites.Tests.RotationTests

open Expecto
open Dendrites

/// What a plan makes of an image.
let private apply (plan: Rotation.Plan) (image: float[]) : float[] =
    [| for pixel in 0 .. image.Length - 1 ->
           Seq.sum (
               seq {
                   for corner in 4 * pixel .. 4 * pixel + 3 ->
                       float plan.Weights[corner] * image[plan.Corners[corner]]
               }
           ) |]

let private turned side degrees image =
    apply (Rotation.plan side degrees) image

/// Centre of mass, from the middle: right and up.
let private centre side (image: float[]) =
    let middle = float (side - 1) / 2.0
    let total = Array.sum image

    let mean coordinate =
        (image |> Array.mapi (fun pixel v -> v * coordinate pixel) |> Array.sum) / total

    mean (fun pixel -> float (pixel % side) - middle), mean (fun pixel -> middle - float (pixel / side))

[<Tests>]
let tests =
    testList
        "Rotation"
        [ property "by 0° an image stays, to the bit; by 90° four times too"
          <| fun key ->
              let side = size "side" 1 9 key
              let image = values (normal [ side * side ] key)
              Expect.equal (turned side 0.0 image) image "0°"
              let once = turned side 90.0 image
              Expect.equal (List.fold (fun image _ -> turned side 90.0 image) once [ 1..3 ]) image "360°"
              Expect.equal (turned side 90.0 once) (Array.rev image) "180° is the image read backwards"
              Expect.equal (turned side -90.0 once) image "there and back"

          case "it turns counter-clockwise"
          <| fun () -> Expect.equal (turned 2 90.0 [| 1.0; 2.0; 3.0; 4.0 |]) [| 2.0; 4.0; 1.0; 3.0 |] "90°"

          property "a smooth spot goes where the angle says, and keeps its mass"
          <| fun key ->
              let side, degrees = size "side" 24 31 key, float (size "angle" -720 720 key) / 2.0
              let middle = float (side - 1) / 2.0

              let spot =
                  [| for pixel in 0 .. side * side - 1 ->
                         let x = float (pixel % side) - middle - 5.0
                         let y = middle - float (pixel / side) - 2.0
                         exp (-(x * x + y * y) / 4.0) |]

              let angle = degrees * System.Math.PI / 180.0
              let x, y = centre side spot
              let atX, atY = centre side (turned side degrees spot)
              let goalX, goalY = cos angle * x - sin angle * y, sin angle * x + cos angle * y
              expectClose 1e-2 [| goalX; goalY |] [| atX; atY |] "centre of mass"
              expectClose 1e-2 [| Array.sum spot |] [| Array.sum (turned side degrees spot) |] "mass"

          property "weights are from 0, and sum to 1 except where black comes in"
          <| fun key ->
              let side, degrees = size "side" 2 20 key, float (size "angle" 0 359 key)
              let plan = Rotation.plan side degrees
              let middle = float (side - 1) / 2.0

              for pixel in 0 .. side * side - 1 do
                  let weights = plan.Weights[4 * pixel .. 4 * pixel + 3] |> Array.map float
                  Expect.all weights (fun w -> w >= 0.0) "weights"
                  let x, y = float (pixel % side) - middle, float (pixel / side) - middle
                  Expect.isLessThanOrEqual (Array.sum weights) (1.0 + 1e-6) "sum"

                  if sqrt (x * x + y * y) <= middle then
                      expectClose 1e-6 [| 1.0 |] [| Array.sum weights |] "inside the circle nothing is lost"

          testList
              "only square images have a side"
              [ for pixels, side in [ 784, Some 28; 1, Some 1; 785, None; 12, None ] do
                    test $"{pixels}" {
                        match side with
                        | Some side -> Expect.equal (Rotation.side pixels) side "side"
                        | None ->
                            Expect.throwsT<System.ArgumentException>
                                (fun () -> Rotation.side pixels |> ignore)
                                "none"
                    } ] ]
