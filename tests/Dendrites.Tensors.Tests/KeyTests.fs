module Dendrites.Tests.KeyTests

open System
open Dendrites
open Expecto
open FsCheck
open TorchSharp

let private floats (t: Tensor) : float[] = t.torch.data<float>().ToArray()
let private singles (t: Tensor) : float32[] = t.torch.data<float32>().ToArray()

/// Pearson's statistic of counts that should be equal.
let private chiSquare (counts: int[]) =
    let expected = float (Array.sum counts) / float counts.Length
    counts |> Array.sumBy (fun n -> (float n - expected) ** 2.0 / expected)

/// An upper bound that a chi-square statistic of `freedom` degrees passes once in about a million
/// (Wilson and Hilferty's approximation at z = 4.75).
let private chiSquareBound (freedom: int) =
    let f = 2.0 / (9.0 * float freedom)
    float freedom * (1.0 - f + 4.75 * sqrt f) ** 3.0

/// `actual` within five standard errors.
let private near (expected: float) (standardError: float) (actual: float) what =
    Expect.isLessThan (abs (actual - expected)) (5.0 * standardError) $"{what}: {actual}, expected {expected}"

let private moment (power: int) (xs: float[]) =
    Array.averageBy (fun (x: float) -> Math.Pow(x, float power)) xs

let private isUniform (xs: float[]) =
    let n = float xs.Length
    Expect.isTrue (xs |> Array.forall (fun x -> x >= 0.0 && x < 1.0)) "all in [0, 1)"
    near 0.5 (sqrt (1.0 / 12.0 / n)) (moment 1 xs) "mean"
    near (1.0 / 3.0) (sqrt (4.0 / 45.0 / n)) (moment 2 xs) "second moment"
    let counts = Array.zeroCreate 256

    xs
    |> Array.iter (fun x -> counts[int (x * 256.0)] <- counts[int (x * 256.0)] + 1)

    Expect.isLessThan (chiSquare counts) (chiSquareBound 255) "flat over 256 bins"

let private isNormal (xs: float[]) =
    let n = float xs.Length
    near 0.0 (sqrt (1.0 / n)) (moment 1 xs) "mean"
    near 1.0 (sqrt (2.0 / n)) (moment 2 xs) "variance"
    near 0.0 (sqrt (15.0 / n)) (moment 3 xs) "third moment"
    near 3.0 (sqrt (96.0 / n)) (moment 4 xs) "fourth moment"

    for bound, beyond in
        [ 1.0, 0.317310507863
          2.0, 0.045500263896
          3.0, 0.002699796063
          4.0, 6.33424837e-5 ] do
        let p = xs |> Array.averageBy (fun x -> if abs x > bound then 1.0 else 0.0)
        near beyond (sqrt (beyond / n)) p $"share beyond {bound}"

