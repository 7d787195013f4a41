namespace Dendrites

/// Synaptic Intelligence (Zenke, Poole, Ganguli 2017) on feed-forward weights and biases, as the published experiments with Active
/// Dendrites have it: the gradient that a path is summed from is that of loss and penalty together.
[<RequireQualifiedAccess>]
module SynapticIntelligence =

    /// How strongly, and from when.
    type Config =
        {
            /// Weight c of the penalty, at least 0.
            Strength: float
            /// ξ, above 0: what a movement of zero counts as.
            Damping: float
            /// The first task, from 1, that pays the penalty: 2 in the paper, 3 in the published runs with Active Dendrites.
            From: int
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
          From = 3 }

    /// The parameters that are consolidated.
    let feedForward (parameters: Network.Parameters) : Network.Parameters =
        { parameters with
            Hidden = parameters.Hidden |> List.map (fun layer -> { layer with Segments = None }) }

    /// Before the first task.
    let init (parameters: Network.Parameters) : State =
        let zeros () =
            feedForward parameters |> Tree.map dsharp.zerosLike

        { Anchor = feedForward parameters |> Tree.map TensorMemory.copy
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
            (feedForward parameters)
        |> Tree.tensors
        |> Array.reduce (+)

    /// After an update: ω ← ω - g (θ - θ′), the update having moved θ′ to θ along the gradient g.
    let follow
        (gradients: Network.Parameters)
        (before: Network.Parameters)
        (after: Network.Parameters)
        (state: State)
        : State =
        { state with
            Path =
                Tree.map4
                    (fun path gradient before after -> path - gradient * (after - before))
                    state.Path
                    (feedForward gradients)
                    (feedForward before)
                    (feedForward after) }

    /// After a task: Ω ← Ω + max(ω, 0)/((θ - θ̃)² + ξ), θ̃ ← θ, ω ← 0.
    let endTask (config: Config) (parameters: Network.Parameters) (state: State) : State =
        let parameters = feedForward parameters

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
