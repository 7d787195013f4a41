module Dendrites.Tests.SupplementTests

open System.Runtime.InteropServices
open Dendrites
open Dendrites.Tests.Naive
open Expecto

[<Tests>]
let tests =
    testList
        "Supplement"
        [ prop "where takes from one or the other, broadcasting"
          <| fun key ->
              let shape = shapeOf 1 3 key
              let a, b = draw shape "a" key, draw (partner shape key) "b" key
              let condition = (draw (partner shape (Key.named "condition" key)) "c" key).gt 0.0

              let naive =
                  map2 (fun c pick -> if c = 1.0 then pick else nan) (ofTensor condition) (ofTensor a)
                  |> fun chosen ->
                      map2 (fun x y -> if System.Double.IsNaN x then y else x) chosen (ofTensor b)

              expectSame (dsharp.where (condition, a, b)) naive "where"

          testCase "where takes a Bool condition only"
          <| fun () ->
              let t = dsharp.ones [ 2 ]
              Expect.throwsT<DtypeException> (fun () -> dsharp.where (t, t, t) |> ignore) "Float32"

          prop "indexSelect is the items that the index names"
          <| fun key ->
              let t = draw (shapeOf 1 3 key) "t" key
              let dim = dimOf t.shape key
              let index = Key.integers 0 t.shape[dim] 5 (Key.named "index" key)
              let slices = t.unstack dim
              let naive = dsharp.stack (index |> Array.map (fun i -> slices[i]), dim = dim)
              expectSame (dsharp.indexSelect (t, dim, dsharp.tensor index)) (ofTensor naive) "Int32"
              let wide = dsharp.tensor (Array.map int64 index)
              expectSame (dsharp.indexSelect (t, dim - t.dim, wide)) (ofTensor naive) "Int64, from the end"

          prop "bmm multiplies each of a batch"
          <| fun key ->
              let a, b = draw [| 3; 2; 4 |] "a" key, draw [| 3; 4; 2 |] "b" key
              let all = dsharp.bmm (a, b)
              expectSame all (ofTensor (dsharp.stack [ for i in 0..2 -> a[i].matmul b[i] ])) "bmm"

          prop "linear is x·weightᵀ + bias"
          <| fun key ->
              let inputs, units = whole 1 4 "inputs" key, whole 1 4 "units" key
              let x = draw (Array.append (shapeOf 0 2 key) [| inputs |]) "x" key

              let weight, bias =
                  draw [| units; inputs |] "weight" key, draw [| units |] "bias" key

              let plain = x.matmul (weight.transpose ())
              expectSame (dsharp.linear (x, weight)) (ofTensor plain) "without bias"
              expectSame (dsharp.linear (x, weight, bias = bias)) (ofTensor (plain + bias)) "with bias"

          prop "addcmul, addcdiv and lerp are what their formulas say"
          <| fun key ->
              let shape = shapeOf 1 3 key
              let t = draw shape "t" key
              let a, b = draw (partner shape key) "a" key, between 0.5 2.0 shape "b" key
              expectSame (dsharp.addcmul (t, a, b, 0.3)) (ofTensor (t + a * b * 0.3)) "addcmul"
              expectSame (dsharp.addcdiv (t, a, b, 0.3)) (ofTensor (t + a / b * 0.3)) "addcdiv"
              expectSame (dsharp.lerp (t, a, 0.3)) (ofTensor (t * 0.7 + a * 0.3)) "lerp"

          prop "cholesky is lower triangular, and its square is the matrix"
          <| fun key ->
              let n = whole 1 4 "n" key
              let root = draw [| n; n |] "root" key
              let matrix = root.matmul (root.transpose ()) + dsharp.eye (n, dtype = Dtype.Float64)
              let lower = dsharp.cholesky matrix
              expectSame (lower.matmul (lower.transpose ())) (ofTensor matrix) "square"

              for i in 0 .. n - 1 do
                  for j in i + 1 .. n - 1 do
                      Expect.equal (float lower[i, j]) 0.0 "above the diagonal"

          prop "pinv obeys the first Penrose law, and is the inverse where there is one"
          <| fun key ->
              let t = draw [| whole 1 4 "rows" key; whole 1 4 "columns" key |] "t" key
              let back = dsharp.pinv t
              Expect.equal back.shape (Array.rev t.shape) "shape"
              expectWithin 1e-8 ((t.matmul back).matmul t) (ofTensor t) "t·pinv·t = t"

              let square =
                  draw [| 3; 3 |] "square" key + dsharp.eye (3, dtype = Dtype.Float64) * 8.0

              expectSame (dsharp.pinv square) (ofTensor (square.inv ())) "inverse"

          testCase "pinv counts small singular values as zero, as far as it is asked"
          <| fun () ->
              let t = dsharp.tensor ([ [ 1.0; 0.0 ]; [ 0.0; 1e-3 ] ], dtype = Dtype.Float64)

              expectSame
                  (dsharp.pinv t)
                  (ofTensor (dsharp.tensor ([ [ 1.0; 0.0 ]; [ 0.0; 1e3 ] ], dtype = Dtype.Float64)))
                  "kept"

              let cut = dsharp.pinv (t, rtol = 1e-2)

              expectSame
                  cut
                  (ofTensor (dsharp.tensor ([ [ 1.0; 0.0 ]; [ 0.0; 0.0 ] ], dtype = Dtype.Float64)))
                  "cut"

          testCase "cholesky of an indefinite matrix raises, and does not end the process"
          <| fun () ->
              Expect.throwsT<ExternalException>
                  (fun () -> dsharp.cholesky (-(dsharp.eye 2)) |> ignore)
                  "indefinite"

          prop "what noGrad computes is a constant to a derivative"
          <| fun key ->
              let x = draw [| 4 |] "x" key
              let gradient = dsharp.grad (fun x -> (x * dsharp.noGrad (fun () -> x * x)).sum()) x
              expectSame gradient (ofTensor (x * x)) "d(x·c) = c"

          prop "kthLargest and topkMask carry no gradient"
          <| fun key ->
              let x = draw [| 3; 5 |] "x" key
              let gradient = dsharp.grad (fun x -> (x * dsharp.kthLargest (x, 2)).sum()) x
              expectSame gradient (ofTensor ((dsharp.kthLargest (x, 2)).expand [ 3; 5 ])) "d(x·c) = c"

          prop "amax is max, but those that tie share the gradient"
          <| fun key ->
              let t = drawTies (shapeOf 1 3 key) "t" key
              let dim = dimOf t.shape key
              expectSame (dsharp.amax (t, dim)) (ofTensor (t.max dim)) "amax"

              expectSame
                  (dsharp.amax (t, dim, keepDim = true))
                  (ofTensor (t.max (dim, keepDim = true)))
                  "keepDim"

              let tied = dsharp.tensor ([ 2.0; 1.0; 2.0 ], dtype = Dtype.Float64)
              let gradient = dsharp.grad (fun t -> dsharp.amax (t, 0)) tied
              Expect.equal (numbers gradient) [| 0.5; 0.0; 0.5 |] "half each"

          prop "places of the largest are those that selection marks, ties and missing numbers too"
          <| fun key ->
              let ties = drawTies [| 3; 7 |] "t" key
              let t = dsharp.where (ties.eq 2, dsharp.fullLike (ties, nan), ties)
              let k = whole 0 7 "k" key
              use places = Supplement.largest t.torch k
              let mask = (dsharp.topkMask (t, k)).cast Dtype.Float64
              let marked = dsharp.gather (mask, 1, Tensor.ofTorch (places.alias ()))
              Expect.equal marked.shape [| 3; k |] "k of each row"
              Expect.all (numbers marked) ((=) 1.0) "each of them marked"

          testCase "of whole numbers that tie the first are marked"
          <| fun () ->
              let t = dsharp.tensor [ 5; 7; 5; 5; 5 ]
              Expect.equal (numbers (dsharp.topkMask (t, 3))) [| 1.0; 1.0; 1.0; 0.0; 0.0 |] "Int32"
              Expect.equal (numbers (dsharp.kthLargest (t, 2))) [| 5.0 |] "second"

          testCase "addcmul and addcdiv of integers are refused"
          <| fun () ->
              let t = dsharp.tensor [ 1; 2 ]
              Expect.throwsT<DtypeException> (fun () -> dsharp.addcmul (t, t, t, 0.5) |> ignore) "addcmul"
              Expect.throwsT<DtypeException> (fun () -> dsharp.addcdiv (t, t, t, 0.5) |> ignore) "addcdiv"

          prop "what noGrad hands through is a constant too"
          <| fun key ->
              let x = draw [| 4 |] "x" key

              let through (f: Tensor -> Tensor) =
                  dsharp.grad (fun x -> (x * f x).sum()) x

              let c (x: Tensor) = dsharp.noGrad (fun () -> x)
              expectSame (through c) (ofTensor x) "itself"

              let pair (x: Tensor) =
                  fst (dsharp.noGrad (fun () -> x.view [ 4 ], 1))

              expectSame (through pair) (ofTensor x) "in a tuple, under another name" ]