[<Tests>]
let tests =
    testList
        "Key"
        [ testCase "the numbers of a seed never change"
          <| fun () ->
              // From an independent implementation in Python: checkpoints and published runs rely on these.
              let key = Key.ofSeed 42
              Expect.equal (Key.bits key) 0xc25a6c467c881668UL "of the seed"
              Expect.equal (Key.bits (Key.ofSeed64 -1L)) 0x08132fc30f3d5d69UL "of a negative seed"
              Expect.equal (Key.bits (Key.fork 7 key)) 0x6ed0d24343b8a0d5UL "of a child"

              Expect.equal
                  (Key.bits (Key.fork -1 key))
                  0x169a89466a9d1a93UL
                  "of a child with a negative index"

              Expect.equal (Key.bits (Key.named "weights" key)) 0x99ebbb7399568b0bUL "of a named child"

              Expect.equal
                  (Key.uniforms 3 key)
                  ([| 1155604770341917.0; 7319523420090004.0; 2788997430313887.0 |]
                   |> Array.map (fun n -> n * 2.0 ** -53.0))
                  "uniforms"

              Expect.equal
                  (Key.uniforms32 5 key)
                  ([| 11673837.0f; 2152481.0f; 619681.0f; 13633674.0f; 15211771.0f |]
                   |> Array.map (fun n -> n * 2.0f ** -24.0f))
                  "float32 uniforms"

              for actual, expected in
                  Array.zip
                      (Key.normals 4 key)
                      [| 0.7770503395310367
                         -1.8716285646786905
                         -1.2804070271418935
                         0.8397867704471234 |] do
                  Expect.floatClose Accuracy.veryHigh actual expected "normals"

              for actual, expected in
                  Array.zip
                      (singles (Key.normal [ 4 ] Dtype.Float32 key))
                      [| 0.5896149460068221
                         0.6145708497799127
                         0.984861681529441
                         -2.372169680540521 |] do
                  Expect.equal actual (float32 expected) "float32 normals"

              Expect.equal (Key.permutation 6 key) [| 2; 3; 5; 4; 1; 0 |] "permutation"

          testProperty "seeds of int and int64 agree, and a key can be written down"
          <| fun (seed: int) ->
              Expect.equal (Key.ofSeed seed) (Key.ofSeed64 (int64 seed)) "same key"
              Expect.equal (Key.ofBits (Key.bits (Key.ofSeed seed))) (Key.ofSeed seed) "read back"

          testCase "a parallel draw is what the definition gives, value by value"
          <| fun () ->
              // Long enough for several parallel pieces and an incomplete last block: so neither the number of
              // threads nor their order can matter.
              let key = Key.ofSeed 3
              let count = 3 * 65536 + 3

              let word (i: int) =
                  let struct (a, b, c, d) =
                      Philox.block (Key.bits key) (struct (uint32 (i / 4), 0u, 0u, 0u))

                  match i % 4 with
                  | 0 -> a
                  | 1 -> b
                  | 2 -> c
                  | _ -> d

              Expect.equal
                  (Key.uniforms32 count key)
                  (Array.init count (fun i -> float32 (word i >>> 8) * 2.0f ** -24.0f))
                  "float32"

              Expect.equal
                  (Key.uniforms count key)
                  (Array.init count (fun i ->
                      float ((uint64 (word (2 * i)) ||| (uint64 (word (2 * i + 1)) <<< 32)) >>> 11)
                      * 2.0 ** -53.0))
                  "float64"

          testProperty "a shorter draw is the beginning of a longer one"
          <| fun (seed: int) (NonNegativeInt n) ->
              let key = Key.ofSeed seed

              let normals32 count =
                  singles (Key.normal [ count ] Dtype.Float32 key)

              let prefix (draw: int -> 'a[]) = Array.truncate n (draw (n + 65537))
              Expect.equal (Key.uniforms n key) (prefix (fun m -> Key.uniforms m key)) "uniforms"
              Expect.equal (Key.uniforms32 n key) (prefix (fun m -> Key.uniforms32 m key)) "float32 uniforms"
              Expect.equal (Key.normals n key) (prefix (fun m -> Key.normals m key)) "normals"
              Expect.equal (normals32 n) (prefix normals32) "float32 normals"

          testCase "uniform draws are uniform"
          <| fun () ->
              isUniform (Key.uniforms 1_000_000 (Key.ofSeed 1))
              isUniform (Key.uniforms32 1_000_000 (Key.ofSeed 2) |> Array.map float)

          testCase "normal draws have the moments and the tails of a normal"
          <| fun () ->
              isNormal (Key.normals 2_000_000 (Key.ofSeed 4))

              isNormal (
                  singles (Key.normal [ 2_000_000 ] Dtype.Float32 (Key.ofSeed 5))
                  |> Array.map float
              )

          testCase "neighbouring normals are independent"
          <| fun () ->
              // The two halves of a Box-Muller pair share a radius: their squares would betray a fault.
              let n = 500_000

              for xs in
                  [ Key.normals (2 * n) (Key.ofSeed 6)
                    singles (Key.normal [ 2 * n ] Dtype.Float32 (Key.ofSeed 6)) |> Array.map float ] do
                  let pairs = xs |> Array.chunkBySize 2
                  near 0.0 (1.0 / sqrt (float n)) (pairs |> Array.averageBy (fun p -> p[0] * p[1])) "product"

                  near
                      0.0
                      (2.0 / sqrt (float n))
                      (pairs |> Array.averageBy (fun p -> (p[0] * p[0] - 1.0) * (p[1] * p[1] - 1.0)))
                      "product of squares"

          testProperty "children differ from each other, from named ones and from their parent"
          <| fun (seed: int) ->
              let key = Key.ofSeed seed
              let names = [| "weights"; "bias"; "0"; "1"; "" |]

              let keys =
                  Array.concat [ [| key |]; Key.split 200 key; names |> Array.map (fun n -> Key.named n key) ]

              Expect.hasLength (Array.distinct keys) keys.Length "no two the same"

              Expect.equal
                  (Key.split 3 key)
                  [| Key.fork 0 key; Key.fork 1 key; Key.fork 2 key |]
                  "split is fork"

          testCase "draws of related keys are uncorrelated"
          <| fun () ->
              let n = 100_000
              let key = Key.ofSeed 8

              let related =
                  [ key
                    Key.fork 0 key
                    Key.fork 1 key
                    Key.named "a" key
                    Key.ofSeed 9
                    Key.fork 0 (Key.fork 0 key) ]

              let draws =
                  related |> List.map (fun k -> Key.uniforms n k |> Array.map (fun u -> u - 0.5))

              for i, a in List.indexed draws do
                  for j, b in List.indexed draws do
                      if i < j then
                          let correlation = 12.0 * (Array.map2 (*) a b |> Array.average)
                          near 0.0 (1.0 / sqrt (float n)) correlation $"keys {i} and {j}"

          testProperty "a permutation holds each index once"
          <| fun (seed: int) (NonNegativeInt n) ->
              Expect.equal (Array.sort (Key.permutation n (Key.ofSeed seed))) [| 0 .. n - 1 |] "0 .. n-1"

          testCase "every order of four is equally likely"
          <| fun () ->
              let counts =
                  Key.split 48_000 (Key.ofSeed 10)
                  |> Array.countBy (Key.permutation 4)
                  |> Array.map snd

              Expect.hasLength counts 24 "all orders occur"
              Expect.isLessThan (chiSquare counts) (chiSquareBound 23) "equally often"

          testProperty "integers stay in their range"
          <| fun (seed: int) (low: int) (high: int) ->
              let low, high = min low high, max low high + 1
              let draws = Key.integers low high 50 (Key.ofSeed seed)
              Expect.isTrue (draws |> Array.forall (fun i -> i >= low && i < high)) $"[{low}, {high})"

          testCase "integers cover the widest range and are equally likely"
          <| fun () ->
              let wide = Key.integers Int32.MinValue Int32.MaxValue 1000 (Key.ofSeed 11)
              Expect.isLessThan (Array.min wide) -2_000_000_000 "near the lower end"
              Expect.isGreaterThan (Array.max wide) 2_000_000_000 "near the upper end"

              let counts =
                  Key.integers 5 12 70_000 (Key.ofSeed 12) |> Array.countBy id |> Array.map snd

              Expect.hasLength counts 7 "every value occurs"
              Expect.isLessThan (chiSquare counts) (chiSquareBound 6) "equally often"

          testCase "tensor draws hold the same numbers as array draws"
          <| fun () ->
              let key = Key.ofSeed 13
              let t = Key.uniform 0.0 1.0 [ 3; 5 ] Dtype.Float64 key
              Expect.equal t.shape [| 3; 5 |] "shape"
              Expect.equal (floats t) (Key.uniforms 15 key) "uniform float64"

              Expect.equal
                  (singles (Key.uniform 0.0 1.0 [ 15 ] Dtype.Float32 key))
                  (Key.uniforms32 15 key)
                  "uniform float32"

              Expect.equal
                  (floats (Key.normal [ 15 ] Dtype.Float64 key))
                  (Key.normals 15 key)
                  "normal float64"

              Expect.equal (Key.normal [] Dtype.Float32 key).shape [||] "a scalar"
              Expect.equal (Key.normal [ 0; 4 ] Dtype.Float32 key).shape [| 0; 4 |] "nothing"

          testProperty "uniform tensors stay in their range, ends that float32 cannot tell apart included"
          <| fun (seed: int) (NormalFloat a) (NormalFloat b) ->
              let low, high = min a b, max a b

              if Double.IsFinite(high - low) && abs low < 1.0e30 && abs high < 1.0e30 then
                  let key = Key.ofSeed seed

                  for x in floats (Key.uniform low high [ 40 ] Dtype.Float64 key) do
                      Expect.isTrue (x >= low && (x < high || low = high)) $"{x} in [{low}, {high})"

                  for x in singles (Key.uniform low high [ 40 ] Dtype.Float32 key) do
                      let low, high = float32 low, float32 high
                      Expect.isTrue (x >= low && (x < high || low = high)) $"{x} in [{low}, {high})"

          testCase "rounding does not reach the upper end of a range"
          <| fun () ->
              let key = Key.ofSeed 16
              let above, above32 = Math.BitIncrement 1.0, MathF.BitIncrement 1.0f
              Expect.allEqual (floats (Key.uniform 1.0 above [ 64 ] Dtype.Float64 key)) 1.0 "float64"

              Expect.allEqual
                  (singles (Key.uniform 1.0 (float above32) [ 64 ] Dtype.Float32 key))
                  1.0f
                  "float32"

          testCase "a bernoulli tensor holds ones at its rate and is never wrong at 0 and 1"
          <| fun () ->
              let n = 200_000
              let key = Key.ofSeed 14

              for p in [ 0.0; 0.05; 0.5; 1.0 ] do
                  for draws in
                      [ floats (Key.bernoulli p [ n ] Dtype.Float64 key)
                        singles (Key.bernoulli p [ n ] Dtype.Float32 key) |> Array.map float ] do
                      Expect.isTrue (draws |> Array.forall (fun x -> x = 0.0 || x = 1.0)) "zeros and ones"
                      near p (sqrt (p * (1.0 - p) / float n) + 1.0e-12) (Array.average draws) "rate"

          testCase
              "chances are bits at their rate, more of the same where it is higher, and never wrong at 0 and 1"
          <| fun () ->
              let bytes = 25_000

              let draw threshold =
                  let bits = Array.zeroCreate<byte> bytes
                  Key.chances threshold (Span bits) (Key.ofSeed 17)

                  [| for byte in bits do
                         for bit in 0..7 -> int (byte >>> bit) &&& 1 |]

              let mutable last = draw 0
              Expect.allEqual last 0 "none"

              for threshold in [ 6554; 32768; 52429; 65536 ] do
                  let p, n = float threshold / 65536.0, float (8 * bytes)
                  let bits = draw threshold
                  near p (sqrt (p * (1.0 - p) / n) + 1.0e-12) (Array.averageBy float bits) "rate"
                  Expect.isTrue (Array.forall2 (<=) last bits) "more of the same"

                  // Every place of a byte has its own.
                  for place in 0..7 do
                      let own = [| for i in place..8 .. bits.Length - 1 -> float bits[i] |]
                      near p (sqrt (p * (1.0 - p) * 8.0 / n) + 1.0e-12) (Array.average own) $"place {place}"

                  last <- bits

              Expect.allEqual last 1 "all"

              let short = Array.zeroCreate<byte> 3
              Key.chances 32768 (Span short) (Key.ofSeed 17)
              let long = Array.zeroCreate<byte> 9
              Key.chances 32768 (Span long) (Key.ofSeed 17)
              Expect.equal short long[..2] "the stream's beginning"

          testCase "bad arguments are refused in managed code"
          <| fun () ->
              let key = Key.ofSeed 15
              Expect.throwsT<ArgumentException> (fun () -> Key.uniforms -1 key |> ignore) "negative count"
              Expect.throwsT<ArgumentException> (fun () -> Key.permutation -1 key |> ignore) "negative length"
              Expect.throwsT<ArgumentException> (fun () -> Key.integers 3 3 1 key |> ignore) "empty range"

              Expect.throwsT<ShapeException>
                  (fun () -> Key.normal [ 2; -1 ] Dtype.Float32 key |> ignore)
                  "negative size"

              Expect.throwsT<ArgumentException> (fun () -> Key.normal [ 2 ] Dtype.Int64 key |> ignore) "dtype"

              Expect.throwsT<ArgumentException>
                  (fun () -> Key.uniform 1.0 0.0 [ 2 ] Dtype.Float32 key |> ignore)
                  "range"

              Expect.throwsT<ArgumentException>
                  (fun () -> Key.uniform 0.0 nan [ 2 ] Dtype.Float32 key |> ignore)
                  "not a number"

              Expect.throwsT<ArgumentException>
                  (fun () -> Key.bernoulli 1.5 [ 2 ] Dtype.Float32 key |> ignore)
                  "probability" ]
