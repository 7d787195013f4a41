namespace Dendrites.MetaWorld

/// How well the fingers stand about an object, and whether they close on it: in [0, 1].
[<RequireQualifiedAccess>]
module Caging =

    /// What of a cage counts once the gripper is told to close: only a cage that is nearly right can be closed.
    let private gripped (caging: float) (grip: float) =
        let closed = if caging > 0.97 then Shaping.closing grip else 0.0
        (Shaping.hamacher caging closed + caging) / 2.0

    /// How near the fingertips are to the object seen along y, within `reach` counting as there.
    let private beside reach (episode: Episode) (now: Moment) =
        let start = Point.distanceXZ episode.ObjectStart episode.TcpStart
        Shaping.longTail 0.0 reach (start - reach) (Point.distanceXZ now.Tcp now.Object)

    /// The reward of push and peg-insert-side for an object of half-width `radius`: each pad's distance along y should lie within
    /// [radius, near].
    let reward radius near reach (episode: Episode) (now: Moment) (grip: float) =
        let pad y =
            let margin = abs (abs (y - episode.ObjectStart.Y) - near)
            Shaping.longTail radius near margin (abs (y - now.Object.Y))

        let about = Shaping.hamacher (pad now.LeftPad) (pad now.RightPad)
        gripped (Shaping.hamacher about (beside reach episode now)) grip

    /// The reward of pick-place: a pad on the wrong side of the object counts as far. Its margins come from where the pads are now:
    /// the published code means where they were, but keeps a view of memory that moves.
    let pickPlace (episode: Episode) (now: Moment) (grip: float) =
        let radius, near, reach = 0.015, 0.05, 0.005

        let pad side =
            Shaping.longTail radius near (abs (abs side - near)) side

        let about =
            Shaping.hamacher (pad (now.LeftPad - now.Object.Y)) (pad (now.Object.Y - now.RightPad))

        gripped (Shaping.hamacher about (beside reach episode now)) grip
