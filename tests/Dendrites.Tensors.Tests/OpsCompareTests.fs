module Dendrites.Tests.OpsCompareTests

open Dendrites
open Dendrites.Tests.Naive
open Expecto

let private bit holds = if holds then 1.0 else 0.0

let private comparisons
    : (string * (Tensor * Tensor -> Tensor) * (Tensor * float -> Tensor) * (float -> float -> bool)) list =
    [ "lt", dsharp.lt, dsharp.lt, (<)
      "gt", dsharp.gt, dsharp.gt, (>)
      "le", dsharp.le, dsharp.le, (<=)
      "ge", dsharp.ge, dsharp.ge, (>=)
      "eq", dsharp.eq, dsharp.eq, (=)
      "ne", dsharp.ne, dsharp.ne, (<>) ]

let private firstBy (best: float -> float -> bool) (line: float[]) =
    line
    |> Array.indexed
    |> Array.reduce (fun (i, x) (j, y) -> if best y x then j, y else i, x)
    |> fst

[<Tests>]
let tests =
    testList
        "OpsCompare"
        [ for name, pair, scalar, naive in comparisons do
              prop $"{name} compares element by element"
              <| fun key ->
                  let shape = shapeOf 0 3 key
                  let a = drawTies shape "a" key
                  let b = drawTies (partner shape key) "b" key
                  let holds x y = bit (naive x y)
                  expectSame (pair (a, b)) (map2 holds (ofTensor a) (ofTensor b)) "tensors"
                  expectSame (scalar (a, 1.0)) (map (fun x -> holds x 1.0) (ofTensor a)) "a number"
                  Expect.equal (pair (a, b)).dtype Dtype.Bool "dtype"

          prop "max and min along a dimension are those of each line"
          <| fun key ->
              let t = drawTies (shapeOf 1 4 key) "t" key
              let dim = dimOf t.shape key

              for keep in [ false; true ] do
                  let naive f = reduce dim keep f (ofTensor t)
                  expectSame (dsharp.max (t, dim, keepDim = keep)) (naive Array.max) "max"
                  expectSame (dsharp.min (t, dim, keepDim = keep)) (naive Array.min) "min"

          prop "max and min of all, and of two, are the larger and the smaller"
          <| fun key ->
              let shape = shapeOf 1 3 key
              let a = draw shape "a" key
              let b = draw (partner shape key) "b" key
              Expect.equal ((dsharp.max a).toDouble()) (Array.max (numbers a)) "max"
              Expect.equal ((dsharp.min a).toDouble()) (Array.min (numbers a)) "min"
              expectSame (dsharp.max (a, b)) (map2 max (ofTensor a) (ofTensor b)) "max of two"
              expectSame (dsharp.min (a, b)) (map2 min (ofTensor a) (ofTensor b)) "min of two"

          prop "argmax and argmin along a dimension point at max and min"
          <| fun key ->
              let t = drawTies (shapeOf 1 4 key) "t" key
              let dim = dimOf t.shape key
              let largest = dsharp.argmax (t, dim, keepDim = true)
              let smallest = dsharp.argmin (t, dim, keepDim = true)
              expectSame (t.gather (dim, largest)) (ofTensor (t.max (dim, keepDim = true))) "argmax"
              expectSame (t.gather (dim, smallest)) (ofTensor (t.min (dim, keepDim = true))) "argmin"
              Expect.equal largest.dtype Dtype.Int64 "indices are Int64"

          prop "argmax and argmin of all are the first index of the largest and smallest"
          <| fun key ->
              let t = drawTies (shapeOf 1 4 key) "t" key
              let all = indices (List.ofArray t.shape)

              let at best =
                  all[firstBy best (numbers t)] |> List.toArray

              Expect.equal (dsharp.argmax t) (at (>)) "argmax"
              Expect.equal (dsharp.argmin t) (at (<)) "argmin"

          testCase "of elements that tie, one receives the gradient of max"
          <| fun () ->
              let t =
                  dsharp.tensor ([ [ 3.0; 1.0; 3.0 ]; [ 3.0; 3.0; 0.0 ] ], dtype = Dtype.Float64)

              let share f =
                  numbers (dsharp.grad f t) |> Array.filter (fun g -> g <> 0.0)

              Expect.equal (share (fun t -> t.max ())) [| 1.0 |] "of all"
              Expect.equal (share (fun t -> (t.max 1).sum())) [| 1.0; 1.0 |] "of each row"

          testCase "what is infinite and what is not a number is found"
          <| fun () ->
              let t = dsharp.tensor [ 1.0; nan; infinity; -infinity ]
              Expect.equal (numbers (dsharp.isnan t)) [| 0.0; 1.0; 0.0; 0.0 |] "isnan"
              Expect.equal (numbers (dsharp.isinf t)) [| 0.0; 0.0; 1.0; 1.0 |] "isinf"
              Expect.isTrue (dsharp.hasnan t && dsharp.hasinf t) "it has both"
              let sound = dsharp.tensor [ 1.0; 2.0 ]
              Expect.isFalse (dsharp.hasnan sound || dsharp.hasinf sound) "it has neither"

          testCase "nothing has no largest element"
          <| fun () ->
              let empty = dsharp.zeros [ 2; 0 ]

              for call in
                  [ fun () -> empty.max () |> ignore
                    fun () -> empty.min 1 |> ignore
                    fun () -> empty.argmax () |> ignore
                    fun () -> empty.argmin 1 |> ignore
                    fun () -> dsharp.amax (empty, 1) |> ignore ] do
                  Expect.throwsT<ShapeException> call "empty"

              Expect.equal (empty.max 0).shape [| 0 |] "along the other dimension there is"

          testCase "whole numbers are compared exactly"
          <| fun () ->
              let t = dsharp.tensor [ 16777217L; 16777216L ]
              Expect.equal (numbers (dsharp.eq (t, 16777216))) [| 0.0; 1.0 |] "eq"
              Expect.equal (numbers (dsharp.gt (t, 16777216L))) [| 1.0; 0.0 |] "gt" ]
