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
        /// After a task: consolidate, and start the optimiser anew, where boundaries are given.
        EndTask: 's -> 's
        /// Every tensor that a checkpoint must hold, by name; with `Restore` a lossless pair.
        Save: 's -> (string * Tensor) list
        /// The state whose tensors `find` gives by name; `Error` names the first that is missing or of a wrong shape.
        Restore: Key -> (string -> Tensor option) -> Result<'s, Problem>
        /// Frees what the state holds, its tensors among it.
        Free: 's -> unit
    }

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
            /// What Synaptic Intelligence keeps, where it consolidates.
            Consolidation: SynapticIntelligence.State option
        }

    /// How a learner is built.
    [<NoEquality; NoComparison>]
    type Config =
        {
            /// The shape of the network.
            Network: Network.Config
            /// How gradients become updates.
            Optimiser: Optimiser.Config
            /// What the segments read.
            Context: ContextName
            /// Tasks in the stream: the width of one-hot contexts.
            Tasks: int
            /// Whether the optimiser starts anew where a task ends.
            Boundaries: bool
            /// Synaptic Intelligence, where it consolidates.
            Consolidation: SynapticIntelligence.Config option
        }

    /// The learner that a run configuration describes.
    let ofRun (inputs: int) (classes: int) (config: RunConfig) : Config =
        { Network = RunConfig.network inputs classes config
          Optimiser = RunConfig.optimiserOf config
          Context = config.Context
          Tasks = config.Tasks
          Boundaries = (config.Boundaries = Given)
          Consolidation =
            match config.Consolidation with
            | SynapticIntelligence -> Some config.Synaptic
            | NoConsolidation -> None }

    /// The state before the first task.
    let init (config: Config) (key: Key) : State =
        Scope.run (fun () ->
            let masks = Network.initMasks (Key.named "masks" key) config.Network
            let parameters = Network.init (Key.named "parameters" key) config.Network masks

            { Parameters = parameters
              Masks = masks
              Winners = Network.initState config.Network
              Optimiser = Optimiser.init
              Prototypes = Prototypes.init config.Network.Inputs config.Network.Dtype
              Clusters =
                if config.Context = Clustered then
                    Some(Clusters.init config.Network.Inputs config.Network.Dtype (Key.named "clusters" key))
                else
                    None
              Consolidation =
                config.Consolidation
                |> Option.map (fun _ -> SynapticIntelligence.init parameters) })

    /// The prototypes when `task` is met: with its mean training image over `places`, where contexts are prototypes.
    let meet (config: Config) (task: Task) (places: int[]) (prototypes: Prototypes.State) : Prototypes.State =
        match config.Context with
        | Prototype -> Prototypes.add (Stream.mean task places) prototypes
        | Clustered
        | OneHotTask
        | Contextless -> prototypes

    /// The context that every sample of a batch of task number `task` has in training; that of clusters is the batch's.
    let trainingContext (config: Config) (task: int) (state: State) =
        match config.Context with
        | Prototype -> Shared(Prototypes.newest state.Prototypes)
        | OneHotTask -> Shared(OneHot.context config.Tasks task config.Network.Dtype)
        | Clustered
        | Contextless -> NoContext

    /// The state once it has seen a batch's images, and the context that all of them have in training.
    let private observe (config: Config) (task: int) (images: Tensor) (state: State) : State * Context =
        match state.Clusters with
        | Some clusters ->
            let clusters, cluster = Clusters.assign images clusters
            { state with Clusters = Some clusters }, Shared clusters.Rows[cluster]
        | None -> state, trainingContext config task state

    /// The context of every row of `x: [batch; inputs]` at test: the nearest prototype, without the task; or the
    /// one-hot task number, an oracle.
    let inferContext (config: Config) (task: int) (x: Tensor) (state: State) : Context =
        match config.Context with
        | Prototype -> Rows(state.Prototypes.Rows, Prototypes.nearest state.Prototypes x)
        | Clustered ->
            let clusters = Option.get state.Clusters
            Rows(clusters.Rows, Clusters.nearest clusters x)
        | OneHotTask
        | Contextless -> trainingContext config task state

    /// The weight of the penalty while task number `task` is learned; 0 without consolidation.
    let penaltyStrength (config: Config) (task: int) : float =
        match config.Consolidation with
        | Some synaptic -> SynapticIntelligence.strength synaptic task
        | None -> 0.0

    /// One update in `context` under a penalty of weight `strength`: the loss, the optimiser, and missing weights back to zero. The
    /// number is the cross-entropy alone.
    let private stepUnder
        (config: Config)
        (strength: float)
        (context: Context)
        (batch: Samples)
        (state: State)
        =
        let loss (parameters: Network.Parameters) =
            let logits, winners =
                Network.apply config.Network Training parameters state.Winners batch.Images context

            let entropy = dsharp.crossEntropyLoss (logits, batch.Labels)

            match state.Consolidation with
            | Some synaptic when strength > 0.0 ->
                entropy + SynapticIntelligence.penalty synaptic parameters * strength, (winners, entropy)
            | _ -> entropy, (winners, entropy)

        let _, (winners, entropy), gradients = Tree.gradWith loss state.Parameters

        let parameters, optimiser =
            Optimiser.update config.Optimiser gradients state.Optimiser state.Parameters

        let parameters = Network.rezero state.Masks parameters

        { state with
            Parameters = parameters
            Winners = winners
            Optimiser = optimiser
            Consolidation =
                state.Consolidation
                |> Option.map (SynapticIntelligence.follow gradients state.Parameters parameters) },
        entropy.toDouble ()

    /// One update in `context`, without a penalty.
    let stepIn (config: Config) (context: Context) (batch: Samples) (state: State) : State * float =
        stepUnder config 0.0 context batch state

    /// One update by a batch of task number `task`, in that task's context.
    let step (config: Config) (task: int) (batch: Samples) (state: State) : State * float =
        let state, context = observe config task batch.Images state
        stepUnder config (penaltyStrength config task) context batch state

    /// Class scores `[batch; classes]` with inferred contexts.
    let predict (config: Config) (task: int) (x: Tensor) (state: State) : Tensor =
        let context = inferContext config task x state
        fst (Network.apply config.Network Inference state.Parameters state.Winners x context)

    let private prefixed prefix named =
        [ for name, tensor in named -> prefix + "." + name, tensor ]

    let private save (state: State) : (string * Tensor) list =
        [ yield! prefixed "parameters" (Tree.named state.Parameters)
          yield! prefixed "masks" (Tree.named state.Masks)
          yield! prefixed "winners" (Tree.named state.Winners)
          yield! prefixed "prototypes" (Tree.named state.Prototypes)
          yield! prefixed "clusters" (Tree.named state.Clusters)
          yield! prefixed "consolidation" (Tree.named state.Consolidation)
          "optimiser.step", dsharp.tensor (int64 state.Optimiser.Step)
          for index, moment in List.indexed state.Optimiser.Moments do
              yield! prefixed $"optimiser.moments.{index}" (Tree.named moment) ]

    exception private Missing of Problem

    let private restore (config: Config) (key: Key) (find: string -> Tensor option) : Result<State, Problem> =
        // Prototypes and clusters grow by rows; every other tensor has one shape.
        let need prefix grows (name: string, like: Tensor) =
            let path = prefix + "." + name

            let fits (tensor: Tensor) =
                if grows then
                    tensor.dim = like.dim && Array.tail tensor.shape = Array.tail like.shape
                else
                    tensor.shape = like.shape

            let show (tensor: Tensor) =
                let sizes = tensor.shape |> Array.map string |> String.concat "; "
                $"{tensor.dtype} [{sizes}]"

            match find path with
            | Some tensor when tensor.dtype = like.dtype && fits tensor -> tensor
            | Some tensor -> raise (Missing(Problem.at path (show tensor) (show like)))
            | None -> raise (Missing(Problem.at path "missing" "every tensor of the checkpoint"))

        let filled prefix template =
            Tree.rebuild template (Tree.named template |> Array.map (need prefix false))

        let grown prefix template =
            Tree.rebuild template (Tree.named template |> Array.map (need prefix true))

        // The fresh state only lends its structure; the scope frees it.
        let read () =
            let fresh = init config key
            let step = int ((need "optimiser" false ("step", dsharp.tensor 0L)).toDouble())
            let moments = if step = 0 then 0 else Optimiser.moments config.Optimiser

            Ok
                { Parameters = filled "parameters" fresh.Parameters
                  Masks = filled "masks" fresh.Masks
                  Winners = filled "winners" fresh.Winners
                  Prototypes = grown "prototypes" fresh.Prototypes
                  Clusters = grown "clusters" fresh.Clusters
                  Consolidation = filled "consolidation" fresh.Consolidation
                  Optimiser =
                    { Step = step
                      Moments =
                        [ for index in 0 .. moments - 1 ->
                              filled $"optimiser.moments.{index}" fresh.Parameters ] } }

        try
            Scope.run read
        with Missing problem ->
            Error problem

    /// The learner as a method.
    let asMethod (config: Config) : Method<State> =
        let endTask (state: State) =
            { state with
                Optimiser =
                    if config.Boundaries then
                        Optimiser.init
                    else
                        state.Optimiser
                Consolidation =
                    (config.Consolidation, state.Consolidation)
                    ||> Option.map2 (fun config -> SynapticIntelligence.endTask config state.Parameters) }

        let beginEpoch (state: State) =
            match config.Network.Activation with
            | Network.KWinners winners ->
                { state with
                    Winners = state.Winners |> List.map (KWinners.beginEpoch winners) }
            | Network.Relu -> state

        { Init = init config
          BeginTask =
            fun _ task places state ->
                { state with
                    Prototypes = meet config task places state.Prototypes }
          BeginEpoch = beginEpoch
          Step = step config
          Predict = predict config
          EndTask = endTask
          Save = save
          Restore = restore config
          Free = Tree.dispose }
