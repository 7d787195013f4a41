namespace Dendrites

/// Contexts without being told which task is learned: batches are clustered as they come, by Hotelling's test in a subspace of the
/// inputs, and a cluster's mean is its context (active-dendrites paper, "prototypes inferred while training").
[<RequireQualifiedAccess>]
module Clusters =

    /// The clusters so far.
    type State =
        {
            /// What exemplars are drawn from.
            Key: Key
            /// Which inputs are looked at, `[width]` int64, ascending.
            Columns: Tensor
            /// A prototype for each cluster, `[clusters; width]`.
            Rows: Tensor
            /// Samples in each, `[clusters]` int64.
            Counts: Tensor
            /// Samples that stand for each cluster, `[clusters; 256; width]`, zero behind the last.
            Exemplars: Tensor
            /// Exemplars of each, `[clusters]` int64.
            Sizes: Tensor
        }

    /// Exemplars of a cluster, and inputs looked at, at most.
    [<Literal>]
    let Most = 256

    /// A batch joins a cluster if the test's distribution function is below this.
    [<Literal>]
    let Threshold = 0.9

    /// Inputs looked at, of so many.
    let width (inputs: int) = min Most inputs

    /// The fewest samples of a batch: two sets of them must outnumber the columns by two.
    let fewest (inputs: int) = (width inputs + 3) / 2

    /// No cluster yet; the inputs looked at are drawn.
    let init (inputs: int) (dtype: Dtype) (key: Key) : State =
        let width = width inputs

        let columns =
            Key.permutation inputs (Key.named "columns" key)
            |> Array.truncate width
            |> Array.sort

        { Key = key
          Columns = dsharp.tensor (Array.map int64 columns)
          Rows = dsharp.zeros ([ 0; width ], dtype = dtype)
          Counts = dsharp.zeros ([ 0 ], dtype = Dtype.Int64)
          Exemplars = dsharp.zeros ([ 0; Most; width ], dtype = dtype)
          Sizes = dsharp.zeros ([ 0 ], dtype = Dtype.Int64) }

    /// Clusters so far.
    let count (state: State) = state.Rows.shape[0]

    /// What is looked at of `x: [batch; inputs]`: `[batch; width]`.
    let look (state: State) (x: Tensor) : Tensor =
        dsharp.indexSelect (x, 1, state.Columns)

    let private number (vector: Tensor) (at: int) = int ((vector[at]).toDouble())

    let private exemplars (state: State) (cluster: int) : Tensor =
        state.Exemplars[cluster].[.. number state.Sizes cluster - 1]

    let private rowsAt (places: int[]) (x: Tensor) =
        dsharp.indexSelect (x, 0, dsharp.tensor (Array.map int64 places))

    let private padded (x: Tensor) : Tensor =
        let missing = dsharp.zeros ([ Most - x.shape[0]; x.shape[1] ], dtype = x.dtype)
        dsharp.cat ([ x; missing ], 0)

    /// `items` with the one at `at` replaced; at the end, added. `item` lacks the first dimension.
    let private put (at: int) (item: Tensor) (items: Tensor) : Tensor =
        let before = if at = 0 then [] else [ items[.. at - 1] ]

        let after =
            if at + 1 >= items.shape[0] then
                []
            else
                [ items[at + 1 ..] ]

        dsharp.cat (before @ [ item.unsqueeze 0 ] @ after, 0)

    let private store (at: int) prototype (samples: int) (kept: Tensor) (state: State) : State =
        { state with
            Rows = put at prototype state.Rows
            Counts = put at (dsharp.tensor (int64 samples)) state.Counts
            Exemplars = put at (padded kept) state.Exemplars
            Sizes = put at (dsharp.tensor (int64 kept.shape[0])) state.Sizes }

    let private join (cluster: int) (x: Tensor) (state: State) : State =
        let old = exemplars state cluster
        let n1, n2 = old.shape[0], x.shape[0]
        let before = number state.Counts cluster
        let seen = (state.Counts.sum ()).toDouble() |> int

        let some purpose (from: Tensor) share =
            let key = state.Key |> Key.named purpose |> Key.fork seen
            from |> rowsAt (Key.permutation from.shape[0] key |> Array.truncate share)

        let kept =
            dsharp.cat ([ some "old" old (Most * n1 / (n1 + n2)); some "new" x (Most * n2 / (n1 + n2)) ], 0)

        let prototype =
            (state.Rows[cluster] * float before + x.mean 0 * float n2) / float (before + n2)

        store cluster prototype (before + n2) kept state

    /// The clusters after a batch `x: [batch; inputs]`, and the number of the one that it joined or founded. The first, in the order
    /// of their founding, that passes the test takes it. Raises ShapeException for a batch of fewer than `fewest` samples.
    let assign (x: Tensor) (state: State) : State * int =
        let x = look state x

        let sizes = TensorMemory.longs(state.Sizes).ToArray() |> Array.map int

        match Hotelling.tryFirst Threshold state.Exemplars sizes x with
        | Some cluster -> Scope.run (fun () -> join cluster x state), cluster
        | None ->
            let cluster = count state
            let kept = x[.. min Most x.shape[0] - 1]
            Scope.run (fun () -> store cluster (x.mean 0) x.shape[0] kept state), cluster

    /// The index of the prototype nearest to each row of `x: [batch; inputs]`, `[batch]` int64; see `Prototypes.nearest`.
    let nearest (state: State) (x: Tensor) : Tensor =
        Prototypes.nearest { Rows = state.Rows } (look state x)

    /// Prototypes as images, `[clusters; inputs]`, zero where nothing is looked at: their products with an image are those in
    /// the subspace.
    let spread (inputs: int) (state: State) : Tensor =
        let columns = TensorMemory.longs state.Columns
        let place = Array.create inputs (int64 columns.Length)

        for i in 0 .. columns.Length - 1 do
            place[int columns[i]] <- int64 i

        let bare = dsharp.zeros ([ count state; 1 ], dtype = state.Rows.dtype)
        dsharp.indexSelect (dsharp.cat ([ state.Rows; bare ], 1), 1, dsharp.tensor place)
