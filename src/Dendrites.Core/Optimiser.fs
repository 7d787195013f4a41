namespace Dendrites

/// Optimisers as pure functions over any tree of tensors.
[<RequireQualifiedAccess>]
module Optimiser =

    /// Which rule turns gradients into updates.
    type Rule =
        /// Kingma and Ba 2015, with bias correction.
        | Adam of beta1: float * beta2: float * epsilon: float
        /// Gradient descent; momentum 0 is plain.
        | Sgd of momentum: float

    /// A rule and its learning rate.
    type Config = { Rule: Rule; LearningRate: float }

    /// Adam with the field's defaults: 0.9, 0.999, 1e-8.
    let adam learningRate = {
        Rule = Adam(0.9, 0.999, 1e-8)
        LearningRate = learningRate
    }

    /// What an optimiser remembers.
    type State<'p> = {
        /// Updates so far.
        Step: int
        /// Running moments, each of the parameters' shape; empty before the first update, when they are zero.
        Moments: 'p list
    }

    /// The state before the first update.
    let init<'p> : State<'p> = { Step = 0; Moments = [] }

    /// θ ← θ - α·√(1-β₂ᵗ)/(1-β₁ᵗ) · m/(√v + ε√(1-β₂ᵗ)): the same as m̂/(√v̂ + ε), with the corrections folded into
    /// two scalars.
    let private adamUpdate beta1 beta2 epsilon learningRate (step: int) (gradients: 'p) (m: 'p) (v: 'p) (parameters: 'p) =
        let correction1 = 1.0 - System.Math.Pow(beta1, float step)
        let correction2 = sqrt (1.0 - System.Math.Pow(beta2, float step))
        let m = Tree.map2 (fun (m: Tensor) g -> Scope.run (fun () -> dsharp.lerp (m, g, 1.0 - beta1))) m gradients
        let v = Tree.map2 (fun (v: Tensor) g -> Scope.run (fun () -> dsharp.addcmul (v * beta2, g, g, 1.0 - beta2))) v gradients

        let move (p: Tensor) (m: Tensor) (v: Tensor) =
            Scope.run (fun () ->
                let spread = dsharp.sqrt v + epsilon * correction2
                dsharp.addcdiv (p, m, spread, -learningRate * correction2 / correction1))

        Tree.map3 move parameters m v, [ m; v ]

    let private sgdUpdate momentum learningRate (gradients: 'p) (velocity: 'p) (parameters: 'p) =
        let velocity = Tree.map2 (fun (v: Tensor) (g: Tensor) -> Scope.run (fun () -> v * momentum + g)) velocity gradients
        let move (p: Tensor) (v: Tensor) = Scope.run (fun () -> p - v * learningRate)
        Tree.map2 move parameters velocity, [ velocity ]

    /// The parameters and the state after one update by `gradients` (a tree like the parameters).
    let update (config: Config) (gradients: 'p) (state: State<'p>) (parameters: 'p) : 'p * State<'p> =
        let step = state.Step + 1
        let moment index =
            match List.tryItem index state.Moments with
            | Some moment -> moment
            | None -> Tree.map dsharp.zerosLike parameters

        let parameters, moments =
            match config.Rule with
            | Adam(beta1, beta2, epsilon) ->
                adamUpdate beta1 beta2 epsilon config.LearningRate step gradients (moment 0) (moment 1) parameters
            | Sgd momentum -> sgdUpdate momentum config.LearningRate gradients (moment 0) parameters

        parameters, { Step = step; Moments = moments }
