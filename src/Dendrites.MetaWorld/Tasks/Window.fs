namespace Dendrites.MetaWorld.Tasks

open Dendrites.MetaWorld

/// Slide a window's pane open or shut by its handle.
[<RequireQualifiedAccess>]
module Window =

    let private left (episode: Episode) (now: Moment) = abs (now.Object.X - episode.Goal.X)

    /// Both tasks' reward: `reach` shapes the way to the handle, `from` is where the way along x began.
    let private reward reach (from: Episode -> float) (episode: Episode) (now: Moment) (_: float) =
        let inPlace =
            Shaping.longTail 0.0 0.05 (abs (abs (from episode - episode.Goal.X) - 0.05)) (left episode now)

        let start = Point.distance episode.MarkStart episode.TcpStart

        let near: float =
            reach 0.0 0.02 (abs (start - 0.02)) (Point.distance now.Object now.Tcp)

        10.0 * Shaping.hamacher near inPlace

    /// Both tasks' policy: down beside the handle from `height` above, then along x by `way`.
    let private policy aside height way (sight: Sight) =
        let handle = sight.Object + Point.make aside -0.03 -0.08

        let target =
            if Point.distanceXY sight.Hand handle > 0.04 then
                Point.raise height handle
            elif abs (sight.Hand.Z - handle.Z) > 0.02 then
                handle
            else
                handle + Point.make way 0.0 0.0

        towards 25.0 target 1.0 sight

    let private task name handle : Task =
        { Name = name
          Scene = Scene.Window
          Genuine = "sawyer_window_horizontal"
          HandStart = Point.make 0.0 0.4 0.2
          Low = [| -0.1; 0.7; 0.16 |]
          High = [| 0.1; 0.9; 0.16 |]
          Accepts = anyVector
          Seen = seenAt (Site handle) Point.zero
          Mark = None
          Hinge = None
          Place = fun vector _ -> [ MoveFixture("window", Point.at 0 vector); SetJoint("window_slide", 0.0) ]
          Begin = fun vector before after -> episode vector Point.zero (Point.at 0 vector) before after
          Reward = fun _ _ _ -> 0.0
          FirstReward =
            fun episode now _ -> FirstVersion.handling now (FirstVersion.progress 0.2 (left episode now))
          Succeeded = fun episode now -> left episode now <= 0.05
          Policy = towards 0.0 Point.zero 0.0 }

    /// Slide the pane open.
    let openTask: Task =
        { task "window-open" "handleOpenStart" with
            Begin =
                fun vector before after ->
                    let window = Point.at 0 vector
                    episode vector (window + Point.make 0.2 0.0 0.0) window before after
            Reward = reward Shaping.longTail _.ObjectStart.X
            Policy = policy -0.03 0.3 0.1 }

    /// Slide the pane shut.
    let closeTask: Task =
        { task "window-close" "handleCloseStart" with
            Low = [| 0.0; 0.75; 0.2 |]
            High = [| 0.0; 0.9; 0.2 |]
            Place =
                fun vector _ -> [ MoveFixture("window", Point.at 0 vector); SetJoint("window_slide", 0.2) ]
            Begin =
                fun vector before after ->
                    let window = Point.at 0 vector

                    { episode vector window window before after with
                        // The pane is moved without a step, so it is still seen shut.
                        MarkStart = after.Object + Point.make 0.2 0.0 0.0 }
            Reward = reward Shaping.gaussian _.MarkStart.X
            Policy = policy 0.03 0.25 -0.1 }
