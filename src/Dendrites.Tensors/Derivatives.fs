namespace Dendrites

/// First derivatives, and all orders by a scalar. Each takes a function and the point, and returns the derivative
/// there; the form whose name starts with f returns the function's value first. They nest to any order: the
/// derivative of a function that itself takes derivatives is what calculus says, whatever its closures capture.
/// At the outermost level results carry no graph. Arguments must be Float32 or Float64. A function that does not
/// depend on its argument has derivative zero. Nesting is known per thread: a function that starts threads of its
/// own must not differentiate on them.
[<AutoOpen>]
module Derivatives =

    let private vectorToVector who (x: Tensor) (y: Tensor) =
        if x.dim <> 1 || y.dim <> 1 then
            Guard.fail
                who
                $"the function must take a vector to a vector, but takes {Guard.show x.shape} to {Guard.show y.shape}"

    let private ofScalar who (x: Tensor) =
        if x.dim <> 0 then
            Guard.fail who $"the argument must be a scalar, shape [], but has shape {Guard.show x.shape}"

    type dsharp with

        /// The same numbers cut off from any derivative: a constant.
        static member noDiff(t: Tensor) : Tensor = Tensor.ofTorch (t.torch.detach ())

        /// What `f` returns, computed without recording for derivatives: a constant to any derivative around it.
        static member noGrad(f: unit -> 'r) : 'r =
            Native.load ()

            let constant (t: Tensor) =
                if t.torch.requires_grad then dsharp.noDiff t else t

            let result =
                use _ = TorchSharp.torch.no_grad ()
                f ()

            // What `f` did not compute but hands through still has the graph that it had.
            Tree.map constant result

        /// The value of `f` at `x`, and the function that takes a cotangent u (of the value's shape) to Jᵀ·u.
        /// The low level of reverse mode: DiffSharp's `reverseDiff`, `reverse` and `derivative` mark a tensor and
        /// push into it later (`primal` and `nest` serve that); tensors here do not change, so all are this one function. The graph is
        /// held for as long as the function is.
        static member evalReverseDiff (f: Tensor -> Tensor) (x: Tensor) : Tensor * (Tensor -> Tensor) =
            Autograd.nested (fun carry ->
                let input = Autograd.variable "evalReverseDiff" x
                let y = f input

                let pull (u: Tensor) =
                    let u = Autograd.direction "evalReverseDiff" "the value" y u
                    (Autograd.pullback true carry y u [| input |])[0]

                Autograd.result carry y, pull)

        /// The value of `f` at `x` and J·v, `v` of `x`'s shape. The low level of forward mode: DiffSharp's
        /// `forwardDiff` and `derivative` in one. libtorch's graph runs backwards only, so this costs two passes.
        static member evalForwardDiff (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
            Autograd.nested (fun carry ->
                let v = Autograd.direction "jacobianv" "x" x v
                let input = Autograd.variable "jacobianv" x
                let y = f input
                Autograd.result carry y, Autograd.pushforward carry y input v)

        /// Value and gradient of a scalar function of a tensor of any shape; the gradient has `x`'s shape.
        static member fgrad (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            Autograd.nested (fun carry ->
                let input = Autograd.variable "grad" x
                let y = f input
                let seed = Autograd.unitSeed "grad" y
                Autograd.result carry y, (Autograd.pullback false carry y seed [| input |])[0])

        /// Gradient of a scalar function of a tensor of any shape; it has `x`'s shape.
        /// Raises ShapeException if `f` does not return a scalar.
        static member grad (f: Tensor -> Tensor) (x: Tensor) : Tensor = snd (dsharp.fgrad f x)

        /// Value and directional derivative ∇f·v, a scalar; `v` has `x`'s shape.
        static member fgradv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
            let v = Autograd.direction "gradv" "x" x v
            let value, gradient = dsharp.fgrad f x
            value, Tensor.ofTorch ((gradient * v).torch.sum())

        /// Directional derivative ∇f·v of a scalar function, a scalar; `v` has `x`'s shape.
        static member gradv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor = snd (dsharp.fgradv f x v)

        /// Value and Jᵀ·v (reverse mode, one pass); `v` has the value's shape, the product `x`'s. Any shapes.
        static member fjacobianTv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
            Autograd.nested (fun carry ->
                let input = Autograd.variable "jacobianTv" x
                let y = f input
                let v = Autograd.direction "jacobianTv" "the value" y v
                Autograd.result carry y, (Autograd.pullback false carry y v [| input |])[0])

        /// Jᵀ·v (reverse mode, one pass); `v` has the shape of the value, the product that of `x`. Any shapes.
        static member jacobianTv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor =
            snd (dsharp.fjacobianTv f x v)

        /// Value and J·v; `v` has `x`'s shape, the product the value's. Any shapes.
        static member fjacobianv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
            dsharp.evalForwardDiff f x v

        /// J·v; `v` has `x`'s shape, the product that of the value. Any shapes.
        static member jacobianv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor =
            snd (dsharp.fjacobianv f x v)

        /// Value `[m]` and Jacobian `[m; n]` of a vector function of a vector `[n]`.
        static member fjacobian (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            Autograd.nested (fun carry ->
                let input = Autograd.variable "jacobian" x
                let y = f input
                vectorToVector "jacobian" x y
                Autograd.result carry y, Autograd.jacobian carry y input)

        /// Jacobian `[m; n]` of a vector function of a vector: row i holds the derivatives of component i.
        static member jacobian (f: Tensor -> Tensor) (x: Tensor) : Tensor = snd (dsharp.fjacobian f x)

        /// Value and derivatives of orders 1 to n of a function of a scalar, n + 1 tensors of the value's shape.
        static member ffdiffn (n: int) (f: Tensor -> Tensor) (x: Tensor) : Tensor[] =
            if n < 0 then
                invalidArg "n" $"diffn: the order must not be negative, got {n}."

            ofScalar "diffn" x

            Autograd.nested (fun carry ->
                let input = Autograd.variable "diffn" x
                let one = Autograd.unitSeed "diffn" input

                let rise order y =
                    Autograd.pushforward (carry || order < n) y input one

                Seq.scan (fun y order -> rise order y) (f input) (seq { 1..n })
                |> Seq.toArray
                |> Array.map (Autograd.result carry))

        /// Value and n-th derivative of a function of a scalar; n = 0 gives the value twice.
        static member fdiffn (n: int) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            let all = dsharp.ffdiffn n f x
            Array.head all, Array.last all

        /// n-th derivative of a function of a scalar; it has the value's shape.
        static member diffn (n: int) (f: Tensor -> Tensor) (x: Tensor) : Tensor = snd (dsharp.fdiffn n f x)

        /// Value and derivative of a function of a scalar.
        static member fdiff (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor = dsharp.fdiffn 1 f x

        /// Derivative of a function of a scalar; it has the value's shape.
        static member diff (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.diffn 1 f x

        /// Value and second derivative of a function of a scalar.
        static member fdiff2 (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor = dsharp.fdiffn 2 f x

        /// Second derivative of a function of a scalar; it has the value's shape.
        static member diff2 (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.diffn 2 f x
