module Dendrites.Tests.OpsMakeTests

open System
open Dendrites
open Dendrites.Tests.Naive
open Expecto

let private expect (actual: Tensor) (shape: int list) (dtype: Dtype) (values: float list) what =
    Expect.equal (List.ofArray actual.shape) shape $"{what}: shape"
    Expect.equal actual.dtype dtype $"{what}: dtype"
    Expect.equal (List.ofArray (numbers actual)) values what

[<Tests>]
let tests =
    testList
        "OpsMake"
        [ testCase "numbers of an array stand where libtorch has its own: at multiples of 64 bytes"
          <| fun () ->
              for length in 1..40 do
                  let t = dsharp.tensor (Array.create length 1.0f)
                  Expect.equal (TensorMemory.address t % 64n) 0n $"{length} numbers"

          testCase "tensor reads numbers, arrays of any rank, nested sequences and tensors"
          <| fun () ->
              expect (dsharp.tensor 2.5) [] Dtype.Float32 [ 2.5 ] "a number"
              expect (dsharp.tensor [| 1.0; 2.0 |]) [ 2 ] Dtype.Float32 [ 1.0; 2.0 ] "an array"

              expect
                  (dsharp.tensor (array2D [ [ 1; 2 ]; [ 3; 4 ] ]))
                  [ 2; 2 ]
                  Dtype.Int32
                  [ 1.0; 2.0; 3.0; 4.0 ]
                  "a matrix"

              expect (dsharp.tensor (Array3D.create 1 2 1 7uy)) [ 1; 2; 1 ] Dtype.Byte [ 7.0; 7.0 ] "rank 3"
              expect (dsharp.tensor [ [ 1.0 ]; [ 2.0 ] ]) [ 2; 1 ] Dtype.Float32 [ 1.0; 2.0 ] "lists"

              expect
                  (dsharp.tensor [ [| 1L |]; [| 2L |] ])
                  [ 2; 1 ]
                  Dtype.Int64
                  [ 1.0; 2.0 ]
                  "arrays in a list"

              expect
                  (dsharp.tensor (
                      seq {
                          true
                          false
                      }
                  ))
                  [ 2 ]
                  Dtype.Bool
                  [ 1.0; 0.0 ]
                  "a sequence"

              expect (dsharp.tensor [ 1.0f ]) [ 1 ] Dtype.Float32 [ 1.0 ] "float32"
              let row = dsharp.tensor [ 1; 2 ]

              expect
                  (dsharp.tensor [ row; row ])
                  [ 2; 2 ]
                  Dtype.Int32
                  [ 1.0; 2.0; 1.0; 2.0 ]
                  "tensors are stacked"

              expect (dsharp.tensor row) [ 2 ] Dtype.Int32 [ 1.0; 2.0 ] "a tensor"
              expect (dsharp.tensor (List.empty<float>)) [ 0 ] Dtype.Float32 [] "nothing"

          testCase "dtype decides over the type of the numbers"
          <| fun () ->
              expect
                  (dsharp.tensor ([ 1; 0 ], dtype = Dtype.Float64))
                  [ 2 ]
                  Dtype.Float64
                  [ 1.0; 0.0 ]
                  "to float64"

              expect
                  (dsharp.tensor ([ 1.0; 0.0 ], dtype = Dtype.Bool))
                  [ 2 ]
                  Dtype.Bool
                  [ 1.0; 0.0 ]
                  "to Bool"

              expect (dsharp.tensor (2.9, dtype = Dtype.Int64)) [] Dtype.Int64 [ 2.0 ] "to Int64"

              Expect.equal
                  (numbers (dsharp.tensor ([ 0.1 ], dtype = Dtype.Float64)))
                  [| 0.1 |]
                  "float64 does not pass through float32"

          testCase "a tensor does not share memory with the array that it was made of"
          <| fun () ->
              let source = [| 1.0f; 2.0f |]
              let t = dsharp.tensor source
              source[0] <- 9.0f
              Expect.equal (numbers t) [| 1.0; 2.0 |] "the tensor stays"

          testCase "ragged nesting is a ShapeException that names both shapes"
          <| fun () ->
              Expect.throwsC (fun () -> dsharp.tensor [ [ 1.0 ]; [ 1.0; 2.0 ] ] |> ignore) (fun e ->
                  Expect.isTrue (e :? ShapeException) $"{e.GetType()}"
                  Expect.stringContains e.Message "[1]" "one"
                  Expect.stringContains e.Message "[2]" "the other")

          testCase "what is no number, or a mixture, is an ArgumentException"
          <| fun () ->
              let values: obj list =
                  [ "text"; [ "text" ]; [ box 1; box 2.0 ]; [ 1m ]; array2D [ [ "a" ] ] ]

              for value in values do
                  Expect.throwsT<ArgumentException> (fun () -> dsharp.tensor value |> ignore) $"{value}"

          prop "zeros, ones, full and their likes hold one value"
          <| fun key ->
              let shape = List.ofArray (shapeOf 0 3 key)
              let value = float (whole -3 3 "value" key)
              let n = List.fold (*) 1 shape
              let t = dsharp.zeros (shape, dtype = Dtype.Float64)
              expect t shape Dtype.Float64 (List.replicate n 0.0) "zeros"
              expect (dsharp.ones shape) shape Dtype.Float32 (List.replicate n 1.0) "ones"
              expect (dsharp.full (shape, value)) shape Dtype.Float32 (List.replicate n value) "full"
              expect (dsharp.zerosLike t) shape Dtype.Float64 (List.replicate n 0.0) "zerosLike"
              expect (dsharp.onesLike t) shape Dtype.Float64 (List.replicate n 1.0) "onesLike"
              expect (t.fullLike value) shape Dtype.Float64 (List.replicate n value) "fullLike"
              expect (t.onesLike [ 2 ]) [ 2 ] Dtype.Float64 [ 1.0; 1.0 ] "in another shape"
              expect (t.zerosLike ([ 1 ], dtype = Dtype.Int64)) [ 1 ] Dtype.Int64 [ 0.0 ] "in another dtype"
              expect (t.like [ value ]) [ 1 ] Dtype.Float64 [ value ] "like"

          testCase "scalars, the identity and a one-hot"
          <| fun () ->
              expect (dsharp.scalar 3.0) [] Dtype.Float32 [ 3.0 ] "scalar"
              expect (dsharp.zero ()) [] Dtype.Float32 [ 0.0 ] "zero"
              expect (dsharp.one (dtype = Dtype.Int64)) [] Dtype.Int64 [ 1.0 ] "one"
              expect (dsharp.eye 2) [ 2; 2 ] Dtype.Float32 [ 1.0; 0.0; 0.0; 1.0 ] "eye"
              expect (dsharp.eye (1, cols = 2)) [ 1; 2 ] Dtype.Float32 [ 1.0; 0.0 ] "eye that is not square"
              expect (dsharp.onehot (3, 1)) [ 3 ] Dtype.Float32 [ 0.0; 1.0; 0.0 ] "onehot"

          testCase "ranges end before their end, or on it"
          <| fun () ->
              expect (dsharp.arange 3) [ 3 ] Dtype.Int32 [ 0.0; 1.0; 2.0 ] "arange"
              expect (dsharp.arange (7, startVal = 1, step = 3)) [ 2 ] Dtype.Int32 [ 1.0; 4.0 ] "arange by 3"
              expect (dsharp.arange (0, startVal = 3, step = -2)) [ 2 ] Dtype.Int32 [ 3.0; 1.0 ] "arange down"
              expect (dsharp.arange 2.5) [ 3 ] Dtype.Float32 [ 0.0; 1.0; 2.0 ] "arange of floats"

              expect
                  (dsharp.arange (1.0, step = 0.25))
                  [ 4 ]
                  Dtype.Float32
                  [ 0.0; 0.25; 0.5; 0.75 ]
                  "by a quarter"

              expect (dsharp.arange -1.0) [ 0 ] Dtype.Float32 [] "nothing"
              expect (dsharp.linspace (0.0, 1.0, 3)) [ 3 ] Dtype.Float32 [ 0.0; 0.5; 1.0 ] "linspace"
              expect (dsharp.logspace (0.0, 2.0, 3)) [ 3 ] Dtype.Float32 [ 1.0; 10.0; 100.0 ] "logspace"

              expect
                  (dsharp.logspace (0.0, 2.0, 3, baseVal = 2.0))
                  [ 3 ]
                  Dtype.Float32
                  [ 1.0; 2.0; 4.0 ]
                  "of base 2"

          testCase "what cannot be made raises"
          <| fun () ->
              for call in
                  [ fun () -> dsharp.zeros [ -1 ] |> ignore
                    fun () -> dsharp.full ([ 2; -1 ], 0) |> ignore
                    fun () -> dsharp.eye -1 |> ignore
                    fun () -> dsharp.linspace (0.0, 1.0, -1) |> ignore
                    fun () -> dsharp.onehot (3, 3) |> ignore
                    fun () -> dsharp.scalar [ 1.0 ] |> ignore ] do
                  Expect.throwsT<ShapeException> call "shape"

              Expect.throwsT<ArgumentException> (fun () -> dsharp.arange (1, step = 0) |> ignore) "no step"

              Expect.throwsT<ArgumentException>
                  (fun () -> dsharp.arange (1.0, step = 0.0) |> ignore)
                  "no step"

          testCase "an empty sequence keeps the type that it is declared to hold"
          <| fun () ->
              Expect.equal (dsharp.tensor ([]: int list)).dtype Dtype.Int32 "list"
              Expect.equal (dsharp.tensor (Seq.empty<int64>)).dtype Dtype.Int64 "seq"
              Expect.equal (dsharp.tensor ([]: float list)).dtype Dtype.Float32 "floats" ]
