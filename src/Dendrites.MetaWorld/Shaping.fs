namespace Dendrites.MetaWorld

/// The functions that the second version's rewards are made of: each lies in [0, 1] and is 1 where the agent should be.
[<RequireQualifiedAccess>]
module Shaping =

    /// 1 within [lower, upper]; outside, `fall d`, d the distance to the nearer bound in units of `margin`. A margin that is not
    /// above 0 leaves 0 outside.
    let inline private tolerance ([<InlineIfLambda>] fall: float -> float) lower upper margin (x: float) =
        if lower <= x && x <= upper then
            1.0
        elif margin <= 0.0 then
            0.0
        else
            fall ((if x < lower then lower - x else x - upper) / margin)

    /// 1 within [lower, upper]; outside 1 / (1 + 9 d²), d the distance to the nearer bound in units of `margin`: 0.1 at the margin.
    let longTail lower upper margin x =
        tolerance (fun d -> 1.0 / (1.0 + 9.0 * d * d)) lower upper margin x

    /// 1 within [lower, upper]; outside exp(-ln 10 · d²), d the distance to the nearer bound in units of `margin`: 0.1 at the margin.
    let gaussian lower upper margin x =
        tolerance (fun d -> exp (-2.302585092994046 * d * d)) lower upper margin x

    /// The Hamacher product ab / (a + b - ab) of two numbers in [0, 1]; 0 of two zeros. Never above the smaller of the two.
    let hamacher (a: float) (b: float) =
        let denominator = a + b - a * b
        if denominator > 0.0 then a * b / denominator else 0.0

    /// Within the box that two opposite corners span, how far `p` is from `zero` towards `one`, multiplied over the axes; 1 outside.
    let prism (zero: Point) (one: Point) (p: Point) =
        let inline between a b x = min a b <= x && x <= max a b

        if between zero.X one.X p.X && between zero.Y one.Y p.Y && between zero.Z one.Z p.Z then
            (p.X - zero.X) / (one.X - zero.X)
            * ((p.Y - zero.Y) / (one.Y - zero.Y))
            * ((p.Z - zero.Z) / (one.Z - zero.Z))
        else
            1.0

    /// A command to the gripper as a wish to close: from 0 (open or not said) to 1.
    let closing (grip: float) = min (max grip 0.0) 1.0
