/// Learners, batches and engines that the tests of `Fused` are made on.
module Dendrites.Tests.FusedCases

open Dendrites
open Dendrites.Kernels
open Expecto

/// A learner, the batches of its tasks, and how the fused engine computes them.
type Case =
    {
        Learner: Learner.Config
        Batch: int
        /// Two tasks.
        Tasks: Samples list list
        Options: EngineOptions
    }

/// Images of which half of the pixels or most are one constant, and sometimes all of some are zero, as normalised handwriting has them.
let private images batch inputs key =
    let noise = Key.normal [ batch; inputs ] Dtype.Float32 (Key.named "noise" key)

    let draw =
        Key.uniform 0.0 1.0 [ batch; inputs ] Dtype.Float32 (Key.named "draw" key)

    let whole = Key.uniform 0.0 1.0 [ batch; 1 ] Dtype.Float32 (Key.named "whole" key)
    let ones = dsharp.onesLike draw

    let background =
        dsharp.where (dsharp.lt (draw, ones * pick "background" [ 0.5; 0.85 ] key), ones * -0.42421296, noise)
    // Of ten samples, one is black all over and one is constant; a black one does without the background.
    let odd = pick "odd" [ 0.1; 0.1; 0.0 ] key

    let withBlack =
        dsharp.where (dsharp.lt (whole.expand [ batch; inputs ], ones * odd), ones * 0.0, background)

    dsharp.where (dsharp.gt (whole.expand [ batch; inputs ], ones * (1.0 - odd)), ones * 1.5, withBlack)

let private gates =
    [ NoGate; Bias; Max; MaxShared; AbsMax; AbsMaxUnsigned; OneSegment ]

let private network context key : Network.Config =
    let hidden =
        [ for layer in 1 .. size "layers" 0 3 key ->
              size $"units {layer}" 2 (pick $"wide {layer}" [ 9; 150 ] key) key ]

    let one = size "one segment" 0 4 key = 0

    let gate layer =
        if context = 0 then
            NoGate
        else
            match gates[size $"gate {layer}" 0 6 key] with
            | OneSegment when not one -> AbsMax
            | gate -> gate

    let least = if hidden.IsEmpty then 2 else List.min hidden
    let inputs = size "inputs" 1 60 key

    { Inputs = inputs
      Hidden = hidden
      Heads = [ pick "classes" [ 2; 5; 70 ] key ]
      Gates = List.mapi (fun layer _ -> gate layer) hidden
      Segments = if one then 1 else size "segments" 1 20 key
      Context = context
      Activation =
        if size "activation" 0 3 key = 0 then
            Network.Relu
        else
            let winners =
                KWinners.standard (float (size "winners" 1 (least - 1) key) / float least)

            Network.KWinners
                { winners with
                    InferenceFactor = pick "inference" [ 1.0; 1.0; 1.6 ] key
                    DutyCyclePeriod = pick "period" [ 1000; 90 ] key }
      WeightSparsity = 0.0
      SegmentSparsity = 0.0
      ContextDensity = 0.5
      Initialisation = Network.Modified
      Dtype = Dtype.Float32 }

/// As sparse as leaves every unit a weight.
let private thinned key (network: Network.Config) =
    let sparse =
        { network with
            WeightSparsity = float (size "weight sparsity" 0 9 key) / 10.0
            SegmentSparsity = float (size "segment sparsity" 0 5 key) / 10.0 }

    if (Network.validate sparse).IsEmpty then
        sparse
    else
        network

let private optimiser key : Optimiser.Config =
    match size "rule" 0 3 key with
    | 0 ->
        { Rule = Optimiser.Sgd 0.0
          LearningRate = 0.02 }
    | 1 ->
        { Rule = Optimiser.Sgd 0.9
          LearningRate = 0.01 }
    | _ -> Optimiser.adam (pick "rate" [ 1e-4; 3e-3 ] key)

let private options key =
    EngineOptions(
        Threads = size "threads" 1 3 key,
        Instructions = pick "instructions" (List.ofSeq InstructionSets.All) key,
        RankOneMoments = (size "rank one" 0 2 key > 0),
        Background = (size "background" 0 2 key > 0),
        ReorderAfter = ResizeArray(pick "reorder" [ []; [ 1; 3 ]; [ 2 ] ] key)
    )

/// Of hidden units only behind rectifiers.
let dropout activation key : Dropout.Config =
    { Input = pick "input dropout" [ 0.0; 0.0; 0.3 ] key
      Hidden =
        if activation = Network.Relu then
            pick "dropout" [ 0.0; 0.5; 0.2 ] key
        else
            0.0
      Key = Key.named "dropped" key }

