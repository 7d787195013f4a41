namespace Dendrites

/// The routing task: a function with a mode for each context, R(j, x) = T_j ∘ (W x), where a binary T_j lets through some of the
/// outputs of a fixed sparse map. Dendrites that read the context can be it exactly; a linear map beside the context cannot.
[<RequireQualifiedAccess>]
module Routing =

    /// Its sizes.
    type Config =
        {
            /// Width of x, at least 1.
            Inputs: int
            /// Width of R(j, x), at least 1.
            Outputs: int
            /// Modes, at least 1, and as many segments for each unit.
            Modes: int
            /// Width of a context.
            Context: int
            /// Fraction of ones in a context, in (0, 1]; the number of ones is truncated.
            ContextDensity: float
            /// Fraction of missing weights of W, in [0, 1).
            Sparsity: float
            /// Type of every tensor.
            Dtype: Dtype
        }

    /// The published size.
    let standard: Config =
        { Inputs = 100
          Outputs = 100
          Modes = 10
          Context = 100
          ContextDensity = 0.2
          Sparsity = 0.7
          Dtype = Dtype.Float32 }

    /// What is routed, and how the contexts say it.
    type Function =
        {
            /// W, `[outputs; inputs]`.
            Weight: Tensor
            /// T, `[modes; outputs]`: 1 where an output is let through, else 0.
            Masks: Tensor
            /// `[modes; context]`, of 0 and 1.
            Contexts: Tensor
        }

    /// Every reason why `config` cannot be used.
    let validate (config: Config) : Problem list =
        [ yield! Problem.atLeast 1 "inputs" config.Inputs
          yield! Problem.atLeast 1 "outputs" config.Outputs
          yield! Problem.atLeast 1 "modes" config.Modes
          yield! Problem.atLeast 1 "context" config.Context
          yield! Problem.fraction "context-density" config.ContextDensity
          yield! Problem.sparsity "sparsity" config.Sparsity ]

    /// The function that a key draws: W uniform in ±1/√inputs, its missing weights zero; each entry of T 1 with probability ½.
    let init (key: Key) (config: Config) : Function =
        Scope.run (fun () ->
            let bound = 1.0 / sqrt (float config.Inputs)

            let weight =
                Key.uniform
                    -bound
                    bound
                    [ config.Outputs; config.Inputs ]
                    config.Dtype
                    (Key.named "weight" key)

            let mask =
                SparseMask.init
                    (Key.named "mask" key)
                    config.Sparsity
                    config.Outputs
                    config.Inputs
                    config.Dtype

            let ones = int (config.ContextDensity * float config.Context)

            { Weight = weight * mask
              Masks =
                dsharp
                    .tensor(
                        Key.integers 0 2 (config.Modes * config.Outputs) (Key.named "masks" key),
                        dtype = config.Dtype
                    )
                    .view
                    [ config.Modes; config.Outputs ]
              Contexts =
                SparseMask.init
                    (Key.named "contexts" key)
                    (1.0 - float ones / float config.Context)
                    config.Modes
                    config.Context
                    config.Dtype })

    let private rowsOf (modes: Tensor) (all: Tensor) : Tensor = dsharp.indexSelect (all, 0, modes)

    /// R(j, x), `[batch; outputs]`, of `modes: [batch]` int64 and `x: [batch; inputs]`.
    let apply (f: Function) (modes: Tensor) (x: Tensor) : Tensor =
        rowsOf modes f.Masks * dsharp.linear (x, f.Weight)

    /// `batch` modes and inputs uniform in `[low, low + 4)`: -2 for those that are learned, 2 for others that are asked.
    let draw (config: Config) (low: float) (batch: int) (key: Key) : Tensor * Tensor =
        let modes =
            Key.integers 0 config.Modes batch (Key.named "modes" key) |> Array.map int64

        dsharp.tensor modes,
        Key.uniform low (low + 4.0) [ batch; config.Inputs ] config.Dtype (Key.named "inputs" key)

    /// Segments `[outputs; modes; context]` that need no learning: segment j of a unit is the context of mode j where T_j lets the
    /// unit through, and minus it where not, so that the gate's argument is ± the number of ones.
    let solution (f: Function) : Tensor =
        // [modes; outputs; 1] · [modes; 1; context]
        let signs = (f.Masks * 2.0 - 1.0).unsqueeze 2
        (signs * f.Contexts.unsqueeze 1).permute [ 1; 0; 2 ]

    /// Segments as dendrites begin: uniform in ±1/√context.
    let initSegments (key: Key) (config: Config) : Tensor =
        let bound = 1.0 / sqrt (float config.Context)
        Key.uniform -bound bound [ config.Outputs; config.Modes; config.Context ] config.Dtype key

    /// What units with W for weights, abs-max gates and these segments answer, `[batch; outputs]`.
    let dendritic (f: Function) (segments: Tensor) (modes: Tensor) (x: Tensor) : Tensor =
        let response = Segments.response AbsMax segments (Rows(f.Contexts, modes))
        Gate.modulate AbsMax (dsharp.linear (x, f.Weight)) response

    /// A linear layer that reads the context beside the input.
    type Linear =
        {
            /// `[outputs; inputs + context]`
            Weight: Tensor
            /// `[outputs]`
            Bias: Tensor
        }

    /// As a linear layer begins: uniform in ±1/√(inputs + context).
    let initLinear (key: Key) (config: Config) : Linear =
        let width = config.Inputs + config.Context
        let bound = 1.0 / sqrt (float width)

        let uniform purpose shape =
            Key.uniform -bound bound shape config.Dtype (Key.named purpose key)

        { Weight = uniform "weight" [ config.Outputs; width ]
          Bias = uniform "bias" [ config.Outputs ] }

    /// What it answers, `[batch; outputs]`.
    let beside (f: Function) (linear: Linear) (modes: Tensor) (x: Tensor) : Tensor =
        dsharp.linear (dsharp.cat ([ x; rowsOf modes f.Contexts ], 1), linear.Weight, linear.Bias)

    /// Mean absolute error of what `answer` makes of a batch, shape `[]`.
    let error (f: Function) (answer: Tensor -> Tensor -> Tensor) (modes: Tensor, x: Tensor) : Tensor =
        (dsharp.abs (answer modes x - apply f modes x)).mean()

    /// `steps` updates of `parameters` by batches of 64, each drawn by a fork of `key`; `answer` is what they make of modes and inputs.
    let learn
        (config: Config)
        (optimiser: Optimiser.Config)
        (f: Function)
        (answer: 'p -> Tensor -> Tensor -> Tensor)
        (steps: int)
        (key: Key)
        (parameters: 'p)
        : 'p =
        let step (parameters, state) number =
            let batch = draw config -2.0 64 (Key.fork number key)

            let _, gradients =
                Tree.grad (fun parameters -> error f (answer parameters) batch) parameters

            Optimiser.update optimiser gradients state parameters

        Seq.fold
            (fun state number -> Scope.advance (fun state -> step state number) state)
            (Tree.map TensorMemory.copy parameters, Optimiser.init)
            (seq { 0 .. steps - 1 })
        |> fst
