module Dendrites.Tests.ControlRunTests

open Expecto
open Dendrites

/// A run small enough to do in milliseconds: two tasks, 4 rounds of 2 episodes of 5 steps.
let small =
    [ "hidden", "8,8"
      "method", "mlp"
      "log-std-bias", "drawn"
      "steps", "40"
      "updates", "0.3"
      "batch", "6"
      "buffer", "100"
      "learn-from", "1"
      "random-steps", "0"
      "lag", "false"
      "evaluate-every", "2"
      "evaluation-episodes", "2"
      "final-episodes", "3" ]

let configOf pairs : ControlConfig =
    ControlPresets.find "smoke"
    |> expectOk "preset"
    |> fun preset -> ControlConfig.setAll (small @ pairs) preset.Config
    |> expectOk "configuration"

let planOf pairs =
    ControlRun.plan (configOf pairs) (Toys.points 5)

let eventsOf plan =
    ControlRun.start plan |> ControlLoop.events plan ignore |> List.ofSeq

/// Events with what learning decides left out.
let private outline =
    List.map (function
        | ControlEvent.TaskBegan task -> $"task {task}"
        | ControlEvent.Collected(round, steps, episodes) ->
            let tasks = episodes |> List.map (fun e -> string e.Task) |> String.concat " "
            $"collected {round}, {steps}: {tasks}"
        | ControlEvent.Updated report ->
            $"update {report.Round}.{report.Made} of {report.Due}, {report.Total}"
        | ControlEvent.Tested report ->
            let final = if report.Final then ", final" else ""
            $"tested {report.Task} after {report.Round}, {report.Steps}: {report.Episodes} episodes{final}"
        | ControlEvent.RoundEnded(round, _) -> $"ended {round}"
        | ControlEvent.Ended -> "over")

let private tested round steps episodes final =
    [ for task in 0..1 ->
          let ending = if final then ", final" else ""
          $"tested {task} after {round}, {steps}: {episodes} episodes{ending}" ]

let private protocol =
    testList
        "protocol"
        [ case "events come in the order of the protocol"
          <| fun () ->
              let expected =
                  [ for round in 0..3 do
                        let steps = 10 * (round + 1)
                        $"collected {round}, {steps}: 0 1"

                        for update in 1..3 do
                            $"update {round}.{update} of 3, {3 * round + update}"

                        if round = 3 then
                            yield! tested round steps 3 true
                        elif round % 2 = 0 then
                            yield! tested round steps 2 false

                        $"ended {round}"
                    "over" ]

              Expect.equal (outline (eventsOf (planOf []))) expected "events"

          case "fractions of updates add up over rounds"
          <| fun () ->
              let due pairs =
                  eventsOf (planOf pairs)
                  |> List.choose (function
                      | ControlEvent.Updated report -> Some report.Round
                      | _ -> None)
                  |> List.countBy id

              Expect.equal (due [ "updates", "0.25" ]) [ 0, 2; 1, 3; 2, 2; 3, 3 ] "a quarter"
              Expect.equal (due [ "updates", "0.05" ]) [ 1, 1; 3, 1 ] "a twentieth"
              Expect.equal (due [ "updates", "0" ]) [] "none"
              Expect.equal (due [ "learn-from", "25" ]) [ 2, 3; 3, 3 ] "once there is enough"

          case "several episodes of each task in a round"
          <| fun () ->
              let collected =
                  outline (eventsOf (planOf [ "episodes", "2" ]))
                  |> List.filter _.StartsWith("collected")

              Expect.equal collected [ "collected 0, 20: 0 1 0 1"; "collected 1, 40: 0 1 0 1" ] "rounds"

          case "one task after another, each with its part of the steps, tested when it ends"
          <| fun () ->
              let plan = planOf [ "order", "sequential"; "evaluate-every", "100"; "updates", "0" ]

              Expect.equal
                  (outline (eventsOf plan))
                  [ "task 0"
                    "collected 0, 10: 0 0"
                    yield! tested 0 10 2 false
                    "ended 0"
                    "collected 1, 20: 0 0"
                    yield! tested 1 20 2 false
                    "ended 1"
                    "task 1"
                    "collected 2, 30: 1 1"
                    "ended 2"
                    "collected 3, 40: 1 1"
                    yield! tested 3 40 3 true
                    "ended 3"
                    "over" ]
                  "events"

          case "what was remembered of a task is forgotten when another begins, if asked for"
          <| fun () ->
              let remembered forget =
                  let plan =
                      planOf
                          [ "order", "sequential"
                            "forget", forget
                            "updates", "0"
                            "evaluate-every", "100" ]

                  let mutable counts = []

                  ControlRun.start plan
                  |> ControlLoop.events plan (fun state ->
                      counts <- ReplayBuffer.count plan.Buffer state.Buffer :: counts)
                  |> Seq.iter ignore

                  counts |> List.rev |> List.distinct

              Expect.equal (remembered "false") [ 10; 20; 30; 40 ] "kept"
              Expect.equal (remembered "true") [ 10; 20 ] "forgotten"

          case "an episode that ends early leaves the rest of the round alone"
          <| fun () ->
              let plan = ControlRun.plan (configOf [ "steps", "5" ]) Toys.twoArmed
              let collected = outline (eventsOf plan) |> List.filter _.StartsWith("collected")

              Expect.equal
                  collected
                  [ "collected 0, 2: 0 1"; "collected 1, 4: 0 1"; "collected 2, 6: 0 1" ]
                  "rounds" ]

