module Dendrites.Tests.RewardScaleTests

open Expecto
open Dendrites

let private scaled rule terminals rewards =
    ((RewardScale.init), List.zip terminals rewards)
    ||> List.mapFold (fun state (terminal, reward) -> RewardScale.apply rule terminal reward state)

let private rewards (key: Key) =
    Key.normals (size "count" 1 40 key) key |> Array.map float32 |> List.ofArray

let private never rewards = rewards |> List.map (fun _ -> false)

let private close (expected: float list) (actual: float32 list) =
    expectClose 1e-5 (Array.ofList expected) (actual |> List.map float |> Array.ofList) "rewards"

[<Tests>]
let tests =
    testList
        "RewardScale"
        [ property "raw rewards stay as they are"
          <| fun key ->
              let rewards = rewards key
              Expect.equal (fst (scaled RewardScale.Raw (never rewards) rewards)) rewards "rewards"

          property "by returns: divided by the standard deviation of all discounted sums so far"
          <| fun key ->
              let rewards = rewards key
              let terminals = rewards |> List.mapi (fun i _ -> size $"terminal {i}" 0 5 key = 0)

              let sums =
                  (0.0, List.zip terminals rewards)
                  ||> List.scan (fun sum (terminal, reward) ->
                      (if terminal then 0.0 else sum * 0.9) + float reward)
                  |> List.tail

              // A ten-thousandth of an observation of mean 0 and variance 1 stands before the first.
              let expected =
                  [ for count in 1 .. rewards.Length ->
                        let seen = List.truncate count sums
                        let total = float count + 1e-4
                        let mean = List.sum seen / total

                        let variance =
                            (1e-4 * (1.0 + mean * mean)
                             + (seen |> List.sumBy (fun sum -> (sum - mean) ** 2.0)))
                            / total

                        float rewards[count - 1] / sqrt (variance + 1e-8) ]

              close expected (fst (scaled (RewardScale.Returns 0.9) terminals rewards))

          property "fading: old rewards count less and less"
          <| fun key ->
              let rewards = rewards key
              let rate = 0.2

              let means =
                  (0.0, rewards)
                  ||> List.scan (fun mean r -> (1.0 - rate) * mean + rate * float r)
                  |> List.tail

              let variances =
                  (1.0, List.zip rewards means)
                  ||> List.scan (fun variance (r, mean) ->
                      (1.0 - rate) * variance + rate * (float r - mean) ** 2.0)
                  |> List.tail

              let expected =
                  List.map2 (fun (r: float32) variance -> float r / (sqrt variance + 1e-8)) rewards variances

              close expected (fst (scaled (RewardScale.Fading rate) (never rewards) rewards))

          case "an episode is scaled step by step, its end known"
          <| fun () ->
              let path: Trajectory =
                  { Task = 0
                    Observations = Array.zeroCreate 3
                    Actions = Array.zeroCreate 2
                    Rewards = [| 1.0f; 2.0f |]
                    Terminal = true }

              let rule = RewardScale.Returns 0.5
              let actual, after = RewardScale.trajectory rule path RewardScale.init
              let expected, state = scaled rule [ false; true ] [ 1.0f; 2.0f ]
              Expect.equal (List.ofArray actual.Rewards) expected "rewards"
              Expect.equal after state "state"
              Expect.equal after.Sum 2.0 "a new sum at the end" ]
