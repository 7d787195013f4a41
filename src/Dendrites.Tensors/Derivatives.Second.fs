namespace Dendrites

/// Second derivatives of scalar functions and the differential operators of vector fields.
/// What `Derivatives` says of nesting, graphs and arguments holds here.
[<AutoOpen>]
module SecondDerivatives =

    let private scalarOfVector who (x: Tensor) (y: Tensor) =
        if x.dim <> 1 || y.dim <> 0 then
            Guard.fail
                who
                $"the function must take a vector to a scalar, but takes {Guard.show x.shape} to {Guard.show y.shape}"

    let private trace (t: Tensor) = Tensor.ofTorch (t.torch.trace ())

    /// (∂f₃/∂x₂ − ∂f₂/∂x₃, ∂f₁/∂x₃ − ∂f₃/∂x₁, ∂f₂/∂x₁ − ∂f₁/∂x₂) from the Jacobian `[3; 3]`.
    let private curlOf (jacobian: Tensor) =
        let at (row: int64) (column: int64) =
            use derivatives = jacobian.torch.select (0L, row)
            Tensor.ofTorch (derivatives.select (0L, column))

        Autograd.stacked 0 [| at 2L 1L - at 1L 2L; at 0L 2L - at 2L 0L; at 1L 0L - at 0L 1L |]

    let private squareJacobian who sizes f x =
        let value, jacobian = dsharp.fjacobian f x

        match jacobian.shape with
        | [| rows; columns |] when rows = columns && (List.isEmpty sizes || List.contains rows sizes) -> ()
        | shape ->
            let wanted = if List.isEmpty sizes then "square" else "[3; 3]"
            Guard.fail who $"the function's Jacobian must be {wanted}, but has shape {Guard.show shape}"

        value, jacobian

    type dsharp with

        /// Value, gradient `[n]` and Hessian `[n; n]` of a scalar function of a vector.
        static member fgradhessian (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor * Tensor =
            Autograd.nested (fun carry ->
                let input = Autograd.variable "hessian" x
                let y = f input
                scalarOfVector "hessian" x y

                let gradient =
                    (Autograd.pullback true true y (Autograd.unitSeed "hessian" y) [| input |])[0]

                let hessian = Autograd.jacobian carry gradient input
                Autograd.result carry y, Autograd.result carry gradient, hessian)

        /// Gradient `[n]` and Hessian `[n; n]` of a scalar function of a vector.
        static member gradhessian (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            let _, gradient, hessian = dsharp.fgradhessian f x
            gradient, hessian

        /// Value and Hessian `[n; n]` of a scalar function of a vector.
        static member fhessian (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            let value, _, hessian = dsharp.fgradhessian f x
            value, hessian

        /// Hessian `[n; n]` of a scalar function of a vector `[n]`.
        static member hessian (f: Tensor -> Tensor) (x: Tensor) : Tensor = snd (dsharp.fhessian f x)

        /// Value, directional derivative ∇f·v (a scalar) and H·v (of `x`'s shape); `v` has `x`'s shape, any shape.
        /// Two passes, whatever the size.
        static member fgradhessianv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor * Tensor =
            Autograd.nested (fun carry ->
                let v = Autograd.direction "hessianv" "x" x v
                let input = Autograd.variable "hessianv" x
                let y = f input

                let gradient =
                    (Autograd.pullback true true y (Autograd.unitSeed "hessianv" y) [| input |])[0]

                let hv = (Autograd.pullback false carry gradient v [| input |])[0]
                let gv = Tensor.ofTorch ((gradient * v).torch.sum())
                Autograd.result carry y, Autograd.result carry gv, hv)

        /// Directional derivative ∇f·v (a scalar) and H·v (of `x`'s shape).
        static member gradhessianv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
            let _, gv, hv = dsharp.fgradhessianv f x v
            gv, hv

        /// Value and H·v (of `x`'s shape).
        static member fhessianv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
            let value, _, hv = dsharp.fgradhessianv f x v
            value, hv

        /// H·v without the Hessian; `v` and the product have `x`'s shape, any shape.
        static member hessianv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor =
            snd (dsharp.fhessianv f x v)

        /// Value and Laplacian, the trace of the Hessian (a scalar), of a scalar function of a vector.
        static member flaplacian (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            let value, hessian = dsharp.fhessian f x
            value, trace hessian

        /// Laplacian, the trace of the Hessian (a scalar), of a scalar function of a vector.
        static member laplacian (f: Tensor -> Tensor) (x: Tensor) : Tensor = snd (dsharp.flaplacian f x)

        /// Value and curl `[3]` of a vector field of three dimensions.
        static member fcurl (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            let value, jacobian = squareJacobian "curl" [ 3 ] f x
            value, curlOf jacobian

        /// Curl `[3]` of a vector field of three dimensions.
        static member curl (f: Tensor -> Tensor) (x: Tensor) : Tensor = snd (dsharp.fcurl f x)

        /// Value and divergence, the trace of the Jacobian (a scalar), of a vector field of any dimension.
        static member fdivergence (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            let value, jacobian = squareJacobian "divergence" [] f x
            value, trace jacobian

        /// Divergence, the trace of the Jacobian (a scalar), of a vector field of any dimension.
        static member divergence (f: Tensor -> Tensor) (x: Tensor) : Tensor = snd (dsharp.fdivergence f x)

        /// Value, curl `[3]` and divergence (a scalar) of a vector field of three dimensions.
        static member fcurldivergence (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor * Tensor =
            let value, jacobian = squareJacobian "curldivergence" [ 3 ] f x
            value, curlOf jacobian, trace jacobian

        /// Curl `[3]` and divergence (a scalar) of a vector field of three dimensions.
        static member curldivergence (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            let _, curl, divergence = dsharp.fcurldivergence f x
            curl, divergence
