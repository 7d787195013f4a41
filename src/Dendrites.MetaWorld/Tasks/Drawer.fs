namespace Dendrites.MetaWorld.Tasks

open Dendrites.MetaWorld

/// Pull a drawer open, or push it shut.
[<RequireQualifiedAccess>]
module Drawer =

    /// The first version's reward of a drawer that has `most` to go.
    let private firstReward most (episode: Episode) (now: Moment) (_: float) =
        FirstVersion.progress most (abs (now.Object.Y - episode.Goal.Y))
        |> max 0.0
        |> FirstVersion.handling now

    let private task name : Task =
        { Name = name
          Scene = Scene.Drawer
          Genuine = "sawyer_drawer"
          HandStart = handStart
          Low = [| -0.1; 0.9; 0.0 |]
          High = [| 0.1; 0.9; 0.0 |]
          Accepts = anyVector
          Seen = seenAt (Body "drawer_link") Point.zero
          Mark = None
          Hinge = None
          Place = fun vector _ -> [ MoveFixture("drawer", Point.at 0 vector) ]
          Begin = fun vector before after -> episode vector Point.zero (Point.at 0 vector) before after
          Reward = fun _ _ _ -> 0.0
          FirstReward = fun _ _ _ -> 0.0
          Succeeded = fun _ _ -> false
          Policy = towards 0.0 Point.zero 0.0 }

    /// Pull the drawer open by its handle.
    let openTask: Task =
        let reward (episode: Episode) (now: Moment) (_: float) =
            let opened = Shaping.longTail 0.0 0.02 0.2 (Point.distance now.Object episode.Goal)

            let axes = Point.make 3.0 3.0 1.0
            let shut = episode.Goal + Point.make 0.0 0.2 0.0

            let caged =
                Shaping.longTail
                    0.0
                    0.01
                    (Point.stretched axes shut episode.TcpStart)
                    (Point.stretched axes now.Object now.Hand)

            5.0 * (caged + opened)

        let policy (sight: Sight) =
            let handle = Point.raise -0.02 sight.Object

            if Point.distanceXY sight.Hand handle > 0.06 then
                towards 4.0 (Point.raise 0.3 handle) -1.0 sight
            elif abs (sight.Hand.Z - handle.Z) > 0.04 then
                towards 4.0 handle -1.0 sight
            else
                towards 50.0 (handle - Point.make 0.0 0.06 0.0) -1.0 sight

        { task "drawer-open" with
            Seen =
                { seenWhole (Body "drawer_link") ScalarFirst with
                    Offset = Point.make 0.0 -0.16 0.0 }
            Begin =
                fun vector before after ->
                    let drawer = Point.at 0 vector
                    // The handle, once the drawer has come out by 0.2.
                    episode vector (drawer + Point.make 0.0 -0.36 0.09) drawer before after
            Reward = reward
            FirstReward = firstReward 0.2
            Succeeded = fun episode now -> Point.distance now.Object episode.Goal <= 0.03
            Policy = policy }

    /// Push the drawer shut.
    let closeTask: Task =
        let reward (episode: Episode) (now: Moment) (grip: float) =
            let away = Point.distance now.Object episode.Goal

            if away <= 0.065 then
                10.0
            else
                let inPlace =
                    let start = Point.distance episode.ObjectStart episode.Goal
                    Shaping.longTail 0.0 0.05 (abs (start - 0.05)) away

                let reach =
                    let start = Point.distance episode.ObjectStart episode.TcpStart

                    Shaping.gaussian 0.0 0.005 (abs (start - 0.005)) (Point.distance now.Object now.Tcp)

                10.0 * Shaping.hamacher (Shaping.hamacher reach (Shaping.closing grip)) inPlace

        let policy (sight: Sight) =
            let drawer = Point.raise -0.02 sight.Object
            let hand = sight.Hand

            let target =
                if hand.Y > drawer.Y then
                    if hand.Z < drawer.Z + 0.23 then
                        Point.make hand.X hand.Y (drawer.Z + 0.5)
                    else
                        drawer + Point.make 0.0 -0.075 0.23
                elif abs (hand.Z - drawer.Z) > 0.04 then
                    drawer - Point.make 0.0 0.075 0.0
                else
                    drawer

            towards 25.0 target 1.0 sight

        { task "drawer-close" with
            Seen = seenAt (Body "drawer_link") (Point.make 0.0 -0.16 0.05)
            Place =
                fun vector _ ->
                    [ MoveFixture("drawer", Point.at 0 vector)
                      SetJoint("goal_slidey", -0.15)
                      Settle ]
            Begin =
                fun vector before after ->
                    let goal = Point.at 0 vector + Point.make 0.0 -0.16 0.09
                    episode vector goal after.Object before after
            Reward = reward
            FirstReward = firstReward 0.15
            Succeeded = fun episode now -> Point.distance now.Object episode.Goal <= 0.065
            Policy = policy }
