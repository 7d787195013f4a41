module Dendrites.Tests.BlendTests

open System
open Dendrites.Kernels
open Expecto

[<Tests>]
let tests =
    testList
        "Blend"
        [ property "every pixel is the weighted sum of its four, scaled and moved" (fun random ->
              let width, height = random.Next(1, 60), random.Next(0, 6)
              let from = floats random (width * height)
              let corners = Array.init (4 * width) (fun _ -> random.Next width)
              let weights = floats random (4 * width)
              let target = Array.zeroCreate from.Length

              Blend.Rows(
                  ReadOnlySpan from,
                  width,
                  ReadOnlySpan corners,
                  ReadOnlySpan weights,
                  2.0f,
                  -1.0f,
                  Span target
              )

              for row in 0 .. height - 1 do
                  for i in 0 .. width - 1 do
                      let sum =
                          Seq.sum (
                              seq {
                                  for k in 0..3 ->
                                      float weights[4 * i + k] * float from[row * width + corners[4 * i + k]]
                              }
                          )

                      Expect.floatClose
                          { absolute = 1e-5; relative = 0.0 }
                          (float target[row * width + i])
                          (2.0 * sum - 1.0)
                          "pixel")

          test "places outside and wrong sizes are refused before anything is read" {
              let blend (corners: int[]) room () =
                  Blend.Rows(
                      ReadOnlySpan(Array.zeroCreate<float32> 6),
                      3,
                      ReadOnlySpan corners,
                      ReadOnlySpan(Array.zeroCreate<float32> 12),
                      1.0f,
                      0.0f,
                      Span(Array.zeroCreate<float32> room)
                  )

              let refused corners room =
                  Expect.throwsT<ArgumentOutOfRangeException> (blend corners room) "refused"

              blend (Array.create 12 2) 6 ()
              refused (Array.create 12 3) 6
              refused (Array.create 12 -1) 6
              refused (Array.create 11 0) 6
              refused (Array.create 12 0) 5
          } ]
