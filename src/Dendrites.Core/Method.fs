namespace Dendrites

/// A way of learning a stream, as a record of pure functions over a state of its own. A new method is a value of
/// this type; nothing is registered or subclassed.
[<NoEquality; NoComparison>]
type Method<'s> =
    {
        /// The state before the first task.
        Init: Key -> 's
        /// Before task number `task`: form its context. `places` are the shuffled places of
        /// the training samples that an epoch will use.
        BeginTask: int -> Task -> int[] -> 's -> 's
        /// Before each epoch.
        BeginEpoch: 's -> 's
        /// One update by a batch of task number `task`: the state after it, and the loss before it.
        Step: int -> Samples -> 's -> 's * float
        /// Class scores `[batch; classes]` for images of task number `task`, which only oracle contexts may look at.
        Predict: int -> Tensor -> 's -> Tensor
        /// After task number `task`, its samples and places as in `BeginTask`: consolidate, and start the optimiser anew, where
        /// boundaries are given.
        EndTask: int -> Task -> int[] -> 's -> 's
        /// Every tensor that a checkpoint must hold, by name; with `Restore` a lossless pair.
        Save: 's -> (string * Tensor) list
        /// The state whose tensors `find` gives by name; `Error` names the first that is missing or of a wrong shape.
        Restore: Key -> (string -> Tensor option) -> Result<'s, Problem>
        /// Frees what the state holds, its tensors among it.
        Free: 's -> unit
    }
