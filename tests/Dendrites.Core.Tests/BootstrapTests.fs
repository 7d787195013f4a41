module Dendrites.Tests.BootstrapTests

open Expecto
open Dendrites

[<Tests>]
let tests =
    testList
        "Bootstrap"
        [ propertyOf
              20
              "an interval holds the mean, lies within the values, and widens with confidence"
              (fun key ->
                  let values = Key.normals (size "values" 2 30 key) key |> List.ofArray
                  let low, high = (Bootstrap.mean 0.95 key values).Value
                  let mean = List.average values
                  Expect.isTrue (low <= mean && mean <= high) $"{low} {mean} {high}"
                  Expect.isTrue (low >= List.min values && high <= List.max values) "within"
                  let narrow, wide = (Bootstrap.mean 0.5 key values).Value
                  Expect.isTrue (narrow >= low && wide <= high) "narrower")

          case "of many normal values it is two standard errors to each side"
          <| fun () ->
              let values = Key.normals 400 (Key.ofSeed 1) |> List.ofArray
              let low, high = (Bootstrap.mean 0.95 (Key.ofSeed 2) values).Value

              Expect.floatClose
                  { absolute = 0.02; relative = 0.0 }
                  ((high - low) / 2.0)
                  (1.96 / 20.0)
                  "half width"

          case "one value has no interval, equal values one of no width"
          <| fun () ->
              Expect.isNone (Bootstrap.mean 0.95 (Key.ofSeed 1) [ 1.0 ]) "one"
              Expect.isNone (Bootstrap.mean 0.95 (Key.ofSeed 1) []) "none"
              Expect.equal (Bootstrap.mean 0.95 (Key.ofSeed 1) [ 2.0; 2.0 ]) (Some(2.0, 2.0)) "equal" ]
