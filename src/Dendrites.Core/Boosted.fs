namespace Dendrites

/// Abs-max gates whose seldom chosen segments are favoured (the authors' meta-learning experiments): k-winners' boosting, among the
/// segments of a unit.
[<RequireQualifiedAccess>]
module Boosted =

    /// Where the boosted activation goes.
    type Form =
        /// Segments are chosen by it; the gate is told what they said. What the idea means.
        | Choice
        /// The gate is told the boosted one too, the gradient being as if the factor were 1: what the authors' code computes, since
        /// boosting there changes the activation in place.
        | Alias

    /// How strongly, and how fast it is forgotten.
    type Config =
        {
            /// Where the boosted activation goes.
            Form: Form
            /// β at the start, from 0 (none).
            Strength: float
            /// β is multiplied by this before each epoch, the first too.
            Factor: float
            /// Samples that the duty cycle averages over, at least the batch.
            Period: int
        }

    /// The published code's.
    let standard: Config =
        { Form = Alias
          Strength = 1.0
          Factor = 1.0
          Period = 1000 }

    /// What is remembered between batches.
    type State =
        {
            /// `[units; segments]`: how often each was chosen lately.
            DutyCycle: Tensor
            /// Samples seen in training, shape `[]`, int64.
            Samples: Tensor
            /// β now, shape `[]`.
            Strength: Tensor
        }

    /// Every reason why `config` cannot be used.
    let validate (config: Config) : Problem list =
        let fromZero where value =
            [ if not (value >= 0.0 && value < infinity) then
                  Problem.at where (string<float> value) "a number from 0" ]

        [ yield! fromZero "boost strength" config.Strength
          yield! fromZero "boost factor" config.Factor
          yield! Problem.atLeast 1 "duty cycle period" config.Period ]

    /// Before the first batch.
    let init (config: Config) (units: int) (segments: int) (dtype: Dtype) : State =
        { DutyCycle = dsharp.zeros ([ units; segments ], dtype = dtype)
          Samples = dsharp.zeros ([], dtype = Dtype.Int64)
          Strength = dsharp.full ([], config.Strength, dtype = dtype) }

    /// Before each epoch.
    let beginEpoch (config: Config) (state: State) : State =
        { state with
            Strength = state.Strength * config.Factor }

    /// Each unit's segment of largest |a · exp(-β D)|, `[rows; units]`, for activations `a: [rows; units; segments]`. Ties go to the
    /// first.
    let winner (state: State) (activations: Tensor) : Tensor =
        dsharp.noGrad (fun () ->
            dsharp.argmax (dsharp.abs (activations * dsharp.exp (-(state.DutyCycle * state.Strength))), 2))

    /// The duty cycle once `batch` samples chose `winners: [rows; units]`, a row for each or one for all: a running mean over the period.
    let remember (config: Config) (batch: int) (winners: Tensor) (state: State) : State =
        let segments = state.DutyCycle.shape[1]
        let samples = int (state.Samples.toDouble ()) + batch
        let window = float (min config.Period samples)
        let places = dsharp.tensor [| for segment in 0 .. segments - 1 -> int64 segment |]

        let chosen =
            dsharp.cast (dsharp.eq (winners.unsqueeze 2, places), state.DutyCycle.dtype)

        let counts = chosen.sum 0 * (float batch / float winners.shape[0])

        { state with
            DutyCycle = (state.DutyCycle * (window - float batch) + counts) / window
            Samples = state.Samples + batch }

    /// The drive `y: [batch; units]` gated by activations `[batch or 1; units; segments]`, and the state after the batch (unchanged at
    /// inference).
    let apply
        (config: Config)
        (phase: Phase)
        (state: State)
        (y: Tensor)
        (activations: Tensor)
        : Tensor * State =
        let index = winner state activations

        let pick (all: Tensor) =
            dsharp.gather(all, 2, index.unsqueeze 2).squeeze 2

        let plain = pick activations

        let told =
            match config.Form with
            | Choice -> plain
            | Alias ->
                let boosted =
                    dsharp.noGrad (fun () ->
                        pick (activations * dsharp.exp (-(state.DutyCycle * state.Strength))) - plain)

                plain + boosted

        let gated = y * dsharp.sigmoid told

        match phase with
        | Training -> gated, dsharp.noGrad (fun () -> remember config y.shape[0] index state)
        | Inference -> gated, state
