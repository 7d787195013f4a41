namespace Dendrites.MetaWorld.Tasks

open Dendrites.MetaWorld

/// Press a button down from above.
[<RequireQualifiedAccess>]
module Button =

    /// How far the button's top stands above its goal: 0.0935 along an axis tilted by 1.57, which is not quite a right angle.
    let private height = 0.0935 * sin 1.57

    let private left (episode: Episode) (now: Moment) = abs (episode.Goal.Z - now.Object.Z)

    let private reward (episode: Episode) (now: Moment) (_: float) =
        let away = Point.distance now.Object now.Tcp

        let near =
            Shaping.longTail 0.0 0.01 (Point.distance now.Object episode.TcpStart) away

        let pressed =
            if away <= 0.03 then
                Shaping.longTail 0.0 0.005 height (left episode now)
            else
                0.0

        5.0 * Shaping.hamacher (1.0 - now.Openness) near + 5.0 * pressed

    let private policy (sight: Sight) =
        let target =
            if Point.distanceXY sight.Hand sight.Object > 0.04 then
                Point.raise 0.1 sight.Object
            else
                sight.Object

        towards 25.0 target 1.0 sight

    /// The task.
    let task: Task =
        { Name = "button-press-topdown"
          Scene = Scene.Button
          Genuine = "sawyer_button_press_topdown"
          HandStart = Point.make 0.0 0.4 0.2
          Low = [| -0.1; 0.8; 0.115 |]
          High = [| 0.1; 0.9; 0.115 |]
          Accepts = anyVector
          Seen =
            { seenWhole (Body "button") ScalarFirst with
                Offset = Point.make 0.0 0.0 0.193 }
          Mark = Some "hole"
          Hinge = None
          Place = fun vector _ -> [ MoveFixture("box", Point.at 0 vector); Settle ]
          Begin = fun vector before after -> episode vector after.Mark (Point.at 0 vector) before after
          Reward = reward
          FirstReward =
            fun episode now _ ->
                FirstVersion.progress height (left episode now)
                |> max 0.0
                |> FirstVersion.handling now
          Succeeded = fun episode now -> left episode now <= 0.024
          Policy = policy }
