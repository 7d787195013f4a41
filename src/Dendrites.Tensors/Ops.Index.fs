namespace Dendrites

/// Parts of tensors: F# slices, and elements picked by index tensors. Ranges hold both their ends; negative numbers
/// count from the end; an index drops its dimension; a range that ends just before it starts is empty, also where that
/// end is -1: `t[0 .. n - 1]` with n = 0.
[<AutoOpen>]
module OpsIndex =

    /// One position in a slice expression.
    [<Struct>]
    type private Place =
        | At of index: int
        | Range of first: int option * last: int option

    let private cut (t: Tensor) (places: Place[]) : Tensor =
        let shape = t.shape

        if places.Length > shape.Length then
            Guard.fail "slice" $"{places.Length} positions in shape {Guard.show shape}"

        let mutable part = t.torch.alias ()
        let mutable dim = 0

        let step (next: TorchSharp.torch.Tensor) =
            part.Dispose()
            part <- next

        for d in 0 .. places.Length - 1 do
            let size = shape[d]
            let fromFront i = if i < 0 then i + size else i

            match places[d] with
            | At i ->
                if i < -size || i >= size then
                    part.Dispose()
                    Guard.fail "slice" $"index {i} is outside dimension {d} of shape {Guard.show shape}"

                step (part.select (int64 dim, int64 (fromFront i)))
            | Range(None, None) -> dim <- dim + 1
            | Range(first, last) ->
                let from = fromFront (defaultArg first 0)
                let empty = last = Some(defaultArg first 0 - 1)

                let upto =
                    if empty then
                        from - 1
                    else
                        fromFront (defaultArg last (size - 1))

                if from < 0 || from > size || upto >= size || upto < from - 1 then
                    part.Dispose()

                    let shown = Option.map string >> Option.defaultValue ""

                    Guard.fail
                        "slice"
                        $"{shown first}..{shown last} is outside dimension {d} of shape {Guard.show shape}"

                step (part.narrow (int64 dim, int64 from, int64 (upto - from + 1)))
                dim <- dim + 1

        Tensor.ofTorch part

    /// An index tensor must have as many dimensions as `shape`, and fit into it but for `dim`.
    let private fits who (shape: int[]) (index: int[]) (dim: int) =
        let ok =
            index.Length = shape.Length
            && Seq.forall2
                (fun d (i, s) -> d = dim || i <= s)
                (seq { 0 .. shape.Length - 1 })
                (Seq.zip index shape)

        if not ok then
            Guard.fail who $"indices of shape {Guard.show index} do not fit shape {Guard.show shape}"

    type Tensor with

        /// `t[i0..i1]`.
        member t.GetSlice(i0: int option, i1: int option) : Tensor = cut t [| Range(i0, i1) |]

        /// `t[i0..i1, j0..j1]`.
        member t.GetSlice(i0: int option, i1: int option, j0: int option, j1: int option) : Tensor =
            cut t [| Range(i0, i1); Range(j0, j1) |]

        /// `t[i0..i1, j]`.
        member t.GetSlice(i0: int option, i1: int option, j: int) : Tensor = cut t [| Range(i0, i1); At j |]

        /// `t[i, j0..j1]`.
        member t.GetSlice(i: int, j0: int option, j1: int option) : Tensor = cut t [| At i; Range(j0, j1) |]

        /// `t[i, j]`.
        member t.Item
            with get (i: int, j: int): Tensor = cut t [| At i; At j |]

        /// `t[i0..i1, j0..j1, k0..k1]`.
        member t.GetSlice
            (i0: int option, i1: int option, j0: int option, j1: int option, k0: int option, k1: int option)
            : Tensor =
            cut t [| Range(i0, i1); Range(j0, j1); Range(k0, k1) |]

        /// `t[i0..i1, j0..j1, k]`.
        member t.GetSlice(i0: int option, i1: int option, j0: int option, j1: int option, k: int) : Tensor =
            cut t [| Range(i0, i1); Range(j0, j1); At k |]

        /// `t[i0..i1, j, k0..k1]`.
        member t.GetSlice(i0: int option, i1: int option, j: int, k0: int option, k1: int option) : Tensor =
            cut t [| Range(i0, i1); At j; Range(k0, k1) |]

        /// `t[i0..i1, j, k]`.
        member t.GetSlice(i0: int option, i1: int option, j: int, k: int) : Tensor =
            cut t [| Range(i0, i1); At j; At k |]

        /// `t[i, j0..j1, k0..k1]`.
        member t.GetSlice(i: int, j0: int option, j1: int option, k0: int option, k1: int option) : Tensor =
            cut t [| At i; Range(j0, j1); Range(k0, k1) |]

        /// `t[i, j0..j1, k]`.
        member t.GetSlice(i: int, j0: int option, j1: int option, k: int) : Tensor =
            cut t [| At i; Range(j0, j1); At k |]

        /// `t[i, j, k0..k1]`.
        member t.GetSlice(i: int, j: int, k0: int option, k1: int option) : Tensor =
            cut t [| At i; At j; Range(k0, k1) |]

        /// `t[i, j, k]`.
        member t.Item
            with get (i: int, j: int, k: int): Tensor = cut t [| At i; At j; At k |]

        /// `t[i0..i1, j0..j1, k0..k1, l0..l1]`.
        member t.GetSlice
            (
                i0: int option,
                i1: int option,
                j0: int option,
                j1: int option,
                k0: int option,
                k1: int option,
                l0: int option,
                l1: int option
            ) : Tensor =
            cut t [| Range(i0, i1); Range(j0, j1); Range(k0, k1); Range(l0, l1) |]

        /// `t[i0..i1, j0..j1, k0..k1, l]`.
        member t.GetSlice
            (
                i0: int option,
                i1: int option,
                j0: int option,
                j1: int option,
                k0: int option,
                k1: int option,
                l: int
            ) : Tensor =
            cut t [| Range(i0, i1); Range(j0, j1); Range(k0, k1); At l |]

        /// `t[i0..i1, j0..j1, k, l0..l1]`.
        member t.GetSlice
            (
                i0: int option,
                i1: int option,
                j0: int option,
                j1: int option,
                k: int,
                l0: int option,
                l1: int option
            ) : Tensor =
            cut t [| Range(i0, i1); Range(j0, j1); At k; Range(l0, l1) |]

        /// `t[i0..i1, j0..j1, k, l]`.
        member t.GetSlice
            (i0: int option, i1: int option, j0: int option, j1: int option, k: int, l: int)
            : Tensor =
            cut t [| Range(i0, i1); Range(j0, j1); At k; At l |]

        /// `t[i0..i1, j, k0..k1, l0..l1]`.
        member t.GetSlice
            (
                i0: int option,
                i1: int option,
                j: int,
                k0: int option,
                k1: int option,
                l0: int option,
                l1: int option
            ) : Tensor =
            cut t [| Range(i0, i1); At j; Range(k0, k1); Range(l0, l1) |]

        /// `t[i0..i1, j, k0..k1, l]`.
        member t.GetSlice
            (i0: int option, i1: int option, j: int, k0: int option, k1: int option, l: int)
            : Tensor =
            cut t [| Range(i0, i1); At j; Range(k0, k1); At l |]

        /// `t[i0..i1, j, k, l0..l1]`.
        member t.GetSlice
            (i0: int option, i1: int option, j: int, k: int, l0: int option, l1: int option)
            : Tensor =
            cut t [| Range(i0, i1); At j; At k; Range(l0, l1) |]

        /// `t[i0..i1, j, k, l]`.
        member t.GetSlice(i0: int option, i1: int option, j: int, k: int, l: int) : Tensor =
            cut t [| Range(i0, i1); At j; At k; At l |]

        /// `t[i, j0..j1, k0..k1, l0..l1]`.
        member t.GetSlice
            (
                i: int,
                j0: int option,
                j1: int option,
                k0: int option,
                k1: int option,
                l0: int option,
                l1: int option
            ) : Tensor =
            cut t [| At i; Range(j0, j1); Range(k0, k1); Range(l0, l1) |]

        /// `t[i, j0..j1, k0..k1, l]`.
        member t.GetSlice
            (i: int, j0: int option, j1: int option, k0: int option, k1: int option, l: int)
            : Tensor =
            cut t [| At i; Range(j0, j1); Range(k0, k1); At l |]

        /// `t[i, j0..j1, k, l0..l1]`.
        member t.GetSlice
            (i: int, j0: int option, j1: int option, k: int, l0: int option, l1: int option)
            : Tensor =
            cut t [| At i; Range(j0, j1); At k; Range(l0, l1) |]

        /// `t[i, j0..j1, k, l]`.
        member t.GetSlice(i: int, j0: int option, j1: int option, k: int, l: int) : Tensor =
            cut t [| At i; Range(j0, j1); At k; At l |]

        /// `t[i, j, k0..k1, l0..l1]`.
        member t.GetSlice
            (i: int, j: int, k0: int option, k1: int option, l0: int option, l1: int option)
            : Tensor =
            cut t [| At i; At j; Range(k0, k1); Range(l0, l1) |]

        /// `t[i, j, k0..k1, l]`.
        member t.GetSlice(i: int, j: int, k0: int option, k1: int option, l: int) : Tensor =
            cut t [| At i; At j; Range(k0, k1); At l |]

        /// `t[i, j, k, l0..l1]`.
        member t.GetSlice(i: int, j: int, k: int, l0: int option, l1: int option) : Tensor =
            cut t [| At i; At j; At k; Range(l0, l1) |]

        /// `t[i, j, k, l]`.
        member t.Item
            with get (i: int, j: int, k: int, l: int): Tensor = cut t [| At i; At j; At k; At l |]

        /// Along `dim`, the elements that `indices` names: result[i][j] = t[indices[i][j]][j] for dim 0. The result has
        /// the shape of `indices`, which has as many dimensions as the tensor. Differentiable in the tensor.
        member t.gather(dim: int, indices: Tensor) : Tensor =
            let dim = Guard.dim "gather" t.shape dim
            fits "gather" t.shape indices.shape dim
            Raw.indexed "gather" indices (fun index -> t.torch.gather (int64 dim, index))

        /// The reverse of `gather`: zeros of `destinationShape`, to which each element is added at the place that
        /// `indices` names along `dim`. Elements sent to one place add up. Differentiable in the tensor.
        member t.scatter(dim: int, indices: Tensor, destinationShape: seq<int>) : Tensor =
            let shape, target = t.shape, Seq.toArray destinationShape
            Guard.sizes "scatter" target
            let dim = Guard.dim "scatter" shape dim
            fits "scatter" target indices.shape dim
            fits "scatter" shape indices.shape -1
            use zeros = dsharp.zerosLike (t, shape = target)
            Raw.indexed "scatter" indices (fun index -> zeros.torch.scatter_add (int64 dim, index, t.torch))

    type dsharp with

        /// `t.gather (dim, indices)`.
        static member gather(t: Tensor, dim: int, indices: Tensor) : Tensor = t.gather (dim, indices)

        /// `t.scatter (dim, indices, destinationShape)`.
        static member scatter(t: Tensor, dim: int, indices: Tensor, destinationShape: seq<int>) : Tensor =
            t.scatter (dim, indices, destinationShape)
