module Dendrites.Tests.SegmentsTests

open Expecto
open Dendrites

let private gates =
    [ Bias
      Max
      MaxShared
      AbsMax
      AbsMaxUnsigned
      Custom(fun a -> dsharp.tanh (a.mean (a.dim - 1))) ]

[<Tests>]
let tests =
    testList
        "Segments"
        [ property "an activation is the product of a segment and a context"
          <| fun key ->
              let units, segments, width, count =
                  size "units" 1 5 key, size "segments" 1 4 key, size "width" 1 6 key, size "rows" 1 4 key

              let weight, contexts =
                  normal [ units; segments; width ] key, normal [ count; width ] (Key.named "contexts" key)

              let w, c = rows weight, rows contexts

              let expected =
                  [| for row in c do
                         for segment in w -> Array.fold2 (fun sum a b -> sum + a * b) 0.0 segment row |]

              let actual = Segments.activations weight contexts
              Expect.equal actual.shape [| count; units; segments |] "shape"
              expectClose 1e-12 expected (values actual) "activations"

          testList
              "shared contexts, rows of contexts and contexts per sample agree"
              [ for gate in gates do
                    property (sprintf "%A" gate)
                    <| fun key ->
                        let units, width, batch, count =
                            size "units" 1 5 key,
                            size "width" 1 6 key,
                            size "batch" 1 6 key,
                            size "rows" 1 4 key

                        let weight, contexts =
                            normal [ units; 3; width ] key, normal [ count; width ] (Key.named "contexts" key)

                        let index = Key.integers 0 count batch (Key.named "index" key)
                        let y = normal [ batch; units ] (Key.named "y" key)

                        let gated context =
                            Gate.modulate gate y (Segments.response gate weight context)

                        let perSample = gated (PerSample(dsharp.indexSelect (contexts, 0, indices index)))
                        expectTensor 1e-12 perSample (gated (Rows(contexts, indices index))) "rows"
                        let shared = gated (Shared contexts[0])

                        expectTensor
                            1e-12
                            (gated (Rows(contexts, indices (Array.zeroCreate batch))))
                            shared
                            "shared" ]

          testList
              "activations are computed once per distinct context"
              [ for name, context, expected in
                    [ "shared", (fun () -> Shared(normal [ 4 ] (Key.ofSeed 1))), [| 1; 3; 2 |]
                      "rows",
                      (fun () ->
                          Rows(normal [ 5; 4 ] (Key.ofSeed 1), indices (Array.init 9 (fun i -> i % 5)))),
                      [| 5; 3; 2 |]
                      "per sample", (fun () -> PerSample(normal [ 9; 4 ] (Key.ofSeed 1))), [| 9; 3; 2 |] ] do
                    case name
                    <| fun () ->
                        let mutable seen = [||]

                        let gate =
                            Custom(fun a ->
                                seen <- a.shape
                                a.sum 2)

                        Segments.response gate (normal [ 3; 2; 4 ] (Key.ofSeed 2)) (context ())
                        |> ignore

                        Expect.equal seen expected "shape of activations" ]

          case "a gate without a context is an error, and no gate gives no response"
          <| fun () ->
              let weight = normal [ 3; 2; 4 ] (Key.ofSeed 1)

              for gate in gates do
                  Expect.throwsT<ShapeException>
                      (fun () -> Segments.response gate weight NoContext |> ignore)
                      $"%A{gate}"

              Expect.isNone (Segments.response NoGate weight NoContext) "no gate, no context"
              Expect.isNone (Segments.response NoGate weight (Shared(normal [ 4 ] (Key.ofSeed 2)))) "no gate" ]
