namespace Dendrites

open System
open Dendrites.Kernels

/// What the kernels were last given, so that they are given it again only when it changed.
type internal FusedGiven =
    {
        /// Recognised and not held: the state's rows are freed when others take their place.
        Rows: WeakReference<Tensor> option
        Task: int
        Version: int64
    }

/// A learner that learns in place: each of `step`, `beginTask` and `endTask` consumes the state it is given, and what comes back is
/// the same memory. `toLearner` copies it out at any time.
[<NoEquality; NoComparison>]
type FusedState =
    internal
        {
            Config: Learner.Config
            Network: FusedNetwork
            /// `[units; segments; context]` of each hidden layer, where gated: the very memory that is learned.
            Segments: Tensor option list
            Masks: Network.Masks
            Prototypes: Prototypes.State
            Clusters: Clusters.State option
            Trained: FusedGiven ref
            Asked: FusedGiven ref
            /// Weight of the penalty that the kernels were last told.
            Strength: float ref
        }

/// Between the kernels' memory and trees of tensors.
[<RequireQualifiedAccess>]
module internal FusedMemory =

    let nothing =
        { Rows = None
          Task = -1
          Version = -1L }

    /// A layer's linear map, the head last.
    let linears (parameters: Network.Parameters) =
        [ for layer in parameters.Hidden -> layer.Weight, layer.Bias
          for head in parameters.Heads -> head.Weight, head.Bias ]

    /// A layer's mask, the head's last.
    let masksOf (masks: Network.Masks) =
        [ for layer in masks.Hidden -> layer.Weight
          yield! masks.Heads ]

    let set (network: FusedNetwork) (part: Part) (parameters: Network.Parameters) =
        for layer, (weight, bias) in List.indexed (linears parameters) do
            network.Set(
                layer,
                part,
                Span.op_Implicit (TensorMemory.floats weight),
                Span.op_Implicit (TensorMemory.floats bias)
            )

    let setMoments (network: FusedNetwork) (optimiser: Optimiser.State<Network.Parameters>) =
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

    /// A network that learns the segments of `parameters` where they stand; everything else is copied. `contextsBegin`: whether every
    /// context begins with the optimiser.
    let create
        (options: EngineOptions)
        (shape: bool -> NetworkShape)
        (rule: Optimiser.Config)
        (contextsBegin: bool)
        (masks: Network.Masks)
        (optimiser: Optimiser.State<Network.Parameters>)
        (parameters: Network.Parameters)
        : FusedNetwork =
        let missing = masksOf masks
        let sparse = missing |> List.exists Option.isSome
        let address = Option.map TensorMemory.address >> Option.defaultValue 0n

        let network =
            FusedNetwork.Create(
                shape sparse,
                FusedShape.rule rule,
                options,
                contextsBegin && optimiser.Step = 0,
                ResizeArray(parameters.Hidden |> List.map (_.Segments >> address)),
                ResizeArray(masks.Hidden |> List.map (_.Segments >> address))
            )

        if sparse then
            for layer, (mask, (weight, _)) in List.indexed (List.zip missing (linears parameters)) do
                let mask = mask |> Option.defaultWith (fun () -> dsharp.onesLike weight)
                network.SetMask(layer, Span.op_Implicit (TensorMemory.floats mask))

        set network Part.Weight parameters

        if optimiser.Step > 0 then
            setMoments network optimiser

        network

    /// A state around the segments of `learner`, which it then owns; everything else is copied.
    let adopt
        (options: EngineOptions)
        (config: Learner.Config)
        (batch: int)
        (learner: Learner.State)
        : FusedState =
        let network =
            create
                options
                (fun sparse -> FusedShape.shape Training batch sparse config.Network)
                config.Optimiser
                (config.Boundaries && config.Context <> Clustered)
                learner.Masks
                learner.Optimiser
                learner.Parameters

        network.Choices <- config.Choices

        for layer, winners in List.indexed learner.Winners do
            (TensorMemory.floats winners.DutyCycle).CopyTo(network.DutyCycle layer)
            network.Samples <- int64 (winners.Samples.toDouble ())

        for piece in learner.Pieces do
            match piece with
            | SynapticState synaptic ->
                network.Consolidate(0.0, FusedShape.followsLossAlone config)
                set network Part.Anchor synaptic.Anchor
                set network Part.Importance synaptic.Importance
                set network Part.Path synaptic.Path
            | _ -> ()

        { Config = config
          Network = network
          Segments = learner.Parameters.Hidden |> List.map _.Segments
          Masks = learner.Masks
          Prototypes = learner.Prototypes
          Clusters = learner.Clusters
          Trained = ref nothing
          Asked = ref nothing
          Strength = ref 0.0 }

    /// What a network of this shape holds as `part`, its heads one, segments by `segments`.
    let read
        (config: Network.Config)
        (network: FusedNetwork)
        (part: Part)
        (segments: int -> Tensor option)
        : Network.Parameters =
        let widths = config.Inputs :: config.Hidden

        let linear layer outputs : Network.Linear =
            let weight = dsharp.zeros [ outputs; List.item layer widths ]
            let bias = dsharp.zeros [ outputs ]
            network.Get(layer, part, TensorMemory.floats weight, TensorMemory.floats bias)
            { Weight = weight; Bias = bias }

        { Hidden =
            [ for layer, units in List.indexed config.Hidden ->
                  let map = linear layer units

                  { Weight = map.Weight
                    Bias = map.Bias
                    Segments = segments layer } ]
          Heads = [ linear config.Hidden.Length (List.sum config.Heads) ] }

    /// The same of the network's moments, segments among them; those of segments that are not there are not.
    let readMoments
        (config: Network.Config)
        (network: FusedNetwork)
        (rule: Optimiser.Config)
        (segments: Tensor option list)
        : Optimiser.State<Network.Parameters> =
        let moment part =
            read config network part (fun layer ->
                List.item layer segments
                |> Option.map (fun weight ->
                    let moment = dsharp.zerosLike weight
                    network.GetSegmentMoments(layer, part, TensorMemory.floats moment)
                    moment))

        { Step = network.Steps
          Moments =
            if network.Steps = 0 then
                []
            else
                [ Part.First; Part.Second ]
                |> List.truncate (Optimiser.moments rule)
                |> List.map moment }

    /// What the state's network holds as `part`, segments by `segments`.
    let get (state: FusedState) (part: Part) (segments: int -> Tensor option) : Network.Parameters =
        read state.Config.Network state.Network part segments

    /// What the k-winners remember; a copy.
    let winners (state: FusedState) : Network.State =
        [ for layer, winners in List.indexed (Network.initState state.Config.Network) ->
              let duty = dsharp.zerosLike winners.DutyCycle
              state.Network.DutyCycle(layer).CopyTo(TensorMemory.floats duty)

              { winners with
                  DutyCycle = duty
                  Samples = dsharp.tensor state.Network.Samples } ]

    /// What Synaptic Intelligence keeps; a copy.
    let synaptic (state: FusedState) : SynapticIntelligence.State =
        let part part = get state part (fun _ -> None)

        { Anchor = part Part.Anchor
          Importance = part Part.Importance
          Path = part Part.Path }

    /// The state as `Learner` has it, without moments; segments, masks and prototypes are those that are learned.
    let look (state: FusedState) : Learner.State =
        { Parameters = get state Part.Weight (fun layer -> List.item layer state.Segments)
          Masks = state.Masks
          Winners = winners state
          Optimiser = Optimiser.init
          Prototypes = state.Prototypes
          Clusters = state.Clusters
          Pooler = None
          Pieces = [ for _ in state.Config.Pieces -> SynapticState(synaptic state) ] }

    /// `look`, with moments.
    let view (state: FusedState) : Learner.State =
        { look state with
            Optimiser = readMoments state.Config.Network state.Network state.Config.Optimiser state.Segments }
