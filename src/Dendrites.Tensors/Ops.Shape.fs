namespace Dendrites

open System
open TorchSharp

/// The same numbers in another shape or order. Results may share memory with their source; tensors do not change.
[<AutoOpen>]
module OpsShape =

    let private wrap = Tensor.ofTorch

    /// `wanted` with a -1 replaced by what is left over.
    let private viewShape who (shape: int[]) (wanted: int[]) : int[] =
        let misfit () =
            Guard.fail who $"shape {Guard.show shape} does not fit shape {Guard.show wanted}"

        let holes = wanted |> Array.filter (fun size -> size = -1) |> Array.length

        if holes > 1 || wanted |> Array.exists (fun size -> size < -1) then
            misfit ()

        let total = Guard.elements shape
        let known = wanted |> Array.filter (fun size -> size >= 0) |> Guard.elements

        if holes = 0 then
            if known <> total then
                misfit ()

            wanted
        elif known = 0L || total % known <> 0L then
            misfit ()
        else
            wanted
            |> Array.map (fun size -> if size = -1 then int (total / known) else size)

    let private sameButOne who (dim: int) (shapes: int[][]) =
        let without (shape: int[]) = Array.removeAt dim shape

        for shape in shapes do
            if shape.Length <> shapes[0].Length || without shape <> without shapes[0] then
                Guard.fail
                    who
                    $"shapes {Guard.show shapes[0]} and {Guard.show shape} must be equal but for dimension {dim}"

    let private gathered who (tensors: seq<Tensor>) =
        let tensors = Seq.toArray tensors

        if tensors.Length = 0 then
            Guard.fail who "needs at least one tensor"

        tensors

    type Tensor with

        /// The same elements in another shape; one size may be -1 and is then what is left over.
        member t.view(shape: seq<int>) : Tensor =
            wrap (t.torch.reshape (viewShape "view" t.shape (Seq.toArray shape) |> Raw.longs))

        /// The same elements in one dimension of the size given; -1 is all.
        member t.view(size: int) : Tensor = t.view [ size ]

        /// The same elements in the shape of `b`.
        member t.viewAs(b: Tensor) : Tensor =
            wrap (t.torch.reshape (viewShape "viewAs" t.shape b.shape |> Raw.longs))

        /// Dimensions `startDim` (0) to `endDim` (-1) as one.
        member t.flatten(?startDim: int, ?endDim: int) : Tensor =
            let first, last = defaultArg startDim 0, defaultArg endDim -1

            if t.dim = 0 then
                t.view [ 1 ]
            else
                let first = Guard.dim "flatten" t.shape first
                let last = Guard.dim "flatten" t.shape last

                if last < first then
                    Guard.fail "flatten" $"dimensions {first} to {last} of shape {Guard.show t.shape}"

                wrap (t.torch.flatten (int64 first, int64 last))

        /// Dimension `dim` as several, of the sizes `shape`; one may be -1.
        member t.unflatten(dim: int, shape: seq<int>) : Tensor =
            let own = t.shape
            let dim = Guard.dim "unflatten" own dim
            let parts = viewShape "unflatten" [| own[dim] |] (Seq.toArray shape)
            t.view (Array.concat [ own[.. dim - 1]; parts; own[dim + 1 ..] ])

        /// Dimensions of size 1 repeated, and new ones in front, to `shape`; a -1 keeps a size.
        member t.expand(shape: seq<int>) : Tensor =
            let own, wanted = t.shape, Seq.toArray shape
            let offset = wanted.Length - own.Length

            let fits =
                offset >= 0
                && wanted
                   |> Seq.indexed
                   |> Seq.forall (fun (i, size) ->
                       if i < offset then
                           size >= 0
                       else
                           size = -1 || size = own[i - offset] || (own[i - offset] = 1 && size >= 0))

            if not fits then
                Guard.fail "expand" $"shape {Guard.show own} does not expand to {Guard.show wanted}"

            wrap (t.torch.expand (Raw.longs wanted))

        /// `expand` to the shape of `b`.
        member t.expandAs(b: Tensor) : Tensor = t.expand b.shape

        /// Without the dimensions of size 1, or without `dim` if its size is 1.
        member t.squeeze(?dim: int) : Tensor =
            match dim with
            | None -> wrap (t.torch.squeeze ())
            | Some dim -> wrap (t.torch.squeeze (Nullable(int64 (Guard.dim "squeeze" t.shape dim))))

        /// With a new dimension of size 1 at `dim`.
        member t.unsqueeze(dim: int) : Tensor =
            let rank = t.dim + 1

            if dim < -rank || dim >= rank then
                Guard.fail "unsqueeze" $"dimension {dim} cannot be added to shape {Guard.show t.shape}"

            wrap (t.torch.unsqueeze (int64 dim))

        /// The transpose of a matrix.
        member t.transpose() : Tensor =
            if t.dim <> 2 then
                Guard.fail
                    "transpose"
                    $"needs a matrix or two dimensions to swap, got shape {Guard.show t.shape}"

            wrap (t.torch.t ())

        /// With two dimensions swapped.
        member t.transpose(dim0: int, dim1: int) : Tensor =
            let shape = t.shape

            wrap (
                t.torch.transpose (
                    int64 (Guard.dim "transpose" shape dim0),
                    int64 (Guard.dim "transpose" shape dim1)
                )
            )

        /// With the dimensions in the order given.
        member t.permute(permutation: seq<int>) : Tensor =
            let shape, order = t.shape, Seq.toArray permutation

            if order.Length <> shape.Length then
                Guard.fail
                    "permute"
                    $"order {Guard.show order} does not name each dimension of shape {Guard.show shape}"

            wrap (t.torch.permute (Guard.dims "permute" shape order |> Raw.longs))

        /// `times` copies one after another along `dim`.
        member t.repeat(dim: int, times: int) : Tensor =
            Guard.sizes "repeat" [| times |]
            let shape = t.shape
            let dim = Guard.dim "repeat" shape dim
            wrap (t.torch.repeat (Array.init shape.Length (fun d -> if d = dim then int64 times else 1L)))

        /// With the order along each of `dims` reversed.
        member t.flip(dims: seq<int>) : Tensor =
            wrap (t.torch.flip (Guard.dims "flip" t.shape (Seq.toArray dims) |> Raw.longs))

        /// Cut along `dim` (0) into pieces of the sizes given, which must add up.
        member t.split(sizes: seq<int>, ?dim: int) : Tensor[] =
            let shape, sizes = t.shape, Seq.toArray sizes
            let dim = Guard.dim "split" shape (defaultArg dim 0)
            Guard.sizes "split" sizes

            if Array.sum sizes <> shape[dim] then
                Guard.fail
                    "split"
                    $"sizes {Guard.show sizes} do not add up to dimension {dim} of shape {Guard.show shape}"

            t.torch.split (Raw.longs sizes, int64 dim) |> Array.map wrap

        /// The slices along `dim` (0).
        member t.unstack(?dim: int) : Tensor[] =
            let dim = Guard.dim "unstack" t.shape (defaultArg dim 0)
            t.torch.unbind dim |> Array.map wrap

        /// The diagonal of dimensions `dim1` (0) and `dim2` (1), `offset` (0) above the main one, as the last dimension.
        member t.diagonal(?offset: int, ?dim1: int, ?dim2: int) : Tensor =
            let dims = Guard.dims "diagonal" t.shape [| defaultArg dim1 0; defaultArg dim2 1 |]

            wrap (t.torch.diagonal (int64 (defaultArg offset 0), int64 dims[0], int64 dims[1]))

        /// The sum of a matrix's diagonal, shape `[]`.
        member t.trace() : Tensor =
            if t.dim <> 2 then
                Guard.fail "trace" $"needs a matrix, got shape {Guard.show t.shape}"

            use diagonal = t.torch.diagonal ()
            wrap (diagonal.sum ())

        /// Zeros before and after each dimension, as many as `paddings` says for it.
        member t.pad(paddings: seq<int>) : Tensor =
            let shape, paddings = t.shape, Seq.toArray paddings

            if paddings.Length <> shape.Length || paddings |> Array.exists (fun p -> p < 0) then
                Guard.fail
                    "pad"
                    $"paddings {Guard.show paddings} do not fit shape {Guard.show shape}: one for each dimension, from 0"

            // libtorch takes a pair for each dimension, the last dimension first.
            let pairs = paddings |> Array.rev |> Array.collect (fun p -> [| int64 p; int64 p |])
            wrap (torch.nn.functional.pad (t.torch, pairs))

    type dsharp with

        /// `t.view shape`.
        static member view(t: Tensor, shape: seq<int>) : Tensor = t.view shape
        /// `t.view [ size ]`.
        static member view(t: Tensor, size: int) : Tensor = t.view [ size ]
        /// `t.viewAs b`.
        static member viewAs(t: Tensor, b: Tensor) : Tensor = t.viewAs b

        /// `t.flatten (?startDim, ?endDim)`.
        static member flatten(t: Tensor, ?startDim: int, ?endDim: int) : Tensor =
            t.flatten (?startDim = startDim, ?endDim = endDim)

        /// `t.unflatten (dim, shape)`.
        static member unflatten(t: Tensor, dim: int, shape: seq<int>) : Tensor = t.unflatten (dim, shape)
        /// `t.expand shape`.
        static member expand(t: Tensor, shape: seq<int>) : Tensor = t.expand shape
        /// `t.expandAs b`.
        static member expandAs(t: Tensor, b: Tensor) : Tensor = t.expandAs b
        /// `t.squeeze ?dim`.
        static member squeeze(t: Tensor, ?dim: int) : Tensor = t.squeeze (?dim = dim)
        /// `t.unsqueeze dim`.
        static member unsqueeze(t: Tensor, dim: int) : Tensor = t.unsqueeze dim
        /// `t.transpose ()`.
        static member transpose(t: Tensor) : Tensor = t.transpose ()
        /// `t.transpose (dim0, dim1)`.
        static member transpose(t: Tensor, dim0: int, dim1: int) : Tensor = t.transpose (dim0, dim1)
        /// `t.permute permutation`.
        static member permute(t: Tensor, permutation: seq<int>) : Tensor = t.permute permutation
        /// `t.repeat (dim, times)`.
        static member repeat(t: Tensor, dim: int, times: int) : Tensor = t.repeat (dim, times)
        /// `t.flip dims`.
        static member flip(t: Tensor, dims: seq<int>) : Tensor = t.flip dims
        /// `t.split (sizes, ?dim)`.
        static member split(t: Tensor, sizes: seq<int>, ?dim: int) : Tensor[] = t.split (sizes, ?dim = dim)
        /// `t.unstack ?dim`.
        static member unstack(t: Tensor, ?dim: int) : Tensor[] = t.unstack (?dim = dim)

        /// `t.diagonal (?offset, ?dim1, ?dim2)`.
        static member diagonal(t: Tensor, ?offset: int, ?dim1: int, ?dim2: int) : Tensor =
            t.diagonal (?offset = offset, ?dim1 = dim1, ?dim2 = dim2)

        /// `t.trace ()`.
        static member trace(t: Tensor) : Tensor = t.trace ()
        /// `t.pad paddings`.
        static member pad(t: Tensor, paddings: seq<int>) : Tensor = t.pad paddings

        /// Tensors one after another along `dim` (0); their shapes are equal but for it.
        static member cat(tensors: seq<Tensor>, ?dim: int) : Tensor =
            let tensors = gathered "cat" tensors
            let shapes = tensors |> Array.map _.shape
            let dim = Guard.dim "cat" shapes[0] (defaultArg dim 0)
            sameButOne "cat" dim shapes
            let whole = wrap (torch.cat (Raw.all tensors, int64 dim))
            GC.KeepAlive tensors // more than `Recent` may hold
            whole

        /// Tensors of one shape as the slices of a new dimension `dim` (0).
        static member stack(tensors: seq<Tensor>, ?dim: int) : Tensor =
            let tensors = gathered "stack" tensors
            let shape = tensors[0].shape

            for t in tensors do
                Guard.same "stack" shape t.shape

            let dim = Guard.dim "stack" (Array.append shape [| 1 |]) (defaultArg dim 0)
            let whole = wrap (torch.stack (Raw.all tensors, int64 dim))
            GC.KeepAlive tensors // more than `Recent` may hold
            whole
