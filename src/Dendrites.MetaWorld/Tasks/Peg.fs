namespace Dendrites.MetaWorld.Tasks

open Dendrites.MetaWorld

/// Lift a peg and put its head into a hole in the side of a block.
[<RequireQualifiedAccess>]
module Peg =

    /// Across the peg counts double.
    let private axes = Point.make 1.0 2.0 2.0

    let private left (episode: Episode) (now: Moment) =
        Point.stretched axes now.Mark episode.Goal

    /// A place given in the block's frame, which is turned by 1.57 about the vertical.
    let private ofBlock (episode: Episode) x y z =
        let block = Point.at 3 episode.Vector
        let c, s = cos 1.57, sin 1.57
        block + Point.make (c * x - s * y) (s * x + c * y) z

    /// How far the peg's head stays clear of the block's face below and above the hole.
    let private clear (episode: Episode) (now: Moment) =
        let below =
            Shaping.prism (ofBlock episode 0.1 -0.11 0.01) (ofBlock episode -0.1 -0.15 0.096) now.Mark

        let above =
            Shaping.prism (ofBlock episode 0.1 -0.11 0.16) (ofBlock episode -0.1 -0.17 0.19) now.Mark

        Shaping.hamacher above below

    let private reward (episode: Episode) (now: Moment) (grip: float) =
        let away = left episode now

        if away <= 0.07 then
            10.0
        else
            let start = Point.stretched axes episode.MarkStart episode.Goal

            let inPlace =
                Shaping.hamacher (Shaping.longTail 0.0 0.07 start away) (clear episode now)

            let lifted =
                Point.distance now.Object now.Tcp < 0.08
                && now.Openness > 0.0
                && now.Object.Z - 0.01 > episode.ObjectStart.Z

            if lifted then
                Shaping.hamacher 1.0 inPlace + 1.0 + 5.0 * inPlace
            else
                let caged = Caging.reward 0.0075 0.03 0.005 episode now grip
                Shaping.hamacher caged inPlace

    let private policy (sight: Sight) =
        let hand, peg = sight.Hand, sight.Object
        let hole = Point.make -0.35 sight.Goal.Y 0.16
        let aside = Point.distanceXY hand peg

        let offLine =
            let y, z = peg.Y - hole.Y, peg.Z - hole.Z
            sqrt (y * y + z * z)

        let target =
            if aside > 0.04 then Point.raise 0.3 peg
            elif abs (hand.Z - peg.Z) > 0.025 then peg
            elif offLine > 0.03 then hole + Point.make 0.4 0.0 0.0
            else hole

        towards
            25.0
            target
            (if aside > 0.04 || abs (hand.Z - peg.Z) > 0.15 then
                 -1.0
             else
                 0.6)
            sight

    /// The task.
    let task: Task =
        { Name = "peg-insert-side"
          Scene = Scene.Peg
          Genuine = "sawyer_peg_insertion_side"
          HandStart = handStart
          Low = [| 0.0; 0.5; 0.02; -0.35; 0.4; -0.001 |]
          High = [| 0.2; 0.7; 0.02; -0.25; 0.7; 0.001 |]
          Accepts = apart 0.1
          Seen = seenWhole (Site "pegGrasp") ScalarLast
          Mark = Some "pegHead"
          Hinge = None
          Place =
            fun vector _ -> [ MoveFree("peg", Point.at 0 vector); MoveFixture("box", Point.at 3 vector) ]
          Begin =
            fun vector before after ->
                let goal = Point.at 3 vector + Point.make 0.03 0.0 0.13

                { episode vector goal (Point.at 0 vector) before after with
                    MarkStart = before.Mark
                    Rest = before.Mark.Z }
          Reward = reward
          FirstReward =
            fun episode now grip ->
                let head = Point.distance now.Mark episode.Goal

                let left =
                    if head <= 0.05 then
                        Point.distance now.Object episode.Goal
                    else
                        head

                FirstVersion.lifting 0.11 1.0 left episode now grip
          Succeeded = fun episode now -> left episode now <= 0.07
          Policy = policy }
