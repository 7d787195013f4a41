module Dendrites.Tests.OpsShapeTests

open Dendrites
open Dendrites.Tests.Naive
open Expecto

/// Row-major, the same elements in another shape.
let private expectReshaped (actual: Tensor) (t: Tensor) (shape: int[]) what =
    Expect.equal actual.shape shape $"{what}: shape"
    Expect.sequenceEqual (numbers actual) (numbers t) what

[<Tests>]
let tests =
    testList
        "OpsShape"
        [ prop "view, viewAs, flatten and unflatten keep the elements in order"
          <| fun key ->
              let t = draw (shapeOf 1 4 key) "t" key
              let shape, n = t.shape, t.nelement
              expectReshaped (t.view [ n ]) t [| n |] "view of a shape"
              expectReshaped (t.view -1) t [| n |] "view of a size"

              expectReshaped
                  (dsharp.view (t, [ shape[0]; -1 ]))
                  t
                  [| shape[0]; n / shape[0] |]
                  "view with a rest"

              expectReshaped ((t.view n).viewAs t) t shape "viewAs"
              expectReshaped (dsharp.flatten t) t [| n |] "flatten"
              let dim = dimOf shape key

              expectReshaped
                  (t.flatten (endDim = dim))
                  t
                  (Array.append [| Array.fold (*) 1 shape[..dim] |] shape[dim + 1 ..])
                  "flatten in part"

              expectReshaped ((t.flatten ()).unflatten(0, shape)) t shape "unflatten"

              expectReshaped
                  (t.unflatten (dim, [ 1; -1 ]))
                  t
                  (Array.concat [ shape[.. dim - 1]; [| 1; shape[dim] |]; shape[dim + 1 ..] ])
                  "unflatten of a dimension"

          prop "view of a transposed tensor reads it in its new order"
          <| fun key ->
              let t = (draw [| 2; 3 |] "t" key).transpose()
              expectReshaped (t.view 6) t [| 6 |] "view"

          prop "expand repeats what has size 1"
          <| fun key ->
              let wide = shapeOf 1 4 key
              let t = draw (partner wide key) "t" key
              let repeated = map2 (fun x _ -> x) (ofTensor t) { Shape = wide; At = fun _ -> 0.0 }
              expectSame (t.expand wide) repeated "expand"
              expectSame (t.expandAs (dsharp.zeros wide)) repeated "expandAs"

              if t.dim = wide.Length then
                  expectSame (t.expand (Array.create t.dim -1)) (ofTensor t) "-1 keeps a size"

          prop "unsqueeze adds a dimension of 1, squeeze takes it away"
          <| fun key ->
              let t = draw (shapeOf 0 3 key) "t" key
              let dim = whole 0 t.dim "where" key
              let wider = t.unsqueeze dim
              expectReshaped wider t (Array.insertAt dim 1 t.shape) "unsqueeze"
              expectReshaped (t.unsqueeze (dim - t.dim - 1)) t (Array.insertAt dim 1 t.shape) "from the end"
              expectReshaped (wider.squeeze dim) t t.shape "squeeze"
              expectReshaped (dsharp.squeeze wider) t (Array.filter ((<>) 1) t.shape) "squeeze of all"

          prop "permute and transpose move the dimensions"
          <| fun key ->
              let t = draw (shapeOf 1 4 key) "t" key
              let order = Key.permutation t.dim key
              let nd = ofTensor t

              let moved (order: int[]) =
                  { Shape = order |> Array.map (fun d -> nd.Shape[d])
                    At =
                      fun index ->
                          let source = Array.zeroCreate order.Length
                          order |> Array.iteri (fun i d -> source[d] <- index[i])
                          nd.At source }

              expectSame (dsharp.permute (t, order)) (moved order) "permute"
              let a, b = dimOf t.shape key, whole 0 (t.dim - 1) "other" key

              let swap d =
                  if d = a then b
                  elif d = b then a
                  else d

              expectSame (t.transpose (a, b)) (moved (Array.init t.dim swap)) "transpose"
              let matrix = draw [| 2; 3 |] "matrix" key
              expectSame (dsharp.transpose matrix) (ofTensor (matrix.transpose (0, 1))) "of a matrix"

          prop "repeat puts copies one after another"
          <| fun key ->
              let t = draw (shapeOf 1 3 key) "t" key
              let dim = dimOf t.shape key
              let copies = dsharp.cat (List.replicate 3 t, dim = dim)
              expectSame (dsharp.repeat (t, dim, 3)) (ofTensor copies) "repeat"

          prop "flip reverses the dimensions that it is given"
          <| fun key ->
              let t = draw (shapeOf 1 4 key) "t" key

              let dims =
                  [ for d in 0 .. t.dim - 1 do
                        if whole 0 1 (string d) key = 1 then
                            d ]

              let nd = ofTensor t

              let mirrored =
                  { nd with
                      At =
                          Array.mapi (fun d i -> if List.contains d dims then nd.Shape[d] - 1 - i else i)
                          >> nd.At }

              expectSame (dsharp.flip (t, dims)) mirrored "flip"

          prop "cat undoes split, and stack undoes unstack"
          <| fun key ->
              let t = draw (shapeOf 1 4 key) "t" key
              let dim = dimOf t.shape key
              let first = whole 0 t.shape[dim] "cut" key
              let parts = dsharp.split (t, [ first; t.shape[dim] - first ], dim = dim)

              Expect.equal
                  (parts |> Array.map (fun part -> part.shape[dim]))
                  [| first; t.shape[dim] - first |]
                  "sizes"

              expectSame (dsharp.cat (parts, dim = dim)) (ofTensor t) "cat of split"
              let slices = dsharp.unstack (t, dim = dim)
              Expect.equal slices.Length t.shape[dim] "as many as the dimension is long"
              expectSame (dsharp.stack (slices, dim = dim)) (ofTensor t) "stack of unstack"

          prop "the i-th slice of unstack is the i-th item"
          <| fun key ->
              let t = draw (shapeOf 1 3 key) "t" key

              t.unstack ()
              |> Array.iteri (fun i slice -> expectSame slice (ofTensor t[i]) $"slice {i}")

          prop "diagonal and trace read the diagonal"
          <| fun key ->
              let t = draw [| whole 2 4 "rows" key; whole 2 4 "columns" key |] "t" key
              let nd = ofTensor t
              let size offset = min t.shape[0] (t.shape[1] - offset)

              for offset in [ 0; 1 ] do
                  expectSame
                      (dsharp.diagonal (t, offset = offset))
                      { Shape = [| size offset |]
                        At = fun index -> nd.At [| index[0]; index[0] + offset |] }
                      "diagonal"

              Expect.floatClose
                  Accuracy.high
                  ((dsharp.trace t).toDouble())
                  (Array.sum (numbers (t.diagonal ())))
                  "trace"

          prop "diagonal of other dimensions is the diagonal after a permutation"
          <| fun key ->
              let t = draw [| 2; 3; 3 |] "t" key

              expectSame
                  (t.diagonal (dim1 = 1, dim2 = 2))
                  (ofTensor ((t.permute [ 1; 2; 0 ]).diagonal()))
                  "diagonal"

          prop "pad surrounds with zeros"
          <| fun key ->
              let t = draw (shapeOf 1 3 key) "t" key
              let paddings = Key.integers 0 3 t.dim (Key.named "paddings" key)
              let nd = ofTensor t

              let naive =
                  { Shape = Array.map2 (fun size p -> size + 2 * p) nd.Shape paddings
                    At =
                      fun index ->
                          let inner = Array.map2 (-) index paddings

                          if Array.forall2 (fun i size -> i >= 0 && i < size) inner nd.Shape then
                              nd.At inner
                          else
                              0.0 }

              expectSame (dsharp.pad (t, paddings)) naive "pad"

          testCase "what does not fit is a ShapeException"
          <| fun () ->
              let t = dsharp.zeros [ 2; 3 ]

              for call in
                  [ fun () -> t.view [ 4 ] |> ignore
                    fun () -> t.view [ -1; -1 ] |> ignore
                    fun () -> t.view [ -1; 4 ] |> ignore
                    fun () -> t.view [ -2; 3 ] |> ignore
                    fun () -> t.view [ 0; -1 ] |> ignore
                    fun () -> t.flatten (startDim = 1, endDim = 0) |> ignore
                    fun () -> t.unflatten (1, [ 2; 2 ]) |> ignore
                    fun () -> t.expand [ 3; 3 ] |> ignore
                    fun () -> t.expand [ 3 ] |> ignore
                    fun () -> t.expand [ -1; 2; 3 ] |> ignore
                    fun () -> t.squeeze 2 |> ignore
                    fun () -> t.unsqueeze 3 |> ignore
                    fun () -> (t.unsqueeze 0).transpose() |> ignore
                    fun () -> t.transpose (0, 2) |> ignore
                    fun () -> t.permute [ 0 ] |> ignore
                    fun () -> t.permute [ 0; 0 ] |> ignore
                    fun () -> t.permute [ 0; 2 ] |> ignore
                    fun () -> t.repeat (2, 1) |> ignore
                    fun () -> t.repeat (0, -1) |> ignore
                    fun () -> t.flip [ 0; -2 ] |> ignore
                    fun () -> t.split ([ 1; 2 ]) |> ignore
                    fun () -> t.split ([ 3; -1 ]) |> ignore
                    fun () -> t.unstack 2 |> ignore
                    fun () -> t.diagonal (dim1 = 1) |> ignore
                    fun () -> (t.view 6).trace() |> ignore
                    fun () -> t.pad [ 1 ] |> ignore
                    fun () -> t.pad [ 1; -1 ] |> ignore
                    fun () -> dsharp.cat [] |> ignore
                    fun () -> dsharp.cat ([ t; t ], dim = 2) |> ignore
                    fun () -> dsharp.cat ([ dsharp.zero (); dsharp.zero () ]) |> ignore
                    fun () -> dsharp.stack ([ t; t ], dim = 3) |> ignore
                    fun () -> dsharp.stack [] |> ignore ] do
                  Expect.throwsT<ShapeException> call "misfit" ]
