namespace Dendrites

/// A memory of samples that every sample met so far had the same chance to enter (reservoir sampling, Vitter 1985), and its uses.
/// No task number and no boundary is needed.
[<RequireQualifiedAccess>]
module Replay =

    /// What is done with remembered samples at each step.
    type Use =
        /// Experience replay (Ratcliff 1990; Chaudhry et al. 2019): their cross-entropy, times a weight, joins the loss.
        | Rehearsal of weight: float
        /// Dark experience replay, DER++ (Buzzega et al. 2020, equation 6): α times the mean square by which their scores have moved
        /// since they were met, and β times the cross-entropy of another draw.
        | Dark of alpha: float * beta: float
        /// A-GEM (Chaudhry et al. 2019, equation 11): a gradient that would raise their loss is projected so that it does not.
        | Projection

    /// How many, and what for.
    type Config =
        {
            /// Samples that are remembered, at least 1.
            Capacity: int
            /// Remembered samples that a step looks at, at least 1.
            Batch: int
            /// What for.
            Use: Use
        }

    /// The memory: its rows from the `Seen`th on are empty.
    type State =
        {
            /// What places and draws come from.
            Key: Key
            /// Samples met so far, int64.
            Seen: Tensor
            /// `[capacity; inputs]`
            Images: Tensor
            /// `[capacity]` int64.
            Labels: Tensor
            /// `[capacity]` int64: the task that each came from, for contexts that are given.
            Tasks: Tensor
            /// `[capacity; classes]`: the scores that the network gave when it met them.
            Scores: Tensor
        }

    /// Samples out of the memory.
    type Draw =
        {
            /// What they were.
            Samples: Samples
            /// `[batch]` int64: where they came from.
            Tasks: Tensor
            /// `[batch; classes]`: what the network said of them.
            Scores: Tensor
        }

    /// An empty memory of images `inputs` wide.
    let init (config: Config) (inputs: int) (classes: int) (dtype: Dtype) (key: Key) : State =
        { Key = key
          Seen = dsharp.tensor 0L
          Images = dsharp.zeros ([ config.Capacity; inputs ], dtype = dtype)
          Labels = dsharp.zeros ([ config.Capacity ], dtype = Dtype.Int64)
          Tasks = dsharp.zeros ([ config.Capacity ], dtype = Dtype.Int64)
          Scores = dsharp.zeros ([ config.Capacity; classes ], dtype = dtype) }

    let private seen (state: State) = int64 (state.Seen.toDouble ())

    /// Samples in the memory.
    let count (state: State) =
        int (min (seen state) (int64 state.Labels.shape[0]))

    let private indices (places: int[]) = dsharp.tensor (Array.map int64 places)

    /// Samples drawn without replacement for a purpose, as many as a step looks at or as there are; `None` of an empty memory.
    let draw (config: Config) (purpose: string) (state: State) : Draw option =
        match count state with
        | 0 -> None
        | filled ->
            let key = state.Key |> Key.named purpose |> Key.named (string<int64>(seen state))
            let places = Key.permutation filled key |> Array.truncate config.Batch |> indices
            let at (rows: Tensor) = dsharp.indexSelect (rows, 0, places)

            Some
                { Samples =
                    { Images = at state.Images
                      Labels = at state.Labels }
                  Tasks = at state.Tasks
                  Scores = at state.Scores }

    /// Where each of `batch` samples goes, the first being number `first` of all: a place below `capacity`, or -1 for nowhere. Sample
    /// number m enters with probability capacity/(m + 1), at a random place.
    let places (capacity: int) (first: int64) (batch: int) (key: Key) : int[] =
        let chances = Key.uniforms batch key

        [| for i in 0 .. batch - 1 ->
               let number = first + int64 i

               if number < int64 capacity then
                   int number
               else
                   let place = int64 (chances[i] * float (number + 1L))
                   if place < int64 capacity then int place else -1 |]

    /// The memory once it has met a batch of task number `task`, of which the network said `scores: [batch; classes]`.
    let meet (task: int) (batch: Samples) (scores: Tensor) (state: State) : State =
        let capacity = state.Labels.shape[0]
        let first = seen state
        let key = state.Key |> Key.named "places" |> Key.named (string<int64> first)
        let from = [| 0 .. capacity - 1 |]

        places capacity first batch.Count key
        |> Array.iteri (fun i place ->
            if place >= 0 then
                from[place] <- capacity + i)

        let from = indices from

        let put (old: Tensor) (now: Tensor) =
            dsharp.indexSelect (dsharp.cat ([ old; now ], 0), 0, from)

        { state with
            Seen = dsharp.tensor (first + int64 batch.Count)
            Images = put state.Images batch.Images
            Labels = put state.Labels batch.Labels
            Tasks = put state.Tasks (dsharp.full ([ batch.Count ], task, dtype = Dtype.Int64))
            Scores = put state.Scores scores }

    /// A-GEM: `gradient`, or where it points against `reference`, its part that does not: g - (g·r / r·r) r.
    let project (reference: 'p) (gradient: 'p) : 'p =
        let dot a b =
            Tree.map2 (fun (a: Tensor) (b: Tensor) -> (a * b).sum()) a b
            |> Tree.tensors
            |> Array.sumBy _.toDouble()

        let along = dot gradient reference

        if along >= 0.0 then
            gradient
        else
            let excess = along / dot reference reference
            Tree.map2 (fun g r -> g - r * excess) gradient reference
