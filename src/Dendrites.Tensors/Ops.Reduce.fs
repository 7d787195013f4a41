namespace Dendrites

open TorchSharp

/// Sums, means and what is made of them. Without `dim` over all elements, shape `[]`; along `dim` that dimension goes,
/// or stays with size 1 if `keepDim`.
[<AutoOpen>]
module OpsReduce =

    let private wrap = Tensor.ofTorch

    let private along who (t: Tensor) (dim: int) : int64 = int64 (Guard.dim who t.shape dim)

    /// TorchSharp's `var` and `std` of all elements pay no heed to `unbiased`; those along dimensions do.
    let private everyDim (t: Tensor) : int64[] = Array.init t.dim int64

    /// Whether all elements are one number.
    let private constant (t: Tensor) : bool =
        use low = t.torch.min ()
        use high = t.torch.max ()
        use same = low.eq high
        same.item<bool>()

    let private rescale (t: Tensor) (offset: Tensor) (scale: Tensor) : Tensor =
        use centred = t - offset
        centred / scale

    let private weightsOf who what (t: Tensor) (weights: Tensor option) : torch.Tensor | null =
        match weights with
        | None -> null
        | Some w ->
            let observations = if t.dim = 0 then 1 else Array.last t.shape

            if w.shape <> [| observations |] then
                Guard.fail
                    who
                    $"{what} of shape {Guard.show w.shape} do not fit {observations} observations of shape {Guard.show t.shape}"

            w.torch

    let private variables who (t: Tensor) =
        Guard.floating who t.torch

        if t.dim > 2 then
            Guard.fail
                who
                $"needs variables by rows, [variables; observations], got shape {Guard.show t.shape}"

    type Tensor with

        /// Sum; of Bool and integers it is Int64.
        member t.sum() : Tensor = wrap (t.torch.sum ())

        /// Sum along `dim`; of Bool and integers it is Int64.
        member t.sum(dim: int, ?keepDim: bool) : Tensor =
            wrap (t.torch.sum (along "sum" t dim, defaultArg keepDim false))

        /// Mean.
        member t.mean() : Tensor =
            Guard.floating "mean" t.torch
            wrap (t.torch.mean ())

        /// Mean along `dim`.
        member t.mean(dim: int, ?keepDim: bool) : Tensor =
            Guard.floating "mean" t.torch
            wrap (t.torch.mean ([| along "mean" t dim |], defaultArg keepDim false))

        /// Variance; divided by n - 1, or by n if not `unbiased` (true).
        member t.var(?unbiased: bool) : Tensor =
            Guard.floating "var" t.torch
            wrap (t.torch.var (everyDim t, defaultArg unbiased true))

        /// Variance along `dim`; divided by n - 1, or by n if not `unbiased` (true).
        member t.var(dim: int, ?keepDim: bool, ?unbiased: bool) : Tensor =
            Guard.floating "var" t.torch
            wrap (t.torch.var (along "var" t dim, defaultArg unbiased true, defaultArg keepDim false))

        /// Standard deviation, the square root of `var`.
        member t.std(?unbiased: bool) : Tensor =
            Guard.floating "std" t.torch
            wrap (t.torch.std (everyDim t, defaultArg unbiased true))

        /// Standard deviation along `dim`, the square root of `var`.
        member t.std(dim: int, ?keepDim: bool, ?unbiased: bool) : Tensor =
            Guard.floating "std" t.torch
            wrap (t.torch.std (along "std" t dim, defaultArg unbiased true, defaultArg keepDim false))

        /// Logarithm of the sum of exponentials along `dim`, without overflow.
        member t.logsumexp(dim: int, ?keepDim: bool) : Tensor =
            Guard.floating "logsumexp" t.torch
            wrap (t.torch.logsumexp (along "logsumexp" t dim, defaultArg keepDim false))

        /// e^x over its sum along `dim`: each such line sums to 1.
        member t.softmax(dim: int) : Tensor =
            Guard.floating "softmax" t.torch
            wrap (t.torch.softmax (along "softmax" t dim))

        /// Logarithm of `softmax`, without underflow.
        member t.logsoftmax(dim: int) : Tensor =
            Guard.floating "logsoftmax" t.torch
            wrap (t.torch.log_softmax (along "logsoftmax" t dim))

        /// Shifted and scaled to the range 0 to 1; zeros if all elements are equal.
        member t.normalize() : Tensor =
            Guard.floating "normalize" t.torch
            Guard.notEmpty "normalize" t.shape None

            if constant t then
                t.zerosLike ()
            else
                use low = t.min ()
                use high = t.max ()
                use range = high - low
                rescale t low range

        /// Shifted and scaled to mean 0 and (unbiased) standard deviation 1; zeros if all elements are equal.
        member t.standardize() : Tensor =
            Guard.floating "standardize" t.torch
            Guard.notEmpty "standardize" t.shape None

            if constant t then
                t.zerosLike ()
            else
                use mean = t.mean ()
                use deviation = t.std ()
                rescale t mean deviation

        /// Covariance of variables by rows: `[variables; observations]` gives `[variables; variables]`; a vector is one
        /// variable. Divided by n - `correction` (1). `fweights: [observations]` are whole repetitions, `aweights`
        /// importances.
        member t.cov(?correction: int, ?fweights: Tensor, ?aweights: Tensor) : Tensor =
            variables "cov" t

            match fweights with
            | Some w when Kind.isFloating w.torch.dtype || w.dtype = Dtype.Bool ->
                Guard.failDtype "cov" $"fweights must be integers, got {w.dtype}"
            | _ -> ()

            match aweights with
            | Some w -> Guard.floating "cov" w.torch
            | None -> ()

            wrap (
                t.torch.cov (
                    int64 (defaultArg correction 1),
                    weightsOf "cov" "fweights" t fweights,
                    weightsOf "cov" "aweights" t aweights
                )
            )

        /// Pearson correlation of variables by rows: `[variables; observations]` gives `[variables; variables]`.
        member t.corrcoef() : Tensor =
            variables "corrcoef" t
            wrap (t.torch.corrcoef ())

    type dsharp with

        /// `t.sum ()`.
        static member sum(t: Tensor) : Tensor = t.sum ()
        /// `t.sum (dim, ?keepDim)`.
        static member sum(t: Tensor, dim: int, ?keepDim: bool) : Tensor = t.sum (dim, ?keepDim = keepDim)
        /// `t.mean ()`.
        static member mean(t: Tensor) : Tensor = t.mean ()
        /// `t.mean (dim, ?keepDim)`.
        static member mean(t: Tensor, dim: int, ?keepDim: bool) : Tensor = t.mean (dim, ?keepDim = keepDim)
        /// `t.var ?unbiased`.
        static member var(t: Tensor, ?unbiased: bool) : Tensor = t.var (?unbiased = unbiased)

        /// `t.var (dim, ?keepDim, ?unbiased)`.
        static member var(t: Tensor, dim: int, ?keepDim: bool, ?unbiased: bool) : Tensor =
            t.var (dim, ?keepDim = keepDim, ?unbiased = unbiased)

        /// `t.std ?unbiased`.
        static member std(t: Tensor, ?unbiased: bool) : Tensor = t.std (?unbiased = unbiased)

        /// `t.std (dim, ?keepDim, ?unbiased)`.
        static member std(t: Tensor, dim: int, ?keepDim: bool, ?unbiased: bool) : Tensor =
            t.std (dim, ?keepDim = keepDim, ?unbiased = unbiased)

        /// `t.logsumexp (dim, ?keepDim)`.
        static member logsumexp(t: Tensor, dim: int, ?keepDim: bool) : Tensor =
            t.logsumexp (dim, ?keepDim = keepDim)

        /// `t.softmax dim`.
        static member softmax(t: Tensor, dim: int) : Tensor = t.softmax dim
        /// `t.logsoftmax dim`.
        static member logsoftmax(t: Tensor, dim: int) : Tensor = t.logsoftmax dim
        /// `t.normalize ()`.
        static member normalize(t: Tensor) : Tensor = t.normalize ()
        /// `t.standardize ()`.
        static member standardize(t: Tensor) : Tensor = t.standardize ()

        /// `t.cov (?correction, ?fweights, ?aweights)`.
        static member cov(t: Tensor, ?correction: int, ?fweights: Tensor, ?aweights: Tensor) : Tensor =
            t.cov (?correction = correction, ?fweights = fweights, ?aweights = aweights)

        /// `t.corrcoef ()`.
        static member corrcoef(t: Tensor) : Tensor = t.corrcoef ()
