namespace Dendrites

open System
open Dendrites.Kernels

/// The fused engine: `Learner`'s family of networks, learned by kernels that use its structure, exactly, on the CPU. Held to
/// `Learner`, which stays the definition: same losses and parameters within the rounding of float32.
[<RequireQualifiedAccess>]
module Fused =

    /// A learner that learns in place; see `FusedState`.
    type State = FusedState

    /// Why the engine cannot learn as `config` says; empty if it can.
    let validate (config: Learner.Config) : Problem list = FusedShape.validate config

    let private adopt = FusedMemory.adopt

    /// The state before the first task; `batch` is the most samples that a step will be given.
    let init (options: EngineOptions) (config: Learner.Config) (batch: int) (key: Key) : State =
        Scope.run (fun () -> adopt options config batch (Learner.init config key))

    /// A state that goes on from `learner`, which stays as it is.
    let ofLearner
        (options: EngineOptions)
        (config: Learner.Config)
        (batch: int)
        (learner: Learner.State)
        : State =
        let own (layer: Network.Layer) =
            { layer with
                Segments = layer.Segments |> Option.map TensorMemory.copy }

        Scope.run (fun () ->
            adopt
                options
                config
                batch
                { learner with
                    Parameters =
                        { learner.Parameters with
                            Hidden = learner.Parameters.Hidden |> List.map own }
                    Masks = Tree.map TensorMemory.copy learner.Masks
                    Prototypes = Tree.map TensorMemory.copy learner.Prototypes
                    Clusters = Tree.map TensorMemory.copy learner.Clusters })

    /// What the k-winners remember; a copy.
    let winners (state: State) : Network.State = FusedMemory.winners state

    /// A copy as the reference engine has it, at any step.
    let toLearner (state: State) : Learner.State =
        Scope.run (fun () -> FusedMemory.view state |> Tree.map TensorMemory.copy)

    /// What the reference engine's functions can ask of the state before its next step, without moments: segments, masks and
    /// prototypes are the state's own memory.
    let look (state: State) : Learner.State =
        Scope.run (fun () -> FusedMemory.look state)

    /// Hooks for Synaptic Intelligence on feed-forward weights and biases: from now on every update pays the penalty
    /// `strength` · Σ importance · (θ - anchor)² and adds -gradient · movement to the path (`Part.Path`), the gradient being that of
    /// `source`; all begin with zero.
    let consolidate (source: SynapticIntelligence.Source) (strength: float) (state: State) : State =
        state.Network.Consolidate(strength, (source = SynapticIntelligence.LossAlone))
        state.Strength.Value <- strength
        state

    /// Weights, moments, or what Synaptic Intelligence keeps, of the feed-forward layers; segments are `None`.
    let read (part: Part) (state: State) : Network.Parameters =
        Scope.run (fun () -> FusedMemory.get state part (fun _ -> None))

    /// The state with `part` of the feed-forward layers set to what `parameters` holds.
    let write (part: Part) (parameters: Network.Parameters) (state: State) : State =
        FusedMemory.set state.Network part parameters
        state

    let private isGiven (given: FusedGiven) (rows: Tensor option, task: int, version: int64) =
        (match given.Rows, rows with
         | Some given, Some rows ->
             (match given.TryGetTarget() with
              | true, given -> LanguagePrimitives.PhysicalEquality given rows
              | _ -> false)
         | None, None -> true
         | _ -> false)
        && given.Task = task
        && given.Version = version

    let private remembered (rows: Tensor option, task: int, version: int64) : FusedGiven =
        { Rows = rows |> Option.map WeakReference<Tensor>
          Task = task
          Version = version }

    /// Whether contexts are inferred from rows that the state holds.
    let private inferred (config: Learner.Config) =
        config.Context = Prototype || config.Context = Clustered

    /// The contexts that `task` can have: those met so far, or the task's own alone.
    let private contextsOf (config: Learner.Config) (task: int) (state: State) : Tensor option =
        match config.Context with
        | Prototype -> Some state.Prototypes.Rows
        | Clustered -> state.Clusters |> Option.map _.Rows
        | _ ->
            Learner.given config false task state.Prototypes
            |> Option.map (fun row -> row.unsqueeze 0)

    /// What the kernels need to know for `task`, `version` of what is learned.
    let private needed (config: Learner.Config) (task: int) (version: int64) (state: State) =
        if inferred config then
            contextsOf config task state, -1, version
        else
            None, task, version

    /// The kernels' training context, the newest prototype or the task's vector; given when it is another than before.
    let private provideNewest (config: Learner.Config) (task: int) (state: State) =
        let now = needed config task 0L state

        if not (isGiven state.Trained.Value now) then
            match contextsOf config task state with
            | Some rows ->
                let width = rows.shape[1]
                let newest = (TensorMemory.floats rows).Slice((rows.shape[0] - 1) * width, width)
                state.Network.SetContexts(Span.op_Implicit newest, 1)
            | None -> ()

            state.Trained.Value <- remembered now

    /// The kernels' training context; that of clusters comes from the batch, which joins one.
    let private provideTraining (config: Learner.Config) (task: int) (images: Tensor) (state: State) : State =
        match state.Clusters with
        | Some clusters ->
            let clusters, cluster = Clusters.assign images clusters
            let width = clusters.Rows.shape[1]
            let row = (TensorMemory.floats clusters.Rows).Slice(cluster * width, width)
            state.Network.SetContexts(Span.op_Implicit row, 1)
            { state with Clusters = Some clusters }
        | None ->
            provideNewest config task state
            state

    /// Tells the kernels what their next step drops; `unitsOf` says which units dropout calls a level's.
    let private drop (unitsOf: int -> int[]) (task: int) (samples: int) (state: State) =
        let dropout = state.Config.Dropout

        for level in 0 .. state.Network.Outputs do
            if Dropout.keep dropout level < 1.0 then
                let kept =
                    Dropout.kept dropout task state.Network.Steps level (unitsOf level) samples

                state.Network.Drop(level, ReadOnlySpan kept, float32 (Dropout.scale dropout level))

    let private learn unitsOf task (batch: Samples) (contextOf: int[]) (state: State) =
        drop unitsOf task batch.Count state

        state.Network.Step(
            Span.op_Implicit (TensorMemory.floats batch.Images),
            Span.op_Implicit (TensorMemory.longs batch.Labels),
            ReadOnlySpan contextOf
        )

    /// Where the learner consolidates; else the strength is that of `consolidate`.
    let private penalise (strength: float) (state: State) =
        if not state.Config.Pieces.IsEmpty && strength <> state.Strength.Value then
            state.Network.Consolidate(strength, FusedShape.followsLossAlone state.Config)
            state.Strength.Value <- strength

    /// The units of a level, in a network that is not part of another.
    let private declared (state: State) (level: int) =
        let { Network.Inputs = inputs
              Network.Hidden = hidden } =
            state.Config.Network

        [| 0 .. (if level = 0 then inputs else hidden[level - 1]) - 1 |]

    /// One update of what is part of a larger network, `unitsOf` which its levels are.
    let internal stepOf
        (unitsOf: int -> int[])
        (config: Learner.Config)
        (task: int)
        (batch: Samples)
        (state: State)
        : State * float =
        let state = Scope.run (fun () -> provideTraining config task batch.Images state)
        penalise (FusedShape.penaltyStrength config task) state
        state, learn unitsOf task batch [||] state

    /// One update; see `Learner.step`.
    let step (config: Learner.Config) (task: int) (batch: Samples) (state: State) : State * float =
        stepOf (declared state) config task batch state

    /// One update under contexts of one's own, without the learner's penalty. Several in a batch, or another while the optimiser goes on, need
    /// `RankOneMoments` off (else InvalidOperationException), and cost what all segments' activations cost.
    let stepIn (context: Context) (batch: Samples) (state: State) : State * float =
        let give (rows: Tensor) count =
            state.Network.SetContexts(Span.op_Implicit (TensorMemory.floats rows), count)

        let contextOf =
            match context with
            | NoContext when List.exists Option.isSome state.Segments ->
                invalidArg (nameof context) "Fused.stepIn: none; accepted: a context, the network has gates"
            | NoContext -> [||]
            | Shared row ->
                give row 1
                [||]
            | PerSample rows ->
                give rows rows.shape[0]
                [| 0 .. rows.shape[0] - 1 |]
            | Rows(rows, index) ->
                give rows rows.shape[0]
                [| for row in (TensorMemory.longs index).ToArray() -> int row |]

        state.Trained.Value <- FusedMemory.nothing
        penalise 0.0 state
        state, learn (declared state) 0 batch contextOf state

    /// Class scores `[batch; classes]` with inferred contexts; see `Learner.predict`.
    let predict (config: Learner.Config) (task: int) (x: Tensor) (state: State) : Tensor =
        let now = needed config task state.Network.Version state

        if not (isGiven state.Asked.Value now) then
            Scope.run (fun () ->
                match contextsOf config task state with
                | Some met ->
                    let isNone = met.shape[0] = 0
                    let rows = if isNone then (Learner.nothing config).unsqueeze 0 else met

                    let keys =
                        match config.Context with
                        | _ when isNone -> None
                        | Prototype -> Some rows
                        | Clustered -> state.Clusters |> Option.map (Clusters.spread config.Network.Inputs)
                        | _ -> None

                    state.Network.SetPrototypes(
                        Span.op_Implicit (TensorMemory.floats rows),
                        rows.shape[0],
                        match keys with
                        | Some keys -> Span.op_Implicit (TensorMemory.floats keys)
                        | None -> ReadOnlySpan()
                    )
                | None -> ())

            state.Asked.Value <- remembered now

        let scores = dsharp.zeros [ x.shape[0]; config.Network.Heads.Head ]
        state.Network.Predict(Span.op_Implicit (TensorMemory.floats x), TensorMemory.floats scores)
        scores

    /// The milliseconds that the phases of steps took since the last call, by name.
    let phases (state: State) : (string * float) list =
        [ for struct (phase, milliseconds) in state.Network.TakePhases() -> phase, milliseconds ]

    let private endTask (config: Learner.Config) (state: State) =
        match FusedShape.synaptic config with
        | Some synaptic ->
            let kept = FusedMemory.synaptic state

            Scope.run (fun () ->
                let parameters = FusedMemory.get state Part.Weight (fun _ -> None)
                let after = SynapticIntelligence.endTask synaptic parameters kept
                FusedMemory.set state.Network Part.Anchor after.Anchor
                FusedMemory.set state.Network Part.Importance after.Importance
                FusedMemory.set state.Network Part.Path after.Path)

            Tree.dispose kept
        | None -> ()

        if config.Boundaries then
            state.Network.ForgetMoments()
        else
            state.Network.Settle()

        { state with
            Trained = ref FusedMemory.nothing }

    /// The engine as a method: `Learner.asMethod` with other means. What `Save` gives is the state's own memory, to be written before
    /// the next step; what `Restore` finds becomes it.
    let asMethod (options: EngineOptions) (batch: int) (config: Learner.Config) : Method<State> =
        let reference = Learner.asMethod config

        { Init = init options config batch
          BeginTask =
            fun _ task places state ->
                { state with
                    Prototypes = Learner.meet config task places state.Prototypes }
          BeginEpoch = id
          Step = step config
          Predict = predict config
          EndTask = fun _ _ _ -> endTask config
          Save = FusedMemory.view >> reference.Save
          Restore =
            fun key find ->
                Scope.run (fun () ->
                    reference.Restore key find
                    |> Result.map (fun learner -> adopt options config batch learner))
          Free =
            fun state ->
                state.Network.Dispose()
                Tree.dispose state }
