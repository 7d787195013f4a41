namespace Dendrites

/// How a policy is asked.
type Acting =
    /// The action that it holds best.
    | Deterministic
    /// An action that the key draws from it.
    | Stochastic of Key

/// What an update was about, before it was made.
type Losses =
    {
        /// The mean squared error of each critic.
        Critics: float list
        /// The policy's loss.
        Actor: float
        /// The temperature's loss; 0 where it is fixed.
        Temperature: float
        /// The batch's mean of the values that critics were to learn.
        Target: float
        /// The policy's entropy as the batch estimates it: the mean of -log π, nats.
        Entropy: float
    }

/// A way of learning to act, as a record of pure functions over a state of its own; what acts is a network.
[<NoEquality; NoComparison>]
type Agent<'s> =
    {
        /// The state before the first update.
        Init: Key -> 's
        /// The network that acts, as tensors that stay as they are when the state moves on.
        Actor: 's -> TaskNetwork.Parameters
        /// Actions `[rows; actions]` in (-1, 1) for observations `[rows; observation]` of tasks `[rows]` int64.
        Act: Acting -> Tensor -> Tensor -> TaskNetwork.Parameters -> Tensor
        /// One update by a batch: the state after it, and the losses before it. The key is all its randomness.
        Update: Key -> Transitions -> 's -> 's * Losses
        /// The temperature of each task.
        Temperatures: 's -> float[]
        /// Every tensor that a checkpoint must hold, by name; with `Restore` a lossless pair.
        Save: 's -> (string * Tensor) list
        /// The state whose tensors `find` gives by name; `Error` names the first that is missing or of a wrong shape.
        Restore: Key -> (string -> Tensor option) -> Result<'s, Problem>
        /// Frees what the state holds, its tensors among it.
        Free: 's -> unit
    }
