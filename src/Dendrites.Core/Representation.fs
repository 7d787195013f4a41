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

    /// What is kept of a task: for each layer the fraction active, the mean of normalised outputs, and the compared samples' masks;
    /// the share of samples that read each context; and contexts.
    [<NoEquality; NoComparison>]
    type private Seen =
        { Samples: int
          Active: Tensor list
          Direction: Tensor list
          Masks: Tensor list
          Contexts: Tensor option
          Shares: Tensor option
          Own: float option }

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

    let private see (config: Learner.Config) (samples: int) (task: int) (tests: Task) (state: Learner.State) =
        let places = [| 0 .. min samples tests.Size - 1 |]

        let images = (tests.Gather places).Images
        let context = Learner.inferContext config task images state
        let outputs = Learner.hidden config task images state

        let shares = contexts context

        { Samples = places.Length
          Active = outputs |> List.map (fun y -> (isActive y).mean 0)
          Direction = outputs |> List.map (fun y -> (normalised y).mean 0)
          Masks = outputs |> List.map (fun y -> isActive y[.. min Compared places.Length - 1])
          Contexts = Option.map fst shares
          Shares = Option.map snd shares
          Own = own config task context }

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

    /// What the segments of `parameters`, the learner's or others of its shape, say in the contexts that its samples read.
    let private uses (config: Learner.Config) (parameters: Network.Parameters) (seen: Seen list) =
        let read =
            seen
            |> List.choose (fun task ->
                Option.map2 (fun rows shares -> rows, shares) task.Contexts task.Shares)

        [ for gate, layer in List.zip config.Network.Gates parameters.Hidden ->
              layer.Segments
              |> Option.filter (fun _ -> read.Length = seen.Length)
              |> Option.map (fun weight -> segmentUse gate weight read) ]

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
            let seen =
                tests
                |> List.mapi (fun task tests -> Scope.run (fun () -> see config samples task tests state))

            let counts = seen |> List.map _.Samples

            let layer index segments : Layer =
                let active = seen |> List.map (fun task -> List.item index task.Active)
                let units = float active.Head.shape[0]
                let directions = seen |> List.map (fun task -> List.item index task.Direction)

                { Active = dsharp.stack (active, 0)
                  Overlap = pairs counts active (active |> List.map (fun a -> a.sum().toDouble())) / units
                  Iou = iou (seen |> List.map (fun task -> List.item index task.Masks))
                  Cosine = pairs counts directions (List.map (fun _ -> 1.0) directions)
                  Segments = segments }

            { Layers = uses config state.Parameters seen |> List.mapi layer
              Inference =
                match List.choose _.Own seen with
                | [] -> None
                | own -> Some own },
            uses config before seen)

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
