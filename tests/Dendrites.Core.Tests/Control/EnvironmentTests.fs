module Dendrites.Tests.EnvironmentTests

open Expecto
open Dendrites

let private episode task goal key = { Task = task; Goal = goal; Key = key }

/// Actions that a key draws for every row.
let private actions (environments: Environments) (rollout: Rollout) (key: Key) =
    Key.uniforms32 (rollout.Frame.Rewards.Length * environments.Actions) key
    |> Array.map (fun u -> 2.0f * u - 1.0f)

/// The frames of episodes under actions that the key draws for each step and row.
let private frames steps (environments: Environments) (episodes: Episode[]) (key: Key) =
    let mutable rollout = Environments.start environments episodes

    [ rollout.Frame
      for step in 1..steps do
          rollout <- Environments.step environments (actions environments rollout (Key.fork step key)) rollout
          rollout.Frame ]

let private refused (pattern: string) action =
    try
        action () |> ignore
        failtestf "nothing was refused, expected: %s" pattern
    with :? System.ArgumentException as e ->
        Expect.stringContains e.Message pattern "message"

[<Tests>]
let tests =
    testList
        "Environment"
        [ property "tasks that are chosen are as they were, numbered anew"
          <| fun key ->
              let all = Toys.points 20
              let chosen = Environments.choose [ "against"; "along" ] all
              Expect.equal chosen.Tasks [ "against"; "along" ] "names"
              let of' task = [| episode task 2 key |]

              for before, after in [ 0, 1; 1, 0 ] do
                  Expect.equal
                      (frames 5 chosen (of' after) key |> List.map _.Observations)
                      (frames 5 all (of' before) key |> List.map _.Observations)
                      "observations"

              refused "accepted: along | against" (fun () -> Environments.choose [ "round" ] all)

          property "an episode is a function of its key and actions, whatever runs beside it"
          <| fun key ->
              let environments = Toys.points 20

              let of' purpose task =
                  episode task (size purpose 0 3 key) (Key.named purpose key)

              let first, second = of' "first" 0, of' "second" 1

              let row (frame: Frame) row =
                  frame.Observations[row * 4 .. row * 4 + 3], frame.Rewards[row], frame.Successes[row]

              let chosen = Key.uniforms32 40 key |> Array.map (fun u -> 2.0f * u - 1.0f)

              let alone episode =
                  let mutable rollout = Environments.start environments [| episode |]

                  [ for step in 0..9 do
                        rollout <- Environments.step environments chosen[step * 2 .. step * 2 + 1] rollout
                        row rollout.Frame 0 ]

              let mutable rollout = Environments.start environments [| second; first |]

              let together =
                  [ for step in 0..9 do
                        let action = chosen[step * 2 .. step * 2 + 1]
                        rollout <- Environments.step environments (Array.append action action) rollout
                        row rollout.Frame 0, row rollout.Frame 1 ]

              Expect.equal (List.map fst together) (alone second) "second task"
              Expect.equal (List.map snd together) (alone first) "first task"

          property
              "a point goes where it is pushed in one task and the other way in the other, and stays on the square"
          <| fun key ->
              let environments = Toys.points 50
              let start = [| episode 0 0 key; episode 1 0 key |]
              let first = Environments.start environments start
              let pushes = actions environments first key
              let after = (Environments.step environments pushes first).Frame.Observations
              let before = first.Frame.Observations

              for axis in 0..1 do
                  Expect.floatClose
                      Accuracy.medium
                      (float (after[axis] - before[axis]))
                      (float (0.1f * pushes[axis]))
                      "along"

                  Expect.floatClose
                      Accuracy.medium
                      (float (after[axis + 4] - before[axis + 4]))
                      (float (-0.1f * pushes[axis + 2]))
                      "against"

              for frame in frames 50 environments start key do
                  Expect.all frame.Observations (fun x -> abs x <= 1.0f) "on the square"

          case "a point that goes straight to its goal gets there, and earns more and more"
          <| fun () ->
              let environments = Toys.points 50

              for goal in 0..3 do
                  let mutable rollout =
                      Environments.start environments [| episode 1 goal (Key.ofSeed goal) |]

                  let earned =
                      [ for _ in 1..20 do
                            let seen = rollout.Frame.Observations
                            let towards = [| seen[0] - seen[2]; seen[1] - seen[3] |]

                            rollout <-
                                Environments.step environments (towards |> Array.map ((*) 3.0f)) rollout

                            rollout.Frame.Rewards[0] ]

                  Expect.isTrue rollout.Frame.Successes[0] "success"
                  Expect.isGreaterThan earned[19] 0.95f "the last reward"
                  Expect.isGreaterThan earned[5] earned[0] "closer"

          case "an ended row stays as it is and earns no more"
          <| fun () ->
              let rollout =
                  Environments.start
                      Toys.twoArmed
                      [| for task in [ 0; 1; 1 ] -> episode task 0 (Key.ofSeed 1) |]

              let pulled = Environments.step Toys.twoArmed [| -0.5f; 0.5f; -0.5f |] rollout
              Expect.equal pulled.Frame.Rewards [| 1.0f; 1.0f; 0.0f |] "rewards"
              Expect.equal pulled.Frame.Successes [| true; true; false |] "successes"
              Expect.equal pulled.Frame.Terminals [| true; true; true |] "ended"
              let later = Environments.step Toys.twoArmed [| 0.0f; 0.0f; 0.5f |] pulled
              Expect.equal later.Frame.Rewards [| 0.0f; 0.0f; 0.0f |] "no more"
              Expect.equal later.Frame.Successes pulled.Frame.Successes "as it was"

          testList
              "what cannot be done is refused, with where and what is accepted"
              [ let environments = Toys.points 5

                let start () =
                    Environments.start
                        environments
                        [| episode 0 0 (Key.ofSeed 1); episode 1 3 (Key.ofSeed 2) |]

                for name, pattern, action in
                    [ "too few numbers", "actions were 3 numbers; accepted: 4", [| 0.0f; 0.0f; 0.0f |]
                      "a number missing",
                      "number 1 of the action of row 0 was NaN",
                      [| 0.0f; nanf; 0.0f; 0.0f |]
                      "a number without end",
                      "number 0 of the action of row 1 was Infinity",
                      [| 0.0f; 0.0f; infinityf; 0.0f |] ] do
                    case name
                    <| fun () -> refused pattern (fun () -> Environments.step environments action (start ()))

                case "a task that there is not"
                <| fun () ->
                    refused "task of row 0 was 2; accepted: 0 to 1" (fun () ->
                        Environments.start environments [| episode 2 0 (Key.ofSeed 1) |])

                case "a goal that there is not"
                <| fun () ->
                    refused "goal of row 0 was 4; accepted: 0 to 3" (fun () ->
                        Environments.start environments [| episode 0 4 (Key.ofSeed 1) |])

                case "tasks of different goals"
                <| fun () ->
                    let point = Toys.point 1.0f

                    refused "differ in their goals" (fun () ->
                        Environments.ofTasks 5 [ "a", point; "b", { point with Goals = 2 } ]) ] ]
