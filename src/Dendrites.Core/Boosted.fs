namespace Dendrites

/// Boosted dendrites: of a unit's segments, those that have won often are held back, so that others learn too (the authors'
/// meta-learning experiments). Selection by magnitude, as `AbsMax`.
[<RequireQualifiedAccess>]
module Boosted =

    /// What a boosted activation is used for.
    type Use =
        /// To select the winner; the gate reads the winner's activation as it is: what is meant.
        | Selection
        /// To select, and to gate by it, with the gradient of the activation as it is: what the published code computes.
        | Values

    /// How strongly, how the strength decays, and over how many samples the duty cycle runs.
    type Config =
        {
            /// β before the first epoch, at least 0.
            Strength: float
            /// What β is multiplied by before each epoch, in (0, 1].
            Factor: float
            /// Samples over which duty cycles are running means, at least 1.
            Period: int
            /// What boosted activations are used for.
            Use: Use
        }

    /// The published defaults.
    let standard =
        { Strength = 1.0
          Factor = 1.0
          Period = 1000
          Use = Selection }

    /// What the segments of a layer remember.
    type State =
        {
            /// `[units; segments]`: how often each has won.
            DutyCycle: Tensor
            /// Samples seen in training, int64.
            Samples: Tensor
            /// β now.
            Strength: Tensor
        }

    /// Before the first batch.
    let init (config: Config) (units: int) (segments: int) (dtype: Dtype) : State =
        { DutyCycle = dsharp.zeros ([ units; segments ], dtype = dtype)
          Samples = dsharp.tensor 0L
          Strength = dsharp.full ([], config.Strength, dtype = dtype) }

    /// Before each epoch, the first too: β ← β · factor.
    let beginEpoch (config: Config) (state: State) : State =
        { state with
            Strength = state.Strength * config.Factor }

    /// D ← (D (p - B) + how often each segment won) / p, p the samples so far, at most the period; B the batch.
    let private remember (config: Config) (state: State) (activations: Tensor) (winner: Tensor) : State =
        let batch = activations.shape[0]
        let samples = int (state.Samples.toDouble ()) + batch
        let window = float (min config.Period samples)
        let segments = activations.shape[2]
        let number = dsharp.arange(segments, dtype = Dtype.Int64).view [ 1; 1; segments ]
        let won = dsharp.cast(dsharp.eq (winner, number), activations.dtype).sum 0

        { state with
            DutyCycle = (state.DutyCycle * (window - float batch) + won) / window
            Samples = dsharp.tensor (int64 samples) }

    /// Gate values `[batch; units]` for activations `[batch; units; segments]`: σ(a*), a* the activation whose magnitude, boosted by
    /// exp(-β D), is largest; and the state after the batch, unchanged at inference.
    let apply (config: Config) (phase: Phase) (state: State) (activations: Tensor) : Tensor * State =
        let boosted, winner =
            dsharp.noGrad (fun () ->
                let boosted = activations * dsharp.exp (-(state.DutyCycle * state.Strength))
                boosted, dsharp.argmax(dsharp.abs boosted, 2).unsqueeze 2)

        let read =
            match config.Use with
            | Selection -> activations
            | Values -> activations + dsharp.noDiff (boosted - activations)

        let gate = dsharp.sigmoid (dsharp.gather(read, 2, winner).squeeze 2)

        match phase with
        | Training -> gate, dsharp.noGrad (fun () -> remember config state activations winner)
        | Inference -> gate, state
