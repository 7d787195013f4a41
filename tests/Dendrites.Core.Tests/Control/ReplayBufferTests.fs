module Dendrites.Tests.ReplayBufferTests

open Expecto
open Dendrites

let private config policy capacity : ReplayBuffer.Config =
    { Capacity = capacity
      Policy = policy
      Tasks = 3
      Observation = 2
      Actions = 1 }

/// An episode whose every number says which episode and step it came from.
let private path (number: int) task length terminal : Trajectory =
    { Task = task
      Observations =
        [| for step in 0..length do
               float32 (100 * number + step)
               -1.0f * float32 (100 * number + step) |]
      Actions = [| for step in 0 .. length - 1 -> float32 (100 * number + step) + 0.5f |]
      Rewards = [| for step in 0 .. length - 1 -> float32 (100 * number + step) + 0.25f |]
      Terminal = terminal }

let private fill config paths =
    (ReplayBuffer.init config, paths)
    ||> List.fold (fun state path -> ReplayBuffer.add config path state)

/// What the rows hold, as the numbers that their episodes were made of: mark, task and whether it was the end.
let private marks (rows: Transitions) =
    let seen, next = Support.rows rows.Observations, Support.rows rows.Next
    let actions, rewards = values rows.Actions, values rows.Rewards
    let tasks, ends = integers rows.Tasks, values rows.Terminals

    [ for row in 0 .. rows.Count - 1 do
          let mark = seen[row][0]
          Expect.equal seen[row] [| mark; -mark |] "observation"
          Expect.equal next[row] [| mark + 1.0; -mark - 1.0 |] "next"
          Expect.equal actions[row] (mark + 0.5) "action"
          Expect.equal rewards[row] (mark + 0.25) "reward"
          int mark, tasks[row], ends[row] = 1.0 ]

let private all config state =
    match config, ReplayBuffer.count config state with
    | _, 0 -> []
    | config, count ->
        // Every row comes up in this many draws.
        ReplayBuffer.draw config (count * 30) (Key.ofSeed 1) state
        |> marks
        |> List.distinct
        |> List.sort

/// Paths of random lengths and tasks, one after another.
let private episodes key =
    [ for number in 1 .. size "episodes" 1 9 key do
          let key = Key.fork number key
          path number (size "task" 0 2 key) (size "length" 1 12 key) (size "terminal" 0 1 key = 1) ]

let private marksOf (path: Trajectory) =
    [ for step in 0 .. path.Length - 1 ->
          int path.Observations[step * 2], path.Task, path.Terminal && step = path.Length - 1 ]

let private policies =
    [ "one ring", ReplayBuffer.OneRing
      "a ring for each task", ReplayBuffer.RingPerTask
      "even over tasks", ReplayBuffer.EvenOverTasks ]

