namespace Dendrites

/// One prototype per task: the mean training image, and inference by the nearest one (active-dendrites paper, section "Inferring the context"). The task is
/// used to form a prototype and never to choose one.
[<RequireQualifiedAccess>]
module Prototypes =

    /// The prototypes of the tasks met so far.
    type State =
        {
            /// `[met; inputs]`; `[0; inputs]` before the first task.
            Rows: Tensor
        }

    /// No prototypes yet, for inputs of the given width.
    let init (inputs: int) (dtype: Dtype) : State =
        { Rows = dsharp.zeros ([ 0; inputs ], dtype = dtype) }

    /// Tasks met so far.
    let count (state: State) = state.Rows.shape[0]

    /// The state with one more prototype, `[inputs]`.
    let add (prototype: Tensor) (state: State) : State =
        { Rows = dsharp.cat ([ state.Rows; prototype.unsqueeze 0 ], 0) }

    /// The newest prototype, `[inputs]`: the context of the task being learned.
    let newest (state: State) : Tensor = state.Rows[count state - 1]

    /// The index of the prototype nearest to each row of `x: [batch; inputs]` in Euclidean distance, `[batch]` int64.
    /// The row's own square is the same for all prototypes and is left out: ‖p‖² - 2 x·p orders them.
    let nearest (state: State) (x: Tensor) : Tensor =
        let squares = (state.Rows * state.Rows).sum 1
        dsharp.argmin (squares - dsharp.linear (x, state.Rows) * 2.0, 1)

/// One-hot contexts: the task number itself, an oracle at test time.
[<RequireQualifiedAccess>]
module OneHot =

    /// `[tasks]`, 1 at `task`.
    let context (tasks: int) (task: int) (dtype: Dtype) : Tensor =
        dsharp.cast (dsharp.onehot (tasks, task), dtype)

/// A sparse binary vector for each task, known at test too: an oracle.
[<RequireQualifiedAccess>]
module SparseBinary =

    /// Fraction of ones, as published.
    [<Literal>]
    let Density = 0.05

    /// `[width]` of 0 and 1 for task number `task`, its ones truncated to a whole number: the same in every run, as the tasks'
    /// permutations are.
    let context (width: int) (task: int) (dtype: Dtype) : Tensor =
        let key =
            Key.ofSeed (int Permutation.PublishedSeed)
            |> Key.named "sparse binary contexts"
            |> Key.fork task

        let context = Array.zeroCreate<float32> width

        for place in Key.permutation width key |> Array.truncate (int (Density * float width)) do
            context[place] <- 1.0f

        dsharp.tensor (context, dtype = dtype)

/// An untrained spatial pooler: a sparse random map of the input and its winners, which similar inputs share.
[<RequireQualifiedAccess>]
module SpatialPooler =

    /// Width of the context, as published.
    [<Literal>]
    let Width = 500

    /// Fraction of missing weights, as published for ten tasks.
    [<Literal>]
    let Sparsity = 0.75

    /// Those that stay active.
    let winners = KWinners.standard 0.05

    /// What is drawn and never learned.
    type State =
        {
            /// `[500; inputs]`, U(±1/√inputs) where it is not missing.
            Weight: Tensor
            /// `[500]`, U(±1/√inputs).
            Bias: Tensor
        }

    /// The pooler that the key draws.
    let init (inputs: int) (dtype: Dtype) (key: Key) : State =
        let bound = 1.0 / sqrt (float inputs)
        let mask = SparseMask.init (Key.named "mask" key) Sparsity Width inputs dtype

        { Weight = mask * Key.uniform -bound bound [ Width; inputs ] dtype (Key.named "weight" key)
          Bias = Key.uniform -bound bound [ Width ] dtype (Key.named "bias" key) }

    /// The context of each row of `x: [batch; inputs]`, `[batch; 500]`: its winners' drives, zero elsewhere.
    let contexts (state: State) (x: Tensor) : Tensor =
        let drive = dsharp.linear (x, state.Weight, state.Bias)
        fst (KWinners.apply winners Inference (KWinners.init winners Width x.dtype) drive)
