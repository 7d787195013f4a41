namespace Dendrites

/// A normal distribution squeezed into (-1, 1) by the hyperbolic tangent: what a policy draws its actions from (Haarnoja et al. 2018,
/// appendix C).
[<RequireQualifiedAccess>]
module TanhGaussian =

    /// How log(1 - tanh² u), by which the squeezing changes densities, is computed.
    type Correction =
        /// 2 (log 2 - u - log(1 + e^(-2u))): exact for every u.
        | Stable
        /// log(1 - tanh² u + ε): ε keeps it finite, and makes actions near ±1 look less likely. As published, with ε = 1e-6.
        | Epsilon of float

    /// What bounds the distribution.
    type Config =
        {
            /// Log standard deviations below this count as it.
            Low: float
            /// Log standard deviations above this count as it.
            High: float
            /// How densities are corrected.
            Correction: Correction
        }

    /// As in the published runs.
    let published =
        { Low = -20.0
          High = 2.0
          Correction = Epsilon 1e-6 }

    /// Every reason why `config` cannot be used.
    let validate (config: Config) : Problem list =
        [ if not (config.Low <= config.High && System.Double.IsFinite(config.High - config.Low)) then
              Problem.at "log-std-low" $"{config.Low} to {config.High}" "two numbers, the lower first"
          match config.Correction with
          | Epsilon epsilon -> yield! Problem.positive "density-epsilon" epsilon
          | Stable -> () ]

    /// The log standard deviations that `raw` stands for, cut to the bounds; no gradient where they were cut.
    let logStd (config: Config) (raw: Tensor) : Tensor =
        dsharp.clamp (raw, low = config.Low, high = config.High)

    let private half = 0.5 * log (2.0 * System.Math.PI)

    /// log(1 - tanh² u) of each number.
    let private correction (config: Config) (u: Tensor) : Tensor =
        match config.Correction with
        | Stable -> (log 2.0 - u - dsharp.softplus (u * -2.0)) * 2.0
        | Epsilon epsilon ->
            let action = dsharp.tanh u
            dsharp.log (1.0 - action * action + epsilon)

    /// An action for each row, and its log density. `noise: [batch; actions]` is standard normal, `mean` and `raw` (log standard
    /// deviations before they are cut) are of its shape: actions `[batch; actions]`, log densities `[batch]`, both differentiable.
    let sample (config: Config) (noise: Tensor) (mean: Tensor) (raw: Tensor) : Tensor * Tensor =
        let logStd = logStd config raw
        let u = mean + dsharp.exp logStd * noise
        // log N(u) with (u - mean)/std = noise put in.
        let normal = -(noise * noise) * 0.5 - logStd - half
        dsharp.tanh u, (normal - correction config u).sum 1

    /// The log density `[batch]` of the actions that `u: [batch; actions]` become when squeezed.
    let logDensity (config: Config) (u: Tensor) (mean: Tensor) (raw: Tensor) : Tensor =
        let logStd = logStd config raw
        let z = (u - mean) / dsharp.exp logStd
        (-(z * z) * 0.5 - logStd - half - correction config u).sum 1

    /// The action of no chance: the squeezed mean.
    let deterministic (mean: Tensor) : Tensor = dsharp.tanh mean
