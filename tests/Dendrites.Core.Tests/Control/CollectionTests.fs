module Dendrites.Tests.CollectionTests

open Expecto
open Dendrites

let private episodes tasks key : Episode[] =
    [| for row, task in List.indexed tasks ->
           { Task = task
             Goal = 0
             Key = Key.fork row key } |]

/// Environments in which an episode of task t ends by itself after t + 1 steps; it is a success at its second step only, and earns what
/// the action says.
let private ending: Environments =
    let task length : Environment<int> =
        { Observation = 2
          Actions = 1
          Goals = 1
          Reset = fun _ _ -> 0, [| float32 length; 0.0f |]
          Step =
            fun action step ->
                step + 1,
                { Observation = [| float32 length; float32 (step + 1) |]
                  Reward = action[0]
                  Success = (step = 1)
                  Terminal = (step + 1 = length) } }

    Environments.ofTasks 4 [ for length in [ 1; 2; 3; 9 ] -> $"{length}", task length ]

/// Acts by the step, and by the task and what is seen, which must belong together.
let private byStep: Collection.Actor =
    fun step seen tasks ->
        let lengths = [| 1.0; 2.0; 3.0; 9.0 |]

        for row, task in Array.zip (rows seen) (integers tasks) do
            Expect.equal row[0] lengths[task] "the task of what is seen"

        dsharp.full ([ seen.shape[0]; 1 ], float (step + 1) / 10.0)

[<Tests>]
let tests =
    testList
        "Collection"
        [ case
              "episodes go to their own end or to the horizon, with what was seen, done and earned at each step"
          <| fun () ->
              let collected =
                  Collection.episodes ending byStep (episodes [ 3; 0; 2; 1; 0 ] (Key.ofSeed 1))

              for (path, report), (task, steps, terminal) in
                  Array.zip collected [| 3, 4, false; 0, 1, true; 2, 3, true; 1, 2, true; 0, 1, true |] do
                  Expect.equal path.Task task "task"
                  Expect.equal path.Length steps "steps"
                  Expect.equal path.Terminal terminal "ended by itself"
                  let done' = [| for step in 1..steps -> float32 (float step / 10.0) |]
                  Expect.equal path.Actions done' "actions"
                  Expect.equal path.Rewards done' "rewards"

                  Expect.equal
                      path.Observations
                      [| for step in 0..steps do
                             [| 1.0f; 2.0f; 3.0f; 9.0f |][task]
                             float32 step |]
                      "observations"

                  Expect.equal report.Task task "task"
                  Expect.equal report.Steps steps "steps"
                  Expect.equal report.Success (steps >= 2) "success at any step"
                  Expect.floatClose Accuracy.medium report.Return (Array.sumBy float done') "return"

          property "uniform actions lie in [-1, 1), differ from step to step, and are the key's"
          <| fun key ->
              let collect key =
                  Collection.episodes (Toys.points 6) (Collection.uniform 2 key) (episodes [ 0; 1 ] key)
                  |> Array.map (fun (path, _) -> path.Actions)

              let actions = collect key
              Expect.equal (collect key) actions "the same"
              let all = Array.concat actions
              Expect.all all (fun a -> a >= -1.0f && a < 1.0f) "range"
              Expect.hasLength (Array.distinct all) all.Length "differ"

          case "an agent is asked with a key of each step, or for its best"
          <| fun () ->
              let asked = ResizeArray()

              let agent: Agent<unit> =
                  { Init = ignore
                    Actor = fun () -> failtest "not asked"
                    Act =
                      fun acting tasks seen _ ->
                          asked.Add acting
                          Expect.equal (integers tasks) [| 1; 0 |] "tasks"
                          dsharp.zeros [ seen.shape[0]; 2 ]
                    Update = fun _ _ _ -> failtest "not asked"
                    Temperatures = fun () -> [||]
                    Save = fun () -> []
                    Restore = fun _ _ -> Ok()
                    Free = ignore }

              let network: TaskNetwork.Parameters =
                  { Network = { Hidden = []; Heads = [] }
                    Preprocess = None }

              let collect key =
                  asked.Clear()

                  Collection.episodes
                      (Toys.points 3)
                      (Collection.ofAgent agent network key)
                      (episodes [ 1; 0 ] (Key.ofSeed 1))
                  |> ignore

                  List.ofSeq asked

              let key = Key.ofSeed 7
              Expect.equal (collect None) [ Deterministic; Deterministic; Deterministic ] "best"

              Expect.equal
                  (collect (Some key))
                  [ for step in 0..2 -> Stochastic(Key.fork step key) ]
                  "by the key" ]
