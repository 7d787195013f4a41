module Dendrites.Tests.MomentTests

open Expecto
open Dendrites
open Dendrites.MetaWorld

/// The matrix, row by row, of the rotation that a quaternion (x, y, z, w) of length 1 is.
let private matrix x y z w : float[] =
    [| 1.0 - 2.0 * (y * y + z * z)
       2.0 * (x * y - z * w)
       2.0 * (x * z + y * w)
       2.0 * (x * y + z * w)
       1.0 - 2.0 * (x * x + z * z)
       2.0 * (y * z - x * w)
       2.0 * (x * z - y * w)
       2.0 * (y * z + x * w)
       1.0 - 2.0 * (x * x + y * y) |]

let private rotation (rows: float[]) = Moment.xyzw (System.ReadOnlySpan rows)

[<Tests>]
let tests =
    testList
        "Moment"
        [ property "a quaternion comes back from its matrix, up to its sign"
          <| fun key ->
              let q = Key.normals 4 key
              let n = sqrt (Array.sumBy (fun v -> v * v) q)
              let q = q |> Array.map (fun v -> v / n)
              let back = rotation (matrix q[0] q[1] q[2] q[3])

              let dot = back.A * q[0] + back.B * q[1] + back.C * q[2] + back.D * q[3]

              expectNear 1e-9 1.0 (abs dot) $"{back} from {q}"

          test "the sign is that of the largest component, not of w" {
              let half = sqrt 0.5
              let back = rotation (matrix 0.8 0.0 0.0 -0.6)
              expectNear 1e-12 0.8 back.A "x is the largest, and stays above 0"
              expectNear 1e-12 -0.6 back.D "w is below 0"
              let upright = rotation (matrix 0.0 0.0 0.0 1.0)
              Expect.equal upright { A = 0.0; B = 0.0; C = 0.0; D = 1.0 } "no rotation"
              let quarter = rotation (matrix 0.0 0.0 half half)
              expectNear 1e-12 half quarter.C "a quarter turn about z"
          }

          test "claws a decimetre apart or more are open" {
              let claw y = Point.make 0.0 y 0.2
              Expect.equal (Moment.openness (claw 0.5) (claw 0.5)) 0.0 "closed"
              expectNear 1e-12 0.5 (Moment.openness (claw 0.55) (claw 0.6)) "half"
              Expect.equal (Moment.openness (claw 0.5) (claw 0.7)) 1.0 "open"
          }

          property "a hand is seen within the box, and as it is inside it"
          <| fun key ->
              let hand = point "hand" key
              Expect.equal (Moment.seenHand hand) hand "inside"
              let far = Moment.seenHand (Point.make 5.0 -5.0 5.0)
              Expect.equal far (Point.make 0.525 0.348 0.7) "outside" ]
