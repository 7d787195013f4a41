module Dendrites.Tests.SparseMaskTests

open Expecto
open Dendrites

[<Tests>]
let tests =
    testList
        "SparseMask"
        [ testList
              "connections round half to even"
              [ for sparsity, fanIn, expected in
                    [ 0.5, 5, 2
                      0.5, 7, 4
                      0.5, 1, 0
                      0.5, 3, 2
                      0.25, 2, 2
                      0.25, 10, 8
                      0.0, 9, 9
                      0.5, 784, 392
                      0.5, 2048, 1024
                      0.1, 39, 35
                      0.95, 100, 5 ] do
                    test $"{expected} of {fanIn} at sparsity {sparsity}" {
                        Expect.equal (SparseMask.connections sparsity fanIn) expected "connections"
                    } ]

          property "a mask is binary, of the asked shape and type, with equal fan-in in every row"
          <| fun key ->
              let high, wide = size "rows" 1 20 key, size "fan-in" 1 50 key
              let sparsity = float (size "sparsity" 0 9 key) / 10.0

              for dtype in [ Dtype.Float32; Dtype.Float64 ] do
                  let mask = SparseMask.init key sparsity high wide dtype
                  Expect.equal (mask.shape, mask.dtype) ([| high; wide |], dtype) "shape and type"
                  Expect.all (values mask) (fun x -> x = 0.0 || x = 1.0) "binary"
                  let kept = float (SparseMask.connections sparsity wide)
                  Expect.all (rows mask) (fun row -> Array.sum row = kept) "fan-in"

          case "every place is kept equally often, in every row alike"
          <| fun () ->
              // 2000 rows keep 4 of 10: each place is kept 800 times, standard deviation 22.
              let mask = SparseMask.init (Key.ofSeed 1) 0.6 2000 10 Dtype.Float64
              Expect.all (values (mask.sum 0)) (fun kept -> abs (kept - 800.0) < 110.0) "kept"

          case "rows and keys draw places of their own"
          <| fun () ->
              let mask seed =
                  rows (SparseMask.init (Key.ofSeed seed) 0.5 30 40 Dtype.Float64)

              Expect.hasLength (Array.distinct (Array.append (mask 1) (mask 2))) 60 "distinct rows"

          property "masking keeps what exists, zeroes the rest, and twice is once"
          <| fun key ->
              let weight = normal [ 7; 9 ] (Key.named "weight" key)
              let mask = SparseMask.init key 0.4 7 9 Dtype.Float64
              let masked = SparseMask.apply (Some mask) weight

              let expected =
                  Array.map2 (fun m w -> if m = 1.0 then w else 0.0) (values mask) (values weight)

              Expect.equal (values masked) expected "masked"
              expectSame masked (SparseMask.apply (Some mask) masked) "twice"
              expectSame weight (SparseMask.apply None weight) "no mask" ]