/// The goals of points that a run's episodes had, by round, and by test.
let private goals pairs =
    let asked = ResizeArray()
    let environments = Toys.points 5

    let watched =
        { environments with
            Begin =
                fun episodes ->
                    asked.Add [ for episode in episodes -> episode.Task, episode.Goal ]
                    environments.Begin episodes }

    eventsOf (ControlRun.plan (configOf pairs) watched) |> ignore
    List.ofSeq asked

let private choices =
    testList
        "choices"
        [ case "fixed goals stay the same all the run, tests too"
          <| fun () ->
              let goals = goals [ "goals", "fixed" ]
              Expect.hasLength (List.distinct goals) 1 "goals"

          case "other goals are drawn anew, and the last test goes through them in turn"
          <| fun () ->
              let goals = goals [ "final-episodes", "6" ]
              let way, final = List.splitAt (goals.Length - 6) goals
              Expect.isGreaterThan (List.distinct way).Length 3 "on the way"
              Expect.equal final [ for episode in 0..5 -> [ 0, episode % 4; 1, episode % 4 ] ] "at the end"

          case "the first steps are uniform where asked for"
          <| fun () ->
              let first pairs =
                  let plan = planOf pairs
                  let state = ControlRun.start plan
                  ControlRun.collect plan state |> Array.map (fun (path, _) -> path.Actions)

              let key = ControlRun.key (configOf []) |> Key.named "act" |> Key.fork 0
              let uniform = values (Key.uniform -1.0 1.0 [ 2; 2 ] Dtype.Float32 (Key.fork 0 key))

              let start (actions: float32[][]) =
                  [| for row in actions do
                         yield! row[0..1] |> Array.map float |]

              Expect.equal (start (first [ "random-steps", "1" ])) uniform "uniform"
              Expect.notEqual (start (first [])) uniform "by the policy"

          case "with lag, a round is collected by the network of a round before"
          <| fun () ->
              // What acts in each round, told by the sum of its first weights, and what there was to act before and after each round's updates.
              let acted, before = ResizeArray(), ResizeArray()
              let plan = planOf [ "lag", "true"; "evaluate-every", "100"; "final-episodes", "1" ]

              let first (network: TaskNetwork.Parameters) =
                  values network.Network.Hidden.Head.Weight |> Array.sum

              let watched =
                  { plan with
                      Agent =
                          { plan.Agent with
                              Act =
                                  fun acting tasks seen network ->
                                      if acting <> Deterministic then
                                          acted.Add(first network)

                                      plan.Agent.Act acting tasks seen network } }

              ControlRun.start watched
              |> ControlLoop.events watched (fun state ->
                  match state.Position with
                  | ControlPosition.Updating(0, _) -> before.Add(first state.Learner.Actor.Parameters)
                  | _ -> ())
              |> Seq.iter ignore

              let acted = acted |> Seq.distinct |> List.ofSeq
              Expect.hasLength before 4 "rounds"
              Expect.hasLength (Seq.distinct before |> List.ofSeq) 4 "they differ"
              // Rounds 0 and 1 by the first network, 2 by the second, 3 by the third.
              Expect.equal acted [ before[0]; before[1]; before[2] ] "acted"

          case "a test's numbers are those of its episodes"
          <| fun () ->
              // Without learning, and by the first network: the last test can be made again by hand.
              let plan = planOf [ "updates", "0"; "goals", "fixed" ]
              let events = eventsOf plan
              let state = ControlRun.start plan
              let actor = Collection.ofAgent plan.Agent (plan.Agent.Actor state.Learner) None

              let episodes =
                  let goals = goals [ "goals", "fixed" ] |> List.head

                  [| for made in 0..2 do
                         let key =
                             ControlRun.key plan.Config |> Key.named "test" |> Key.fork 3 |> Key.fork made

                         for task, goal in goals ->
                             { Task = task
                               Goal = goal
                               Key = Key.named "episode" (Key.fork task key) } |]

              let reports = Collection.episodes plan.Environments actor episodes |> Array.map snd

              for task in 0..1 do
                  let own = reports |> Array.filter (fun report -> report.Task = task)

                  let report =
                      events
                      |> List.pick (function
                          | ControlEvent.Tested report when report.Final && report.Task = task -> Some report
                          | _ -> None)

                  Expect.equal report.Successes (own |> Array.filter _.Success |> Array.length) "successes"
                  Expect.floatClose Accuracy.medium report.Return (own |> Array.averageBy _.Return) "return"

          case "tests act by the mean, or draw where asked for"
          <| fun () ->
              let asked pairs =
                  let plan = planOf ([ "updates", "0" ] @ pairs)
                  let seen = ResizeArray()

                  let watched =
                      { plan with
                          Agent =
                              { plan.Agent with
                                  Act =
                                      fun acting tasks observations network ->
                                          seen.Add acting
                                          plan.Agent.Act acting tasks observations network } }

                  eventsOf watched |> ignore
                  seen |> Seq.filter ((=) Deterministic) |> Seq.length

              // Two tests of two episodes on the way and one of three, five steps each.
              Expect.equal (asked []) 35 "deterministic"
              Expect.equal (asked [ "evaluation", "stochastic" ]) 0 "stochastic"

          case "scaled rewards are what is remembered; reports tell the environment's"
          <| fun () ->
              let run pairs =
                  let plan = planOf ([ "updates", "0"; "steps", "10" ] @ pairs)
                  let mutable rewards = [||]
                  let mutable returns = []

                  for event in
                      ControlRun.start plan
                      |> ControlLoop.events plan (fun state ->
                          if rewards.Length = 0 then
                              rewards <- (values state.Buffer.Rows.Rewards)[0..4]) do
                      match event with
                      | ControlEvent.Collected(_, _, reports) -> returns <- reports |> List.map _.Return
                      | _ -> ()

                  rewards, returns

              let raw, returns = run []
              let scaled, same = run [ "reward-scaling", "fading:0.5" ]
              Expect.equal same returns "returns"
              Expect.notEqual scaled raw "rewards"
              Expect.floatClose Accuracy.medium (Array.sum raw) returns[0] "raw" ]

