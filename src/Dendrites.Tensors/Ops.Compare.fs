namespace Dendrites

open TorchSharp

/// Comparisons, and the largest and smallest. Comparisons give Bool and carry no gradient.
[<AutoOpen>]
module OpsCompare =

    let private wrap = Tensor.ofTorch

    let private compare who (f: torch.Tensor -> torch.Tensor -> torch.Tensor) (a: Tensor) (b: Tensor) =
        Guard.broadcast who a.shape b.shape |> ignore
        wrap (f a.torch b.torch)

    let private along who (t: Tensor) (dim: int) : int64 =
        let shape = t.shape
        let dim = Guard.dim who shape dim
        Guard.notEmpty who shape (Some dim)
        int64 dim

    let private placeOf who (t: Tensor) (argument: torch.Tensor -> torch.Tensor) : int[] =
        let shape = t.shape
        Guard.notEmpty who shape None
        use place = argument t.torch
        let mutable rest = place.item<int64>()
        let index = Array.zeroCreate shape.Length

        for d in shape.Length - 1 .. -1 .. 0 do
            index[d] <- int (rest % int64 shape[d])
            rest <- rest / int64 shape[d]

        index

    let private extreme who (t: Tensor) (dim: int) (keepDim: bool option) pick =
        let dim = along who t dim

        let struct (values: torch.Tensor, places: torch.Tensor) =
            pick t.torch dim (defaultArg keepDim false)

        places.Dispose()
        wrap values

    /// The extreme of all elements. Where a gradient is wanted, one place receives it, not all that tie.
    let private overall who (t: Tensor) (fast: torch.Tensor -> torch.Tensor) pick =
        Guard.notEmpty who t.shape None

        if t.torch.requires_grad then
            use flat = t.torch.flatten ()
            let struct (value: torch.Tensor, place: torch.Tensor) = pick flat 0L false
            place.Dispose()
            wrap value
        else
            wrap (fast t.torch)

    let private maximumAlong (t: torch.Tensor) (dim: int64) keep = t.max (dim, keep)
    let private minimumAlong (t: torch.Tensor) (dim: int64) keep = t.min (dim, keep)

    let private holds (f: torch.Tensor -> torch.Tensor) (t: Tensor) : bool =
        use marks = f t.torch
        use found = marks.any ()
        found.item<bool>()

    type Tensor with

        /// Where each element is less than `b`'s, broadcasting.
        member a.lt(b: Tensor) : Tensor = compare "lt" (fun a b -> a.lt b) a b
        /// Where each element is less than `b`.
        member a.lt(b: scalar) : Tensor = Raw.scalar b (fun b -> a.torch.lt b)
        /// Where each element is greater than `b`'s, broadcasting.
        member a.gt(b: Tensor) : Tensor = compare "gt" (fun a b -> a.gt b) a b
        /// Where each element is greater than `b`.
        member a.gt(b: scalar) : Tensor = Raw.scalar b (fun b -> a.torch.gt b)
        /// Where each element is at most `b`'s, broadcasting.
        member a.le(b: Tensor) : Tensor = compare "le" (fun a b -> a.le b) a b
        /// Where each element is at most `b`.
        member a.le(b: scalar) : Tensor = Raw.scalar b (fun b -> a.torch.le b)
        /// Where each element is at least `b`'s, broadcasting.
        member a.ge(b: Tensor) : Tensor = compare "ge" (fun a b -> a.ge b) a b
        /// Where each element is at least `b`.
        member a.ge(b: scalar) : Tensor = Raw.scalar b (fun b -> a.torch.ge b)
        /// Where each element equals `b`'s, broadcasting.
        member a.eq(b: Tensor) : Tensor = compare "eq" (fun a b -> a.eq b) a b
        /// Where each element equals `b`.
        member a.eq(b: scalar) : Tensor = Raw.scalar b (fun b -> a.torch.eq b)
        /// Where each element differs from `b`'s, broadcasting.
        member a.ne(b: Tensor) : Tensor = compare "ne" (fun a b -> a.ne b) a b
        /// Where each element differs from `b`.
        member a.ne(b: scalar) : Tensor = Raw.scalar b (fun b -> a.torch.ne b)

        /// Where elements are infinite.
        member t.isinf() : Tensor = wrap (t.torch.isinf ())
        /// Where elements are not a number.
        member t.isnan() : Tensor = wrap (t.torch.isnan ())
        /// Whether any element is infinite.
        member t.hasinf() : bool = holds (fun t -> t.isinf ()) t
        /// Whether any element is not a number.
        member t.hasnan() : bool = holds (fun t -> t.isnan ()) t

        /// The index of the largest element, one number for each dimension; the first of those that tie.
        member t.argmax() : int[] =
            placeOf "argmax" t (fun t -> t.argmax ())

        /// Where along `dim` the largest elements stand, Int64.
        member t.argmax(dim: int, ?keepDim: bool) : Tensor =
            wrap (t.torch.argmax (along "argmax" t dim, defaultArg keepDim false))

        /// The index of the smallest element, one number for each dimension; the first of those that tie.
        member t.argmin() : int[] =
            placeOf "argmin" t (fun t -> t.argmin ())

        /// Where along `dim` the smallest elements stand, Int64.
        member t.argmin(dim: int, ?keepDim: bool) : Tensor =
            wrap (t.torch.argmin (along "argmin" t dim, defaultArg keepDim false))

        /// The largest element, shape `[]`; of those that tie, one receives the gradient.
        member t.max() : Tensor =
            overall "max" t (fun t -> t.max ()) maximumAlong

        /// The largest elements along `dim`; of those that tie, one receives the gradient.
        member t.max(dim: int, ?keepDim: bool) : Tensor =
            extreme "max" t dim keepDim maximumAlong

        /// The larger of two tensors, element by element, broadcasting; those that tie share the gradient.
        member a.max(b: Tensor) : Tensor =
            compare "max" (fun a b -> a.maximum b) a b

        /// The smallest element, shape `[]`; of those that tie, one receives the gradient.
        member t.min() : Tensor =
            overall "min" t (fun t -> t.min ()) minimumAlong

        /// The smallest elements along `dim`; of those that tie, one receives the gradient.
        member t.min(dim: int, ?keepDim: bool) : Tensor =
            extreme "min" t dim keepDim minimumAlong

        /// The smaller of two tensors, element by element, broadcasting; those that tie share the gradient.
        member a.min(b: Tensor) : Tensor =
            compare "min" (fun a b -> a.minimum b) a b

    type dsharp with

        /// `a.lt b`.
        static member lt(a: Tensor, b: Tensor) : Tensor = a.lt b
        /// `a.lt b`.
        static member lt(a: Tensor, b: scalar) : Tensor = a.lt b
        /// `a.gt b`.
        static member gt(a: Tensor, b: Tensor) : Tensor = a.gt b
        /// `a.gt b`.
        static member gt(a: Tensor, b: scalar) : Tensor = a.gt b
        /// `a.le b`.
        static member le(a: Tensor, b: Tensor) : Tensor = a.le b
        /// `a.le b`.
        static member le(a: Tensor, b: scalar) : Tensor = a.le b
        /// `a.ge b`.
        static member ge(a: Tensor, b: Tensor) : Tensor = a.ge b
        /// `a.ge b`.
        static member ge(a: Tensor, b: scalar) : Tensor = a.ge b
        /// `a.eq b`.
        static member eq(a: Tensor, b: Tensor) : Tensor = a.eq b
        /// `a.eq b`.
        static member eq(a: Tensor, b: scalar) : Tensor = a.eq b
        /// `a.ne b`.
        static member ne(a: Tensor, b: Tensor) : Tensor = a.ne b
        /// `a.ne b`.
        static member ne(a: Tensor, b: scalar) : Tensor = a.ne b
        /// `t.isinf ()`.
        static member isinf(t: Tensor) : Tensor = t.isinf ()
        /// `t.isnan ()`.
        static member isnan(t: Tensor) : Tensor = t.isnan ()
        /// `t.hasinf ()`.
        static member hasinf(t: Tensor) : bool = t.hasinf ()
        /// `t.hasnan ()`.
        static member hasnan(t: Tensor) : bool = t.hasnan ()
        /// `t.argmax ()`.
        static member argmax(t: Tensor) : int[] = t.argmax ()

        /// `t.argmax (dim, ?keepDim)`.
        static member argmax(t: Tensor, dim: int, ?keepDim: bool) : Tensor =
            t.argmax (dim, ?keepDim = keepDim)

        /// `t.argmin ()`.
        static member argmin(t: Tensor) : int[] = t.argmin ()

        /// `t.argmin (dim, ?keepDim)`.
        static member argmin(t: Tensor, dim: int, ?keepDim: bool) : Tensor =
            t.argmin (dim, ?keepDim = keepDim)

        /// `t.max ()`.
        static member max(t: Tensor) : Tensor = t.max ()
        /// `t.max (dim, ?keepDim)`.
        static member max(t: Tensor, dim: int, ?keepDim: bool) : Tensor = t.max (dim, ?keepDim = keepDim)
        /// `a.max b`.
        static member max(a: Tensor, b: Tensor) : Tensor = a.max b
        /// `t.min ()`.
        static member min(t: Tensor) : Tensor = t.min ()
        /// `t.min (dim, ?keepDim)`.
        static member min(t: Tensor, dim: int, ?keepDim: bool) : Tensor = t.min (dim, ?keepDim = keepDim)
        /// `a.min b`.
        static member min(a: Tensor, b: Tensor) : Tensor = a.min b
