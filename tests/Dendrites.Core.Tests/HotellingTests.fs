module Dendrites.Tests.HotellingTests

open Expecto
open Dendrites

let private columnMean (x: float[][]) =
    Array.init x[0].Length (fun j -> x |> Array.averageBy (fun row -> row[j]))

/// Solves `m x = v` by Gaussian elimination with pivots.
let private solve (m: float[][]) (v: float[]) =
    let n = v.Length
    let a = Array.init n (fun i -> Array.append m[i] [| v[i] |])

    for column in 0 .. n - 1 do
        let pivot = [ column .. n - 1 ] |> List.maxBy (fun i -> abs (a[i][column]))
        let kept = a[column]
        a[column] <- a[pivot]
        a[pivot] <- kept

        for i in 0 .. n - 1 do
            if i <> column then
                let factor = a[i][column] / a[column][column]
                a[i] <- Array.map2 (fun x y -> x - factor * y) a[i] a[column]

    Array.init n (fun i -> a[i][n] / a[i][i])

/// T² spelled out, for a covariance that can be inverted.
let private naive (a: float[][]) (b: float[][]) =
    let m1, m2 = columnMean a, columnMean b
    let p, n1, n2 = m1.Length, float a.Length, float b.Length

    let scatter (x: float[][]) (m: float[]) i j =
        x |> Array.sumBy (fun row -> (row[i] - m[i]) * (row[j] - m[j]))

    let s =
        Array.init p (fun i ->
            Array.init p (fun j -> (scatter a m1 i j + scatter b m2 i j) / (n1 + n2 - 2.0)))

    let difference = Array.map2 (-) m1 m2
    n1 * n2 / (n1 + n2) * Array.sum (Array.map2 (*) difference (solve s difference))

let private sets columns key =
    let a, b = size "a" 4 30 key, size "b" 6 30 key

    normal [ a; columns ] (Key.named "a" key),
    normal [ b; columns ] (Key.named "b" key) + float (size "shift" 0 4 key) / 4.0

