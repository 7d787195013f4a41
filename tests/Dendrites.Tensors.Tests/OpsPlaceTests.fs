module Dendrites.Tests.OpsPlaceTests

open System
open Dendrites
open Dendrites.Tests.Naive
open Expecto

// The defaults are of the process: what sets them does not run beside other tests.
[<Tests>]
let defaults =
    testSequenced
    <| testList
        "OpsPlace defaults"
        [ testCase "config sets the dtype that calls take when they do not say"
          <| fun () ->
              Expect.equal (dsharp.config ()) (Device.CPU, Dtype.Float32) "at the start"

              try
                  dsharp.config (dtype = Dtype.Float64)
                  Expect.equal (dsharp.zeros [ 1 ]).dtype Dtype.Float64 "zeros"
                  Expect.equal (dsharp.tensor [ 0.1 ]).dtype Dtype.Float64 "tensor of floats"
                  Expect.equal (dsharp.tensor [ 1 ]).dtype Dtype.Int32 "whole numbers keep their type"
                  Expect.equal (dsharp.rand [ 1 ]).dtype Dtype.Float64 "rand"
              finally
                  dsharp.config (dtype = Dtype.Float32)

              Expect.throwsT<DtypeException>
                  (fun () -> dsharp.config (dtype = Dtype.Int32))
                  "no default for zeros" ]

let private dtypes =
    [ Dtype.Float32
      Dtype.Float64
      Dtype.Int64
      Dtype.Int32
      Dtype.Bool
      Dtype.Byte ]

[<Tests>]
let tests =
    testList
        "OpsPlace"
        [ testCase "cast goes between all dtypes"
          <| fun () ->
              for from in dtypes do
                  for into in dtypes do
                      let t = (dsharp.tensor ([ 1; 0; 1 ], dtype = from)).cast into
                      Expect.equal t.dtype into $"{from} to {into}"
                      Expect.equal (numbers t) [| 1.0; 0.0; 1.0 |] $"{from} to {into}"

              Expect.equal
                  (numbers ((dsharp.tensor [ -1.7; 1.7 ]).cast Dtype.Int32))
                  [| -1.0; 1.0 |]
                  "towards zero"

          testCase "a cast to the same dtype is a tensor of its own"
          <| fun () ->
              let t = dsharp.ones [ 2 ]
              (t.cast Dtype.Float32 :> IDisposable).Dispose()
              (t.cpu () :> IDisposable).Dispose()
              Expect.equal (numbers t) [| 1.0; 1.0 |] "the source is alive"

          testCase "move goes to a dtype and stays where it is"
          <| fun () ->
              let t = (dsharp.ones [ 2 ]).move(dtype = Dtype.Float64)
              Expect.equal (t.dtype, t.device) (Dtype.Float64, Device.CPU) "moved"

          testCase "without CUDA, the GPU is an error that says so"
          <| fun () ->
              if dsharp.isCudaAvailable () then
                  Expect.equal (dsharp.devices ()) [ Device.CPU; Device.GPU ] "both"
              else
                  Expect.equal (dsharp.devices ()) [ Device.CPU ] "one"

                  for call in
                      [ fun () -> (dsharp.ones [ 1 ]).gpu() |> ignore
                        fun () -> dsharp.zeros ([ 1 ], device = Device.GPU) |> ignore
                        fun () -> dsharp.config (device = Device.GPU) ] do
                      Expect.throwsC call (fun e -> Expect.stringContains e.Message "CUDA" "the cause")

          testCase "one element reads as a number of its own type"
          <| fun () ->
              let read dtype =
                  box ((dsharp.tensor ([ [ 1 ] ], dtype = dtype)).toScalar())

              Expect.equal
                  (List.map read dtypes)
                  [ box 1.0f; box 1.0; box 1L; box 1; box true; box 1uy ]
                  "toScalar"

              let t = dsharp.tensor -2.5
              Expect.equal (t.toDouble (), t.toSingle ()) (-2.5, -2.5f) "toDouble, toSingle"
              Expect.equal (float t, float32 t, int t) (-2.5, -2.5f, -2) "F#'s own conversions"

              Expect.throwsT<ShapeException>
                  (fun () -> (dsharp.ones [ 2 ]).toScalar() |> ignore)
                  "two elements"

              Expect.throwsT<ShapeException>
                  (fun () -> (dsharp.ones [ 2 ]).toDouble() |> ignore)
                  "two elements"

          prop "toArray is undone by tensor"
          <| fun key ->
              let shape = shapeOf 1 4 key

              for dtype in dtypes do
                  let t = (drawTies shape "t" key).abs().cast dtype
                  let back = dsharp.tensor (t.toArray ())
                  Expect.equal (t.toArray ()).Rank t.dim "rank"

                  let back =
                      if dtype = Dtype.Float64 then
                          back.cast Dtype.Float64
                      else
                          back

                  Expect.equal back.dtype dtype "dtype"
                  expectSame back (ofTensor t) "elements"

          testCase "toArray reads what is not laid out row by row, and what carries a graph"
          <| fun () ->
              let t = dsharp.tensor [ [ 1; 2; 3 ]; [ 4; 5; 6 ] ]

              Expect.equal
                  ((t.transpose ()).toArray() :?> int[,])
                  (array2D [ [ 1; 4 ]; [ 2; 5 ]; [ 3; 6 ] ])
                  "transposed"

              let read =
                  dsharp.grad (fun x ->
                      Expect.equal ((x * 2.0).toArray() :?> float32[]) [| 2.0f |] "inside a derivative"
                      x.sum ())

              read (dsharp.ones [ 1 ]) |> ignore
              Expect.throwsT<ShapeException> (fun () -> (dsharp.one ()).toArray() |> ignore) "a scalar"

          prop "allclose is within both tolerances"
          <| fun key ->
              let t = draw (shapeOf 0 3 key) "t" key
              Expect.isTrue (t.allclose t) "itself"
              Expect.isTrue (t.allclose (t + 1e-9)) "within 1e-8"
              Expect.isFalse (t.allclose (t + 1e-3)) "beyond"
              Expect.isTrue (dsharp.allclose (t, t + 1e-3, absoluteTolerance = 1e-2)) "within what is asked"
              Expect.isTrue ((t * 1.05).allclose(t, relativeTolerance = 0.1)) "in proportion"

          testCase "NaN is close to nothing, and dtypes must be equal"
          <| fun () ->
              let t = dsharp.tensor [ nan ]
              Expect.isFalse (t.allclose t) "NaN"
              Expect.throwsT<DtypeException> (fun () -> t.allclose (t.cast Dtype.Float64) |> ignore) "dtypes"

          testCase "summary is the first line of what prints"
          <| fun () ->
              let t = dsharp.tensor [ 0.0; 2.0 ]

              Expect.equal
                  (t.summary ())
                  "Tensor [2] float32 · 50.0 % non-zero · min 0 mean 1 max 2"
                  "summary" ]
