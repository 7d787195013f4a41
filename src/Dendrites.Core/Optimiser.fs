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
    type Config =
        {
            /// How a gradient becomes a direction.
            Rule: Rule
            /// How far to go along it, above 0.
            LearningRate: float
        }

    /// Adam with the field's defaults: 0.9, 0.999, 1e-8.
    let adam learningRate =
        { Rule = Adam(0.9, 0.999, 1e-8)
          LearningRate = learningRate }

    /// How many moments the rule keeps once it has begun.
    let moments (config: Config) =
        match config.Rule with
        | Adam _ -> 2
        | Sgd _ -> 1

    /// What an optimiser remembers.
    type State<'p> =
        {
            /// Updates so far.
            Step: int
            /// Running moments, each of the parameters' shape; empty before the first update, when they are zero.
            Moments: 'p list
        }

    /// The state before the first update.
    let init<'p> : State<'p> = { Step = 0; Moments = [] }

    /// A rule for one tensor, element by element: parameter, gradient and moments to parameter and moments.
    let private rule (config: Config) (step: int) : Tensor list -> Tensor list =
        match config.Rule with
        | Adam(beta1, beta2, epsilon) ->
            // θ ← θ - α √(1-β₂ᵗ)/(1-β₁ᵗ) · m/(√v + ε √(1-β₂ᵗ)): m̂/(√v̂ + ε) with its corrections in two scalars.
            let spread = sqrt (1.0 - System.Math.Pow(beta2, float step))

            let scalars =
                { Beta1 = beta1
                  Beta2 = beta2
                  Rate = config.LearningRate * spread / (1.0 - System.Math.Pow(beta1, float step))
                  Epsilon = epsilon * spread }

            function
            | [ p; g; m; v ] ->
                let p, m, v = dsharp.adam (scalars, p, g, m, v)
                [ p; m; v ]
            | _ -> invalidOp "Adam keeps two moments"
        | Sgd momentum ->
            function
            | [ p; g; velocity ] ->
                let velocity = velocity * momentum + g
                [ p - velocity * config.LearningRate; velocity ]
            | _ -> invalidOp "SGD keeps one moment"

    /// The parameters and the state after one update by `gradients` (a tree like the parameters).
    let update (config: Config) (gradients: 'p) (state: State<'p>) (parameters: 'p) : 'p * State<'p> =
        let step = state.Step + 1

        let before =
            if state.Moments.IsEmpty then
                List.replicate (moments config) (Tree.map dsharp.zerosLike parameters)
            else
                state.Moments

        let columns =
            parameters :: gradients :: before |> List.map (Tree.tensors >> List.ofArray)

        let updated =
            columns
            |> List.transpose
            |> List.map (fun column -> Scope.run (fun () -> rule config step column))
            |> List.transpose

        let trees = updated |> List.map (Array.ofList >> Tree.rebuild parameters)
        trees.Head, { Step = step; Moments = trees.Tail }
