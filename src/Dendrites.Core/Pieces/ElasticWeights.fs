namespace Dendrites

/// Online Elastic Weight Consolidation (Kirkpatrick et al. 2017; Schwarz et al. 2018, section 4) on feed-forward weights and
/// biases: a quadratic penalty around where the last task ended, by a running diagonal of the Fisher information.
[<RequireQualifiedAccess>]
module ElasticWeights =

    /// How strongly, how long, and from how many samples.
    type Config =
        {
            /// Weight λ of the penalty, at least 0.
            Strength: float
            /// γ, in [0, 1]: what is left of the Fisher information of earlier tasks after each task.
            Decay: float
            /// Samples of a task that its Fisher information is estimated from, at least 1.
            Samples: int
        }

    /// Trees of the feed-forward parameters, without segments.
    type State =
        {
            /// θ*: the parameters where the last task ended.
            Anchor: Network.Parameters
            /// F: the running diagonal of the Fisher information.
            Fisher: Network.Parameters
        }

    /// What permutedMNIST is usually run with.
    let standard =
        { Strength = 1000.0
          Decay = 1.0
          Samples = 512 }

    /// Before the first task.
    let init (parameters: Network.Parameters) : State =
        let parameters = Network.feedForward parameters

        { Anchor = Tree.map TensorMemory.copy parameters
          Fisher = Tree.map dsharp.zerosLike parameters }

    /// λ/2 Σ F (θ - θ*)², a scalar.
    let penalty (config: Config) (state: State) (parameters: Network.Parameters) : Tensor =
        let terms =
            Tree.map3
                (fun fisher anchor p -> (fisher * (p - anchor) * (p - anchor)).sum())
                state.Fisher
                state.Anchor
                (Network.feedForward parameters)

        Array.reduce (+) (Tree.tensors terms) * (config.Strength / 2.0)

    /// The diagonal of the empirical Fisher information at `parameters`: the mean over `samples` of the squared gradient of each
    /// one's log-likelihood; `loss i parameters` is sample `i`'s negative log-likelihood, a scalar.
    let fisher
        (samples: int)
        (loss: int -> Network.Parameters -> Tensor)
        (parameters: Network.Parameters)
        : Network.Parameters =
        let add (sum: Network.Parameters) i =
            Scope.advance
                (fun sum ->
                    let _, gradients = Tree.grad (loss i) parameters
                    Tree.map2 (fun sum g -> sum + g * g) sum (Network.feedForward gradients))
                sum

        let zeros =
            Scope.run (fun () -> Network.feedForward parameters |> Tree.map dsharp.zerosLike)

        Seq.fold add zeros (seq { 0 .. samples - 1 })
        |> Tree.map (fun sum -> sum / float samples)

    /// After a task whose Fisher information is `fisher`: F ← γ F + F_task, θ* ← θ.
    let endTask
        (config: Config)
        (fisher: Network.Parameters)
        (parameters: Network.Parameters)
        (state: State)
        : State =
        { Anchor = Tree.map TensorMemory.copy (Network.feedForward parameters)
          Fisher = Tree.map2 (fun old now -> old * config.Decay + now) state.Fisher fisher }
