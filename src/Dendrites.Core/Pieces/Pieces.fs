namespace Dendrites

/// What a piece may ask of the network that it is part of.
[<NoEquality; NoComparison>]
type Model =
    {
        /// Scores `[n; classes]` of parameters, as in training, for images `[n; inputs]` in contexts.
        Scores: Network.Parameters -> Tensor -> Context -> Tensor
        /// Mean cross-entropy of scores `[n; classes]` of labels `[n]` int64, among the classes that count for each.
        Entropy: Tensor -> Tensor -> Tensor
        /// The contexts of images `[n; inputs]` that came from tasks `[n]` int64, which only oracle contexts may look at.
        Contexts: Tensor -> Tensor -> Context
    }

/// An idea that can be joined to any network and to others: what keeps, or brings back, what earlier tasks have taught.
[<NoEquality; NoComparison>]
type Piece =
    /// Synaptic Intelligence.
    | Synaptic of SynapticIntelligence.Config
    /// Online Elastic Weight Consolidation.
    | Elastic of ElasticWeights.Config
    /// Learning without Forgetting.
    | Distilled of Distillation.Config
    /// Experience replay, DER++ or A-GEM.
    | Remembered of Replay.Config
    /// PackNet.
    | Parted of PackNet.Config
    /// Hard attention to the task.
    | Attended of HardAttention.Config

/// What a piece remembers.
[<NoEquality; NoComparison>]
type PieceState =
    /// See `SynapticIntelligence`.
    | SynapticState of SynapticIntelligence.State
    /// See `ElasticWeights`.
    | ElasticState of ElasticWeights.State
    /// See `Distillation`.
    | DistilledState of Distillation.State
    /// See `Replay`.
    | RememberedState of Replay.State
    /// See `PackNet`.
    | PartedState of PackNet.State
    /// See `HardAttention`.
    | AttendedState of HardAttention.State

