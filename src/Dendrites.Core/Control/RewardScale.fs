namespace Dendrites

/// Rewards brought to a common size, task by task, as they come in.
[<RequireQualifiedAccess>]
module RewardScale =

    /// What rewards are divided by.
    type Rule =
        /// Nothing. As published.
        | Raw
        /// The standard deviation, so far, of discounted sums of rewards: √(var + 1e-8).
        | Returns of discount: float
        /// The standard deviation of rewards, old ones fading: mean ← (1 - rate) mean + rate r, var ← (1 - rate) var + rate (r - mean)²,
        /// √var + 1e-8 (Meta-World's own; its source moves both twice for each step).
        | Fading of rate: float

    /// What a task's rewards have been like.
    type State =
        {
            /// Of rewards, or of discounted sums of them.
            Mean: float
            /// The same.
            Variance: float
            /// How many were counted.
            Count: float
            /// The discounted sum now.
            Sum: float
        }

    /// Before the first reward.
    let init: State =
        { Mean = 0.0
          Variance = 1.0
          Count = 1e-4
          Sum = 0.0 }

    /// A reward, scaled, and what is known after it. `terminal`: nothing can follow.
    let apply (rule: Rule) (terminal: bool) (reward: float32) (state: State) : float32 * State =
        match rule with
        | Raw -> reward, state
        | Returns discount ->
            let sum = state.Sum * (if terminal then 0.0 else discount) + float reward
            // A count more: the moments of all that were counted.
            let count = state.Count + 1.0
            let delta = sum - state.Mean

            let state =
                { Mean = state.Mean + delta / count
                  Variance = (state.Variance * state.Count + delta * delta * state.Count / count) / count
                  Count = count
                  Sum = sum }

            float32 (float reward / sqrt (state.Variance + 1e-8)), state
        | Fading rate ->
            let mean = (1.0 - rate) * state.Mean + rate * float reward
            let miss = float reward - mean
            let variance = (1.0 - rate) * state.Variance + rate * miss * miss

            float32 (float reward / (sqrt variance + 1e-8)),
            { state with
                Mean = mean
                Variance = variance
                Count = state.Count + 1.0 }

    /// An episode with its rewards scaled, and what is known after it.
    let trajectory (rule: Rule) (path: Trajectory) (state: State) : Trajectory * State =
        let rewards, state =
            (state, Array.indexed path.Rewards)
            ||> Array.mapFold (fun state (step, reward) ->
                apply rule (path.Terminal && step = path.Length - 1) reward state)

        { path with Rewards = rewards }, state
