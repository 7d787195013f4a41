namespace Dendrites

open System

/// The published family: a network with or without gates and winners, learning by gradient descent, its contexts
/// inferred from prototypes.
[<RequireQualifiedAccess>]
module Learner =

    /// What is learned and remembered between batches.
    [<NoEquality; NoComparison>]
    type State =
        {
            /// What is learned.
            Parameters: Network.Parameters
            /// Which weights exist; fixed from the start.
            Masks: Network.Masks
            /// What the k-winners remember.
            Winners: Network.State
            /// Moments and step of the optimiser.
            Optimiser: Optimiser.State<Network.Parameters>
            /// One prototype for each task met; empty for other contexts.
            Prototypes: Prototypes.State
            /// The clusters so far, where contexts are theirs.
            Clusters: Clusters.State option
            /// The spatial pooler, where contexts are its.
            Pooler: SpatialPooler.State option
            /// What each piece remembers.
            Pieces: PieceState list
        }

    /// How a learner is built.
    [<NoEquality; NoComparison>]
    type Config =
        {
            /// The shape of the network; `Context` is the width of a context that goes beside the input too, and `Inputs` counts both.
            Network: Network.Config
            /// How gradients become updates.
            Optimiser: Optimiser.Config
            /// What the segments read.
            Context: ContextName
            /// Where that goes.
            ContextUse: ContextUse
            /// Tasks in the stream: the width of one-hot contexts.
            Tasks: int
            /// Classes among which an answer is sought; see `Answers`.
            Choices: int
            /// Whether the optimiser starts anew where a task ends.
            Boundaries: bool
            /// What is joined to the network.
            Pieces: Piece list
            /// What of its images and units a step leaves out; not of what pieces ask.
            Dropout: Dropout.Config
        }

    /// The learner that a run configuration describes.
    let ofRun (inputs: int) (classes: int) (config: RunConfig) : Config =
        { Network = RunConfig.network inputs classes config
          Optimiser = RunConfig.optimiserOf config
          Context = config.Context
          ContextUse = config.ContextUse
          Tasks = config.Tasks
          Choices = ScenarioKeys.choices classes config
          Boundaries = (config.Boundaries = Given)
          Pieces = PieceKeys.pieces config
          Dropout =
            { Input = config.InputDropout
              Hidden = config.Dropout
              Key = Key.ofSeed config.Seed |> Key.named "dropout" } }

    /// Width of the images.
    let inputs (config: Config) : int =
        match config.ContextUse with
        | ToSegments -> config.Network.Inputs
        | BesideInput -> config.Network.Inputs - config.Network.Context

    /// The state before the first task.
    let init (config: Config) (key: Key) : State =
        Scope.run (fun () ->
            let inputs, dtype = inputs config, config.Network.Dtype
            let masks = Network.initMasks (Key.named "masks" key) config.Network
            let parameters = Network.init (Key.named "parameters" key) config.Network masks

            let where context make =
                if config.Context = context then Some(make ()) else None

            { Parameters = parameters
              Masks = masks
              Winners = Network.initState config.Network
              Optimiser = Optimiser.init
              Prototypes = Prototypes.init inputs dtype
              Clusters = where Clustered (fun () -> Clusters.init inputs dtype (Key.named "clusters" key))
              Pooler = where Pooled (fun () -> SpatialPooler.init inputs dtype (Key.named "pooler" key))
              Pieces =
                config.Pieces
                |> List.mapi (fun index ->
                    Pieces.init
                        config.Network
                        inputs
                        parameters
                        (key |> Key.named "pieces" |> Key.fork index)) })

    /// Parameters whose segments are those that `init` draws for the first `units` units of each hidden layer, to the bit: what a run
    /// began with, without the memory of it all.
    let firstUnits (units: int) (config: Config) (key: Key) : Network.Parameters =
        let narrow =
            { config.Network with
                Hidden = config.Network.Hidden |> List.map (min units) }

        (init { config with Network = narrow } key).Parameters

    /// The prototypes when `task` is met: with its mean training image over `places`, where contexts are prototypes.
    let meet (config: Config) (task: Task) (places: int[]) (prototypes: Prototypes.State) : Prototypes.State =
        match config.Context with
        | Prototype
        | OwnPrototype -> Prototypes.add (Stream.mean task places) prototypes
        | Clustered
        | OneHotTask
        | SparseBinary
        | InputItself
        | Pooled
        | Contextless -> prototypes

    /// The context before any task was met: zeros, `[context]`.
    let nothing (config: Config) : Tensor =
        dsharp.zeros ([ config.Network.Context ], dtype = config.Network.Dtype)

    /// The one context that a task has by its number, `[context]`, whatever the images: of oracles, and, `training`, of prototypes, whose
    /// newest is the task's. `None` where contexts are inferred, or there are none.
    let given (config: Config) (training: bool) (task: int) (prototypes: Prototypes.State) : Tensor option =
        match config.Context with
        | Prototype when training -> Some(Prototypes.newest prototypes)
        | OwnPrototype when task < Prototypes.count prototypes -> Some prototypes.Rows[task]
        | OwnPrototype -> Some(nothing config)
        | OneHotTask -> Some(OneHot.context config.Tasks task config.Network.Dtype)
        | SparseBinary -> Some(SparseBinary.context (inputs config) task config.Network.Dtype)
        | Prototype
        | Clustered
        | InputItself
        | Pooled
        | Contextless -> None

    /// The contexts that images `x: [batch; inputs]` have by themselves.
    let private ofInput (config: Config) (x: Tensor) (state: State) : Context =
        match config.Context with
        | InputItself -> PerSample x
        | Pooled -> PerSample(SpatialPooler.contexts state.Pooler.Value x)
        | _ -> NoContext

    /// The state once it has seen a batch's images, and the context that they have in training; that of clusters is the batch's.
    let private observe (config: Config) (task: int) (images: Tensor) (state: State) : State * Context =
        match state.Clusters, given config true task state.Prototypes with
        | Some clusters, _ ->
            let clusters, cluster = Clusters.assign images clusters
            { state with Clusters = Some clusters }, Shared clusters.Rows[cluster]
        | None, Some row -> state, Shared row
        | None, None -> state, ofInput config images state

    /// The context of every row of `x: [batch; inputs]` at test: the nearest prototype, without the task; or the task's own, an oracle.
    let inferContext (config: Config) (task: int) (x: Tensor) (state: State) : Context =
        match config.Context, given config false task state.Prototypes with
        | _, Some row -> Shared row
        | Prototype, None when Prototypes.count state.Prototypes = 0 -> Shared(nothing config)
        | Clustered, None when Clusters.count state.Clusters.Value = 0 -> Shared(nothing config)
        | Prototype, None -> Rows(state.Prototypes.Rows, Prototypes.nearest state.Prototypes x)
        | Clustered, None ->
            let clusters = state.Clusters.Value
            Rows(clusters.Rows, Clusters.nearest clusters x)
        | _ -> ofInput config x state

    /// The contexts of rows of `x: [batch; inputs]` that came from `tasks: [batch]` int64, which only oracles look at.
    let private contextsFrom (config: Config) (tasks: Tensor) (x: Tensor) (state: State) : Context =
        let oracle (task: int) =
            given config false task state.Prototypes

        let tasks = (TensorMemory.longs tasks).ToArray()

        match Array.distinct tasks with
        | met when (oracle (int met[0])).IsSome ->
            let rows = met |> Array.map (fun task -> (oracle (int task)).Value)
            let places = tasks |> Array.map (fun task -> int64 (Array.IndexOf(met, task)))
            Rows(dsharp.stack (rows, 0), dsharp.tensor places)
        | _ -> inferContext config 0 x state

    /// What the network reads for images `x: [batch; inputs]` in a context, which goes where the configuration says.
    let private placed (config: Config) (x: Tensor) (context: Context) : Tensor * Context =
        match config.ContextUse, context with
        | ToSegments, _
        | _, NoContext -> x, context
        | BesideInput, Shared row ->
            dsharp.cat ([ x; row.unsqueeze(0).expand [ x.shape[0]; row.shape[0] ] ], 1), NoContext
        | BesideInput, PerSample rows -> dsharp.cat ([ x; rows ], 1), NoContext
        | BesideInput, Rows(rows, index) ->
            dsharp.cat ([ x; dsharp.indexSelect (rows, 0, index) ], 1), NoContext

    let private apply (config: Config) phase parameters winners (x: Tensor) (context: Context) =
        let x, context = placed config x context
        Network.apply config.Network phase parameters winners x context

    /// The parameters as the pieces have the network read them while it learns.
    let private shown (config: Config) (state: State) (parameters: Network.Parameters) : Network.Parameters =
        (parameters, List.zip config.Pieces state.Pieces)
        ||> List.fold (fun parameters (piece, kept) -> Pieces.shown parameters piece kept)

    /// The parameters that answer to task number `task`.
    let private seenBy (config: Config) (task: int) (state: State) : Network.Parameters =
        (state.Parameters, List.zip config.Pieces state.Pieces)
        ||> List.fold (fun parameters (piece, kept) -> Pieces.seenBy task parameters piece kept)

    /// The outputs of every hidden layer, each `[batch; units]`, for images `x: [batch; inputs]` of task number `task` with inferred
    /// contexts.
    let hidden (config: Config) (task: int) (x: Tensor) (state: State) : Tensor list =
        let x, context = placed config x (inferContext config task x state)

        Network.hiddenOutputs config.Network Inference (seenBy config task state) state.Winners x context
        |> fst

    /// What the pieces may ask.
    let private model (config: Config) (state: State) : Model =
        { Scores =
            fun parameters images context ->
                fst (apply config Training (shown config state parameters) state.Winners images context)
          Entropy = fun scores labels -> Answers.entropy config.Choices labels scores
          Contexts = fun images tasks -> contextsFrom config tasks images state }

    /// One update in `context` with the pieces that `pieces` says take part in loss and gradient: the optimiser, and missing
    /// weights back to zero. The number is the cross-entropy alone.
    let private stepWith
        (config: Config)
        (pieces: (Piece * PieceState) list)
        (task: int)
        (context: Context)
        (batch: Samples)
        (state: State)
        =
        let model = model config state

        let drop level =
            Dropout.apply config.Dropout task state.Optimiser.Step level

        let loss (parameters: Network.Parameters) =
            let scores, winners =
                let x, context = placed config (drop 0 batch.Images) context
                let parameters = shown config state parameters

                Network.applyAltered
                    (fun layer -> drop (layer + 1))
                    config.Network
                    parameters
                    state.Winners
                    x
                    context

            let entropy = Answers.entropy config.Choices batch.Labels scores

            let terms =
                pieces
                |> List.choose (fun (piece, kept) ->
                    Pieces.loss model task batch.Images context scores parameters piece kept)

            List.fold (+) entropy terms, (winners, entropy, scores)

        let _, (winners, entropy, scores), gradients = Tree.gradWith loss state.Parameters

        let gradients =
            (gradients, pieces)
            ||> List.fold (fun gradients (piece, kept) ->
                Pieces.redirect model state.Parameters gradients piece kept)

        let parameters, optimiser =
            Optimiser.update config.Optimiser gradients state.Optimiser state.Parameters

        let parameters =
            (Network.rezero state.Masks parameters, List.zip config.Pieces state.Pieces)
            ||> List.fold (fun after (piece, kept) -> Pieces.hold state.Parameters after piece kept)

        { state with
            Parameters = parameters
            Winners = winners
            Optimiser = optimiser
            Pieces =
                List.map2
                    (Pieces.follow task batch scores gradients state.Parameters parameters)
                    config.Pieces
                    state.Pieces },
        entropy.toDouble ()

    /// One update in `context` by the loss of the batch alone; pieces watch.
    let stepIn (config: Config) (context: Context) (batch: Samples) (state: State) : State * float =
        stepWith config [] 0 context batch state

    /// One update by a batch of task number `task`, in that task's context.
    let step (config: Config) (task: int) (batch: Samples) (state: State) : State * float =
        let state, context = observe config task batch.Images state
        stepWith config (List.zip config.Pieces state.Pieces) task context batch state

    /// Class scores `[batch; classes]` with inferred contexts.
    let predict (config: Config) (task: int) (x: Tensor) (state: State) : Tensor =
        let context = inferContext config task x state
        fst (apply config Inference (seenBy config task state) state.Winners x context)

    let private save (state: State) : (string * Tensor) list =
        [ yield! Stored.named "parameters" state.Parameters
          yield! Stored.named "masks" state.Masks
          yield! Stored.named "winners" state.Winners
          yield! Stored.named "prototypes" state.Prototypes
          yield! Stored.named "clusters" state.Clusters
          yield! Stored.named "pooler" state.Pooler
          yield! Stored.named "pieces" state.Pieces
          yield! Stored.optimiser "optimiser" state.Optimiser ]

    let private restore (config: Config) (key: Key) (find: string -> Tensor option) : Result<State, Problem> =
        let filled prefix template = Stored.tree find false prefix template
        // Prototypes and clusters grow by rows; every other tensor has one shape.
        let grown prefix template = Stored.tree find true prefix template

        // The fresh state only lends its structure; the scope frees it.
        Stored.reading (fun () ->
            let fresh = init config key

            { Parameters = filled "parameters" fresh.Parameters
              Masks = filled "masks" fresh.Masks
              Winners = filled "winners" fresh.Winners
              Prototypes = grown "prototypes" fresh.Prototypes
              Clusters = grown "clusters" fresh.Clusters
              Pooler = filled "pooler" fresh.Pooler
              Pieces = filled "pieces" fresh.Pieces
              Optimiser = Stored.readOptimiser find config.Optimiser "optimiser" fresh.Parameters })

    /// The learner as a method.
    let asMethod (config: Config) : Method<State> =
        let endTask task samples places (state: State) =
            let model = model config state

            let pieces, parameters =
                (state.Parameters, List.zip config.Pieces state.Pieces)
                ||> List.mapFold (fun parameters (piece, kept) ->
                    let parameters, kept =
                        Pieces.endTask model task samples places parameters piece kept

                    kept, parameters)

            { state with
                Parameters = parameters
                Optimiser =
                    if config.Boundaries then
                        Optimiser.init
                    else
                        state.Optimiser
                Pieces = pieces }

        let beginEpoch (state: State) =
            let pieces, parameters =
                (state.Parameters, List.zip config.Pieces state.Pieces)
                ||> List.mapFold (fun parameters (piece, kept) ->
                    let parameters, kept = Pieces.beginEpoch parameters piece kept
                    kept, parameters)

            let state =
                { state with
                    Parameters = parameters
                    Pieces = pieces }

            match config.Network.Activation with
            | Network.KWinners winners ->
                { state with
                    Winners = state.Winners |> List.map (KWinners.beginEpoch winners) }
            | Network.Relu -> state

        { Init = init config
          BeginTask =
            fun _ task places state ->
                { state with
                    Prototypes = meet config task places state.Prototypes
                    Pieces = List.map2 (Pieces.beginTask places.Length) config.Pieces state.Pieces }
          BeginEpoch = beginEpoch
          Step = step config
          Predict = predict config
          EndTask = endTask
          Save = save
          Restore = restore config
          Free = Tree.dispose }