[<Tests>]
let tests =
    testList
        "Hotelling"
        [ property "the statistic is its formula"
          <| fun key ->
              let a, b = sets (size "columns" 1 5 key) key
              expectClose 1e-9 [| naive (rows a) (rows b) |] [| Hotelling.statistic a b |] "T²"

          property
              "it does not see where the origin is, nor in what units columns are, nor which set is first"
          <| fun key ->
              let a, b = sets 3 key
              let expected = [| Hotelling.statistic a b |]
              let scale = tensorOf [ 3 ] [| 0.5; -3.0; 100.0 |]

              expectClose
                  1e-8
                  expected
                  [| Hotelling.statistic (a * scale + 7.0) (b * scale + 7.0) |]
                  "scaled and moved"

              expectClose 1e-9 expected [| Hotelling.statistic b a |] "exchanged"

          property
              "the bound is never above the statistic, whatever the rank, and reaches it where its directions span all"
          <| fun key ->
              let columns, rank = size "columns" 1 12 key, size "rank" 1 12 key
              let mixed = normal [ rank; columns ] (Key.named "mixed" key)
              let a, b = sets rank key

              let shift =
                  normal [ columns ] (Key.named "shift" key) * float (size "outside" 0 1 key)

              let a, b = dsharp.matmul (a, mixed), dsharp.matmul (b, mixed) + shift
              let bound, statistic = Hotelling.bound a b, Hotelling.statistic a b
              Expect.isLessThanOrEqual bound (statistic * (1.0 + 1e-7) + 1e-9) "below"

              let a, b = sets (size "few" 1 3 key) key
              expectClose 1e-6 [| Hotelling.statistic a b |] [| Hotelling.bound a b |] "reached"

          property
              "coarse bounds of many sets are never above the statistic, of either precision, wherever the origin and whatever the rank"
          <| fun key ->
              // Whole numbers, so that rounding them adds no rank.
              let whole shape key = dsharp.round (normal shape key * 4.0)
              let columns, rank = size "columns" 1 12 key, size "rank" 1 12 key
              let mixed = whole [ rank; columns ] (Key.named "mixed" key)
              let shift = whole [ columns ] (Key.named "shift" key)

              let dtype =
                  if size "dtype" 0 1 key = 0 then
                      Dtype.Float32
                  else
                      Dtype.Float64

              let origin = 10.0 ** float (size "origin" 0 4 key)

              let counts =
                  [| for set in 0 .. size "sets" 0 3 key -> size "count" 1 20 (Key.fork set key) |]

              let drawn set rows =
                  let outside = shift * float (size "outside" 0 1 (Key.fork set key))
                  let x = whole [ rows; rank ] (Key.named "set" key |> Key.fork set)
                  (dsharp.matmul (x + float set, mixed) + outside + origin).cast dtype

              let sets = counts |> Array.mapi drawn
              let x = drawn counts.Length (size "x" 2 20 key)

              let padded =
                  dsharp.stack (
                      [ for set in sets ->
                            let behind = dsharp.zeros ([ 20 - set.shape[0]; columns ], dtype = dtype)
                            dsharp.cat ([ set; behind ], 0) ],
                      0
                  )

              let bounds = Hotelling.bounds padded counts x

              for set, bound in Seq.zip sets bounds do
                  Expect.isLessThanOrEqual bound (Hotelling.statistic set x * (1.0 + 1e-7) + 1e-9) "below"

          property "one column, where there is but one direction: the coarse bound is all but the statistic"
          <| fun key ->
              let a, b = sets 1 key
              let padded = dsharp.cat ([ a; dsharp.zeros ([ 5; 1 ], dtype = Dtype.Float64) ], 0)
              let bounds = Hotelling.bounds (padded.unsqueeze 0) [| a.shape[0] |] b
              expectClose 1e-6 [| Hotelling.statistic a b |] bounds "T²"

          property "the first set that is not apart is found"
          <| fun key ->
              let columns = size "columns" 1 4 key
              let x = normal [ 12; columns ] (Key.named "x" key)
              let counts = [| for set in 0..4 -> size "count" 3 9 (Key.fork set key) |]

              let sets =
                  [ for set, count in Seq.indexed counts ->
                        let shift = float (size "shift" 0 8 (Key.fork set key)) / 2.0
                        normal [ count; columns ] (Key.named "set" key |> Key.fork set) + shift ]

              let padded =
                  dsharp.stack (
                      [ for set in sets ->
                            dsharp.cat (
                                [ set; dsharp.zeros ([ 9 - set.shape[0]; columns ], dtype = Dtype.Float64) ],
                                0
                            ) ],
                      0
                  )

              let expected = sets |> List.tryFindIndex (fun set -> Hotelling.cdf set x < 0.9)
              Expect.equal (Hotelling.tryFirst 0.9 padded counts x) expected "which"

              Expect.isNone
                  (Hotelling.tryFirst 0.9 (dsharp.zeros ([ 0; 9; columns ], dtype = Dtype.Float64)) [||] x)
                  "none of none"

          property "sets are apart where the distribution function says so"
          <| fun key ->
              let a, b = sets (size "columns" 1 5 key) key
              let cdf = Hotelling.cdf a b

              for threshold in [ 0.1; 0.5; 0.9 ] do
                  Expect.equal (Hotelling.isApart threshold a b) (cdf >= threshold) $"{cdf} and {threshold}"

          property "two columns: the distribution function in closed form"
          <| fun key ->
              let a, b = sets 2 key
              let n = float (a.shape[0] + b.shape[0])
              let f = (n - 3.0) / (2.0 * (n - 2.0)) * Hotelling.statistic a b
              let expected = 1.0 - (1.0 + 2.0 * f / (n - 3.0)) ** (-(n - 3.0) / 2.0)
              expectClose 1e-10 [| expected |] [| Hotelling.cdf a b |] "CDF"

          case "one column of three samples: the square of Student's t with one degree of freedom"
          <| fun () ->
              // Means 1 and 4, pooled variance 2: t² = (2·1/3) · 9/2 = 3, and 2/π · atan √3 = 2/3.
              let a, b = tensorOf [ 2; 1 ] [| 0.; 2. |], tensorOf [ 1; 1 ] [| 4. |]
              expectClose 1e-12 [| 3.0 |] [| Hotelling.statistic a b |] "T²"
              expectClose 1e-12 [| 2.0 / 3.0 |] [| Hotelling.cdf a b |] "CDF"

          property "constant columns change nothing in the statistic, but count as columns"
          <| fun key ->
              let a, b = sets 2 key

              let wide (x: Tensor) =
                  dsharp.cat ([ x; dsharp.ones ([ x.shape[0]; 2 ], dtype = Dtype.Float64) ], 1)

              expectClose 1e-9 [| Hotelling.statistic a b |] [| Hotelling.statistic (wide a) (wide b) |] "T²"

              Expect.isLessThan
                  (Hotelling.cdf (wide a) (wide b))
                  (Hotelling.cdf a b)
                  "fewer degrees of freedom, smaller F"

          case "a direction of little variance counts until it is a rounding error of the widest"
          <| fun () ->
              // Variances in the ratio 10⁻¹⁴ : 1; the sets differ along the narrow column alone.
              let narrow =
                  dsharp.cat ([ dsharp.ones ([ 99 ], dtype = Dtype.Float64); tensorOf [ 1 ] [| 1e-7 |] ], 0)

              let shift =
                  dsharp.cat ([ dsharp.zeros ([ 99 ], dtype = Dtype.Float64); tensorOf [ 1 ] [| 50.0 |] ], 0)

              let a, b = normal [ 80; 100 ] (Key.ofSeed 1), normal [ 80; 100 ] (Key.ofSeed 2)
              let apart = Hotelling.statistic ((a + shift) * narrow) (b * narrow)
              Expect.isGreaterThan apart (100.0 * Hotelling.statistic (a * narrow) (b * narrow)) "T²"

          case "equal means are at 0, far ones near 1"
          <| fun () ->
              let a = normal [ 20; 3 ] (Key.ofSeed 1)
              expectClose 1e-12 [| 0.0 |] [| Hotelling.cdf a a |] "equal"
              Expect.isGreaterThan (Hotelling.cdf a (a + 10.0)) 0.999999 "far"

          case "float32 samples are tested in float64"
          <| fun () ->
              // As images are: columns that say nearly the same.
              let narrow seed =
                  let column = normal [ 30; 1 ] (Key.ofSeed seed)
                  let noise = normal [ 30; 4 ] (Key.ofSeed (seed + 1))
                  (column + noise * 1e-3).cast Dtype.Float32

              let a, b = narrow 1, narrow 3
              let wide = Hotelling.statistic (a.cast Dtype.Float64) (b.cast Dtype.Float64)
              expectClose 1e-12 [| wide |] [| Hotelling.statistic a b |] "T²"

          case "sets that do not go together are a clear error"
          <| fun () ->
              let t shape = normal shape (Key.ofSeed 1)

              for a, b in [ [ 5; 3 ], [ 5; 4 ]; [ 5 ], [ 5; 1 ]; [ 1; 1 ], [ 1; 1 ]; [ 0; 2 ], [ 5; 2 ] ] do
                  Expect.throwsT<ShapeException>
                      (fun () -> Hotelling.statistic (t a) (t b) |> ignore)
                      $"{a} {b}"

              Expect.throwsT<ShapeException>
                  (fun () -> Hotelling.cdf (t [ 3; 5 ]) (t [ 3; 5 ]) |> ignore)
                  "too few samples"

              Hotelling.cdf (t [ 4; 5 ]) (t [ 3; 5 ]) |> ignore ]
