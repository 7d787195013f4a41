module Dendrites.Tests.OpsLossTests

open System
open System.Runtime.InteropServices
open Dendrites
open Dendrites.Tests.Naive
open Expecto

let private reductions: (string option * (Nd -> Nd)) list =
    let whole f (nd: Nd) =
        { Shape = [||]
          At = fun _ -> f (elements nd) }

    [ None, whole Array.average
      Some "mean", whole Array.average
      Some "sum", whole Array.sum
      Some "none", id ]

let private classesOf n classes key =
    Key.integers 0 classes n (Key.named "target" key) |> Array.map int64

/// Minus the entry of `scores` that the class names, for scores [n; classes] or [n; classes; d].
let private picked (scores: Nd) (target: Nd) : Nd =
    { Shape = target.Shape
      At = fun index -> -(scores.At(Array.insertAt 1 (int (target.At index)) index)) }

[<Tests>]
let tests =
    testList
        "OpsLoss"
        [ prop "mseLoss is the squared difference"
          <| fun key ->
              let shape = shapeOf 1 3 key
              let x, y = draw shape "x" key, draw shape "y" key
              let naive = map2 (fun x y -> (x - y) ** 2.0) (ofTensor x) (ofTensor y)

              for reduction, reduced in reductions do
                  expectSame (dsharp.mseLoss (x, y, ?reduction = reduction)) (reduced naive) $"{reduction}"

          prop "bceLoss is the cross-entropy of two outcomes"
          <| fun key ->
              let shape = shapeOf 1 3 key
              let x, y = between 0.01 0.99 shape "x" key, between 0.0 1.0 shape "y" key
              let weight = between 0.0 2.0 (partner shape key) "weight" key

              let naive =
                  map2 (fun x y -> -(y * log x + (1.0 - y) * log (1.0 - x))) (ofTensor x) (ofTensor y)

              for reduction, reduced in reductions do
                  expectSame (dsharp.bceLoss (x, y, ?reduction = reduction)) (reduced naive) $"{reduction}"

                  expectSame
                      (dsharp.bceLoss (x, y, weight = weight, ?reduction = reduction))
                      (reduced (map2 (*) naive (ofTensor weight)))
                      $"{reduction}, weighted"

          prop "nllLoss is minus the entry that the class names"
          <| fun key ->
              let n, classes = whole 1 4 "n" key, whole 1 4 "classes" key
              let x = draw [| n; classes |] "x" key
              let y = dsharp.tensor (classesOf n classes key)
              let naive = picked (ofTensor x) (ofTensor y)

              for reduction, reduced in reductions do
                  expectSame (dsharp.nllLoss (x, y, ?reduction = reduction)) (reduced naive) $"{reduction}"

              expectSame (dsharp.nllLoss (x, y.cast Dtype.Int32, reduction = "none")) naive "Int32 classes"

              expectSame
                  (dsharp.nllLoss (x[0], y[0], reduction = "none"))
                  { Shape = [||]
                    At = fun _ -> naive.At [| 0 |] }
                  "one sample"

          prop "classes stand in the second dimension of scores with places"
          <| fun key ->
              let x = draw [| 2; 3; 4 |] "x" key
              let y = dsharp.tensor(classesOf 8 3 key).view [ 2; 4 ]

              expectSame
                  (dsharp.nllLoss (x, y, reduction = "none"))
                  (picked (ofTensor x) (ofTensor y))
                  "places"

          prop "weights of classes weigh the samples, and the mean is a weighted one"
          <| fun key ->
              let x, weight = draw [| 4; 3 |] "x" key, between 0.5 2.0 [| 3 |] "weight" key
              let target = classesOf 4 3 key
              let y = dsharp.tensor target
              let weights = target |> Array.map (fun c -> (numbers weight)[int c])

              let losses =
                  Array.map2 (*) weights (numbers (dsharp.nllLoss (x, y, reduction = "none")))

              let loss = dsharp.nllLoss (x, y, weight = weight)
              Expect.floatClose Accuracy.high (loss.toDouble ()) (Array.sum losses / Array.sum weights) "mean"

          prop "crossEntropyLoss is nllLoss of logsoftmax"
          <| fun key ->
              let x, weight = draw [| 4; 3 |] "x" key, between 0.5 2.0 [| 3 |] "weight" key
              let y = dsharp.tensor (classesOf 4 3 key)
              let certain = x.logsoftmax 1

              for reduction, _ in reductions do
                  expectSame
                      (dsharp.crossEntropyLoss (x, y, ?reduction = reduction))
                      (ofTensor (certain.nllLoss (y, ?reduction = reduction)))
                      $"{reduction}"

                  expectSame
                      (dsharp.crossEntropyLoss (x, y, weight = weight, ?reduction = reduction))
                      (ofTensor (certain.nllLoss (y, weight = weight, ?reduction = reduction)))
                      $"{reduction}, weighted"

          testCase "a class that does not exist raises, and does not end the process"
          <| fun () ->
              let x = dsharp.zeros [ 2; 3 ]

              Expect.throwsT<ExternalException>
                  (fun () -> x.crossEntropyLoss (dsharp.tensor [ 0L; 3L ]) |> ignore)
                  "class 3 of 3"

          testCase "an unknown reduction names the known ones"
          <| fun () ->
              let x = dsharp.zeros [ 2; 3 ]

              Expect.throwsC (fun () -> x.mseLoss (x, reduction = "average") |> ignore) (fun e ->
                  Expect.isTrue (e :? ArgumentException) $"{e.GetType()}"
                  Expect.stringContains e.Message "\"mean\", \"sum\" or \"none\"" "what is accepted")

          testCase "operands of different or unfit dtypes are a DtypeException"
          <| fun () ->
              let single, double =
                  dsharp.ones [ 2; 2 ], dsharp.ones ([ 2; 2 ], dtype = Dtype.Float64)

              for call in
                  [ fun () -> single.mseLoss double |> ignore
                    fun () -> single.bceLoss double |> ignore
                    fun () -> single.bceLoss (single, weight = double) |> ignore
                    fun () -> single.nllLoss single[0] |> ignore
                    fun () -> single.crossEntropyLoss single[0] |> ignore
                    fun () -> single.nllLoss (dsharp.tensor [ 0; 1 ], weight = double[0]) |> ignore ] do
                  Expect.throwsT<DtypeException> call "dtypes"

          testCase "a derivative by a weight is refused in one line"
          <| fun () ->
              let scores, classes = dsharp.ones [ 2; 3 ], dsharp.tensor [ 0; 2 ]
              let half = dsharp.full ([ 2; 3 ], 0.5)

              for name, loss, shape in
                  [ "nllLoss", (fun w -> dsharp.nllLoss (scores, classes, weight = w)), [ 3 ]
                    "crossEntropyLoss",
                    (fun w -> dsharp.crossEntropyLoss (scores, classes, weight = w)),
                    [ 3 ]
                    "bceLoss", (fun w -> dsharp.bceLoss (half, half, weight = w)), [ 2; 3 ] ] do
                  Expect.throwsC (fun () -> dsharp.grad loss (dsharp.ones shape) |> ignore) (fun e ->
                      Expect.isTrue (e :? ArgumentException) $"{e.GetType()}"
                      Expect.stringContains e.Message $"{name}: there is no derivative by `weight`" "message") ]