[<Tests>]
let tests =
    testList
        "ReplayBuffer"
        [ propertyOf 30 "one ring holds the newest transitions, whole, and nothing else"
          <| fun key ->
              let config = config ReplayBuffer.OneRing (size "capacity" 1 40 key)
              let paths = episodes key
              let given = List.collect marksOf paths
              let state = fill config paths
              let newest = given |> List.skip (max 0 (given.Length - config.Capacity))
              Expect.equal (ReplayBuffer.count config state) newest.Length "count"
              Expect.equal (all config state) (List.sort newest) "rows"

          propertyOf 30 "a ring for each task holds the newest of each task"
          <| fun key ->
              for policy in [ ReplayBuffer.RingPerTask; ReplayBuffer.EvenOverTasks ] do
                  let config = config policy (size "capacity" 3 60 key)
                  let share = config.Capacity / 3
                  let paths = episodes key
                  let state = fill config paths

                  let newest =
                      [ for task in 0..2 do
                            let given =
                                paths |> List.filter (fun path -> path.Task = task) |> List.collect marksOf

                            yield! given |> List.skip (max 0 (given.Length - share)) ]

                  Expect.equal (ReplayBuffer.count config state) newest.Length "count"
                  Expect.equal (all config state) (List.sort newest) "rows"

          testList
              "a draw is a function of its key"
              [ for name, policy in policies do
                    propertyOf 30 name (fun key ->
                        let config = config policy 30
                        let state = fill config (episodes key)

                        let draw key =
                            ReplayBuffer.draw config 20 key state |> marks

                        Expect.equal (draw key) (draw key) "the same"
                        let several = List.init 8 (fun i -> draw (Key.fork i key))

                        if ReplayBuffer.count config state > 1 then
                            Expect.isGreaterThan (List.distinct several).Length 1 "another") ]

          testList
              "every transition has the same chance"
              [ for name, policy in List.truncate 2 policies do
                    case name
                    <| fun () ->
                        // 4, 8 and none: a chance of a twelfth each.
                        let config = config policy 36
                        let state = fill config [ path 1 0 4 false; path 2 2 8 false ]
                        let draws = 12000

                        let counts =
                            ReplayBuffer.places config draws (Key.ofSeed 3) state |> Array.countBy id

                        Expect.hasLength counts 12 "all come up"
                        // Five standard deviations of a binomial.
                        let within = 5.0 * sqrt (float draws * (1.0 / 12.0) * (11.0 / 12.0))

                        for place, count in counts do
                            Expect.isLessThan (abs (float count - 1000.0)) within $"row {place}" ]

          propertyOf
              30
              "even over tasks: each task that was met gets its share of every batch, give or take one"
          <| fun key ->
              let config = config ReplayBuffer.EvenOverTasks 60
              let paths = episodes key
              let state = fill config paths
              let met = paths |> List.map _.Task |> List.distinct
              let batch = size "batch" 1 40 key

              let tasks =
                  (ReplayBuffer.draw config batch key state).Tasks
                  |> integers
                  |> Array.countBy id
                  |> Map

              for task in met do
                  let count = tasks |> Map.tryFind task |> Option.defaultValue 0
                  Expect.isLessThanOrEqual count ((batch + met.Length - 1) / met.Length) "at most"
                  Expect.isGreaterThanOrEqual count (batch / met.Length) "at least"

          testList
              "saved and restored it holds and draws the same"
              [ for name, policy in policies do
                    propertyOf 30 name (fun key ->
                        let config = config policy (size "capacity" 3 60 key)
                        let state = fill config (episodes key)
                        let saved = ReplayBuffer.save config state
                        let names = List.map fst saved
                        Expect.equal (List.distinct names) names "names"

                        let again =
                            ReplayBuffer.restore config (fun name -> Map.tryFind name (Map saved))
                            |> expectOk "restore"

                        Expect.equal again.Given state.Given "given"
                        Expect.equal (all config again) (all config state) "rows"
                        let more = path 9 1 7 true
                        let after state = ReplayBuffer.add config more state
                        let state, again = after state, after again
                        expectSame state.Rows again.Rows "bits after another episode"

                        expectSame
                            (ReplayBuffer.draw config 9 key state)
                            (ReplayBuffer.draw config 9 key again)
                            "the same draw") ]

          case "what does not fit is named"
          <| fun () ->
              let config = config ReplayBuffer.OneRing 10
              let saved = Map(ReplayBuffer.save config (fill config [ path 1 0 4 false ]))

              let restore saved =
                  match ReplayBuffer.restore config (fun name -> Map.tryFind name saved) with
                  | Error problem -> problem.Where
                  | Ok _ -> "nothing"

              Expect.equal (restore saved) "nothing" "all there"
              Expect.equal (restore (Map.remove "rows.next" saved)) "rows.next" "missing"

              Expect.equal
                  (restore (Map.add "given" (dsharp.tensor [| 3L |]) saved))
                  "rows.observations"
                  "another count"

              Expect.equal
                  (restore (Map.add "given" (dsharp.tensor [| 3L; 4L |]) saved))
                  "given"
                  "another shape"

          case "an emptied memory holds nothing and draws nothing"
          <| fun () ->
              let config = config ReplayBuffer.RingPerTask 30
              let state = fill config [ path 1 0 4 false ] |> ReplayBuffer.clear
              Expect.equal (ReplayBuffer.count config state) 0 "count"

              Expect.throwsT<System.InvalidOperationException>
                  (fun () -> ReplayBuffer.draw config 1 (Key.ofSeed 1) state |> ignore)
                  "draw"

              Expect.equal
                  (all config (ReplayBuffer.add config (path 2 1 3 true) state)).Length
                  3
                  "filled again"

          case "memory is taken once"
          <| fun () ->
              let config = config ReplayBuffer.OneRing 50
              let mutable state = ReplayBuffer.init config
              let address () = TensorMemory.address state.Rows.Next
              let first = address ()

              for number in 1..200 do
                  state <- ReplayBuffer.add config (path number 0 7 false) state
                  Scope.run (fun () -> ReplayBuffer.draw config 20 (Key.ofSeed number) state |> ignore)

              Expect.equal (address ()) first "in place"

          case "a capacity too small for its rings is a problem"
          <| fun () ->
              let wheres policy capacity =
                  ReplayBuffer.validate (config policy capacity) |> List.map string

              Expect.equal (wheres ReplayBuffer.OneRing 1) [] "one ring"

              Expect.equal
                  (wheres ReplayBuffer.OneRing 0)
                  [ "buffer was 0; accepted: a whole number from 1" ]
                  "none"

              Expect.equal
                  (wheres ReplayBuffer.EvenOverTasks 2)
                  [ "buffer was 2; accepted: a whole number from 3" ]
                  "a ring for each task" ]
