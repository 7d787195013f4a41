namespace Dendrites.MetaWorld.Tasks

open Dendrites.MetaWorld

/// Reach, push and pick-place: a puck on the table and a goal somewhere else.
[<RequireQualifiedAccess>]
module Puck =

    let private seen: Seen =
        { Anchor = Body "obj"
          Offset = Point.zero
          Orientation = Geometry "objGeom", ScalarLast }

    /// What the three have in common, with the range of the goal.
    let private task name (low: Point) (high: Point) : Task =
        let start (vector: float[]) = Point.at 0 vector

        { Name = name
          Scene = Scene.Puck
          Genuine = $"sawyer_{name.Replace('-', '_')}_v3"
          HandStart = handStart
          Low = [| -0.1; 0.6; 0.02; low.X; low.Y; low.Z |]
          High = [| 0.1; 0.7; 0.02; high.X; high.Y; high.Z |]
          Accepts = apart 0.15
          Seen = seen
          Mark = None
          Hinge = None
          Place = fun vector _ -> [ MoveFree("obj", start vector) ]
          Begin = fun vector before after -> episode vector (Point.at 3 vector) (start vector) before after
          Reward = fun _ _ _ -> 0.0
          FirstReward = fun _ _ _ -> 0.0
          Succeeded = fun _ _ -> false
          Policy = towards 0.0 Point.zero 0.0 }

    /// Shaped over a handling: in place to 5 cm of `goal` along the way from the start.
    let private inPlace (episode: Episode) (now: Moment) =
        Shaping.longTail
            0.0
            0.05
            (Point.distance episode.ObjectStart episode.Goal)
            (Point.distance now.Object episode.Goal)

    /// Bring the fingertips to a point in the air.
    let reach: Task =
        let left (episode: Episode) (now: Moment) = Point.distance now.Tcp episode.Goal

        { task "reach" (Point.make -0.1 0.8 0.05) (Point.make 0.1 0.9 0.3) with
            Reward =
                fun episode now _ ->
                    10.0
                    * Shaping.longTail 0.0 0.05 (Point.distance handStart episode.Goal) (left episode now)
            FirstReward =
                fun episode now _ ->
                    max
                        0.0
                        (FirstVersion.progress
                            (Point.distance episode.TcpStart episode.Goal)
                            (left episode now))
            Succeeded = fun episode now -> left episode now <= 0.05
            Policy = fun sight -> towards 5.0 sight.Goal 0.0 sight }

    /// Shove the puck to a point of the table.
    let push: Task =
        let place (vector: float[]) (before: Moment) =
            { Point.at 0 vector with
                Z = before.Object.Z }

        let reward (episode: Episode) (now: Moment) (grip: float) =
            let caged = 2.0 * Caging.reward 0.015 0.05 0.005 episode now grip

            if Point.distance now.Object episode.Goal < 0.05 then
                10.0
            elif Point.distance now.Object now.Tcp < 0.02 && now.Openness > 0.0 then
                2.0 * caged + 1.0 + 5.0 * inPlace episode now
            else
                caged

        let policy (sight: Sight) =
            let puck = sight.Object - Point.make 0.005 0.0 0.0

            let target =
                if Point.distanceXY sight.Hand puck > 0.02 then
                    Point.raise 0.2 puck
                elif abs (sight.Hand.Z - puck.Z) > 0.04 then
                    Point.raise 0.03 puck
                else
                    sight.Goal

            let away =
                Point.distanceXY sight.Hand sight.Object > 0.02
                || abs (sight.Hand.Z - sight.Object.Z) > 0.1

            towards 10.0 target (if away then 0.0 else 0.6) sight

        { task "push" (Point.make -0.1 0.8 0.01) (Point.make 0.1 0.9 0.02) with
            Place = fun vector before -> [ MoveFree("obj", place vector before) ]
            Begin =
                fun vector before after ->
                    let goal =
                        { Point.at 3 vector with
                            Z = before.Object.Z }

                    episode vector goal (place vector before) before after
            Reward = reward
            FirstReward =
                fun episode now _ ->
                    FirstVersion.progress
                        (Point.distanceXY episode.ObjectStart episode.Goal)
                        (Point.distanceXY now.Object episode.Goal)
                    |> max 0.0
                    |> FirstVersion.handling now
            Succeeded = fun episode now -> Point.distance now.Object episode.Goal <= 0.05
            Policy = policy }

    /// Lift the puck and hold it at a point in the air.
    let pickPlace: Task =
        let reward (episode: Episode) (now: Moment) (grip: float) =
            let placed = inPlace episode now
            let held = Shaping.hamacher (Caging.pickPlace episode now grip) placed

            if Point.distance now.Object episode.Goal < 0.05 then
                10.0
            elif
                Point.distance now.Object now.Tcp < 0.02
                && now.Openness > 0.0
                && now.Object.Z - 0.01 > episode.ObjectStart.Z
            then
                held + 1.0 + 5.0 * placed
            else
                held

        let policy (sight: Sight) =
            let puck = sight.Object - Point.make 0.005 0.0 0.0

            let target =
                if Point.distanceXY sight.Hand puck > 0.02 then
                    Point.raise 0.1 puck
                elif abs (sight.Hand.Z - puck.Z) > 0.05 && puck.Z < 0.04 then
                    Point.raise 0.03 puck
                elif sight.Openness > 0.73 then
                    sight.Hand
                else
                    sight.Goal

            towards
                10.0
                target
                (if Point.distance sight.Hand sight.Object < 0.07 then
                     1.0
                 else
                     0.0)
                sight

        { task "pick-place" (Point.make -0.1 0.8 0.05) (Point.make 0.1 0.9 0.3) with
            Reward = reward
            FirstReward =
                fun episode now grip ->
                    let left = Point.distance now.Object episode.Goal
                    FirstVersion.lifting 0.04 2.0 left episode now grip
            Succeeded = fun episode now -> Point.distance now.Object episode.Goal <= 0.07
            Policy = policy }
