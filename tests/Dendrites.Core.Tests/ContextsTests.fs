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

          property
              "a sparse binary context has exactly a twentieth of ones, its own for each task, in every run the same"
          <| fun key ->
              let width = size "width" 100 900 key

              let contexts =
                  [ for task in 0..3 -> values (SparseBinary.context width task Dtype.Float32) ]

              for context in contexts do
                  Expect.all context (fun x -> x = 0.0 || x = 1.0) "binary"
                  Expect.equal (Array.sum context) (floor (float width * 0.05)) "ones"

              Expect.equal (List.distinct contexts) contexts "distinct"

          propertyOf 20 "a spatial pooler lets a twentieth of its units win, and likes what is alike"
          <| fun key ->
              let pooler = SpatialPooler.init 60 Dtype.Float64 key
              let x = normal [ 6; 60 ] key
              let contexts = rows (SpatialPooler.contexts pooler x)

              let winners (context: float[]) =
                  Array.filter ((<>) 0.0) context |> Array.length

              Expect.equal (contexts |> Array.map winners) (Array.create 6 25) "winners"

              Expect.equal
                  (rows (
                      pooler.Weight.gt(0.0).cast Dtype.Float64
                      + pooler.Weight.lt(0.0).cast Dtype.Float64
                   )
                   |> Array.map Array.sum)
                  (Array.create SpatialPooler.Width 15.0)
                  "weights of a unit"

              let near =
                  rows (SpatialPooler.contexts pooler (x + normal [ 6; 60 ] (Key.fork 1 key) * 0.05))

              let shared a b =
                  Array.map2 (fun a b -> a <> 0.0 && b <> 0.0) a b
                  |> Array.filter id
                  |> Array.length

              for i in 0..5 do
                  Expect.isGreaterThan
                      (shared contexts[i] near[i])
                      (shared contexts[i] contexts[(i + 1) % 6])
                      "alike"

          case "a one-hot context is 1 at the task and 0 elsewhere"
          <| fun () ->
              for dtype in [ Dtype.Float32; Dtype.Float64 ] do
                  let context = OneHot.context 4 2 dtype
                  Expect.equal (values context, context.dtype) ([| 0.; 0.; 1.; 0. |], dtype) "context" ]
