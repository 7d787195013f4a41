module Dendrites.Tests.ContextsTests

open Expecto
open Dendrites

let private distance (a: float[]) (b: float[]) =
    Array.fold2 (fun sum a b -> sum + (a - b) ** 2.0) 0.0 a b

[<Tests>]
let tests =
    testList
        "Contexts"
        [ property "the nearest prototype has the least Euclidean distance"
          <| fun key ->
              let count, batch, width =
                  size "count" 1 12 key, size "batch" 1 10 key, size "width" 1 9 key

              let prototypes, x =
                  normal [ count; width ] key, normal [ batch; width ] (Key.named "x" key) * 2.0

              let expected =
                  rows x
                  |> Array.map (fun x ->
                      rows prototypes |> Array.indexed |> Array.minBy (snd >> distance x) |> fst)

              Expect.equal (integers (Prototypes.nearest { Rows = prototypes } x)) expected "nearest"

          property "prototypes are kept in the order in which they come"
          <| fun key ->
              let count, width = size "count" 1 6 key, size "width" 1 5 key
              let added = [ for i in 1..count -> normal [ width ] (Key.fork i key) ]

              let states =
                  added
                  |> List.scan
                      (fun state row -> Prototypes.add row state)
                      (Prototypes.init width Dtype.Float64)

              Expect.equal (states |> List.map Prototypes.count) [ 0..count ] "counts"

              for row, state in List.zip added (List.tail states) do
                  expectSame row (Prototypes.newest state) "newest"

              Expect.equal (values (List.last states).Rows) (added |> List.map values |> Array.concat) "rows"

          case "every prototype is nearest to itself"
          <| fun () ->
              let prototypes = normal [ 30; 8 ] (Key.ofSeed 5)

              Expect.equal
                  (integers (Prototypes.nearest { Rows = prototypes } prototypes))
                  [| 0..29 |]
                  "nearest"

          case "a one-hot context is 1 at the task and 0 elsewhere"
          <| fun () ->
              for dtype in [ Dtype.Float32; Dtype.Float64 ] do
                  let context = OneHot.context 4 2 dtype
                  Expect.equal (values context, context.dtype) ([| 0.; 0.; 1.; 0. |], dtype) "context" ]
