namespace Dendrites

/// A feed-forward network of dendritic layers: `x → [masked linear · gate(context)] → activation → … → masked linear
/// heads` (active-dendrites paper, figure 4). Any number of hidden layers; every one may have its own gate; heads have no dendrites.
[<RequireQualifiedAccess>]
module Network =

    /// What follows the gate of a hidden layer.
    type Activation =
        /// The k largest survive, negative ones too; this replaces the rectifier.
        | KWinners of KWinners.Config
        /// max(0, y).
        | Relu

    /// How weights are drawn. Biases are always U(±1/√inputs).
    type Initialisation =
        /// Feed-forward U(±1/√inputs), segments U(±1/√context).
        | Default
        /// Feed-forward U(±1/√(ρ·w·inputs)): ρ the density of the layer's input (1 for the first and after a
        /// rectifier), w the density of its weights; segments U(±1/√(context density · segment density · context)).
        | Modified
        /// As `Modified` with ρ = 0.5 after the first layer: the published MLP baselines.
        | ModifiedMlp

    /// A network's shape. Sparsities are fractions of zeros.
    [<NoEquality; NoComparison>]
    type Config =
        {
            /// Width of the input.
            Inputs: int
            /// Units of each hidden layer.
            Hidden: int list
            /// Outputs of each head.
            Heads: int list
            /// One gate per hidden layer; `NoGate` gives the layer no segments.
            Gates: Gate list
            /// Segments per unit.
            Segments: int
            /// Width of the context vector.
            Context: int
            /// What follows the gate of every hidden layer.
            Activation: Activation
            /// Fraction of missing feed-forward weights, heads included, in [0, 1).
            WeightSparsity: float
            /// Fraction of missing segment weights, in [0, 1).
            SegmentSparsity: float
            /// Scale of `Modified` segments only: the assumed density of contexts, in (0, 1].
            ContextDensity: float
            /// How the first weights are drawn.
            Initialisation: Initialisation
            /// `Float32`, or `Float64` for checks.
            Dtype: Dtype
        }

    /// A linear map: weight `[outputs; inputs]`, bias `[outputs]`.
    type Linear =
        {
            /// `[outputs; inputs]`
            Weight: Tensor
            /// `[outputs]`
            Bias: Tensor
        }

    /// A hidden layer: weight `[units; inputs]`, bias `[units]`, segments `[units; segments; context]` where gated.
    type Layer =
        {
            /// `[units; inputs]`
            Weight: Tensor
            /// `[units]`
            Bias: Tensor
            /// `[units; segments; context]`, where the layer is gated.
            Segments: Tensor option
        }

    /// Everything that is learned.
    type Parameters =
        {
            /// From the input upwards.
            Hidden: Layer list
            /// The output layers; most networks have one.
            Heads: Linear list
        }

    /// Where a layer's weights exist (1) and where not (0); `None`: everywhere.
    type LayerMasks =
        {
            /// `[units; inputs]`
            Weight: Tensor option
            /// `[units; segments; context]`
            Segments: Tensor option
        }

    /// The connectivity of a network: drawn once, never rewired.
    type Masks =
        {
            /// From the input upwards.
            Hidden: LayerMasks list
            /// One for each head, `[outputs; inputs]`.
            Heads: Tensor option list
        }

    /// What the k-winners of each hidden layer remember; empty for rectifiers.
    type State = KWinners.State list

    /// The parameters without segments: what consolidation protects.
    let feedForward (parameters: Parameters) : Parameters =
        { parameters with
            Hidden = parameters.Hidden |> List.map (fun layer -> { layer with Segments = None }) }

    let private hasSegments gate =
        match gate with
        | NoGate -> false
        | _ -> true

    /// Every reason why `config` cannot be used.
    let validate (config: Config) : Problem list =
        [ yield! Problem.atLeast 1 "inputs" config.Inputs
          if List.isEmpty config.Heads then
              Problem.at "heads" "empty" "at least one head"
          for units in config.Hidden @ config.Heads do
              yield! Problem.atLeast 1 "units" units
          if config.Gates.Length <> config.Hidden.Length then
              Problem.at
                  "gates"
                  $"{config.Gates.Length} gates"
                  $"one for each of the {config.Hidden.Length} hidden layers"
          if config.Gates |> List.exists hasSegments then
              yield! Problem.atLeast 1 "segments" config.Segments
              yield! Problem.atLeast 1 "context" config.Context
          if
              config.Segments <> 1
              && config.Gates |> List.exists (fun gate -> gate.IsOneSegment || gate.IsSwitch)
          then
              Problem.at "segments" (string config.Segments) "1 with the gates one-segment and switch"
          match config.Activation with
          | KWinners winners ->
              yield! KWinners.validate winners

              match List.filter (fun units -> units > 0) config.Hidden with
              | [] -> ()
              | widths when KWinners.winners winners Training (List.min widths) >= 1 -> ()
              | widths ->
                  Problem.at
                      "density"
                      (string winners.Density)
                      $"a fraction that leaves a winner among {List.min widths} units"
          | Relu -> ()
          yield! Problem.sparsity "weight-sparsity" config.WeightSparsity
          match List.filter (fun fanIn -> fanIn > 0) (config.Inputs :: config.Hidden) with
          | fanIns when
              config.WeightSparsity < 1.0
              && not (List.isEmpty fanIns)
              && SparseMask.connections config.WeightSparsity (List.min fanIns) < 1
              ->
              Problem.at
                  "weight-sparsity"
                  (string config.WeightSparsity)
                  $"a fraction that leaves a weight among {List.min fanIns}"
          | _ -> ()
          yield! Problem.sparsity "segment-sparsity" config.SegmentSparsity
          yield! Problem.fraction "context-density" config.ContextDensity ]

    let private widths (config: Config) = config.Inputs :: config.Hidden

    let private lastWidth (config: Config) = List.last (widths config)

    let private inputDensity (config: Config) (layer: int) =
        match config.Initialisation, config.Activation with
        | _ when layer = 0 -> 1.0
        | ModifiedMlp, _ -> 0.5
        | _, KWinners winners -> winners.Density
        | _, Relu -> 1.0

    /// Half-width of the uniform distribution that the feed-forward weights of layer `layer` (heads: the number of
    /// hidden layers) with `inputs` inputs are drawn from.
    let weightBound (config: Config) (layer: int) (inputs: int) =
        match config.Initialisation with
        | Default -> 1.0 / sqrt (float inputs)
        | Modified
        | ModifiedMlp ->
            1.0
            / sqrt (inputDensity config layer * (1.0 - config.WeightSparsity) * float inputs)

    /// Half-width of the uniform distribution that segment weights are drawn from.
    let segmentBound (config: Config) =
        match config.Initialisation with
        | Default -> 1.0 / sqrt (float config.Context)
        | Modified
        | ModifiedMlp ->
            1.0
            / sqrt (config.ContextDensity * (1.0 - config.SegmentSparsity) * float config.Context)

    let private uniform key bound shape dtype =
        Key.uniform -bound bound shape dtype key

    /// The connectivity that `key` draws: equal fan-in for every unit of a layer.
    let initMasks (key: Key) (config: Config) : Masks =
        let mask purpose layer sparsity rows fanIn =
            if sparsity = 0.0 then
                None
            else
                let key = key |> Key.named purpose |> Key.fork layer
                Some(SparseMask.init key sparsity rows fanIn config.Dtype)

        { Hidden =
            [ for layer, (inputs, (units, gate)) in
                  List.indexed (
                      List.zip
                          (List.take config.Hidden.Length (widths config))
                          (List.zip config.Hidden config.Gates)
                  ) ->
                  { Weight = mask "weight" layer config.WeightSparsity units inputs
                    Segments =
                      if hasSegments gate then
                          mask
                              "segments"
                              layer
                              config.SegmentSparsity
                              (units * config.Segments)
                              config.Context
                          |> Option.map (fun mask -> mask.view [ units; config.Segments; config.Context ])
                      else
                          None } ]
          Heads =
            [ for head, outputs in List.indexed config.Heads ->
                  mask "head" head config.WeightSparsity outputs (lastWidth config) ] }

    /// Parameters with every missing weight set to zero; applied after every optimiser step.
    let rezero (masks: Masks) (parameters: Parameters) : Parameters =
        { Hidden =
            (masks.Hidden, parameters.Hidden)
            ||> List.map2 (fun mask layer ->
                { layer with
                    Weight = SparseMask.apply mask.Weight layer.Weight
                    Segments = layer.Segments |> Option.map (SparseMask.apply mask.Segments) })
          Heads =
            (masks.Heads, parameters.Heads)
            ||> List.map2 (fun mask head ->
                { head with
                    Weight = SparseMask.apply mask head.Weight }) }

    /// Parameters that `key` draws, missing weights zero.
    let init (key: Key) (config: Config) (masks: Masks) : Parameters =
        let linear purpose index layer inputs outputs : Linear =
            let key = key |> Key.named purpose |> Key.fork index

            { Weight =
                uniform (Key.fork 0 key) (weightBound config layer inputs) [ outputs; inputs ] config.Dtype
              Bias = uniform (Key.fork 1 key) (1.0 / sqrt (float inputs)) [ outputs ] config.Dtype }

        let hidden layer inputs units gate =
            let feedForward = linear "hidden" layer layer inputs units
            let key = key |> Key.named "segments" |> Key.fork layer

            { Weight = feedForward.Weight
              Bias = feedForward.Bias
              Segments =
                let shape = [ units; config.Segments; config.Context ]

                match gate with
                | NoGate -> None
                | Switch on -> Some(Key.bernoulli on shape config.Dtype key)
                | _ -> Some(uniform key (segmentBound config) shape config.Dtype) }

        rezero
            masks
            { Hidden =
                [ for layer, gate in List.indexed config.Gates ->
                      hidden layer (List.item layer (widths config)) config.Hidden[layer] gate ]
              Heads =
                [ for index, outputs in List.indexed config.Heads ->
                      linear "head" index config.Hidden.Length (lastWidth config) outputs ] }

    /// The state of the k-winners before the first batch.
    let initState (config: Config) : State =
        match config.Activation with
        | KWinners winners -> [ for units in config.Hidden -> KWinners.init winners units config.Dtype ]
        | Relu -> []

    /// A layer before its activation: the drive `x Wᵀ + b` under the gate, `[batch; units]`.
    let drive (gate: Gate) (layer: Layer) (x: Tensor) (context: Context) : Tensor =
        let y = dsharp.linear (x, layer.Weight, layer.Bias)

        match layer.Segments with
        | Some segments -> Gate.modulate gate y (Segments.response gate segments context)
        | None -> y

    /// As `hiddenOutputs`, where what a hidden layer says, of number `layer` from 0, goes on as `alter layer` has it.
    let private hiddenOutputsBy
        (alter: int -> Tensor -> Tensor)
        (config: Config)
        (phase: Phase)
        (parameters: Parameters)
        (state: State)
        (x: Tensor)
        (context: Context)
        =
        let step (x: Tensor, outputs, states) (layer, (gate, layerParameters)) =
            let driven = drive gate layerParameters x context

            let y, states =
                match config.Activation with
                | Relu -> dsharp.relu driven, states
                | KWinners winners ->
                    let y, next = KWinners.apply winners phase (List.item layer state) driven
                    y, next :: states

            let y = alter layer y
            y, y :: outputs, states

        let _, outputs, states =
            List.zip config.Gates parameters.Hidden
            |> List.indexed
            |> List.fold step (x, [], [])

        List.rev outputs, List.rev states

    /// The output of every hidden layer, first to last, and the states after the batch. `x: [batch; inputs]`.
    let hiddenOutputs config phase parameters state x context =
        hiddenOutputsBy (fun _ y -> y) config phase parameters state x context

    let private speak (parameters: Parameters) (x: Tensor) (outputs: Tensor list) =
        let last = outputs |> List.tryLast |> Option.defaultValue x
        [ for head in parameters.Heads -> dsharp.linear (last, head.Weight, head.Bias) ]

    /// The heads' outputs for `x: [batch; inputs]`, each `[batch; outputs]`, and the states after the batch.
    let applyHeads
        (config: Config)
        (phase: Phase)
        (parameters: Parameters)
        (state: State)
        (x: Tensor)
        (context: Context)
        =
        let outputs, next = hiddenOutputs config phase parameters state x context
        speak parameters x outputs, next

    /// The first head's output `[batch; outputs]`, and the states after the batch.
    let apply
        (config: Config)
        (phase: Phase)
        (parameters: Parameters)
        (state: State)
        (x: Tensor)
        (context: Context)
        =
        let outputs, next = applyHeads config phase parameters state x context
        List.head outputs, next

    /// As `apply` in training, where what a hidden layer says, of number `layer` from 0, goes on as `alter layer` has it.
    let applyAltered alter config parameters state x context =
        let outputs, next = hiddenOutputsBy alter config Training parameters state x context

        List.head (speak parameters x outputs), next

    /// Stored and non-zero parameters by kind, biases counted as feed-forward.
    type Count =
        {
            /// Feed-forward weights and biases held in memory, heads included.
            FeedForwardStored: int64
            /// Feed-forward weights that exist, and all biases.
            FeedForwardNonZero: int64
            /// Segment weights held in memory.
            SegmentsStored: int64
            /// Segment weights that exist.
            SegmentsNonZero: int64
        }

        /// Parameters that take part: non-zero weights and all biases.
        member count.NonZero = count.FeedForwardNonZero + count.SegmentsNonZero
        /// Parameters in memory.
        member count.Stored = count.FeedForwardStored + count.SegmentsStored

    /// Parameter counts from the configuration alone: nothing is drawn.
    let count (config: Config) : Count =
        let inputs = widths config
        let outputs = config.Hidden @ [ List.sum config.Heads ]

        let linear fanIn =
            List.map2 (fun wide high -> int64 high * (fanIn wide + 1L)) inputs outputs
            |> List.sum

        let segments fanIn =
            List.map2
                (fun units gate ->
                    if hasSegments gate then
                        int64 units * int64 config.Segments * fanIn
                    else
                        0L)
                config.Hidden
                config.Gates
            |> List.sum

        { FeedForwardStored = linear int64
          FeedForwardNonZero = linear (SparseMask.connections config.WeightSparsity >> int64)
          SegmentsStored = segments (int64 config.Context)
          SegmentsNonZero = segments (int64 (SparseMask.connections config.SegmentSparsity config.Context)) }