[<Tests>]
let tests =
    testList
        "ControlRun"
        [ protocol
          choices

          testList
              "learns both ways of points, whatever learns"
              [ for name, pairs in
                    [ "MLP", [ "method", "mlp"; "log-std-bias", "drawn"; "hidden", "32,32" ]
                      "Active Dendrites", [ "method", "active-dendrites"; "hidden", "64,64" ] ] do
                    case name
                    <| fun () ->
                        let pairs =
                            [ "steps", "3000"
                              "updates", "0.5"
                              "batch", "64"
                              "buffer", "4000"
                              "random-steps", "400"
                              "lr-actor", "0.003"
                              "lr-critic", "0.003"
                              "lr-temperature", "0.01"
                              "discount", "0.8"
                              "target-rate", "0.02"
                              "first-temperature", "0.1"
                              "evaluate-every", "1000"
                              "evaluation-episodes", "4"
                              "final-episodes", "8" ]
                            @ pairs

                        let plan = ControlRun.plan (configOf pairs) (Toys.points 20)

                        let returns final =
                            List.choose (function
                                | ControlEvent.Tested report when report.Final = final -> Some report.Return
                                | _ -> None)

                        let events = eventsOf plan
                        // Standing still earns about 8 of 20, running away less.
                        Expect.all (returns false events) (fun r -> r < 9.0) "at first"
                        Expect.all (returns true events) (fun r -> r > 10.0) "at the end" ]

          case "a plan that cannot be run does not start"
          <| fun () ->
              Expect.throwsT<System.ArgumentException>
                  (fun () -> ControlRun.start (planOf [ "learn-from", "1000" ]) |> ignore)
                  "start"

          case "a run is read once"
          <| fun () ->
              let plan = planOf []
              let events = ControlRun.start plan |> ControlLoop.events plan ignore
              Seq.iter ignore events
              Expect.throwsT<System.InvalidOperationException> (fun () -> Seq.iter ignore events) "again" ]
