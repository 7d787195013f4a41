module Dendrites.Tests.OpsRandomTests

open System
open Dendrites
open Dendrites.Tests.Naive
open Expecto

let private mean (t: Tensor) = Array.average (numbers t)

// The prompt's key is one for the process: these do not run beside each other.
[<Tests>]
let tests =
    testSequenced
    <| testList
        "OpsRandom"
        [ testCase "the same seed gives the same numbers, and each call others"
          <| fun () ->
              let draws () =
                  dsharp.seed 7
                  List.init 3 (fun _ -> numbers (dsharp.randn [ 4 ]))

              let first = draws ()
              Expect.equal (draws ()) first "again"
              Expect.equal (List.distinct first).Length 3 "three different draws"

          testCase "a start without a seed differs each time"
          <| fun () ->
              let draw () =
                  dsharp.seed ()
                  numbers (dsharp.rand [ 8 ])

              Expect.notEqual (draw ()) (draw ()) "two starts"

          testCase "draws have the shape, dtype and range that they say"
          <| fun () ->
              dsharp.seed 1
              let uniform = dsharp.rand ([ 3; 4 ], dtype = Dtype.Float64)
              Expect.equal (uniform.shape, uniform.dtype) ([| 3; 4 |], Dtype.Float64) "rand"
              Expect.all (numbers uniform) (fun x -> x >= 0.0 && x < 1.0) "rand lies in [0, 1)"
              let whole = dsharp.randint (-1, 2, [ 100 ])
              Expect.equal whole.dtype Dtype.Int32 "randint is Int32"

              Expect.equal
                  (numbers whole |> Array.distinct |> Array.sort)
                  [| -1.0; 0.0; 1.0 |]
                  "all of [-1, 2)"

              let like = uniform.randnLike [ 2 ]
              Expect.equal (like.shape, like.dtype) ([| 2 |], Dtype.Float64) "randnLike"
              Expect.equal (dsharp.randLike uniform).shape [| 3; 4 |] "randLike"

          testCase "means are what the distributions say"
          <| fun () ->
              dsharp.seed 2

              let close expected actual what =
                  Expect.floatClose { absolute = 0.05; relative = 0.0 } actual expected what

              close 0.5 (mean (dsharp.rand [ 10_000 ])) "rand"
              close 0.0 (mean (dsharp.randn [ 10_000 ])) "randn"
              close 0.3 (mean (dsharp.bernoulli (dsharp.full ([ 10_000 ], 0.3)))) "bernoulli"
              let chosen = dsharp.multinomial (dsharp.tensor [ 1.0; 0.0; 3.0 ], 10_000)

              let share place =
                  numbers chosen |> Array.averageBy (fun x -> if x = place then 1.0 else 0.0)

              close 0.25 (share 0.0) "multinomial, place 0"
              Expect.equal (share 1.0) 0.0 "what has probability 0 never comes"
              Expect.equal chosen.dtype Dtype.Int64 "places are indices"

          testCase "bernoulli of certainties is certain"
          <| fun () ->
              let probs = dsharp.tensor [ [ 0.0; 1.0 ]; [ 1.0; 0.0 ] ]
              Expect.equal (numbers (probs.bernoulli ())) (numbers probs) "0 and 1"

          testCase "multinomial draws for each row"
          <| fun () ->
              let probs = dsharp.tensor [ [ 0.0; 1.0 ]; [ 2.0; 0.0 ] ]
              let chosen = probs.multinomial 3
              Expect.equal chosen.shape [| 2; 3 |] "shape"
              Expect.equal (numbers chosen) [| 1.0; 1.0; 1.0; 0.0; 0.0; 0.0 |] "rows"

          testCase "dropout zeroes some and scales the rest"
          <| fun () ->
              dsharp.seed 3
              let dropped = dsharp.dropout (dsharp.ones [ 10_000 ], p = 0.2)
              let values = numbers dropped |> Array.distinct |> Array.sort
              Expect.equal values [| 0.0; 1.25 |] "0, or 1 / (1 - p)"
              Expect.floatClose { absolute = 0.05; relative = 0.0 } (mean dropped) 1.0 "the mean stays"
              let t = dsharp.tensor [ 1.0; -2.0 ]
              Expect.equal (numbers (t.dropout 0.0)) (numbers t) "p = 0 drops nothing"
              Expect.equal (numbers (t.dropout 1.0)) [| 0.0; 0.0 |] "p = 1 drops all"

          testCase "what is no probability, or no dtype for draws, raises"
          <| fun () ->
              for call in
                  [ fun () -> dsharp.bernoulli (dsharp.tensor [ 1.5 ]) |> ignore
                    fun () -> dsharp.bernoulli (dsharp.tensor [ nan ]) |> ignore
                    fun () -> dsharp.dropout (dsharp.ones [ 1 ], p = -0.1) |> ignore
                    fun () -> dsharp.multinomial (dsharp.tensor [ 0.0; 0.0 ], 1) |> ignore
                    fun () -> dsharp.multinomial (dsharp.tensor [ -1.0; 2.0 ], 1) |> ignore
                    fun () -> dsharp.randint (2, 2, [ 1 ]) |> ignore ] do
                  Expect.throwsT<ArgumentException> call "argument"

              Expect.throwsT<ShapeException>
                  (fun () -> dsharp.multinomial (dsharp.one (), 1) |> ignore)
                  "a scalar"

              Expect.throwsT<ShapeException> (fun () -> dsharp.rand [ -1 ] |> ignore) "a size"

              Expect.throwsT<DtypeException>
                  (fun () -> dsharp.rand ([ 1 ], dtype = Dtype.Int32) |> ignore)
                  "Int32" ]
