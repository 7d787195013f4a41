namespace Dendrites

open System
open TorchSharp

/// What DiffSharp 1.0.7 lacks and the mathematics needs, in one place, so that an adapter for the genuine package has
/// one file to supply.
[<AutoOpen>]
module Supplement =

    let private wrap = Tensor.ofTorch

    let private rank who (t: Tensor) (k: int) =
        let shape = t.shape
        let n = if shape.Length = 0 then 0 else Array.last shape

        if k < 0 || k > n || shape.Length = 0 then
            Guard.fail who $"k = {k} does not fit the rows of shape {Guard.show shape}"

        n

    /// The places of the k largest of each row where `Selection` does not apply: of those that tie the first, and NaN
    /// ranks below everything, as there.
    let internal largest (t: torch.Tensor) (k: int) : torch.Tensor =
        let head (order: torch.Tensor) = order.narrow (-1L, 0L, int64 k)

        let sorted descending (t: torch.Tensor) =
            let struct (values: torch.Tensor, order: torch.Tensor) =
                t.sort (-1L, descending, true)

            values.Dispose()
            order

        if Kind.isFloating t.dtype then
            // By value first, then the missing ones to the end: both sorts keep the order of what ties.
            use byValue = sorted true t
            use missing = t.isnan ()
            use flags = missing.``to`` torch.ScalarType.Byte
            use inOrder = flags.gather (-1L, byValue)
            use presentFirst = sorted false inOrder
            use order = byValue.gather (-1L, presentFirst)
            head order
        else
            use whole = t.``to`` torch.ScalarType.Int64
            use order = sorted true whole
            head order

    let private fused
        who
        (f: torch.Tensor -> torch.Tensor -> torch.Tensor -> Scalar -> torch.Tensor)
        (t: Tensor)
        (a: Tensor)
        (b: Tensor)
        value
        =
        Guard.broadcast3 who t.shape a.shape b.shape |> ignore
        Guard.alikeFloating who t.torch a.torch
        Guard.alike who t.torch b.torch
        Raw.scalar value (fun value -> f t.torch a.torch b.torch value)

    type dsharp with

        /// The k-th largest (k from 1) of each row of the last dimension, `[...; n]` to `[...; 1]`; equal elements count
        /// each. NaN ranks below everything (libtorch's `topk` ranks it above). No gradient.
        static member kthLargest(t: Tensor, k: int) : Tensor =
            let n = rank "kthLargest" t k

            if k = 0 then
                Guard.fail "kthLargest" $"k = 0 does not fit the rows of shape {Guard.show t.shape}"

            use plain = t.torch.detach ()

            if Selection.applies plain then
                wrap (Selection.kthLargest plain k)
            else
                use places = largest plain (min k n)
                use last = places.narrow (-1L, int64 (k - 1), 1L)
                wrap (plain.gather (-1L, last))

        /// Which k elements of each row of the last dimension are its largest, Bool: exactly k in each row; of those
        /// that tie, the first ones. NaN ranks below everything.
        static member topkMask(t: Tensor, k: int) : Tensor =
            rank "topkMask" t k |> ignore
            use plain = t.torch.detach ()

            if Selection.applies plain then
                wrap (Selection.topkMask plain k)
            else
                use places = largest plain k
                use marks = torch.ones_like (places, dtype = Nullable torch.ScalarType.Bool)
                let mask = torch.zeros_like (plain, dtype = Nullable torch.ScalarType.Bool)
                mask.scatter_ (-1L, places, marks) |> ignore
                wrap mask

        /// `a` where `condition` (Bool) holds, else `b`; all three broadcast. Differentiable in `a` and `b`.
        static member where(condition: Tensor, a: Tensor, b: Tensor) : Tensor =
            Guard.broadcast3 "where" condition.shape a.shape b.shape |> ignore

            if condition.dtype <> Dtype.Bool then
                Guard.failDtype "where" $"the condition must be Bool, got {condition.dtype}"

            wrap (torch.where (condition.torch, a.torch, b.torch))

        /// The slices of `t` along `dim` that `index: [k]` names, in its order; repeats are allowed. Differentiable in `t`.
        static member indexSelect(t: Tensor, dim: int, index: Tensor) : Tensor =
            let shape = t.shape

            if index.dim <> 1 then
                Guard.fail
                    "indexSelect"
                    $"an index must be a vector, got shape {Guard.show index.shape} for shape {Guard.show shape}"

            let dim = Guard.dim "indexSelect" shape dim
            Raw.indexed "indexSelect" index (fun index -> t.torch.index_select (int64 dim, index))

        /// Products of matrices in a batch: `[b; m; k]` by `[b; k; n]` is `[b; m; n]`.
        static member bmm(a: Tensor, b: Tensor) : Tensor =
            let left, right = a.shape, b.shape

            if
                left.Length <> 3
                || right.Length <> 3
                || left[0] <> right[0]
                || left[2] <> right[1]
            then
                Guard.fail "bmm" $"shapes {Guard.show left} and {Guard.show right} cannot be multiplied"

            Guard.alikeFloating "bmm" a.torch b.torch
            wrap (a.torch.bmm b.torch)

        /// x·weightᵀ + bias: `x: [...; i]`, `weight: [n; i]`, `bias: [n]` give `[...; n]`.
        static member linear(x: Tensor, weight: Tensor, ?bias: Tensor) : Tensor =
            let left, right = x.shape, weight.shape

            if left.Length = 0 || right.Length <> 2 || Array.last left <> right[1] then
                Guard.fail
                    "linear"
                    $"an input of shape {Guard.show left} does not fit weights of shape {Guard.show right}"

            Guard.alikeFloating "linear" x.torch weight.torch

            match bias with
            | None -> wrap (torch.nn.functional.linear (x.torch, weight.torch))
            | Some bias ->
                if bias.shape <> [| right[0] |] then
                    Guard.fail
                        "linear"
                        $"a bias of shape {Guard.show bias.shape} does not fit weights of shape {Guard.show right}"

                Guard.alike "linear" x.torch bias.torch
                wrap (torch.nn.functional.linear (x.torch, weight.torch, bias.torch))

        /// t + value·a·b, element by element, broadcasting; all of one floating dtype.
        static member addcmul(t: Tensor, a: Tensor, b: Tensor, value: float) : Tensor =
            fused "addcmul" (fun t a b value -> t.addcmul (a, b, value)) t a b value

        /// t + value·a/b, element by element, broadcasting; all of one floating dtype.
        static member addcdiv(t: Tensor, a: Tensor, b: Tensor, value: float) : Tensor =
            fused "addcdiv" (fun t a b value -> t.addcdiv (a, b, value)) t a b value

        /// (1 - weight)·a + weight·b, element by element, broadcasting.
        static member lerp(a: Tensor, b: Tensor, weight: float) : Tensor =
            Guard.broadcast "lerp" a.shape b.shape |> ignore
            Guard.alikeFloating "lerp" a.torch b.torch
            use kept = a * (1.0 - weight)
            Raw.scalar weight (fun weight -> kept.torch.add (b.torch, weight))

        /// Lower triangular L of L·Lᵀ = t for a symmetric positive definite `[n; n]`, or for each of a batch.
        /// Another matrix raises.
        static member cholesky(t: Tensor) : Tensor =
            let shape = t.shape

            if shape.Length < 2 || shape[shape.Length - 1] <> shape[shape.Length - 2] then
                Guard.fail "cholesky" $"needs a square matrix, got shape {Guard.show shape}"

            Guard.floating "cholesky" t.torch
            wrap (torch.linalg.cholesky t.torch)

        /// Moore-Penrose inverse of `[m; n]`, `[n; m]`; singular values below `rtol` (machine epsilon times the longer
        /// side) of the largest count as zero. Of a matrix that is said to be symmetric, by its eigenvalues, in a fraction of the time.
        static member pinv(t: Tensor, ?rtol: float, ?symmetric: bool) : Tensor =
            if t.dim < 2 then
                Guard.fail "pinv" $"needs a matrix, got shape {Guard.show t.shape}"

            Guard.floating "pinv" t.torch
            let hermitian = defaultArg symmetric false
            wrap (torch.linalg.pinv (t.torch, rtol = Option.toNullable rtol, hermitian = hermitian))

        /// The largest along `dim`; those that tie share the gradient equally (`max` gives it to one).
        static member amax(t: Tensor, dim: int, ?keepDim: bool) : Tensor =
            let shape = t.shape
            let dim = Guard.dim "amax" shape dim
            Guard.notEmpty "amax" shape (Some dim)
            wrap (t.torch.amax ([| int64 dim |], defaultArg keepDim false))
