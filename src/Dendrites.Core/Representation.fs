namespace Dendrites

/// What the hidden units and the segments of a learner do, task by task: sub-networks that overlap but differ.
[<RequireQualifiedAccess>]
module Representation =

    /// What each segment says and how often it wins, on average over a task's samples.
    type SegmentUse =
        {
            /// `[tasks; units; segments]`: activations, before the gate.
            Activations: Tensor
            /// `[tasks; units; segments]`: the fraction of samples for which the gate listened to the segment; zero of a gate that
            /// selects none.
            Wins: Tensor
        }

    /// A hidden layer.
    type Layer =
        {
            /// `[tasks; units]`: the fraction of a task's samples for which the unit is not zero.
            Active: Tensor
            /// `[tasks; units]`: the fraction for which it is above zero; a winner of k-winners may be below.
            Positive: Tensor
            /// `[tasks; units]`: what the unit answers on average.
            Mean: Tensor
            /// `[tasks; tasks]`: the mean, over pairs of distinct samples, of the units that are not zero in both, as a share of all
            /// units: the authors' measure.
            Overlap: Tensor
            /// `[tasks; tasks]`: the same as a share of the units that are not zero in either: intersection over union.
            Iou: Tensor
            /// `[tasks; tasks]`: the mean cosine between the layer's outputs for pairs of distinct samples.
            Cosine: Tensor
            /// Of a gated layer.
            Segments: SegmentUse option
        }

    /// A learner, seen from outside.
    [<NoEquality; NoComparison>]
    type Analysis =
        {
            /// From the input upwards.
            Layers: Layer list
            /// For each task, how often the inferred context is its own: its prototype; of clusters, the one that most of the task's
            /// samples have. `None` where nothing is inferred.
            Inference: float list option
        }

    /// Samples of which all pairs are compared.
    [<Literal>]
    let Compared = 64

    /// What is kept of a task: for each layer the fractions active and above zero, the mean of outputs and of normalised ones, and
    /// the compared samples' masks; the share of samples that read each context; and contexts.
    [<NoEquality; NoComparison>]
    type private Seen =
        { Samples: int
          Active: Tensor list
          Positive: Tensor list
          Mean: Tensor list
          Direction: Tensor list
          Masks: Tensor list
          Contexts: Tensor option
          Shares: Tensor option }

    let private isActive (x: Tensor) =
        dsharp.cast (dsharp.ne (x, dsharp.zerosLike x), x.dtype)

    let private normalised (x: Tensor) =
        x / dsharp.sqrt ((x * x).sum(1, keepDim = true) + 1e-24)

    /// The contexts that samples read, as rows, and the share of the samples that reads each; `None` without contexts.
    let private contexts (context: Context) : (Tensor * Tensor) option =
        match context with
        | NoContext -> None
        | Shared row -> Some(row.unsqueeze 0, dsharp.ones [ 1 ])
        | PerSample rows -> Some(rows, dsharp.full ([ rows.shape[0] ], 1.0 / float rows.shape[0]))
        | Rows(rows, index) ->
            let read = (TensorMemory.longs index).ToArray() |> Array.countBy id |> Array.sort
            let total = float32 index.shape[0]

            Some(
                dsharp.indexSelect (rows, 0, dsharp.tensor (Array.map fst read)),
                dsharp.tensor (read |> Array.map (fun (_, count) -> float32 count / total))
            )

    /// How often the context of a task's samples is its own.
    let private own (config: Learner.Config) (task: int) (context: Context) : float option =
        match config.Context, context with
        | Prototype, Rows(_, index) ->
            let read = (TensorMemory.longs index).ToArray()
            Some(read |> Array.averageBy (fun row -> if int row = task then 1.0 else 0.0))
        | Clustered, Rows(_, index) ->
            let read = (TensorMemory.longs index).ToArray()
            let most = read |> Array.countBy id |> Array.map snd |> Array.max
            Some(float most / float read.Length)
        | _ -> None

    /// A task's samples: what the hidden layers answer, each `[samples; units]`, in the contexts that were read.
    let private see (outputs: Tensor list, context: Context) : Seen =
        let samples = outputs.Head.shape[0]
        let shares = contexts context

        { Samples = samples
          Active = outputs |> List.map (fun y -> (isActive y).mean 0)
          Positive =
            outputs
            |> List.map (fun y -> (dsharp.cast (dsharp.gt (y, dsharp.zerosLike y), y.dtype)).mean 0)
          Mean = outputs |> List.map (fun y -> y.mean 0)
          Direction = outputs |> List.map (fun y -> (normalised y).mean 0)
          Masks = outputs |> List.map (fun y -> isActive y[.. min Compared samples - 1])
          Contexts = Option.map fst shares
          Shares = Option.map snd shares }

    /// Matrix of the mean over pairs of distinct samples of a product that is linear in both: from its mean vectors `[units]` for
    /// each task, and the mean of a sample's product with itself.
    let private pairs (samples: int list) (means: Tensor list) (itself: float list) : Tensor =
        let means = dsharp.stack (means, 0)
        let products = dsharp.matmul (means, means.transpose ())

        let distinct =
            List.zip samples itself
            |> List.mapi (fun i (n, own) ->
                let n = float n
                let all = products[i, i].toDouble()
                float32 (if n > 1.0 then (n * all - own) / (n - 1.0) else own))
            |> Array.ofList

        let eye = dsharp.eye distinct.Length
        products * (1.0 - eye) + eye * dsharp.tensor distinct

    let private iou (masks: Tensor list) : Tensor =
        let mean i j (a: Tensor) (b: Tensor) =
            Scope.run (fun () ->
                let both = dsharp.matmul (a, b.transpose ())
                let either = a.sum(1).unsqueeze 1 + b.sum(1).unsqueeze 0 - both
                let ratios = both / dsharp.clamp (either, low = 1.0)
                let n = float ratios.shape[0]

                if i <> j then
                    ratios.mean().toDouble()
                elif n < 2.0 then
                    1.0
                else
                    (ratios.sum () - dsharp.trace ratios).toDouble() / (n * (n - 1.0)))

        dsharp.tensor (
            array2D
                [ for i, a in List.indexed masks ->
                      [ for j, b in List.indexed masks -> float32 (mean i j a b) ] ]
        )

    /// `[units; segments; context]` weights over the contexts that each task's samples read.
    let private segmentUse (gate: Gate) (weight: Tensor) (seen: (Tensor * Tensor) list) : SegmentUse =
        let segments = weight.shape[1]

        let ofTask (rows: Tensor, shares: Tensor) =
            Scope.run (fun () ->
                let activations = Segments.activations weight rows
                let shares = shares.view [ shares.shape[0]; 1; 1 ]

                let wins =
                    match Gate.winner gate activations with
                    | Some winner ->
                        let number = dsharp.arange(segments, dtype = Dtype.Int64).view [ 1; 1; segments ]
                        dsharp.cast (dsharp.eq (winner.unsqueeze 2, number), weight.dtype)
                    | None -> dsharp.zerosLike activations

                (activations * shares).sum 0, (wins * shares).sum 0)

        let activations, wins = List.map ofTask seen |> List.unzip

        { Activations = dsharp.stack (activations, 0)
          Wins = dsharp.stack (wins, 0) }

    /// What the segments of `parameters`, those that were seen or others of their shape, say in the contexts that samples read.
    let private uses (gates: Gate list) (parameters: Network.Parameters) (seen: Seen list) =
        let read =
            seen
            |> List.choose (fun task ->
                Option.map2 (fun rows shares -> rows, shares) task.Contexts task.Shares)

        [ for gate, layer in List.zip gates parameters.Hidden ->
              layer.Segments
              |> Option.filter (fun _ -> read.Length = seen.Length)
              |> Option.map (fun weight -> segmentUse gate weight read) ]

    let private layers (gates: Gate list) (parameters: Network.Parameters) (seen: Seen list) : Layer list =
        let counts = seen |> List.map _.Samples

        let layer index segments : Layer =
            let of' (part: Seen -> Tensor list) =
                seen |> List.map (fun task -> List.item index (part task))

            let active, directions = of' _.Active, of' _.Direction
            let units = float active.Head.shape[0]

            { Active = dsharp.stack (active, 0)
              Positive = dsharp.stack (of' _.Positive, 0)
              Mean = dsharp.stack (of' _.Mean, 0)
              Overlap = pairs counts active (active |> List.map (fun a -> a.sum().toDouble())) / units
              Iou = iou (of' _.Masks)
              Cosine = pairs counts directions (List.map (fun _ -> 1.0) directions)
              Segments = segments }

        uses gates parameters seen |> List.mapi layer

    /// The layers of a network with these gates, and what its segments said when its parameters were `before`, as first drawn: `tasks`
    /// give, when they are called, what the hidden layers answer to samples of each task, each `[samples; units]`, and the contexts
    /// that were read.
    let ofTasks
        (gates: Gate list)
        (before: Network.Parameters)
        (parameters: Network.Parameters)
        (tasks: (unit -> Tensor list * Context) list)
        : Layer list * SegmentUse option list =
        Scope.run (fun () ->
            let seen = tasks |> List.map (fun task -> Scope.run (task >> see))
            layers gates parameters seen, uses gates before seen)

    /// The learner on the first `samples` of each task's test samples, in the contexts that it infers; and what its segments said in
    /// those contexts when they were `before`, as first drawn.
    let analyse
        (config: Learner.Config)
        (samples: int)
        (tests: Task list)
        (before: Network.Parameters)
        (state: Learner.State)
        : Analysis * SegmentUse option list =
        Scope.run (fun () ->
            let seen, owns =
                tests
                |> List.mapi (fun task tests ->
                    Scope.run (fun () ->
                        let images = (tests.Gather [| 0 .. min samples tests.Size - 1 |]).Images
                        let context = Learner.inferContext config task images state
                        see (Learner.hidden config task images state, context), own config task context))
                |> List.unzip

            let gates = config.Network.Gates

            { Layers = layers gates state.Parameters seen
              Inference =
                match List.choose id owns with
                | [] -> None
                | own -> Some own },
            uses gates before seen)

    /// `[units]`: the fraction of all tasks' samples for which a unit is not zero.
    let dutyCycle (layer: Layer) : Tensor = layer.Active.mean 0

    /// `[units]`: how evenly a unit's segments win over all tasks, -Σ p ln p, in nats; at most ln of their number.
    let entropy (segments: SegmentUse) : Tensor =
        let p = segments.Wins.mean 0
        -(p * dsharp.safelog p).sum 1

    /// `[units]`: the mean, over pairs of tasks, of the cosine between the shares by which a unit's segments win: 1 where every task
    /// has the same winner, 0 where no two have. Zero of a single task.
    let segmentOverlap (segments: SegmentUse) : Tensor =
        let tasks = segments.Wins.shape[0]
        let byUnit = segments.Wins.permute [ 1; 0; 2 ]
        let shares = byUnit / dsharp.sqrt ((byUnit * byUnit).sum(2, keepDim = true) + 1e-24)
        let gram = dsharp.bmm (shares, shares.transpose (1, 2))
        let all = gram.sum(2).sum 1 - (shares * shares).sum(2).sum 1
        all / float (max 1 (tasks * (tasks - 1)))

    /// `[tasks; tasks]`: each task's sub-network is the share of all units that are above zero for most of its samples, lower numbers
    /// first among equals; of two tasks, the units that are in both, as a share of one sub-network.
    let subnetworks (share: float) (layer: Layer) : Tensor =
        let tasks, units = layer.Positive.shape[0], layer.Positive.shape[1]
        let size = max 1 (int (round (share * float units)))

        let inside task =
            let often = (TensorMemory.floats layer.Positive[task]).ToArray()

            // A list's sort is stable, an array's is not.
            [ 0 .. units - 1 ]
            |> List.sortByDescending (fun unit -> often[unit])
            |> List.truncate size
            |> Set.ofList

        let all = Array.init tasks inside

        dsharp.tensor (
            Array2D.init tasks tasks (fun a b ->
                float32 (Set.intersect all[a] all[b] |> Set.count) / float32 size)
        )
