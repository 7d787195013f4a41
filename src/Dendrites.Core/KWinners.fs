namespace Dendrites

/// Whether a network learns or is asked.
type Phase =
    /// The network learns: duty cycles move.
    | Training
    /// The network answers: nothing it remembers moves.
    | Inference

/// k-winner-take-all: each sample keeps its `k` largest activations and zeroes the rest.
[<RequireQualifiedAccess>]
module KWinners =

    /// Who competes with whom.
    type Competition =
        /// `[batch; units]`: the units of a layer.
        | Units
        /// `[batch; channels; height; width]`: every place of every channel of a sample.
        | WholeMap
        /// `[batch; channels; height; width]`: the channels at each place.
        | PerPlace

    /// What decides the winners. The published networks use `standard`.
    type Config =
        {
            /// Fraction of the competitors that win, in (0, 1).
            Density: float
            /// Who competes with whom.
            Competition: Competition
            /// Scales the number of winners at inference (see `winners`).
            InferenceFactor: float
            /// Strength of boosting at the start, from 0 (none): rarely winning units are favoured.
            BoostStrength: float
            /// The boost strength is multiplied by this before each epoch.
            BoostFactor: float
            /// Samples over which the duty cycle averages. A batch larger than it makes the duty cycle meaningless, as in
            /// the published code: harmless without boosting.
            DutyCyclePeriod: int
            /// Exactly k winners even when activations tie; otherwise all that tie with the k-th win.
            BreakTies: bool
            /// Negative activations never win.
            Relu: bool
        }

    /// The settings of the published networks: ties win together, no boosting, negative winners allowed.
    let standard density =
        { Density = density
          Competition = Units
          InferenceFactor = 1.0
          BoostStrength = 0.0
          BoostFactor = 0.0
          DutyCyclePeriod = 1000
          BreakTies = false
          Relu = false }

    /// What k-winners remember between batches.
    type State =
        {
            /// `[units]` or `[channels]`: how often each was active (above zero) lately.
            DutyCycle: Tensor
            /// Samples seen in training, shape `[]`, int64.
            Samples: Tensor
            /// Boost strength now, shape `[]`.
            BoostStrength: Tensor
        }

    /// Winners among `competitors`: rounded half to even in training; at inference that count is scaled and truncated,
    /// but per place the scaled density is rounded, as in the published code.
    let winners (config: Config) (phase: Phase) (competitors: int) =
        let rounded density =
            int (System.Math.Round(density * float competitors))

        match phase, config.Competition with
        | Training, _ -> rounded config.Density
        | Inference, PerPlace -> rounded (config.Density * config.InferenceFactor)
        | Inference, _ -> min competitors (int (float (rounded config.Density) * config.InferenceFactor))

    /// Every reason why `config` cannot be used.
    let validate (config: Config) : Problem list =
        [ if not (config.Density > 0.0 && config.Density < 1.0) then
              Problem.at "density" (string config.Density) "a fraction above 0, below 1"
          elif
              not (
                  config.Density * config.InferenceFactor > 0.0
                  && config.Density * config.InferenceFactor < 1.0
              )
          then
              Problem.at
                  "inference factor"
                  (string config.InferenceFactor)
                  "such that density times it is above 0, below 1"
          yield! Problem.atLeast 1 "duty cycle period" config.DutyCyclePeriod
          let fromZero where value =
              [ if not (value >= 0.0 && value < infinity) then
                    Problem.at where (string<float> value) "a number from 0" ]

          yield! fromZero "boost strength" config.BoostStrength
          yield! fromZero "boost factor" config.BoostFactor ]

    /// The state before the first batch, for `units` units (or channels).
    let init (config: Config) (units: int) (dtype: Dtype) : State =
        { DutyCycle = dsharp.zeros ([ units ], dtype = dtype)
          Samples = dsharp.zeros ([], dtype = Dtype.Int64)
          BoostStrength = dsharp.full ([], config.BoostStrength, dtype = dtype) }

    /// The state before the next epoch: the boost strength decays by the boost factor.
    let beginEpoch (config: Config) (state: State) : State =
        { state with
            BoostStrength = state.BoostStrength * config.BoostFactor }

    /// A view in which those that compete stand in the last dimension, and the way back.
    let private arrange (competition: Competition) (x: Tensor) =
        let shape = x.shape

        match competition with
        | Units -> x, id
        | WholeMap -> x.view [ shape[0]; shape[1] * shape[2] * shape[3] ], (fun (t: Tensor) -> t.view shape)
        | PerPlace -> x.permute [ 0; 2; 3; 1 ], (fun (t: Tensor) -> t.permute [ 0; 3; 1; 2 ])

    /// Which entries of `score: [..; n]` are among the `k` largest of their row.
    let private keep (config: Config) (k: int) (score: Tensor) : Tensor =
        let chosen =
            if config.BreakTies then
                dsharp.topkMask (score, k)
            else
                let threshold = dsharp.kthLargest (score, k)

                dsharp.ge (
                    score,
                    (if config.Relu then
                         dsharp.clamp (threshold, low = 0.0)
                     else
                         threshold)
                )

        if config.Relu && config.BreakTies then
            dsharp.where (dsharp.gt (score, dsharp.zerosLike score), chosen, dsharp.zerosLike chosen)
        else
            chosen

    let private boosted (competition: Competition) (state: State) (x: Tensor) =
        let strength = state.BoostStrength.toDouble ()

        if strength > 0.0 then
            let favour = dsharp.exp (-(state.DutyCycle * strength))

            match competition with
            | Units -> x * favour
            | WholeMap
            | PerPlace -> x * favour.view [ 1; favour.nelement; 1; 1 ]
        else
            x

    /// The duty cycle after a batch: a running mean, over the period, of how often a unit was above zero.
    let private remember (config: Config) (state: State) (output: Tensor) : State =
        let batch = output.shape[0]
        let samples = int (state.Samples.toDouble ()) + batch
        let window = float (min config.DutyCyclePeriod samples)
        let active = dsharp.cast (dsharp.gt (output, dsharp.zerosLike output), output.dtype)

        let counts =
            match config.Competition with
            | Units -> active.sum 0
            | WholeMap
            | PerPlace -> active.mean(3).mean(2).sum 0

        { state with
            DutyCycle = (state.DutyCycle * (window - float batch) + counts) / window
            Samples = state.Samples + batch }

    /// The winners of `x`, zeros elsewhere, and the state after the batch (unchanged at inference).
    /// `x` is `[batch; units]` or `[batch; channels; height; width]` as the competition says; output values
    /// are never boosted; the gradient is the identity on winners and zero elsewhere.
    let apply (config: Config) (phase: Phase) (state: State) (x: Tensor) : Tensor * State =
        let mask =
            dsharp.noGrad (fun () ->
                let score, back = arrange config.Competition (boosted config.Competition state x)
                let row = score.shape[score.dim - 1]
                let k = winners config phase row

                if k = 0 then
                    dsharp.lt (x, x)
                else
                    back (keep config k score))

        let output = dsharp.where (mask, x, dsharp.zerosLike x)

        match phase with
        | Training -> output, dsharp.noGrad (fun () -> remember config state output)
        | Inference -> output, state

    /// How evenly the units take part, in bits: the binary entropy of each unit's duty cycle, summed. At most
    /// `maximumEntropy`, which it reaches when all units win equally often.
    let entropy (state: State) : float =
        Scope.run (fun () ->
            let d = state.DutyCycle.cast Dtype.Float64
            let rest = 1.0 - d
            let nats = -(d * dsharp.safelog d + rest * dsharp.safelog rest)
            nats.sum().toDouble() / log 2.0)

    /// The entropy, in bits, of `units` units of which k win, each equally often.
    let maximumEntropy (config: Config) (units: int) : float =
        let density = float (winners config Training units) / float units

        let part p =
            if p > 0.0 then -p * System.Math.Log2 p else 0.0

        float units * (part density + part (1.0 - density))
