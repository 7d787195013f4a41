module Dendrites.Tests.BootstrapTests

open Expecto
open Dendrites

let private confidence = 0.95

/// Some values in [0, 1], as accuracies are.
let private sample purpose low key =
    let count = size purpose low 8 key
    List.ofArray (Key.uniforms count (Key.named purpose key))

let private interval key values =
    match Bootstrap.mean confidence key values with
    | Some interval -> interval
    | None -> failtestf "no interval of %A" values

let private near expected actual message =
    Expect.floatClose { absolute = 1e-12; relative = 0.0 } actual expected message

[<Tests>]
let tests =
    testList
        "Bootstrap"
        [ test "of fewer than two values there is no interval" {
              Expect.isNone (Bootstrap.mean confidence (Key.ofSeed 1) []) "none"
              Expect.isNone (Bootstrap.mean confidence (Key.ofSeed 1) [ 0.9 ]) "one"
          }

          propertyOf 20 "the interval lies among the values, and holds their mean where they lie evenly"
          <| fun key ->
              let values = sample "values" 2 key
              let low, high = interval key values
              Expect.isLessThanOrEqual low high "low is not above high"
              Expect.isGreaterThanOrEqual low (List.min values - 1e-12) "no lower than the lowest"
              Expect.isLessThanOrEqual high (List.max values + 1e-12) "no higher than the highest"
              let mirrored = values @ [ for value in values -> 1.0 - value ]
              let low, high = interval key mirrored
              Expect.isLessThanOrEqual low 0.5 "the mean is not below"
              Expect.isGreaterThanOrEqual high 0.5 "the mean is not above"

          propertyOf 20 "values moved and stretched move and stretch it"
          <| fun key ->
              let values = sample "values" 2 key
              let low, high = interval key values
              let stretch, move = 3.0, -0.5
              let low', high' = interval key [ for value in values -> stretch * value + move ]
              near (stretch * low + move) low' "low"
              near (stretch * high + move) high' "high"

          propertyOf 20 "the same key gives the same interval, and more confidence a wider one"
          <| fun key ->
              let values = sample "values" 3 key
              let low, high = interval key values
              Expect.equal (interval key values) (low, high) "again"

              match Bootstrap.mean 0.5 key values with
              | Some(inner, outer) ->
                  Expect.isTrue (low <= inner && outer <= high) "50 % lie within 95 %"
                  Expect.isLessThan (outer - inner) (high - low) "and take less room"
              | None -> failtest "an interval"

          propertyOf 20 "values that agree have an interval without width"
          <| fun key ->
              let value = List.head (sample "value" 1 key)
              let low, high = interval key [ value; value; value ]
              near value low "low"
              near value high "high"

          // Of two values a and b, resampled means are a, (a + b)/2 and b with shares 1/4, 1/2 and 1/4.
          test "two values give quantiles that can be worked by hand" {
              Expect.equal (interval (Key.ofSeed 5) [ 0.2; 0.6 ]) (0.2, 0.6) "95 % reach both"
              let low, high = (Bootstrap.mean 0.4 (Key.ofSeed 5) [ 0.2; 0.6 ]).Value
              near 0.4 low "30 % of the means are no higher than the middle"
              near 0.4 high "30 % are no lower"
          }

          // The normal interval is ± 1.96 standard errors; a percentile interval of many values comes near it.
          propertyOf 5 "of many normal values it is as wide as theory says"
          <| fun key ->
              let values = List.ofArray (Key.normals 200 (Key.named "normals" key))
              let mean = List.average values

              let spread =
                  sqrt (List.averageBy (fun value -> (value - mean) * (value - mean)) values)

              let low, high = interval key values
              let expected = 2.0 * 1.96 * spread / sqrt (float values.Length)
              Expect.floatClose { absolute = 0.0; relative = 0.06 } (high - low) expected "the width" ]
