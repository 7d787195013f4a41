namespace Dendrites

open System
open Dendrites.Kernels

/// The fused engine: `Learner`'s family of networks, learned by kernels that use its structure, exactly, on the CPU. Held to
/// `Learner`, which stays the definition: same losses and parameters within the rounding of float32.
[<RequireQualifiedAccess>]
module Fused =

    /// What the kernels were last given, so that they are given it again only when it changed.
    type private Given =
        { Rows: Tensor option
          Task: int
          Version: int64 }

    /// A learner that learns in place: each of `step`, `beginTask` and `endTask` consumes the state it is given, and what comes back is
    /// the same memory. `toLearner` copies it out at any time.
    [<NoEquality; NoComparison>]
    type State =
        private
            {
                Config: Learner.Config
                Network: FusedNetwork
                /// `[units; segments; context]` of each hidden layer, where gated: the very memory that is learned.
                Segments: Tensor option list
                Masks: Network.Masks
                Prototypes: Prototypes.State
                Trained: Given ref
                Asked: Given ref
                /// Weight of the penalty that the kernels were last told.
                Strength: float ref
            }

    let private nothing =
        { Rows = None
          Task = -1
          Version = -1L }

    /// Why the engine cannot learn as `config` says; empty if it can.
    let validate (config: Learner.Config) : Problem list = FusedShape.validate config

    /// A layer's linear map, the head last.
    let private linears (parameters: Network.Parameters) =
        [ for layer in parameters.Hidden -> layer.Weight, layer.Bias
          for head in parameters.Heads -> head.Weight, head.Bias ]

    /// A layer's mask, the head's last.
    let private masksOf (masks: Network.Masks) =
        [ for layer in masks.Hidden -> layer.Weight
          yield! masks.Heads ]

    let private set (network: FusedNetwork) (part: Part) (parameters: Network.Parameters) =
        for layer, (weight, bias) in List.indexed (linears parameters) do
            network.Set(
                layer,
                part,
                Span.op_Implicit (TensorMemory.floats weight),
                Span.op_Implicit (TensorMemory.floats bias)
            )

    let private setMoments (network: FusedNetwork) (optimiser: Optimiser.State<Network.Parameters>) =
        for part, moment in
            List.zip (List.truncate optimiser.Moments.Length [ Part.First; Part.Second ]) optimiser.Moments do
            set network part moment

        for layer in 0 .. network.Outputs - 1 do
            let row (moment: Network.Parameters) =
                (List.item layer moment.Hidden).Segments

            match List.choose row optimiser.Moments with
            | [ first ] ->
                network.SetSegmentMoments(layer, Span.op_Implicit (TensorMemory.floats first), ReadOnlySpan())
            | [ first; second ] ->
                network.SetSegmentMoments(
                    layer,
                    Span.op_Implicit (TensorMemory.floats first),
                    Span.op_Implicit (TensorMemory.floats second)
                )
            | _ -> ()

        network.Resume optimiser.Step

    /// A state around the segments of `learner`, which it then owns; everything else is copied.
    let private adopt
        (options: EngineOptions)
        (config: Learner.Config)
        (batch: int)
        (learner: Learner.State)
        : State =
        let segments = learner.Parameters.Hidden |> List.map _.Segments
        let address = Option.map TensorMemory.address >> Option.defaultValue 0n

        let network =
            FusedNetwork.Create(
                FusedShape.shape batch config.Network,
                FusedShape.rule config.Optimiser,
                options,
                // Whether every context begins with the optimiser.
                config.Boundaries && learner.Optimiser.Step = 0,
                ResizeArray(List.map address segments),
                ResizeArray(learner.Masks.Hidden |> List.map (_.Segments >> address))
            )

        for layer, mask in List.indexed (masksOf learner.Masks) do
            mask
            |> Option.iter (fun mask -> network.SetMask(layer, Span.op_Implicit (TensorMemory.floats mask)))

        set network Part.Weight learner.Parameters

        if learner.Optimiser.Step > 0 then
            setMoments network learner.Optimiser

        for layer, winners in List.indexed learner.Winners do
            (TensorMemory.floats winners.DutyCycle).CopyTo(network.DutyCycle layer)
            network.Samples <- int64 (winners.Samples.toDouble ())

        match learner.Consolidation with
        | Some synaptic ->
            network.Consolidate 0.0
            set network Part.Anchor synaptic.Anchor
            set network Part.Importance synaptic.Importance
            set network Part.Path synaptic.Path
        | None -> ()

        { Config = config
          Network = network
          Segments = segments
          Masks = learner.Masks
          Prototypes = learner.Prototypes
          Trained = ref nothing
          Asked = ref nothing
          Strength = ref 0.0 }

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
                    Prototypes = Tree.map TensorMemory.copy learner.Prototypes })

    /// What the network holds as `part`, segments by `segments`.
    let private get (state: State) (part: Part) (segments: int -> Tensor option) : Network.Parameters =
        let network = state.Config.Network
        let widths = network.Inputs :: network.Hidden

        let linear layer outputs : Network.Linear =
            let weight = dsharp.zeros [ outputs; List.item layer widths ]
            let bias = dsharp.zeros [ outputs ]
            state.Network.Get(layer, part, TensorMemory.floats weight, TensorMemory.floats bias)
            { Weight = weight; Bias = bias }

        { Hidden =
            [ for layer, units in List.indexed network.Hidden ->
                  let map = linear layer units

                  { Weight = map.Weight
                    Bias = map.Bias
                    Segments = segments layer } ]
          Heads = [ linear network.Hidden.Length network.Heads.Head ] }

    /// What the k-winners remember; a copy.
    let winners (state: State) : Network.State =
        [ for layer, winners in List.indexed (Network.initState state.Config.Network) ->
              let duty = dsharp.zerosLike winners.DutyCycle
              state.Network.DutyCycle(layer).CopyTo(TensorMemory.floats duty)

              { winners with
                  DutyCycle = duty
                  Samples = dsharp.tensor state.Network.Samples } ]

    /// What Synaptic Intelligence keeps; a copy.
    let private consolidation (state: State) : SynapticIntelligence.State option =
        state.Config.Consolidation
        |> Option.map (fun _ ->
            let part part = get state part (fun _ -> None)

            { Anchor = part Part.Anchor
              Importance = part Part.Importance
              Path = part Part.Path })

    /// The state as `Learner` has it; segments, masks and prototypes are those that are learned.
    let private view (state: State) : Learner.State =
        let moment part =
            get state part (fun layer ->
                List.item layer state.Segments
                |> Option.map (fun weight ->
                    let moment = dsharp.zerosLike weight
                    state.Network.GetSegmentMoments(layer, part, TensorMemory.floats moment)
                    moment))

        { Parameters = get state Part.Weight (fun layer -> List.item layer state.Segments)
          Masks = state.Masks
          Winners = winners state
          Optimiser =
            { Step = state.Network.Steps
              Moments =
                if state.Network.Steps = 0 then
                    []
                else
                    [ Part.First; Part.Second ]
                    |> List.truncate (Optimiser.moments state.Config.Optimiser)
                    |> List.map moment }
          Prototypes = state.Prototypes
          Consolidation = consolidation state }

    /// A copy as the reference engine has it, at any step.
    let toLearner (state: State) : Learner.State =
        Scope.run (fun () -> view state |> Tree.map TensorMemory.copy)

    /// Hooks for Synaptic Intelligence on feed-forward weights and biases: from now on every update pays the penalty
    /// `strength` · Σ importance · (θ - anchor)² and adds -gradient · movement to the path (`Part.Path`); all begin with zero.
    let consolidate (strength: float) (state: State) : State =
        state.Network.Consolidate strength
        state

    /// Weights, moments, or what Synaptic Intelligence keeps, of the feed-forward layers; segments are `None`.
    let read (part: Part) (state: State) : Network.Parameters =
        Scope.run (fun () -> get state part (fun _ -> None))

    /// The state with `part` of the feed-forward layers set to what `parameters` holds.
    let write (part: Part) (parameters: Network.Parameters) (state: State) : State =
        set state.Network part parameters
        state

    let private isGiven (given: Given) (now: Given) =
        (match given.Rows, now.Rows with
         | Some given, Some now -> LanguagePrimitives.PhysicalEquality given now
         | None, None -> true
         | _ -> false)
        && given.Task = now.Task
        && given.Version = now.Version

    /// The contexts that `task` can have and their number: prototypes so far, or the task's own vector.
    let private contextsOf (config: Learner.Config) (task: int) (state: State) : Tensor option =
        match config.Context with
        | Prototype -> Some state.Prototypes.Rows
        | OneHotTask -> Some((OneHot.context config.Tasks task config.Network.Dtype).unsqueeze 0)
        | Contextless -> None

    let private taskOf (config: Learner.Config) task =
        if config.Context = OneHotTask then task else -1

    /// What the kernels need to know for `task`, `version` of what is learned.
    let private needed (config: Learner.Config) (task: int) (version: int64) (state: State) : Given =
        { Rows =
            if config.Context = Prototype then
                Some state.Prototypes.Rows
            else
                None
          Task = taskOf config task
          Version = version }

    /// The kernels' training context, the newest prototype or the task's vector; given when it is another than before.
    let private provideTraining (config: Learner.Config) (task: int) (state: State) =
        let now = needed config task 0L state

        if not (isGiven state.Trained.Value now) then
            match contextsOf config task state with
            | Some rows ->
                let width = rows.shape[1]
                let newest = (TensorMemory.floats rows).Slice((rows.shape[0] - 1) * width, width)
                state.Network.SetContexts(Span.op_Implicit newest, 1)
            | None -> ()

            state.Trained.Value <- now

    let private learn (batch: Samples) (contextOf: int[]) (state: State) =
        state.Network.Step(
            Span.op_Implicit (TensorMemory.floats batch.Images),
            Span.op_Implicit (TensorMemory.longs batch.Labels),
            ReadOnlySpan contextOf
        )

    /// One update; see `Learner.step`.
    let step (config: Learner.Config) (task: int) (batch: Samples) (state: State) : State * float =
        Scope.run (fun () -> provideTraining config task state)
        let strength = Learner.penaltyStrength config task

        if strength <> state.Strength.Value then
            state.Network.Consolidate strength
            state.Strength.Value <- strength

        state, learn batch [||] state

    /// One update under contexts of one's own. Several in a batch, or another while the optimiser goes on, need
    /// `RankOneMoments` off (else InvalidOperationException), and cost what all segments' activations cost.
    let stepIn (context: Context) (batch: Samples) (state: State) : State * float =
        let give (rows: Tensor) count =
            state.Network.SetContexts(Span.op_Implicit (TensorMemory.floats rows), count)

        let contextOf =
            match context with
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

        state.Trained.Value <- nothing
        state, learn batch contextOf state

    /// Class scores `[batch; classes]` with inferred contexts; see `Learner.predict`.
    let predict (config: Learner.Config) (task: int) (x: Tensor) (state: State) : Tensor =
        let now = needed config task state.Network.Version state

        if not (isGiven state.Asked.Value now) then
            Scope.run (fun () ->
                match contextsOf config task state with
                | Some rows ->
                    state.Network.SetPrototypes(
                        Span.op_Implicit (TensorMemory.floats rows),
                        rows.shape[0],
                        (config.Context = Prototype)
                    )
                | None -> ())

            state.Asked.Value <- now

        let scores = dsharp.zeros [ x.shape[0]; config.Network.Heads.Head ]
        state.Network.Predict(Span.op_Implicit (TensorMemory.floats x), TensorMemory.floats scores)
        scores

    /// The milliseconds that the phases of steps took since the last call, by name.
    let phases (state: State) : (string * float) list =
        [ for struct (phase, milliseconds) in state.Network.TakePhases() -> phase, milliseconds ]

    let private endTask (config: Learner.Config) (state: State) =
        match config.Consolidation, consolidation state with
        | Some synaptic, Some kept ->
            Scope.run (fun () ->
                let parameters = get state Part.Weight (fun _ -> None)
                let after = SynapticIntelligence.endTask synaptic parameters kept
                set state.Network Part.Anchor after.Anchor
                set state.Network Part.Importance after.Importance
                set state.Network Part.Path after.Path)

            Tree.dispose kept
        | _ -> ()

        if config.Boundaries then
            state.Network.ForgetMoments()
        else
            state.Network.Settle()

        { state with Trained = ref nothing }

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
          EndTask = endTask config
          Save = view >> reference.Save
          Restore =
            fun key find ->
                Scope.run (fun () ->
                    reference.Restore key find
                    |> Result.map (fun learner -> adopt options config batch learner))
          Free =
            fun state ->
                state.Network.Dispose()
                Tree.dispose state }
