module Dendrites.Tests.RoutingTests

open Expecto
open Dendrites

let private far problem key segments =
    (Routing.error problem 2.0 6.0 500 key (Routing.respond problem segments)).toDouble()

[<Tests>]
let tests =
    testList
        "Routing"
        [ propertyOf 5 "the segments that solve it do, to the ninth decimal" (fun key ->
              let problem = Routing.init Routing.published Dtype.Float64 key
              Expect.isLessThan (far problem key (Routing.solution problem)) 1e-7 "error"
              let nothing = dsharp.zerosLike (Routing.solution problem)
              Expect.isGreaterThan (far problem key nothing) 0.1 "without segments")

          property "the problem is what it says" (fun key ->
              let problem = Routing.init Routing.published Dtype.Float64 key

              let ones (t: Tensor) =
                  rows t |> Array.map (Array.filter ((<>) 0.0) >> Array.length)

              Expect.equal (ones problem.Weight) (Array.create 100 30) "weights of a unit"
              Expect.equal (ones problem.Contexts) (Array.create 10 20) "ones of a context"
              let x = normal [ 3; 100 ] (Key.fork 1 key)
              let functions = indices [| 4; 0; 4 |]
              let y = rows (dsharp.linear (x, problem.Weight))
              let masks = rows problem.Masks

              let expected =
                  Array.map2 (fun y mask -> Array.map2 (*) y mask) y [| masks[4]; masks[0]; masks[4] |]

              expectClose
                  1e-12
                  (Array.concat expected)
                  (values (Routing.answer problem functions x))
                  "T ∘ Wx")

          case "dendrites learn it, and carry over to inputs that they never saw"
          <| fun () ->
              let config: Routing.Config =
                  { Inputs = 20
                    Outputs = 20
                    Context = 40
                    Functions = 4 }

              let problem = Routing.init config Dtype.Float32 (Key.ofSeed 1)
              let start = Key.uniform -0.1 0.1 [ 20; 4; 40 ] Dtype.Float32 (Key.ofSeed 2)

              // The fold frees what it leaves behind.
              let before = far problem (Key.ofSeed 4) start

              let learned =
                  (start, seq { 1..1500 })
                  ||> Seq.fold (fun segments step ->
                      Scope.advance (Routing.step 0.5 64 problem (Key.fork step (Key.ofSeed 3))) segments)

              let after = far problem (Key.ofSeed 4) learned
              Expect.isLessThan after (before / 5.0) $"{before} before, {after} after" ]
