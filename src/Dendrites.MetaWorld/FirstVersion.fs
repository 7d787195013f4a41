namespace Dendrites.MetaWorld

/// The first version's rewards: unbounded, linear in the distance to the goal with a peak at it.
[<RequireQualifiedAccess>]
module FirstVersion =

    /// What closeness itself is worth: 1000 (exp(-d² / 0.01) + exp(-d² / 0.001)).
    let peak (d: float) =
        1000.0 * (exp (-d * d / 0.01) + exp (-d * d / 0.001))

    /// What a way of `left` metres is worth when it was `most` at the start.
    let progress most left = 1000.0 * (most - left) + peak left

    /// Minus the distance to the object, and the `worth` of what is done to it once the hand is within 5 cm.
    let handling (now: Moment) (worth: float) =
        let away = Point.distance now.Object now.Tcp
        if away < 0.05 then worth - away else -away

    /// Reach, lift and place: `height` is how high to lift above where the object lay, `slope` what height costs beside the object,
    /// `left` the way that the placed part has before it.
    let lifting (height: float) (slope: float) (left: float) (episode: Episode) (now: Moment) (grip: float) =
        let away = Point.distance now.Object now.Tcp
        let aside = Point.distanceXY now.Object now.Tcp
        let aim = episode.Rest + height

        let reach =
            if away < 0.05 then -away + max grip 0.0 / 50.0
            elif aside < 0.05 then -away
            else -aside - slope * abs (now.Tcp.Z - episode.TcpStart.Z)

        let lifted = now.Object.Z >= aim - 0.01
        let low = now.Object.Z < episode.Rest + 0.005

        let dropped = low && Point.distance now.Object episode.Goal > 0.02 && away > 0.02

        let pick =
            if lifted && not dropped then
                100.0 * aim
            elif away < 0.1 && now.Object.Z > episode.Rest + 0.005 then
                100.0 * min aim now.Object.Z
            else
                0.0

        let place =
            if lifted && away < 0.1 && not dropped then
                let most = Point.distance { episode.ObjectStart with Z = aim } episode.Goal + aim

                max 0.0 (progress most left)
            else
                0.0

        reach + pick + place
