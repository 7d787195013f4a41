namespace Dendrites

/// How well a share is known from a count.
[<RequireQualifiedAccess>]
module Wilson =

    /// The score interval (Wilson 1927) of the chance of a success, low and high, for `successes` of `trials`, `deviations` standard
    /// deviations wide to each side (1.96: 95 %). Within [0, 1], and never empty, even of none or all. Raises ArgumentException unless
    /// 0 ≤ successes ≤ trials and trials ≥ 1.
    let interval (deviations: float) (successes: int) (trials: int) : float * float =
        if trials < 1 || successes < 0 || successes > trials then
            invalidArg
                (nameof successes)
                $"Wilson.interval: {successes} successes of {trials} trials; accepted: 0 to as many as trials, of 1 or more"

        let n, share, z = float trials, float successes / float trials, deviations
        let middle = share + z * z / (2.0 * n)
        let spread = z * sqrt (share * (1.0 - share) / n + z * z / (4.0 * n * n))
        let whole = 1.0 + z * z / n
        // It holds the share; rounding must not take it out where all or none succeed.
        max 0.0 (min share ((middle - spread) / whole)), min 1.0 (max share ((middle + spread) / whole))
