module Dendrites.Tests.DendritesTests

open Expecto
open Dendrites

[<Tests>]
let tests =
    testList
        "Dendrites"
        [ test "the published network has the published size" {
              let network = Dendrites.publishedNetwork 10
              Expect.equal (Network.count network).NonZero 35_026_954L "parameters"

              Expect.equal
                  (network.Inputs, network.Hidden, network.Heads, network.Context)
                  (784, [ 2048; 2048 ], [ 10 ], 784)
                  "sizes"

              Expect.isEmpty (Network.validate network) "usable"
              Expect.equal (Dendrites.publishedNetwork 3).Segments 3 "segments"
          }

          test "a count of segments that is none is refused" {
              Expect.throwsT<System.ArgumentException>
                  (fun () -> Dendrites.publishedNetwork -1 |> ignore)
                  "negative"

              Expect.throwsT<System.ArgumentException>
                  (fun () -> Dendrites.publishedNetwork 0 |> ignore)
                  "none"
          } ]
