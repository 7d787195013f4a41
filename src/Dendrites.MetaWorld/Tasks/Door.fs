namespace Dendrites.MetaWorld.Tasks

open System
open Dendrites.MetaWorld

/// Pull the door of a safe open by its handle.
[<RequireQualifiedAccess>]
module Door =

    let private left (episode: Episode) (now: Moment) = abs (now.Object.X - episode.Goal.X)

    /// Whether the hand is well placed to pull: over the height that it may come down to near the door, and at the handle.
    let private ready (now: Moment) =
        let handle = now.Object - Point.make 0.05 0.0 0.0
        let aside = Point.distanceXY now.Hand handle

        let floor =
            if aside <= 0.12 then
                0.0
            else
                0.04 * log (aside - 0.12) + 0.4

        let above =
            if now.Hand.Z >= floor then
                1.0
            else
                Shaping.longTail 0.0 0.01 (floor / 2.0) (floor - now.Hand.Z)

        let away = Point.distance now.Hand (handle + Point.make 0.05 0.03 -0.01)

        Shaping.hamacher above (Shaping.longTail 0.0 0.06 0.5 away)

    let private reward (episode: Episode) (now: Moment) (grip: float) =
        if left episode now <= 0.08 then
            10.0
        else
            let grabbed = (min (max grip -1.0) 1.0 + 1.0) / 2.0

            let started = if now.Angle < -Math.PI / 90.0 then 0.2 else 0.0

            let opened =
                started
                + 0.8 * Shaping.longTail 0.0 0.5 (Math.PI / 3.0) (2.0 * Math.PI / 3.0 + now.Angle)

            2.0 * Shaping.hamacher (ready now) grabbed + 8.0 * opened

    let private policy (sight: Sight) =
        let handle = sight.Object - Point.make 0.05 0.0 0.0

        let target =
            if Point.distanceXY sight.Hand handle > 0.12 then
                handle + Point.make 0.06 0.02 0.2
            elif abs (sight.Hand.Z - handle.Z) > 0.04 then
                handle + Point.make 0.06 0.02 0.0
            else
                handle

        towards 25.0 target 1.0 sight

    /// The task.
    let task: Task =
        { Name = "door-open"
          Scene = Scene.Door
          Genuine = "sawyer_door_pull"
          HandStart = handStart
          Low = [| 0.0; 0.85; 0.15 |]
          High = [| 0.1; 0.95; 0.15 |]
          Accepts = anyVector
          Seen = seenWhole (Geometry "handle") ScalarLast
          Mark = None
          Hinge = Some "doorjoint"
          Place =
            fun vector _ ->
                [ MoveFixture("door", Point.at 0 vector)
                  SetJoint("doorjoint", 0.0)
                  RestJoint "doorjoint"
                  Settle ]
          Begin =
            fun vector before after ->
                let door = Point.at 0 vector
                episode vector (door + Point.make -0.3 -0.45 0.0) door before after
          Reward = reward
          FirstReward =
            fun episode now _ ->
                FirstVersion.progress
                    (Point.distanceXY episode.MarkStart episode.Goal)
                    (Point.distanceXY now.Object episode.Goal)
                |> max 0.0
                |> FirstVersion.handling now
          Succeeded = fun episode now -> left episode now <= 0.08
          Policy = policy }
