namespace Dendrites

/// Hard attention to the task (HAT; Serrà, Surís, Miron, Karatzoglou 2018). A task's attention of a unit is a = σ(s e), e what the
/// unit's only segment says in that task's one-hot context: a gate whose slope s rises within each epoch from 1/s_max to s_max, until it
/// is all or nothing. What leads to a unit that earlier tasks attend to, from another such, moves no more than they leave it. The task
/// is given at test.
[<RequireQualifiedAccess>]
module HardAttention =

    /// How hard, how sparse, and what else it depends on.
    type Config =
        {
            /// s_max, at least 1: the slope of the gates at the end of each epoch and at test.
            Scale: float
            /// c, at least 0: the weight of the attention that earlier tasks do not pay already.
            Strength: float
            /// Samples of a batch.
            Batch: int
            /// Whether all tasks answer by the same outputs, which the first then attends to.
            SharedHead: bool
        }

    /// What earlier tasks attend to, and how far the epoch has gone.
    type State =
        {
            /// Of each hidden layer the largest attention that an earlier task pays to each unit, `[units]`.
            Attended: Tensor list
            /// The task that is learned, from 0, int64.
            Task: Tensor
            /// Updates of this epoch so far, int64.
            Step: Tensor
            /// Updates of an epoch, int64.
            Steps: Tensor
        }

    /// s_max of the paper, and its c.
    let published = {| Scale = 400.0; Strength = 0.75 |}

    /// An embedding's largest magnitude, and that of s e in the compensation, as published: beyond, a float32 no longer tells.
    [<Literal>]
    let private Widest = 6.0

    [<Literal>]
    let private Steepest = 50.0

    let private number (t: Tensor) = int (t.toDouble ())
    let private count (n: int) = dsharp.tensor (int64 n)

    /// Before the first task.
    let init (parameters: Network.Parameters) : State =
        { Attended = parameters.Hidden |> List.map (fun layer -> dsharp.zerosLike layer.Bias)
          Task = count 0
          Step = count 0
          Steps = count 1 }

    /// Before a task of so many training samples.
    let beginTask (config: Config) (samples: int) (state: State) : State =
        { state with
            Steps = count (max 1 (samples / config.Batch)) }

    /// Before an epoch.
    let beginEpoch (state: State) : State = { state with Step = count 0 }

    /// After an update.
    let follow (state: State) : State =
        { state with
            Step = count (number state.Step + 1) }

    /// s of the next update (the paper's equation 3): even steps from 1/s_max to s_max.
    let slope (config: Config) (state: State) : float =
        match number state.Steps with
        | 1 -> config.Scale
        | steps ->
            let least = 1.0 / config.Scale
            let share = float (number state.Step) / float (steps - 1)
            least + (config.Scale - least) * min 1.0 share

    /// The parameters whose gates have slope s.
    let steepened (slope: float) (parameters: Network.Parameters) : Network.Parameters =
        { parameters with
            Hidden =
                parameters.Hidden
                |> List.map (fun layer ->
                    { layer with
                        Segments = layer.Segments |> Option.map (fun segments -> segments * slope) }) }

    /// e of task number `task`: `[units]` of each hidden layer.
    let private embeddings (task: int) (parameters: Network.Parameters) : Tensor list =
        [ for layer in parameters.Hidden -> layer.Segments.Value[*, 0, task] ]

    /// a = σ(s e) of task number `task`: `[units]` of each hidden layer.
    let attention (slope: float) (task: int) (parameters: Network.Parameters) : Tensor list =
        embeddings task parameters |> List.map (fun e -> dsharp.sigmoid (e * slope))

    /// Σ a (1 - a₀) / Σ (1 - a₀) over all units, a₀ what earlier tasks attend to (the paper's equation 5): 0 where nothing new is
    /// attended to, and where nothing is left.
    let penalty (config: Config) (parameters: Network.Parameters) (state: State) : Tensor =
        let left = state.Attended |> List.map (fun (attended: Tensor) -> 1.0 - attended)
        let free = left |> List.sumBy (fun (left: Tensor) -> left.sum().toDouble())

        let paid =
            List.map2
                (fun (a: Tensor) (left: Tensor) -> (a * left).sum())
                (attention (slope config state) (number state.Task) parameters)
                left
            |> List.reduce (+)

        if free > 0.0 then paid / free else paid * 0.0

    /// The gradient of the embeddings as if the slope were s_max without its saturation (the paper's section 2.5): that of an embedding e
    /// times s_max (cosh(s e) + 1) / (s (cosh e + 1)).
    let compensate
        (config: Config)
        (parameters: Network.Parameters)
        (gradients: Network.Parameters)
        (state: State)
        : Network.Parameters =
        let s = slope config state

        let wide (e: Tensor) =
            dsharp.cosh (dsharp.clamp (e * s, -Steepest, Steepest)) + 1.0

        { gradients with
            Hidden =
                List.map2
                    (fun (layer: Network.Layer) (gradient: Network.Layer) ->
                        { gradient with
                            Segments =
                                Option.map2
                                    (fun e g -> g * (wide e / (dsharp.cosh e + 1.0)) * (config.Scale / s))
                                    layer.Segments
                                    gradient.Segments })
                    parameters.Hidden
                    gradients.Hidden }

    /// How far each parameter may move, from 0 to 1: 1 - min(a₀ of the unit that it leads to, a₀ of the unit that it comes from), where
    /// every task attends to the input, and to a shared head once one was learned; of segments, those of the task alone.
    let movable (config: Config) (parameters: Network.Parameters) (state: State) : Network.Parameters =
        let task = number state.Task

        let least (out: Tensor) (from: Tensor) =
            1.0 - dsharp.min (out.unsqueeze 1, from.unsqueeze 0)

        let below =
            let weight = parameters.Hidden.Head.Weight
            dsharp.ones ([ weight.shape[1] ], dtype = weight.dtype) :: state.Attended

        let ofSegments (segments: Tensor) =
            let own = dsharp.arange (segments.shape[2], dtype = Dtype.Int64)
            dsharp.cast(dsharp.eq (own, task), segments.dtype).expand segments.shape

        { Hidden =
            List.map3
                (fun (layer: Network.Layer) out from ->
                    { Weight = least out from
                      Bias = 1.0 - out
                      Segments = layer.Segments |> Option.map ofSegments })
                parameters.Hidden
                state.Attended
                (List.take parameters.Hidden.Length below)
          Heads =
            parameters.Heads
            |> List.map (fun head ->
                let held = if config.SharedHead && task > 0 then 1.0 else 0.0
                let out = dsharp.fullLike (head.Bias, held)

                { Weight = least out (List.last below)
                  Bias = 1.0 - out }) }

    /// After an update: of every movement what is movable, and embeddings of at most ±6. The paper takes the share of the gradient, which
    /// for gradient descent is the same; Adam would undo it.
    let hold
        (config: Config)
        (before: Network.Parameters)
        (after: Network.Parameters)
        (state: State)
        : Network.Parameters =
        let held =
            Tree.map3
                (fun share before after -> before + (after - before) * share)
                (movable config before state)
                before
                after

        { held with
            Hidden =
                held.Hidden
                |> List.map (fun layer ->
                    { layer with
                        Segments = layer.Segments |> Option.map (fun e -> dsharp.clamp (e, -Widest, Widest)) }) }

    /// After a task: what it attends to is attended to.
    let endTask (config: Config) (parameters: Network.Parameters) (state: State) : State =
        let task = number state.Task

        { state with
            Attended =
                List.map2
                    (fun a kept -> dsharp.max (a, kept))
                    (attention config.Scale task parameters)
                    state.Attended
            Task = count (task + 1) }
