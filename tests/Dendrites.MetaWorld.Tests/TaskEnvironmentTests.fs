module Dendrites.Tests.TaskEnvironmentTests

open System
open Expecto
open Dendrites
open Dendrites.MetaWorld
open Dendrites.Tests.Simulated

let private still: Control = { Move = Point.zero; Grip = 0.0 }

/// After a reset of the benchmark's own models: the hand, and the fingertips as the episode has them, which is one substep before.
let private rests =
    [ "reach", Point.make 0.0062 0.6002 0.1943, Point.make 0.0060 0.6005 0.1494
      "button-press-topdown", Point.make 0.0059 0.3997 0.1949, Point.make 0.0059 0.3998 0.1500 ]

/// Goal 0 of seed 42: task, reward of the first step when nothing is asked for, and of the tenth.
let private standing =
    [ "reach", 1.4675, 1.4854
      "push", 0.0511, 0.0503
      "drawer-open", 1.2131, 1.2330
      "button-press-topdown", 0.0, 0.0075
      "window-open", 0.4091, 0.4099 ]

[<Tests>]
let tests =
    testList
        "TaskEnvironment"
        [ for name, model in models |> List.filter (fun (name, _) -> name <> "fast") do
              test $"{name}: after a reset the hand is where it was measured" {
                  for task, hand, tcp in rests do
                      inEnvironment (model ()) task (fun environment ->
                          environment.Reset(goal task 0) |> ignore
                          expectPoint 0.0001 hand environment.Moment.Hand task
                          expectPoint 0.0001 tcp environment.Episode.TcpStart task
                          Expect.equal environment.Moment.Openness 1.0 "open")
              }

              test $"{name}: the episodes begin as they were measured" {
                  inEnvironment (model ()) "push" (fun environment ->
                      environment.Reset(goal "push" 0) |> ignore
                      expectNear 0.00005 0.0199 environment.Episode.Goal.Z "height of a settled puck")

                  inEnvironment (model ()) "peg-insert-side" (fun environment ->
                      environment.Reset(goal "peg-insert-side" 0) |> ignore

                      expectPoint
                          0.0001
                          (Point.make -0.1 0.6 0.0148)
                          environment.Episode.MarkStart
                          "peg's head")

                  inEnvironment (model ()) "window-close" (fun environment ->
                      environment.Reset(goal "window-close" 0) |> ignore
                      expectNear 0.001 0.21 environment.Episode.MarkStart.X "handle, once it is open")

                  inEnvironment (model ()) "button-press-topdown" (fun environment ->
                      environment.Reset(goal "button-press-topdown" 0) |> ignore
                      let above = environment.Moment.Object.Z - environment.Episode.Goal.Z
                      expectNear 0.0006 0.3085 environment.Moment.Object.Z "the button's height"
                      expectNear 0.0006 0.0935 above "the button's way")

                  inEnvironment (model ()) "door-open" (fun environment ->
                      environment.Reset [| 0.05; 0.9; 0.15 |] |> ignore
                      let handle = environment.Moment
                      expectPoint 0.0001 (Point.make 0.2407 0.6929 0.15) handle.Object "handle"

                      for expected, actual in
                          [ 0.6908, handle.Orientation.A
                            -0.1506, handle.Orientation.B
                            0.6909, handle.Orientation.C
                            0.1512, handle.Orientation.D ] do
                          expectNear 0.0001 expected actual "its rotation, x, y, z, w")
              }

              test $"{name}: standing still pays what was measured" {
                  for task, first, tenth in standing do
                      inEnvironment (model ()) task (fun environment ->
                          environment.Reset(goal task 0) |> ignore
                          let rewards = [ for _ in 1..10 -> (environment.Act still).Reward ]
                          expectNear 0.0001 first rewards[0] $"{task}, first step"
                          expectNear 0.0001 tenth rewards[9] $"{task}, tenth step")
              }

          for name, model in models do
              test $"{name}: the same actions give the same bits, again and elsewhere" {
                  let key = Key.ofSeed 1

                  for task in MT10.names do
                      let run (environment: TaskEnvironment) =
                          environment.Reset(goal task 1) |> ignore
                          let first = observe environment
                          first, wander key 25 environment

                      let once, again =
                          inEnvironment (model ()) task (fun environment -> run environment, run environment)

                      Expect.equal again once $"{task}: after an episode"
                      Expect.equal (inEnvironment (model ()) task run) once $"{task}: in another environment"
              }

              test $"{name}: an episode that begins from a start is one that begins with a reset, to the bit" {
                  let key = Key.ofSeed 2

                  for task in MT10.names do
                      inEnvironment (model ()) task (fun environment ->
                          let start = environment.Reset(goal task 2)
                          let simulated = observe environment, wander key 25 environment
                          // Another episode in between, whose scene stands elsewhere.
                          environment.Reset(goal task 3) |> ignore
                          wander (Key.ofSeed 3) 25 environment |> ignore
                          environment.Begin start
                          let restored = observe environment, wander key 25 environment
                          Expect.equal restored simulated task)
              }

              test $"{name}: one reset with the fixtures in place is two, as the benchmark does" {
                  let key = Key.ofSeed 4

                  for task in MT10.names do
                      inEnvironment (model ()) task (fun environment ->
                          environment.Reset(goal task 4) |> ignore
                          let once = observe environment, environment.Episode, wander key 10 environment
                          environment.Reset(goal task 5) |> ignore
                          wander (Key.ofSeed 5) 25 environment |> ignore
                          environment.ResetTwice(goal task 4)
                          let twice = observe environment, environment.Episode, wander key 10 environment
                          Expect.equal twice once task)
              }

          test "an observation holds the step and the one before, and the goal" {
              inEnvironment Fast "push" (fun environment ->
                  environment.Reset(goal "push" 0) |> ignore
                  let before = observe environment
                  Expect.equal before[18..35] before[..17] "at first, the same twice"
                  environment.Act(wild (Key.ofSeed 6) 1) |> ignore
                  let after = observe environment
                  Expect.equal after[18..35] before[..17] "the step before"
                  Expect.notEqual after[..17] before[..17] "the step"
                  let goal = environment.Episode.Goal
                  Expect.equal after[36..] [| goal.X; goal.Y; goal.Z |] "goal"
                  Expect.hasLength after 39 "size")
          }

          test "what is seen is where everything is when the step is over" {
              for task in MT10.names do
                  inEnvironment Fast task (fun environment ->
                      environment.Reset(goal task 0) |> ignore
                      let simulation = environment.Simulation

                      let places () =
                          Array.concat
                              [ simulation.Xpos.ToArray()
                                simulation.Xmat.ToArray()
                                simulation.GeomXpos.ToArray()
                                simulation.SiteXpos.ToArray() ]

                      wander (Key.ofSeed 7) 5 environment |> ignore
                      let seen = places ()
                      simulation.Forward()

                      // Not to the bit: rotations are normalised once more.
                      for before, after in Array.zip seen (places ()) do
                          expectNear 1e-12 after before task)
          }

          test "a goal can be hidden, and the task told by a one-hot code" {
              let config =
                  { EnvironmentConfig.usual Fast (taskOf "reach") with
                      GoalShown = false
                      OneHot = Some(3, 10) }

              needsSimulator ()
              use environment = new TaskEnvironment(config)
              environment.Reset(goal "reach" 0) |> ignore
              let observation = observe environment
              Expect.hasLength observation 49 "size"
              Expect.equal observation[36..38] [| 0.0; 0.0; 0.0 |] "hidden"
              Expect.equal observation[39..] [| for task in 0..9 -> if task = 3 then 1.0 else 0.0 |] "code"
          }

          test "the first version's rewards are paid where they are asked for" {
              let config =
                  { EnvironmentConfig.usual Fast (taskOf "reach") with
                      Rewards = First }

              needsSimulator ()
              use environment = new TaskEnvironment(config)
              environment.Reset(goal "reach" 0) |> ignore
              let outcome = environment.Act still
              let left = Point.distance environment.Moment.Tcp environment.Episode.Goal
              let start = Point.distance environment.Episode.TcpStart environment.Episode.Goal
              expectNear 1e-9 (max 0.0 (FirstVersion.progress start left)) outcome.Reward "reach"
          }

          test "a hand that is pushed on stays within its bounds" {
              inEnvironment Fast "reach" (fun environment ->
                  environment.Reset(goal "reach" 0) |> ignore

                  for _ in 1..100 do
                      environment.Act
                          { Move = Point.make 9.0 0.0 9.0
                            Grip = 0.0 }
                      |> ignore

                  expectNear 0.02 0.5 environment.Moment.Hand.X "x"
                  expectNear 0.02 0.5 environment.Moment.Hand.Z "z")
          }

          test "an episode ends at its horizon, and no step follows" {
              let config =
                  { EnvironmentConfig.usual Fast (taskOf "reach") with
                      Horizon = 3 }

              needsSimulator ()
              use environment = new TaskEnvironment(config)

              Expect.throwsT<InvalidOperationException>
                  (fun () -> environment.Act still |> ignore)
                  "none has begun"

              let start = environment.Reset(goal "reach" 0)

              Expect.equal
                  [ for _ in 1..3 -> (environment.Act still).Over ]
                  [ false; false; true ]
                  "the third is the last"

              Expect.throwsT<InvalidOperationException> (fun () -> environment.Act still |> ignore) "a fourth"
              environment.Begin start
              Expect.isFalse (environment.Act still).Over "another begins"
          }

          test "a simulation that bursts ends the episode, and another can begin" {
              inEnvironment Fast "reach" (fun environment ->
                  let start = environment.Reset(goal "reach" 0)
                  environment.Simulation.Qvel[0] <- nan

                  Expect.throwsT<Dendrites.MuJoCo.SimulationException>
                      (fun () -> environment.Act still |> ignore)
                      "it bursts"

                  Expect.throwsT<InvalidOperationException>
                      (fun () -> environment.Act still |> ignore)
                      "the episode is over"

                  environment.Begin start
                  let after = environment.Act still
                  environment.Begin start
                  Expect.equal (environment.Act still) after "the same begins")
          }

          test "what is no action is refused, and changes nothing" {
              inEnvironment Fast "reach" (fun environment ->
                  environment.Reset(goal "reach" 0) |> ignore
                  let before = observe environment

                  for wrong in
                      [ [| 0.0f; nanf; 0.0f; 0.0f |]
                        [| 0.0f; 0.0f; 0.0f; infinityf |]
                        [| 0.0f |]
                        Array.zeroCreate 5 ] do
                      Expect.throwsT<ArgumentException>
                          (fun () -> environment.Act(ReadOnlySpan wrong) |> ignore)
                          $"{wrong}"

                  Expect.throwsT<ArgumentException>
                      (fun () -> environment.Reset [| 0.0; 0.6 |] |> ignore)
                      "a vector of another task"

                  Expect.equal (observe environment) before "nothing moved"
                  Expect.equal environment.Steps 0 "no step")
          }

          test "a step and a beginning from a start allocate nothing and next to nothing" {
              for task in [ "push"; "door-open"; "peg-insert-side" ] do
                  inEnvironment Fast task (fun environment ->
                      let start = environment.Reset(goal task 0)
                      let observation = Array.zeroCreate<float> environment.ObservationSize

                      let run () =
                          for _ in 1..50 do
                              environment.Act still |> ignore
                              environment.Observe(observation.AsSpan())

                      run ()
                      let before = GC.GetAllocatedBytesForCurrentThread()
                      run ()
                      Expect.equal (GC.GetAllocatedBytesForCurrentThread() - before) 0L task
                      let before = GC.GetAllocatedBytesForCurrentThread()
                      environment.Begin start
                      Expect.isLessThan (GC.GetAllocatedBytesForCurrentThread() - before) 2000L task)
          } ]
