module Dendrites.Tests.SelectionTests

open Dendrites
open Dendrites.Tests.Naive
open Expecto
open TorchSharp

/// libtorch's answer, `[rows; 1]`, for rows without NaN.
let private oracle (t: Tensor) (k: int) =
    let struct (values, _) = t.torch.topk (k, -1, true, true)
    Tensor.ofTorch (values.narrow (-1L, int64 (k - 1), 1L))

let private same (actual: Tensor) (expected: Tensor) what =
    Expect.equal actual.shape expected.shape $"{what}: shape"
    Expect.equal actual.dtype expected.dtype $"{what}: dtype"
    Expect.isTrue (actual.torch.eq(expected.torch).all().item<bool>()) what

let private rows (kind: int) (shape: int[]) (key: Key) =
    match kind with
    | 0 -> draw shape "t" key
    | 1 -> drawTies shape "t" key
    | 2 -> (draw shape "t" key).relu()
    | _ -> draw shape "t" key * 1e300

[<Tests>]
let tests =
    testList
        "Selection"
        [ prop "the k-th largest is libtorch's, ties and long rows included"
          <| fun key ->
              // Rows beyond 600 elements are narrowed by a sample first.
              let n =
                  (if whole 0 3 "long" key = 0 then
                       whole 601 3000
                   else
                       whole 1 40)
                      "n"
                      key

              let t = rows (whole 0 3 "kind" key) [| whole 1 5 "rows" key; n |] key

              for k in [ 1; n; whole 1 n "k" key ] do
                  same (dsharp.kthLargest (t, k)) (oracle t k) $"k = {k} of {n}"
                  let single = t.cast Dtype.Float32
                  same (dsharp.kthLargest (single, k)) (oracle single k) $"float32, k = {k} of {n}"

          prop "all orders of one row have one k-th largest"
          <| fun key ->
              let t = drawTies [| 700 |] "t" key
              let shuffled = dsharp.indexSelect (t, 0, dsharp.tensor (Key.permutation 700 key))
              let k = whole 1 700 "k" key
              same (dsharp.kthLargest (shuffled, k)) (dsharp.kthLargest (t, k)) "shuffled"

          prop "rows are those of the last dimension, however it is laid out"
          <| fun key ->
              let t = (draw [| 5; 2; 3 |] "t" key).transpose(0, 2)
              let all = dsharp.kthLargest (t, 2)
              Expect.equal all.shape [| 3; 2; 1 |] "shape"
              same all[1, 1] (dsharp.kthLargest (t[1, 1], 2)) "one row"

          prop "rows divided among threads give what one thread gives"
          <| fun key ->
              let t = draw [| 97; 300 |] "t" key
              let divided = dsharp.kthLargest (t, 30)

              for row in [ 0; 48; 96 ] do
                  same divided[row] (dsharp.kthLargest (t[row], 30)) $"row {row}"

          testCase "infinities, both zeros and NaN have their ranks"
          <| fun () ->
              for dtype in [ Dtype.Float32; Dtype.Float64 ] do
                  let t =
                      dsharp.tensor ([ nan; 1.0; -infinity; 0.0; -0.0; infinity; -1.0 ], dtype = dtype)

                  let ranked = [| for k in 1..7 -> (dsharp.kthLargest (t, k)).toDouble() |]

                  Expect.sequenceEqual
                      (ranked |> Array.map string)
                      ([| infinity; 1.0; 0.0; 0.0; -1.0; -infinity; nan |] |> Array.map string)
                      "NaN is below all"

          testCase "a k that does not fit names itself and the shape"
          <| fun () ->
              for k in [ -1; 0; 4 ] do
                  Expect.throwsC (fun () -> dsharp.kthLargest (dsharp.ones [ 2; 3 ], k) |> ignore) (fun e ->
                      Expect.isTrue (e :? ShapeException) $"{e.GetType()}"
                      Expect.stringContains e.Message $"k = {k}" "k"
                      Expect.stringContains e.Message "[2; 3]" "the shape")

              Expect.throwsT<ShapeException>
                  (fun () -> dsharp.kthLargest (dsharp.one (), 1) |> ignore)
                  "a scalar"

              Expect.throwsT<ShapeException>
                  (fun () -> dsharp.topkMask (dsharp.ones [ 3 ], 4) |> ignore)
                  "topkMask"

          testCase "no rows have no k-th largest"
          <| fun () ->
              Expect.equal (dsharp.kthLargest (dsharp.zeros [ 0; 3 ], 2)).shape [| 0; 1 |] "kthLargest"
              Expect.equal (dsharp.topkMask (dsharp.zeros [ 0; 3 ], 2)).shape [| 0; 3 |] "topkMask"

          prop "integers have a k-th largest too"
          <| fun key ->
              let t = (drawTies [| 3; 6 |] "t" key).cast Dtype.Int64
              let k = whole 1 6 "k" key
              same (dsharp.kthLargest (t, k)) (oracle t k) "Int64"
              Expect.equal (numbers (dsharp.topkMask(t, k).sum 1)) (Array.create 3 (float k)) "k in each row"

          prop "topkMask marks exactly k: those above the k-th largest, and the first that equal it"
          <| fun key ->
              let n =
                  (if whole 0 3 "long" key = 0 then
                       whole 601 2000
                   else
                       whole 1 40)
                      "n"
                      key

              let t = rows (whole 0 3 "kind" key) [| 3; n |] key
              let k = whole 0 n "k" key
              let mask = numbers (dsharp.topkMask (t, k)) |> Array.chunkBySize n

              let naive =
                  numbers t
                  |> Array.chunkBySize n
                  |> Array.map (fun row ->
                      let chosen =
                          row |> Array.indexed |> Array.sortBy (fun (i, x) -> -x, i) |> Array.take k

                      Array.init n (fun i ->
                          if chosen |> Array.exists (fun (j, _) -> i = j) then
                              1.0
                          else
                              0.0))

              Expect.equal mask naive "mask"

          testCase "topkMask marks NaN last"
          <| fun () ->
              let t = dsharp.tensor [ nan; -infinity; nan; 1.0 ]
              Expect.equal (numbers (dsharp.topkMask (t, 2))) [| 0.0; 1.0; 0.0; 1.0 |] "numbers first"
              Expect.equal (numbers (dsharp.topkMask (t, 3))) [| 1.0; 1.0; 0.0; 1.0 |] "then the first NaN" ]
