module Dendrites.Tests.TasksTests

open Expecto
open Dendrites
open Dendrites.MetaWorld

/// Where the hand and the fingertips come to rest in the real models.
let private rested name (object: Point) : Moment =
    let near = (taskOf name).HandStart.Y < 0.5

    { Hand =
        if near then
            Point.make 0.0059 0.3997 0.1949
        else
            Point.make 0.0062 0.6002 0.1943
      Openness = 1.0
      Object = object
      Orientation = Moment.noOrientation
      Tcp =
        if near then
            Point.make 0.0059 0.3998 0.15
        else
            Point.make 0.006 0.6005 0.1494
      RightPad = if near then 0.35 else 0.55
      LeftPad = if near then 0.45 else 0.65
      Mark = Point.zero
      Angle = 0.0 }

/// The reward of standing still at the start of goal 0 of seed 42, when the object is where `place` says.
let private standing name (place: Point -> Point) =
    let number, task = (MT10.find name).Value
    let vector = Goals.mt10 42u |> fun goals -> goals[number][0]
    let now = rested name (place (Point.at 0 vector))
    let episode = task.Begin vector now now
    task.Reward episode now 0.0

[<Tests>]
let tests =
    testList
        "Tasks"
        [ test "standing still at goal 0 of seed 42 is worth what was measured" {
              expectNear 0.01 1.4675 (standing "reach" id) "reach"
              expectNear 0.002 0.0511 (standing "push" id) "push"
              expectNear 0.003 1.2131 (standing "drawer-open" ((+) (Point.make 0.0 -0.17 0.09))) "drawer-open"

              expectNear
                  0.002
                  0.4091
                  (standing "window-open" ((+) (Point.make -0.04 -0.095 0.0)))
                  "window-open"
          }

          for task in MT10.tasks do
              property $"{task.Name}: the reward lies in [0, 10]"
              <| fun key ->
                  let reward =
                      task.Reward (episodeOf task key) (moment key) (number "grip" -1.5 1.5 key)

                  Expect.isTrue (0.0 <= reward && reward <= 10.0) $"{reward}"

              property $"{task.Name}: at the goal the task is done, far from it it is not"
              <| fun key ->
                  let episode = episodeOf task key

                  let at goal =
                      { moment key with
                          Object = goal
                          Tcp = goal
                          Mark = goal }

                  Expect.isTrue (task.Succeeded episode (at episode.Goal)) "there"
                  let away = at (episode.Goal + Point.make 0.2 0.2 0.2)
                  Expect.isFalse (task.Succeeded episode away) "0.2 m off on every axis"

              property $"{task.Name}: the policy asks for nothing that depends on what it cannot see"
              <| fun key ->
                  let now = moment key

                  let sight =
                      { Hand = now.Hand
                        Openness = now.Openness
                        Object = now.Object
                        Goal = point "goal" key }

                  let action = task.Policy sight
                  Expect.equal (task.Policy sight) action "a function"
                  Expect.isTrue (abs action.Grip <= 1.0) "grip"
                  Expect.isTrue (System.Double.IsFinite(Point.length action.Move)) "finite"

          for name in [ "push"; "pick-place"; "door-open"; "drawer-close"; "peg-insert-side" ] do
              property $"{name}: done is worth 10"
              <| fun key ->
                  let task = taskOf name
                  let episode = episodeOf task key

                  let now =
                      { moment key with
                          Object = episode.Goal
                          Mark = episode.Goal }

                  Expect.equal (task.Reward episode now 0.0) 10.0 "full"

          for name in [ "reach"; "drawer-open"; "window-open" ] do
              property $"{name}: nearer is better"
              <| fun key ->
                  let task = taskOf name
                  let episode = episodeOf task key
                  let now = moment key

                  // The object, and the hand with it, come nearer to the goal along a line.
                  let at part =
                      let place = episode.Goal + part * (now.Object - episode.Goal)

                      task.Reward
                          episode
                          { now with
                              Object = place
                              Hand = place
                              Tcp = place }
                          0.0

                  let part = number "part" 0.0 0.9 key
                  Expect.isGreaterThanOrEqual (at part) (at 1.0) "nearer"

          property "reach: a first-version reward falls with the way left"
          <| fun key ->
              let task = taskOf "reach"
              let episode = episodeOf task key

              let at way =
                  task.FirstReward
                      episode
                      { moment key with
                          Tcp = Point.raise way episode.Goal }
                      0.0

              let near = number "near" 0.0 0.3 key
              Expect.isLessThanOrEqual (at (near + 0.05)) (at near) "further is less"
              // At the goal: all of the way, and the peak's two thousand.
              expectNear
                  1e-9
                  (1000.0 * Point.distance episode.TcpStart episode.Goal + 2000.0)
                  (at 0.0)
                  "there"

          property "away from the object the first version's reward is minus the way to it"
          <| fun key ->
              for name in
                  [ "push"
                    "door-open"
                    "drawer-open"
                    "drawer-close"
                    "button-press-topdown"
                    "window-open" ] do
                  let task = taskOf name
                  let now = moment key
                  let away = Point.distance now.Object now.Tcp

                  if away >= 0.05 then
                      expectNear 1e-12 -away (task.FirstReward (episodeOf task key) now 1.0) name

          test "pick-place: a lifted and placed puck is worth the height and the way" {
              let task = taskOf "pick-place"
              let vector = [| 0.0; 0.6; 0.02; 0.0; 0.8; 0.2 |]
              let before = rested "pick-place" (Point.make 0.0 0.6 0.02)
              let episode = task.Begin vector before before

              let there =
                  { before with
                      Object = episode.Goal
                      Tcp = episode.Goal }
              // Reach 0.02 of a closed grip; 100 times the height 0.06; 1000 (|start at 0.06 - goal| + 0.06) and the peak.
              let most = sqrt (0.2 * 0.2 + 0.14 * 0.14) + 0.06

              expectNear
                  1e-9
                  (0.02 + 6.0 + 1000.0 * most + 2000.0)
                  (task.FirstReward episode there 1.0)
                  "placed"
              // On the table beside the hand: only the way costs, with twice the height it came down.
              let beside =
                  { before with
                      Tcp = Point.make 0.1 0.6 0.1 }

              expectNear
                  1e-9
                  (-0.1 - 2.0 * (before.Tcp.Z - 0.1))
                  (task.FirstReward episode beside 1.0)
                  "beside"
          }

          test "a caged and gripped puck is worth more than a caged one, and that more than a free one" {
              let task = taskOf "push"
              let vector = [| 0.0; 0.6; 0.02; 0.0; 0.8; 0.02 |]
              let before = rested "push" (Point.make 0.0 0.6 0.02)
              let episode = task.Begin vector before before

              let caged =
                  { before with
                      Tcp = Point.make 0.0 0.63 0.02
                      RightPad = 0.57
                      LeftPad = 0.63 }

              // 3 cm along y from the object: not held, but pads and height are right, so the cage is whole.
              expectNear 1e-12 1.0 (task.Reward episode caged 0.0) "caged"
              expectNear 1e-12 2.0 (task.Reward episode caged 1.0) "gripped"
              Expect.isLessThan (task.Reward episode { caged with RightPad = 0.5 } 1.0) 1.0 "a pad away"
              let held = { caged with Tcp = before.Object }
              let place = Shaping.longTail 0.0 0.05 0.2 0.2
              expectNear 1e-12 (5.0 + 5.0 * place) (task.Reward episode held 1.0) "held"
          } ]
