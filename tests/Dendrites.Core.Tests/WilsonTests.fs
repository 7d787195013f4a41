module Dendrites.Tests.WilsonTests

open Expecto
open Dendrites

let private close = Expect.floatClose Accuracy.medium

[<Tests>]
let tests =
    testList
        "Wilson"
        [ case "known intervals"
          <| fun () ->
              // Newcombe 1998, table I, method 3 (without continuity correction).
              for successes, trials, low, high in
                  [ 81, 263, 0.2553, 0.3662
                    15, 148, 0.0624, 0.1605
                    0, 20, 0.0, 0.1611
                    1, 29, 0.0061, 0.1718 ] do
                  let low', high' = Wilson.interval 1.959964 successes trials
                  Expect.isLessThan (abs (low' - low)) 5.1e-5 $"{successes} of {trials}, low"
                  Expect.isLessThan (abs (high' - high)) 5.1e-5 $"{successes} of {trials}, high"

          propertyOf 100 "holds the share, within [0, 1], narrower with more trials, the same turned round"
          <| fun key ->
              let trials = size "trials" 1 60 key
              let successes = size "successes" 0 trials key
              let low, high = Wilson.interval 1.96 successes trials
              let share = float successes / float trials
              Expect.isTrue (0.0 <= low && low <= share && share <= high && high <= 1.0) "holds the share"
              Expect.isLessThan low high "not empty"
              let low', high' = Wilson.interval 1.96 (trials - successes) trials
              close low' (1.0 - high) "turned round"
              close high' (1.0 - low) "turned round"
              let low4, high4 = Wilson.interval 1.96 (4 * successes) (4 * trials)
              Expect.isLessThan (high4 - low4) (high - low) "narrower"

          case "what is no count is refused"
          <| fun () ->
              for successes, trials in [ 0, 0; -1, 3; 4, 3 ] do
                  Expect.throwsT<System.ArgumentException>
                      (fun () -> Wilson.interval 1.96 successes trials |> ignore)
                      "refused" ]