/// Where the pieces take part in learning: in the loss, in the gradient, after an update, and where a task ends.
[<RequireQualifiedAccess>]
module Pieces =

    /// Whether a piece must be told where a task ends.
    let needsBoundaries (piece: Piece) =
        match piece with
        | Synaptic _
        | Elastic _
        | Distilled _
        | Parted _
        | Attended _ -> true
        | Remembered _ -> false

    /// Before the first task, for a network of these parameters and images of `inputs` pixels.
    let init
        (network: Network.Config)
        (inputs: int)
        (parameters: Network.Parameters)
        (key: Key)
        (piece: Piece)
        : PieceState =
        match piece with
        | Synaptic _ -> SynapticState(SynapticIntelligence.init parameters)
        | Elastic _ -> ElasticState(ElasticWeights.init parameters)
        | Distilled _ -> DistilledState(Distillation.init parameters)
        | Parted _ -> PartedState(PackNet.init parameters)
        | Attended _ -> AttendedState(HardAttention.init parameters)
        | Remembered config -> RememberedState(Replay.init config inputs network.Heads.Head network.Dtype key)

    let private entropyOf (model: Model) (draw: Replay.Draw) (parameters: Network.Parameters) =
        let context = model.Contexts draw.Samples.Images draw.Tasks
        model.Entropy (model.Scores parameters draw.Samples.Images context) draw.Samples.Labels

    let private moved (model: Model) (draw: Replay.Draw) (parameters: Network.Parameters) =
        let context = model.Contexts draw.Samples.Images draw.Tasks
        dsharp.mseLoss (model.Scores parameters draw.Samples.Images context, draw.Scores)

    /// What a piece adds to the loss of a batch of task number `task` in `context`, of which the network says `scores`; `None` for
    /// nothing.
    let loss
        (model: Model)
        (task: int)
        (images: Tensor)
        (context: Context)
        (scores: Tensor)
        (parameters: Network.Parameters)
        (piece: Piece)
        (state: PieceState)
        : Tensor option =
        match piece, state with
        | Synaptic config, SynapticState kept ->
            let strength = SynapticIntelligence.strength config task

            if strength > 0.0 then
                Some(SynapticIntelligence.penalty kept parameters * strength)
            else
                None
        | Elastic config, ElasticState kept when task > 0 ->
            Some(ElasticWeights.penalty config kept parameters)
        | Distilled config, DistilledState kept when Distillation.teaches kept ->
            let teacher = dsharp.noGrad (fun () -> model.Scores kept.Teacher images context)

            Some(Distillation.loss config teacher scores)
        | Remembered config, RememberedState memory ->
            let term purpose weight (loss: Replay.Draw -> Tensor) =
                Replay.draw config purpose memory |> Option.map (fun draw -> loss draw * weight)

            match config.Use with
            | Replay.Rehearsal weight -> term "samples" weight (fun draw -> entropyOf model draw parameters)
            | Replay.Dark(alpha, beta) ->
                Option.map2
                    (+)
                    (term "scores" alpha (fun draw -> moved model draw parameters))
                    (term "samples" beta (fun draw -> entropyOf model draw parameters))
            | Replay.Projection -> None
        | Attended config, AttendedState kept ->
            Some(HardAttention.penalty config parameters kept * config.Strength)
        | _ -> None

    /// The gradient that the optimiser is given in place of `gradients`.
    let redirect
        (model: Model)
        (parameters: Network.Parameters)
        (gradients: Network.Parameters)
        (piece: Piece)
        (state: PieceState)
        : Network.Parameters =
        match piece, state with
        | Remembered({ Use = Replay.Projection } as config), RememberedState memory ->
            match Replay.draw config "samples" memory with
            | Some draw ->
                let _, reference = Tree.grad (entropyOf model draw) parameters
                Replay.project reference gradients
            | None -> gradients
        | Attended config, AttendedState kept -> HardAttention.compensate config parameters gradients kept
        | _ -> gradients

    /// Before a task of so many training samples.
    let beginTask (samples: int) (piece: Piece) (state: PieceState) : PieceState =
        match piece, state with
        | Attended config, AttendedState kept -> AttendedState(HardAttention.beginTask config samples kept)
        | _ -> state

    /// Before an epoch: the parameters that go into it.
    let beginEpoch
        (parameters: Network.Parameters)
        (piece: Piece)
        (state: PieceState)
        : Network.Parameters * PieceState =
        match piece, state with
        | Parted config, PartedState kept ->
            let parameters, kept = PackNet.beginEpoch config parameters kept
            parameters, PartedState kept
        | Attended _, AttendedState kept -> parameters, AttendedState(HardAttention.beginEpoch kept)
        | _ -> parameters, state

    /// The parameters as the network reads them while it learns.
    let shown (parameters: Network.Parameters) (piece: Piece) (state: PieceState) : Network.Parameters =
        match piece, state with
        | Attended config, AttendedState kept ->
            HardAttention.steepened (HardAttention.slope config kept) parameters
        | _ -> parameters

    /// The parameters once an update has moved them from `before` to `after`: what may not move goes back.
    let hold
        (before: Network.Parameters)
        (after: Network.Parameters)
        (piece: Piece)
        (state: PieceState)
        : Network.Parameters =
        match piece, state with
        | Parted _, PartedState kept -> PackNet.hold before after kept
        | Attended config, AttendedState kept -> HardAttention.hold config before after kept
        | _ -> after

    /// The parameters that answer to task number `task`, where that is given at test.
    let seenBy
        (task: int)
        (parameters: Network.Parameters)
        (piece: Piece)
        (state: PieceState)
        : Network.Parameters =
        match piece, state with
        | Parted _, PartedState kept -> PackNet.seenBy task parameters kept
        | Attended config, AttendedState _ -> HardAttention.steepened config.Scale parameters
        | _ -> parameters

    /// After an update by `batch` of task number `task` moved the parameters from `before` to `after`.
    let follow
        (task: int)
        (batch: Samples)
        (scores: Tensor)
        (gradients: Network.Parameters)
        (before: Network.Parameters)
        (after: Network.Parameters)
        (piece: Piece)
        (state: PieceState)
        : PieceState =
        match piece, state with
        | Synaptic config, SynapticState kept ->
            let strength = SynapticIntelligence.strength config task
            SynapticState(SynapticIntelligence.follow config strength gradients before after kept)
        | Remembered _, RememberedState memory -> RememberedState(Replay.meet task batch scores memory)
        | Attended _, AttendedState kept -> AttendedState(HardAttention.follow kept)
        | _ -> state

    /// After task number `task`, whose training samples at `places` were learned: the parameters, and what the piece remembers.
    let endTask
        (model: Model)
        (task: int)
        (samples: Task)
        (places: int[])
        (parameters: Network.Parameters)
        (piece: Piece)
        (state: PieceState)
        : Network.Parameters * PieceState =
        match piece, state with
        | Parted config, PartedState kept ->
            let parameters, kept = PackNet.endTask config parameters kept
            parameters, PartedState kept
        | Synaptic config, SynapticState kept ->
            parameters, SynapticState(SynapticIntelligence.endTask config parameters kept)
        | Elastic config, ElasticState kept ->
            let places = Array.truncate config.Samples places

            let loss i parameters =
                let one = samples.Gather [| places[i] |]

                let context =
                    model.Contexts one.Images (dsharp.full ([ 1 ], task, dtype = Dtype.Int64))

                model.Entropy (model.Scores parameters one.Images context) one.Labels

            let fisher = ElasticWeights.fisher places.Length loss parameters
            parameters, ElasticState(ElasticWeights.endTask config fisher parameters kept)
        | Distilled _, DistilledState kept -> parameters, DistilledState(Distillation.endTask parameters kept)
        | Attended config, AttendedState kept ->
            parameters, AttendedState(HardAttention.endTask config parameters kept)
        | _ -> parameters, state
