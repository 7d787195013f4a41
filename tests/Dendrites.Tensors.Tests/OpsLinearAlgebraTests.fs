module Dendrites.Tests.OpsLinearAlgebraTests

open System.Runtime.InteropServices
open Dendrites
open Dendrites.Tests.Naive
open Expecto

let private product (a: Nd) (b: Nd) : Nd =
    { Shape = [| a.Shape[0]; b.Shape[1] |]
      At =
        fun index ->
            Seq.sum (seq { for k in 0 .. a.Shape[1] - 1 -> a.At [| index[0]; k |] * b.At [| k; index[1] |] }) }

/// A matrix far from singular: random, with a heavy diagonal.
let private sound n key =
    draw [| n; n |] "matrix" key + dsharp.eye (n, dtype = Dtype.Float64) * 8.0

let private identity n =
    ofTensor (dsharp.eye (n, dtype = Dtype.Float64))

/// Determinant by expansion along the first row.
let rec private determinant (rows: float list list) =
    match rows with
    | [] -> 1.0
    | first :: rest ->
        first
        |> List.mapi (fun j x ->
            (if j % 2 = 0 then x else -x) * determinant (rest |> List.map (List.removeAt j)))
        |> List.sum

[<Tests>]
let tests =
    testList
        "OpsLinearAlgebra"
        [ prop "matmul is rows by columns"
          <| fun key ->
              let m, k, n = whole 1 4 "m" key, whole 1 4 "k" key, whole 1 4 "n" key
              let a, b = draw [| m; k |] "a" key, draw [| k; n |] "b" key
              let naive = product (ofTensor a) (ofTensor b)
              expectSame (dsharp.matmul (a, b)) naive "matrices"
              let whole, row, column = a.matmul b, a[0], b[*, 0]
              expectSame (row.matmul b) (ofTensor whole[0]) "a vector on the left is a row"
              expectSame (a.matmul column) (ofTensor whole[*, 0]) "a vector on the right is a column"
              expectSame (row.matmul column) (ofTensor whole[0, 0]) "two vectors"

          prop "matmul of batches multiplies each, and broadcasts"
          <| fun key ->
              let a, b = draw [| 2; 3; 2; 4 |] "a" key, draw [| 3; 4; 2 |] "b" key
              let all = a.matmul b
              Expect.equal all.shape [| 2; 3; 2; 2 |] "shape"

              for i in 0..1 do
                  for j in 0..2 do
                      expectSame
                          all[i, j, *, *]
                          (product (ofTensor a[i, j, *, *]) (ofTensor b[j]))
                          $"batch {i}, {j}"

          prop "dot is the sum of products"
          <| fun key ->
              let n = whole 1 6 "n" key
              let a, b = draw [| n |] "a" key, draw [| n |] "b" key
              expectSame (dsharp.dot (a, b)) (ofTensor ((a * b).sum())) "dot"

          prop "det is the expansion along a row"
          <| fun key ->
              let n = whole 1 4 "n" key
              let t = draw [| n; n |] "t" key
              let rows = numbers t |> Array.toList |> List.chunkBySize n

              expectSame
                  (dsharp.det t)
                  { Shape = [||]
                    At = fun _ -> determinant rows }
                  "det"

          prop "a matrix times its inverse is the identity"
          <| fun key ->
              let n = whole 1 5 "n" key
              let t = sound n key
              expectSame (t.matmul (dsharp.inv t)) (identity n) "inv"

          prop "solve finds the x of a·x = b"
          <| fun key ->
              let n = whole 1 5 "n" key
              let a = sound n key
              let vector, columns = draw [| n |] "b" key, draw [| n; 3 |] "columns" key
              expectSame (a.matmul (dsharp.solve (a, vector))) (ofTensor vector) "a vector"
              expectSame (a.matmul (a.solve columns)) (ofTensor columns) "columns"

          prop "solve of batches solves each"
          <| fun key ->
              let a = dsharp.stack [ sound 3 key; sound 3 (Key.fork 1 key) ]
              let b = draw [| 2; 3 |] "b" key
              let x = a.solve b

              for i in 0..1 do
                  expectSame x[i] (ofTensor (a[i].solve b[i])) $"batch {i}"

          testCase "a singular matrix raises, and does not end the process"
          <| fun () ->
              let zeros = dsharp.zeros [ 3; 3 ]
              Expect.throwsT<ExternalException> (fun () -> zeros.inv () |> ignore) "inv"
              Expect.throwsT<ExternalException> (fun () -> zeros.solve (dsharp.ones [ 3 ]) |> ignore) "solve"

          testCase "operands of different or unfit dtypes are a DtypeException that names both"
          <| fun () ->
              let a, b =
                  dsharp.ones ([ 2; 2 ], dtype = Dtype.Float32), dsharp.ones ([ 2; 2 ], dtype = Dtype.Float64)

              let bools = dsharp.ones ([ 2; 2 ], dtype = Dtype.Bool)

              for call in
                  [ fun () -> a.matmul b |> ignore
                    fun () -> a[0].dot b[0] |> ignore
                    fun () -> a.solve b |> ignore
                    fun () -> dsharp.linear (a, b) |> ignore
                    fun () -> dsharp.bmm (a.unsqueeze 0, b.unsqueeze 0) |> ignore ] do
                  Expect.throwsC call (fun e ->
                      Expect.isTrue (e :? DtypeException) $"{e.GetType()}"
                      Expect.stringContains e.Message "Float32" "one"
                      Expect.stringContains e.Message "Float64" "the other")

              Expect.throwsT<DtypeException> (fun () -> bools.matmul bools |> ignore) "Bool"

              Expect.throwsT<DtypeException>
                  (fun () -> (dsharp.ones ([ 2; 2 ], dtype = Dtype.Int32)).det() |> ignore)
                  "Int32"

          testCase "what is not square has no determinant and no inverse"
          <| fun () ->
              let t = dsharp.zeros [ 2; 3 ]

              for call in
                  [ fun () -> t.det () |> ignore
                    fun () -> t.inv () |> ignore
                    fun () -> t[0].det() |> ignore
                    fun () -> dsharp.cholesky t |> ignore
                    fun () -> dsharp.pinv t[0] |> ignore ] do
                  Expect.throwsT<ShapeException> call "not square"

          prop "matmul of every pair of ranks is that of its matrices, and so is its derivative"
          <| fun key ->
              let batchA, batchB = shapeOf 0 2 key, shapeOf 0 2 (Key.named "b" key)
              let rank = min batchA.Length batchB.Length
              let shared = batchA[batchA.Length - rank ..]
              let batchB = Array.append (batchB[.. batchB.Length - rank - 1]) shared
              let m, k, n = whole 0 3 "m" key, whole 1 3 "k" key, whole 1 3 "n" key
              let a = draw (Array.append batchA [| m; k |]) "a" key
              let b = draw (Array.append batchB [| k; n |]) "b" key
              // Products of all rows and columns, summed.
              let naive (a: Tensor) (b: Tensor) =
                  (a.unsqueeze (-1) * b.unsqueeze (-3)).sum(-2)

              expectSame (a.matmul b) (ofTensor (naive a b)) "product"

              let gradient (f: Tensor -> Tensor -> Tensor) =
                  dsharp.grad (fun a -> (f a b * f a b).sum()) a

              expectSame (gradient (fun a b -> a.matmul b)) (ofTensor (gradient naive)) "derivative"
              let row = draw [| k |] "row" key
              expectSame (a.matmul row) (ofTensor ((a * row).sum(-1))) "a vector on the right"
              expectSame (row.matmul b) (ofTensor ((row.unsqueeze 1 * b).sum(-2))) "a vector on the left"

          testCase "a product that no memory holds raises, and does not end the process"
          <| fun () ->
              let column = (dsharp.ones [ 1; 1 ]).expand [ 10_000_000; 1 ]

              Expect.throwsT<ExternalException>
                  (fun () -> column.matmul (column.transpose ()) |> ignore)
                  "400 TB" ]
