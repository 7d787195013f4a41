module Dendrites.Tests.OpsReduceTests

open Dendrites
open Dendrites.Tests.Naive
open Expecto

let private variance (correction: float) (xs: float[]) =
    let mean = Array.average xs

    (xs |> Array.sumBy (fun x -> (x - mean) ** 2.0))
    / (float xs.Length - correction)

let private logSum (xs: float[]) = log (Array.sumBy exp xs)

/// Naive covariance of rows, each observation weighed.
let private covariance (correction: float) (weights: float[]) (important: bool) (rows: float[][]) =
    let total = Array.sum weights

    let mean row =
        (Array.map2 (*) weights row |> Array.sum) / total

    let lost =
        if important then
            (weights |> Array.sumBy (fun w -> w * w)) / total
        else
            1.0

    { Shape = [| rows.Length; rows.Length |]
      At =
        fun index ->
            let a, b = rows[index[0]], rows[index[1]]

            (Array.map3 (fun w x y -> w * (x - mean a) * (y - mean b)) weights a b
             |> Array.sum)
            / (total - correction * lost) }

let private rowsOf (t: Tensor) =
    numbers t |> Array.chunkBySize t.shape[1]

[<Tests>]
let tests =
    testList
        "OpsReduce"
        [ prop "each reduction along a dimension is that of each line"
          <| fun key ->
              let t = draw (shapeOf 1 4 key) "t" key
              let dim = dimOf t.shape key

              for keep in [ false; true ] do
                  let naive f = reduce dim keep f (ofTensor t)
                  expectSame (dsharp.sum (t, dim, keepDim = keep)) (naive Array.sum) "sum"
                  expectSame (dsharp.mean (t, dim, keepDim = keep)) (naive Array.average) "mean"
                  expectSame (dsharp.logsumexp (t, dim, keepDim = keep)) (naive logSum) "logsumexp"
                  let population = dsharp.var (t, dim, keepDim = keep, unbiased = false)
                  expectSame population (naive (variance 0.0)) "variance of a population"
                  let spread = dsharp.std (t, dim, keepDim = keep, unbiased = false)
                  expectSame spread (naive (variance 0.0 >> sqrt)) "deviation of a population"

                  if t.shape[dim] > 1 then
                      expectSame (dsharp.var (t, dim, keepDim = keep)) (naive (variance 1.0)) "var"
                      expectSame (dsharp.std (t, dim, keepDim = keep)) (naive (variance 1.0 >> sqrt)) "std"

          prop "each reduction of all is that of the flat elements"
          <| fun key ->
              let t = draw (Array.append [| 2 |] (shapeOf 0 3 key)) "t" key

              let naive f =
                  { Shape = [||]
                    At = fun _ -> f (numbers t) }

              expectSame (dsharp.sum t) (naive Array.sum) "sum"
              expectSame (dsharp.mean t) (naive Array.average) "mean"
              expectSame (dsharp.var t) (naive (variance 1.0)) "var"
              expectSame (dsharp.var (t, unbiased = false)) (naive (variance 0.0)) "var of a population"
              expectSame (dsharp.std t) (naive (variance 1.0 >> sqrt)) "std"

              expectSame
                  (dsharp.std (t, unbiased = false))
                  (naive (variance 0.0 >> sqrt))
                  "std of a population"

          prop "dimensions count from the end too"
          <| fun key ->
              let t = draw (shapeOf 1 4 key) "t" key
              let dim = dimOf t.shape key
              expectSame (t.sum (dim - t.dim)) (ofTensor (t.sum dim)) "sum"

          prop "softmax is e^x over its sum, and logsoftmax its logarithm"
          <| fun key ->
              let t = draw (shapeOf 1 3 key) "t" key
              let dim = dimOf t.shape key
              let sums = reduce dim true (Array.sumBy exp) (ofTensor t)
              let naive = map2 (fun x sum -> exp x / sum) (ofTensor t) sums
              expectSame (dsharp.softmax (t, dim)) naive "softmax"
              expectSame (dsharp.logsoftmax (t, dim)) (map log naive) "logsoftmax"

          prop "softmax and logsumexp do not see a shift beyond it, however large"
          <| fun key ->
              let t = draw [| 3; 4 |] "t" key
              expectWithin 1e-9 ((t + 1000.0).softmax 1) (ofTensor (t.softmax 1)) "softmax"
              expectWithin 1e-9 ((t + 1000.0).logsumexp 1) (ofTensor (t.logsumexp 1 + 1000.0)) "logsumexp"

          prop "normalize spans 0 to 1 in proportion"
          <| fun key ->
              let t = draw (Array.append [| 2 |] (shapeOf 0 2 key)) "t" key
              let low, high = Array.min (numbers t), Array.max (numbers t)

              expectSame
                  (dsharp.normalize t)
                  (map (fun x -> (x - low) / (high - low)) (ofTensor t))
                  "normalize"

          prop "standardize gives mean 0 and deviation 1"
          <| fun key ->
              let t = dsharp.standardize (draw (Array.append [| 2 |] (shapeOf 0 2 key)) "t" key)
              expectSame (t.mean ()) { Shape = [||]; At = fun _ -> 0.0 } "mean"
              expectSame (t.std ()) { Shape = [||]; At = fun _ -> 1.0 } "deviation"

          testCase "what does not vary is normalized and standardized to zeros"
          <| fun () ->
              let t = dsharp.full ([ 2; 3 ], 7.0)
              Expect.all (numbers (dsharp.normalize t)) ((=) 0.0) "normalize"
              Expect.all (numbers (dsharp.standardize t)) ((=) 0.0) "standardize"
              // The mean of these, as it is computed, is not their value.
              Expect.all (numbers (dsharp.standardize (dsharp.full ([ 1001 ], 0.1)))) ((=) 0.0) "many"
              Expect.equal (numbers (dsharp.standardize (dsharp.tensor [ 3.0 ]))) [| 0.0 |] "one alone"

          prop "cov is the covariance of rows, weighed as asked"
          <| fun key ->
              let n = whole 3 6 "n" key
              let t = draw [| whole 1 4 "variables" key; n |] "t" key
              let equal = Array.create n 1.0

              let shaped (nd: Nd) =
                  if t.shape[0] = 1 then
                      { Shape = [||]
                        At = fun _ -> nd.At [| 0; 0 |] }
                  else
                      nd

              let expected correction weights important =
                  shaped (covariance correction weights important (rowsOf t))

              expectSame (dsharp.cov t) (expected 1.0 equal false) "plain"
              expectSame (dsharp.cov (t, correction = 0)) (expected 0.0 equal false) "correction"
              let times = Key.integers 1 4 n (Key.named "times" key)

              expectSame
                  (dsharp.cov (t, fweights = dsharp.tensor times))
                  (expected 1.0 (Array.map float times) false)
                  "repetitions"

              let importance = between 0.5 2.0 [| n |] "importance" key

              expectSame
                  (dsharp.cov (t, aweights = importance))
                  (expected 1.0 (numbers importance) true)
                  "importances"

          prop "corrcoef is the covariance over both deviations"
          <| fun key ->
              let t = draw [| whole 2 4 "variables" key; 6 |] "t" key
              let covariances = covariance 1.0 (Array.create 6 1.0) false (rowsOf t)
              let deviation i = sqrt (covariances.At [| i; i |])

              expectSame
                  (dsharp.corrcoef t)
                  { covariances with
                      At = fun index -> covariances.At index / deviation index[0] / deviation index[1] }
                  "corrcoef"

          testCase "sums of Bool count, and means of integers are refused"
          <| fun () ->
              let bools = dsharp.tensor [ true; false; true ]
              Expect.equal (bools.sum().toDouble()) 2.0 "two are true"

              for call in
                  [ fun () -> bools.mean () |> ignore
                    fun () -> (dsharp.tensor [ 1; 2 ]).mean 0 |> ignore
                    fun () -> (dsharp.tensor [ 1; 2 ]).var() |> ignore
                    fun () -> (dsharp.tensor [ 1; 2 ]).softmax 0 |> ignore
                    fun () -> (dsharp.tensor [ 1; 2 ]).normalize() |> ignore ] do
                  Expect.throwsT<DtypeException> call "not floating point" ]
