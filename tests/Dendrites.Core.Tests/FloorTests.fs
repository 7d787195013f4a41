module Dendrites.Tests.FloorTests

open Expecto
open Dendrites

let private network = Dendrites.publishedNetwork 10

let private work activity = Floor.ofStep network 256 activity

[<Tests>]
let tests =
    testList
        "Floor"
        [ test "the published network on MNIST" {
              // By hand: 150 of 784 inputs, 102 winners of 2048; backwards once through the first layer, twice above.
              let work =
                  work
                      { Entries = 150.0
                        Acting = [ 700; 1000; 1040 ] }

              let products =
                  256 * (150 * (2048 + 102) + 102 * (2048 + 2 * 102) + 102 * (10 + 2 * 10))
                  + (1000 + 1040) * 784

              let floats =
                  784 * 2048
                  + 2048 * 2048
                  + 2048 * 10
                  + 5 * (700 * 1000 + 1000 * 1040 + 1040 * 10)
                  + 2 * (1000 + 1040) * 784

              Expect.equal work.MultiplyAdds (float products) "multiply-adds"
              Expect.equal work.Bytes (4.0 * float floats) "bytes"
          }

          test "the number of segments does not matter" {
              let activity: Floor.Activity =
                  { Entries = 150.0
                    Acting = [ 700; 1000; 1040 ] }

              let many = Floor.ofStep { network with Segments = 100 } 256 activity
              Expect.equal many (work activity) "the same work"
          } ]
