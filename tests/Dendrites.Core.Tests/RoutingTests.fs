module Dendrites.Tests.RoutingTests

open Expecto
open Dendrites

let private double =
    { Routing.standard with
        Dtype = Dtype.Float64 }

let private small =
    { double with
        Inputs = 8
        Outputs = 6
        Modes = 3
        Context = 20
        Sparsity = 0.25 }

let private number (t: Tensor) = t.toDouble ()

[<Tests>]
let tests =
    testList
        "Routing"
        [ property "R(j, x) lets through what mode j lets through of W x, and nothing else"
          <| fun key ->
              let f = Routing.init (Key.named "function" key) small
              let modes, x = Routing.draw small -2.0 5 key
              let answers = rows (Routing.apply f modes x)
              let masks, weight, x = rows f.Masks, rows f.Weight, rows x

              for sample, mode in Array.indexed (integers modes) do
                  for output in 0 .. small.Outputs - 1 do
                      let sum = Array.map2 (*) weight[output] x[sample] |> Array.sum
                      let answer = answers[sample][output]
                      expectClose 1e-9 [| masks[mode][output] * sum |] [| answer |] "output"

          case "the published sizes: sparse W, binary masks, contexts with twenty ones"
          <| fun () ->
              let f = Routing.init (Key.ofSeed 1) double
              let isBit value = value = 0.0 || value = 1.0
              Expect.all (values f.Masks) isBit "masks"
              Expect.all (values f.Contexts) isBit "contexts"
              Expect.all (rows f.Contexts) (fun row -> Array.sum row = 20.0) "ones"
              Expect.equal f.Masks.shape [| 10; 100 |] "masks"

              for row in rows f.Weight do
                  Expect.equal (row |> Array.filter ((<>) 0.0) |> Array.length) 30 "weights of a unit"

              let through = Array.average (values f.Masks)
              Expect.isTrue (abs (through - 0.5) < 0.05) $"half of the outputs go through, {through}"

          propertyOf
              10
              "segments that need no learning are the function to 1e-8, inside and outside of what is learned"
          <| fun key ->
              let f = Routing.init (Key.named "function" key) double
              let answer = Routing.dendritic f (Routing.solution f)

              for low in [ -2.0; 2.0 ] do
                  let error = Routing.error f answer (Routing.draw double low 200 key) |> number
                  Expect.isLessThan error 1e-8 $"from {low}"

          case "dendrites learn it where a linear map beside the context cannot"
          <| fun () ->
              let key = Key.ofSeed 7
              let f = Routing.init (Key.named "function" key) small
              let test = Routing.draw small 2.0 500 (Key.named "test" key)
              let start = Routing.initSegments (Key.named "segments" key) small
              let before = Routing.error f (Routing.dendritic f start) test |> number

              let descent: Optimiser.Config =
                  { Rule = Optimiser.Sgd 0.0
                    LearningRate = 0.5 }

              let segments =
                  Routing.learn small descent f (Routing.dendritic f) 3000 (Key.named "batches" key) start

              let after = Routing.error f (Routing.dendritic f segments) test |> number

              let linear =
                  Routing.initLinear (Key.named "linear" key) small
                  |> Routing.learn
                      small
                      (Optimiser.adam 1e-3)
                      f
                      (Routing.beside f)
                      3000
                      (Key.named "batches" key)

              let beside = Routing.error f (Routing.beside f linear) test |> number
              Expect.isLessThan after (before / 20.0) $"dendrites, {before} before"
              Expect.isGreaterThan beside (after * 5.0) $"linear, dendrites {after}"

          case "the first segments stay as they were"
          <| fun () ->
              let f = Routing.init (Key.ofSeed 1) small
              let start = Routing.initSegments (Key.ofSeed 2) small
              let copy = values start

              Routing.learn small (Optimiser.adam 0.1) f (Routing.dendritic f) 3 (Key.ofSeed 3) start
              |> ignore

              Expect.equal (values start) copy "segments"

          test "bad sizes are all told" {
              let bad =
                  { Routing.standard with
                      Inputs = 0
                      Modes = 0
                      ContextDensity = 0.0
                      Sparsity = 1.0 }

              Expect.equal
                  (Routing.validate bad |> List.map _.Where)
                  [ "inputs"; "modes"; "context-density"; "sparsity" ]
                  "problems"

              Expect.isEmpty (Routing.validate Routing.standard) "the standard"
          } ]
