module Dendrites.Tests.OpsIndexTests

open System.Runtime.InteropServices
open Dendrites
open Dendrites.Tests.Naive
open Expecto

/// 0, 1, 2 … in `shape`, float64.
let private counted (shape: int list) =
    (dsharp.arange (float (List.fold (*) 1 shape), dtype = Dtype.Float64)).view shape

let private expect (actual: Tensor) (shape: int list) (values: float list) what =
    Expect.equal (List.ofArray actual.shape) shape $"{what}: shape"
    Expect.equal (List.ofArray (numbers actual)) values what

/// Random indices below `size`, in `shape`.
let private indexOf (size: int) (shape: int[]) (key: Key) =
    let flat = Key.integers 0 size (Array.fold (*) 1 shape) (Key.named "index" key)
    dsharp.tensor(Array.map int64 flat).view shape

[<Tests>]
let tests =
    testList
        "OpsIndex"
        [ testCase "slices read as F# reads them"
          <| fun () ->
              let t = counted [ 3; 4 ]
              expect t[1, 2] [] [ 6.0 ] "an element"
              expect t[1..2, 0] [ 2 ] [ 4.0; 8.0 ] "part of a column"
              expect t[1, *] [ 4 ] [ 4.0; 5.0; 6.0; 7.0 ] "a row"
              expect t[*, 3] [ 3 ] [ 3.0; 7.0; 11.0 ] "a column"
              expect t[..0, 2..] [ 1; 2 ] [ 2.0; 3.0 ] "a corner"
              expect t[2..] [ 1; 4 ] [ 8.0; 9.0; 10.0; 11.0 ] "the last rows"
              expect t[-1, -1] [] [ 11.0 ] "from the end"
              expect t[-2 .., .. -4] [ 2; 1 ] [ 4.0; 8.0 ] "ranges from the end"
              expect t[1..0, 0] [ 0 ] [] "an empty range"
              let none = 0
              expect t[0, 0 .. none - 1] [ 0 ] [] "a range of none"
              expect t[0, .. none - 1] [ 0 ] [] "nothing before the first"

          testCase "slices of three and four dimensions"
          <| fun () ->
              let t = counted [ 2; 3; 4 ]
              expect t[1, 2, 3] [] [ 23.0 ] "an element"
              expect t[*, 1, 1..2] [ 2; 2 ] [ 5.0; 6.0; 17.0; 18.0 ] "a range in each"
              expect t[1, 0..1, *] [ 2; 4 ] [ for i in 12..19 -> float i ] "rows"
              expect t[0, 1..1] [ 1; 4 ] [ 4.0; 5.0; 6.0; 7.0 ] "dimensions not named stay"
              let u = counted [ 2; 2; 2; 2 ]
              expect u[1, 0, 1, 0] [] [ 10.0 ] "an element"
              expect u[*, 1, *, 0] [ 2; 2 ] [ 4.0; 6.0; 12.0; 14.0 ] "two ranges"
              expect u[1, *, 0, 1..1] [ 2; 1 ] [ 9.0; 13.0 ] "mixed"

          prop "a slice is differentiable: its gradient is one where it read"
          <| fun key ->
              let t = draw [| 3; 4 |] "t" key
              let gradient = dsharp.grad (fun t -> (t[1..2, 1] * 3.0).sum()) t

              expectSame
                  gradient
                  { Shape = [| 3; 4 |]
                    At = fun index -> if index[0] >= 1 && index[1] = 1 then 3.0 else 0.0 }
                  "gradient"

          testCase "what lies outside is a ShapeException that names the shape"
          <| fun () ->
              let t = counted [ 3; 4 ]

              for call in
                  [ fun () -> t[3] |> ignore
                    fun () -> t[-4] |> ignore
                    fun () -> t[0, 4] |> ignore
                    fun () -> t[0..3, 0] |> ignore
                    fun () -> t[4.., 0] |> ignore
                    fun () -> t[2..0, 0] |> ignore
                    fun () -> t[0, 0, 0] |> ignore
                    fun () -> t[*, 0..1, *] |> ignore ] do
                  Expect.throwsC call (fun e ->
                      Expect.isTrue (e :? ShapeException) $"{e.GetType()}"
                      Expect.stringContains e.Message "[3; 4]" "the shape")

              Expect.throwsT<ShapeException> (fun () -> t[0, 0][0] |> ignore) "a scalar has no items"

          prop "gather picks along a dimension"
          <| fun key ->
              let t = draw (shapeOf 1 4 key) "t" key
              let dim = dimOf t.shape key

              let shape =
                  t.shape
                  |> Array.mapi (fun d size -> if d = dim then 5 else whole 1 size (string d) key)

              let index = indexOf t.shape[dim] shape key
              let nd, places = ofTensor t, ofTensor index

              let naive =
                  { Shape = shape
                    At = fun at -> nd.At(Array.updateAt dim (int (places.At at)) at) }

              expectSame (dsharp.gather (t, dim, index)) naive "gather"

              expectSame
                  (t.gather (dim - t.dim, index.cast Dtype.Int32))
                  naive
                  "Int32, dimension from the end"

          prop "scatter adds each element at its place"
          <| fun key ->
              let t = draw (shapeOf 1 3 key) "t" key
              let dim = dimOf t.shape key
              let target = t.shape |> Array.mapi (fun d size -> if d = dim then 3 else size)
              let index = indexOf 3 t.shape key
              let nd, places = ofTensor t, ofTensor index
              let sources = indices (List.ofArray t.shape) |> List.map List.toArray

              let naive =
                  { Shape = target
                    At =
                      fun at ->
                          sources
                          |> List.filter (fun source ->
                              Array.updateAt dim (int (places.At source)) source = at)
                          |> List.sumBy nd.At }

              expectSame (dsharp.scatter (t, dim, index, target)) naive "scatter"

          prop "scatter is the adjoint of gather"
          <| fun key ->
              let x = draw [| 4; 3 |] "x" key
              let y = draw [| 2; 3 |] "y" key
              let index = indexOf 4 [| 2; 3 |] key
              let left = (x.gather (0, index) * y).sum()
              let right = (x * y.scatter (0, index, [ 4; 3 ])).sum()
              expectSame left (ofTensor right) "⟨gather x, y⟩ = ⟨x, scatter y⟩"

          testCase "an index beyond the dimension raises, and does not end the process"
          <| fun () ->
              let t = dsharp.zeros [ 2; 3 ]
              let index = dsharp.full ([ 2; 1 ], 7, dtype = Dtype.Int64)

              for call in
                  [ fun () -> t.gather (1, index) |> ignore
                    fun () -> t.scatter (1, index, [ 2; 3 ]) |> ignore
                    fun () -> dsharp.indexSelect (t, 1, index.view 2) |> ignore ] do
                  Expect.throwsT<ExternalException> call "out of range"

          testCase "indices that are not integers are a DtypeException"
          <| fun () ->
              let t = dsharp.zeros [ 2; 3 ]
              Expect.throwsT<DtypeException> (fun () -> t.gather (0, t) |> ignore) "gather"
              Expect.throwsT<DtypeException> (fun () -> t.scatter (0, t, [ 2; 3 ]) |> ignore) "scatter"

              Expect.throwsT<DtypeException>
                  (fun () -> dsharp.indexSelect (t, 0, t[0]) |> ignore)
                  "indexSelect" ]
