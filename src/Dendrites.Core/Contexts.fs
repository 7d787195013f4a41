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
