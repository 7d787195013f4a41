namespace Dendrites

/// Synaptic Intelligence (Zenke, Poole, Ganguli 2017) on feed-forward weights and biases, as its paper has it and as the published
/// experiments with Active Dendrites have it.
[<RequireQualifiedAccess>]
module SynapticIntelligence =

    /// The gradient that a path is summed from.
    type Source =
        /// That of loss and penalty together: the published runs with Active Dendrites.
        | Total
        /// That of the loss alone, without the penalty: the paper of Synaptic Intelligence.
        | LossAlone

    /// How strongly, and from when.
    type Config =
        {
            /// Weight c of the penalty, at least 0.
            Strength: float
            /// ξ, above 0: what a movement of zero counts as.
            Damping: float
            /// The first task, from 1, that pays the penalty: 2 in the paper, 3 in the published runs with Active Dendrites.
            From: int
            /// Which gradient moves along the path.
            Source: Source
        }

    /// Trees of the feed-forward parameters, without segments.
    type State =
        {
            /// θ̃: the parameters where the last task ended.
            Anchor: Network.Parameters
            /// Ω: how much each mattered to the tasks so far.
            Importance: Network.Parameters
            /// ω: how much the movement of each has lowered the loss since.
            Path: Network.Parameters
        }

    /// What the published runs with Active Dendrites use.
    let published =
        { Strength = 0.1
          Damping = 0.1
          From = 3
          Source = Total }

    /// What its paper uses on permutedMNIST.
    let zenke =
        { Strength = 0.1
          Damping = 0.1
          From = 2
          Source = LossAlone }

    /// Before the first task.
    let init (parameters: Network.Parameters) : State =
        let zeros () =
            Network.feedForward parameters |> Tree.map dsharp.zerosLike

        { Anchor = Network.feedForward parameters |> Tree.map TensorMemory.copy
          Importance = zeros ()
          Path = zeros () }

    /// The weight of the penalty while task number `task`, from 0, is learned.
    let strength (config: Config) (task: int) : float =
        if task + 1 >= config.From then config.Strength else 0.0

    /// Σ Ω (θ - θ̃)², a scalar.
    let penalty (state: State) (parameters: Network.Parameters) : Tensor =
        Tree.map3
            (fun importance anchor p -> (importance * (p - anchor) * (p - anchor)).sum())
            state.Importance
            state.Anchor
            (Network.feedForward parameters)
        |> Tree.tensors
        |> Array.reduce (+)

    /// After an update: ω ← ω - g (θ - θ′), the update having moved θ′ to θ under a penalty of weight `strength`; g is its gradient,
    /// less the penalty's 2 c Ω (θ′ - θ̃) where the loss alone is followed.
    let follow
        (config: Config)
        (strength: float)
        (gradients: Network.Parameters)
        (before: Network.Parameters)
        (after: Network.Parameters)
        (state: State)
        : State =
        let before = Network.feedForward before

        let walked =
            if config.Source = Total || strength = 0.0 then
                Network.feedForward gradients
            else
                Tree.map4
                    (fun gradient importance anchor p ->
                        gradient - importance * (p - anchor) * (2.0 * strength))
                    (Network.feedForward gradients)
                    state.Importance
                    state.Anchor
                    before

        { state with
            Path =
                Tree.map4
                    (fun path gradient before after -> path - gradient * (after - before))
                    state.Path
                    walked
                    before
                    (Network.feedForward after) }

    /// After a task: Ω ← Ω + max(ω, 0)/((θ - θ̃)² + ξ), θ̃ ← θ, ω ← 0.
    let endTask (config: Config) (parameters: Network.Parameters) (state: State) : State =
        let parameters = Network.feedForward parameters

        { Anchor = Tree.map TensorMemory.copy parameters
          Importance =
            Tree.map4
                (fun importance path p anchor ->
                    importance + dsharp.relu path / ((p - anchor) * (p - anchor) + config.Damping))
                state.Importance
                state.Path
                parameters
                state.Anchor
          Path = Tree.map dsharp.zerosLike state.Path }