/// The case that a key draws: two tasks of up to `steps` updates.
let draw steps key : Case =
    let tasks = 2

    let context =
        pick
            "context"
            [ Prototype
              Prototype
              Clustered
              OneHotTask
              SparseBinary
              OwnPrototype
              Contextless ]
            key

    let network =
        match context with
        | Contextless -> network 0 key
        | OneHotTask -> network tasks key
        | _ ->
            let network = network 1 key

            { network with
                Context = network.Inputs }
        |> thinned key

    let batch =
        if context = Clustered then
            40
        else
            pick "batch" [ 1; 7; 40 ] key

    let classes = network.Heads.Head

    { Learner =
        { Network = network
          Optimiser = optimiser key
          Context = context
          ContextUse = ToSegments
          Tasks = tasks
          Choices = pick "choices" [ classes; classes; (classes + 1) / 2 ] key
          Boundaries = (size "boundaries" 0 1 key = 0)
          Pieces =
            pick
                "pieces"
                [ []
                  []
                  [ Synaptic
                        { Strength = 0.5
                          Damping = 0.1
                          From = size "from" 1 3 key
                          Source =
                            pick "path" [ SynapticIntelligence.Total; SynapticIntelligence.LossAlone ] key } ] ]
                key
          Dropout = dropout network.Activation key }
      Batch = batch
      Tasks =
        [ for task in 1..tasks ->
              [ for step in 1 .. size $"steps {task}" 1 steps key ->
                    let key = key |> Key.named "batch" |> Key.fork task |> Key.fork step

                    { Images = images batch network.Inputs key
                      Labels = indices (Key.integers 0 classes batch (Key.named "labels" key)) } ] ]
      Options = options key }

/// What a method does with a case: the loss of every step, and the state behind the last task's last step.
let learn (method': Method<'s>) (start: 's) (case: Case) : float list * 's =
    let task (losses, state) (number, batches: Samples list) =
        let first: Samples = batches.Head

        let begun =
            method'.BeginTask number (taskOf first) [| 0 .. first.Count - 1 |] state
            |> method'.BeginEpoch

        let step (losses, state) batch =
            let state, loss = method'.Step number batch state
            loss :: losses, state

        let losses, state = List.fold step (losses, begun) batches
        // The last task stays open, so that moments can be compared.
        losses,
        (if number = case.Tasks.Length - 1 then
             state
         else
             method'.EndTask number (taskOf first) [| 0 .. first.Count - 1 |] state)

    let losses, state = List.indexed case.Tasks |> List.fold task ([], start)
    List.rev losses, state

/// The case by the reference engine, from a learner.
let byReference case (start: Learner.State) =
    learn (Learner.asMethod case.Learner) start case

/// The case by the fused engine with other options, from a learner: losses, and the state as the reference has it.
let byFused options case (start: Learner.State) =
    let method' = Fused.asMethod options case.Batch case.Learner
    let state = Fused.ofLearner options case.Learner case.Batch start
    let losses, state = learn method' state case
    let learner = Fused.toLearner state
    losses, learner, (method', state)

let private norm (t: Tensor) =
    let t = t.cast Dtype.Float64
    (t * t).sum().sqrt().toDouble()

/// The largest distance of two trees' tensors, relative to their norms.
let apart (expected: 'p) (actual: 'p) =
    Seq.zip (Tree.tensors expected) (Tree.tensors actual)
    |> Seq.map (fun (e, a) -> norm (e - a) / (norm e + 1e-9))
    |> Seq.append [ 0.0 ]
    |> Seq.max

let lossesApart expected actual =
    List.map2 (fun e a -> abs (e - a) / max 0.3 (abs e)) expected actual |> List.max

/// How far two ways of learning a case are apart: losses, parameters, moments.
let private distance (losses, state: Learner.State) (losses', state': Learner.State) =
    let moments =
        List.map2 apart state.Optimiser.Moments state'.Optimiser.Moments
        |> List.append [ 0.0 ]
        |> List.max

    lossesApart losses losses', apart state.Parameters state'.Parameters, moments

/// The learner with every weight moved by about one ulp.
let private nudged key (state: Learner.State) =
    let nudge (t: Tensor) =
        let by =
            Key.uniform -1.2e-7 1.2e-7 (List.ofArray t.shape) t.dtype (Key.fork t.nelement key)

        t + t * by

    { state with
        Parameters = Tree.map nudge state.Parameters }

/// Fails unless another way to learn a case, from a learner to losses and the state behind them, gets where the reference is: losses to
/// 1e-6, parameters and moments within the rounding of float32.
/// Which unit wins is a discrete choice: a case in which one ulp decides it, so that the reference is as far from itself,
/// says nothing.
let expectSameLearning key case (other: Learner.State -> float list * Learner.State) =
    let start = Learner.init case.Learner key
    let expected = byReference case start
    let losses, state = other start
    let loss, parameters, moments = distance expected (losses, state)

    let within scale =
        loss <= 1e-6 * scale && parameters <= 2e-6 * scale && moments <= 2e-5 * scale

    if not (within 1.0) then
        // A single nudge may miss the unit that stands on the edge.
        let chaotic trial =
            let loss, parameters, moments =
                distance expected (byReference case (nudged (Key.fork trial key) start))

            loss > 3e-7 || parameters > 5e-7 || moments > 5e-6

        if not (Seq.exists chaotic (seq { 1..40 })) then
            failtestf
                "losses %.1e, parameters %.1e, moments %.1e apart, and no nudge moves the reference as far"
                loss
                parameters
                moments

    else
        // An output within an ulp of 0 counts for one and not for the other.
        Expect.isLessThan (apart (snd expected).Winners state.Winners) 5e-3 "duty cycles"
        Expect.isLessThan (apart (snd expected).Pieces state.Pieces) 1e-3 "what pieces keep"

    expectSame (snd expected).Clusters state.Clusters "clusters"
    expectSame (snd expected).Prototypes state.Prototypes "prototypes"
    Expect.equal state.Optimiser.Step (snd expected).Optimiser.Step "updates"
