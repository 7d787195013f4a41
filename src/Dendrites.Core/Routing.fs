namespace Dendrites

/// The routing task: one linear map, of whose outputs each context lets another half through. Dendrites can solve it exactly
/// (active-dendrites paper's predecessor, bioRxiv 2021.10.25.465651).
[<RequireQualifiedAccess>]
module Routing =

    /// Sizes.
    type Config =
        {
            /// Width of inputs.
            Inputs: int
            /// Width of outputs.
            Outputs: int
            /// Width of contexts.
            Context: int
            /// How many functions there are, a context for each.
            Functions: int
        }

    /// The published size.
    let published =
        { Inputs = 100
          Outputs = 100
          Context = 100
          Functions = 10 }

    /// Fraction of missing weights of the map, as published.
    [<Literal>]
    let Sparsity = 0.7

    /// Fraction of ones of a context, as published.
    [<Literal>]
    let Density = 0.2

    /// R(j, x) = T_j ∘ (W x).
    type Problem =
        {
            /// W, `[outputs; inputs]`, sparse.
            Weight: Tensor
            /// T, `[functions; outputs]` of 0 and 1, each 1 with probability a half.
            Masks: Tensor
            /// `[functions; context]` of 0 and 1, the same number of ones in each.
            Contexts: Tensor
        }

    /// The problem that a key draws: W uniform in ±1/√inputs where it is not missing.
    let init (config: Config) (dtype: Dtype) (key: Key) : Problem =
        let bound = 1.0 / sqrt (float config.Inputs)

        let mask =
            SparseMask.init (Key.named "mask" key) Sparsity config.Outputs config.Inputs dtype

        { Weight =
            mask
            * Key.uniform -bound bound [ config.Outputs; config.Inputs ] dtype (Key.named "weight" key)
          Masks = Key.bernoulli 0.5 [ config.Functions; config.Outputs ] dtype (Key.named "masks" key)
          Contexts =
            SparseMask.init (Key.named "contexts" key) (1.0 - Density) config.Functions config.Context dtype }

    /// R(j, x) of each row of `x: [batch; inputs]` for its function, `functions: [batch]` int64.
    let answer (problem: Problem) (functions: Tensor) (x: Tensor) : Tensor =
        dsharp.linear (x, problem.Weight)
        * dsharp.indexSelect (problem.Masks, 0, functions)

    /// Segments `[outputs; functions; context]` that solve it: segment j of a unit adds up its context's ones where the unit is let
    /// through, and takes them away where it is not, so that the gate is σ(±ones).
    let solution (problem: Problem) : Tensor =
        let signs = (problem.Masks * 2.0 - 1.0).transpose().unsqueeze 2
        signs * problem.Contexts.unsqueeze 0

    /// What dendrites answer: W x under the gate of the strongest segment.
    let respond (problem: Problem) (segments: Tensor) (functions: Tensor) (x: Tensor) : Tensor =
        let response = Segments.response AbsMax segments (Rows(problem.Contexts, functions))
        Gate.modulate AbsMax (dsharp.linear (x, problem.Weight)) response

    /// The mean absolute difference between answers and those of the task, over `samples` inputs uniform in [low, high) of random
    /// functions.
    let error
        (problem: Problem)
        (low: float)
        (high: float)
        (samples: int)
        (key: Key)
        (model: Tensor -> Tensor -> Tensor)
        =
        let functions, inputs = problem.Masks.shape[0], problem.Weight.shape[1]

        let chosen =
            Key.integers 0 functions samples (Key.named "functions" key)
            |> Array.map int64
            |> dsharp.tensor

        let x =
            Key.uniform low high [ samples; inputs ] problem.Weight.dtype (Key.named "inputs" key)

        dsharp.abs(model chosen x - answer problem chosen x).mean()

    /// One update of segments by gradient descent on that error, inputs in [-2, 2): only dendrites learn.
    let step (learningRate: float) (batch: int) (problem: Problem) (key: Key) (segments: Tensor) : Tensor =
        let loss segments =
            error problem -2.0 2.0 batch key (respond problem segments)

        segments - dsharp.grad loss segments * learningRate
