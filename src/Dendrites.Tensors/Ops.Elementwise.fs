namespace Dendrites

open TorchSharp

/// Functions of each element. Integers are widened to floating point where the function needs it.
[<AutoOpen>]
module OpsElementwise =

    let private wrap = Tensor.ofTorch

    let private notBool who (t: Tensor) =
        if t.dtype = Dtype.Bool then
            Guard.failDtype who "is not defined for Bool; cast first"

    type Tensor with

        /// Each element to the power of `b`'s, broadcasting.
        member a.pow(b: Tensor) : Tensor =
            Guard.broadcast "pow" a.shape b.shape |> ignore

            if a.dtype = Dtype.Bool && b.dtype = Dtype.Bool then
                Guard.failDtype "pow" "is not defined for Bool; cast first"

            wrap (a.torch.pow b.torch)

        /// Each element to the power `b`; of integers to a negative power it is floating point.
        member a.pow(b: scalar) : Tensor = Tensor.Pow(a, b)

        /// Each element with its sign changed.
        member t.neg() : Tensor = -t

        /// Absolute values; the gradient at 0 is 0.
        member t.abs() : Tensor =
            notBool "abs" t
            wrap (t.torch.abs ())

        /// -1, 0 or 1; its gradient is 0.
        member t.sign() : Tensor = wrap (t.torch.sign ())

        /// Rounded down; the gradient is 0.
        member t.floor() : Tensor =
            notBool "floor" t
            wrap (t.torch.floor ())

        /// Rounded up; the gradient is 0.
        member t.ceil() : Tensor =
            notBool "ceil" t
            wrap (t.torch.ceil ())

        /// Rounded to the nearest, halves to even; the gradient is 0.
        member t.round() : Tensor =
            notBool "round" t
            wrap (t.torch.round ())

        /// Nothing below `low`, nothing above `high`; the gradient is 0 where an element was cut. Integers stay integers
        /// where the bounds are whole numbers.
        member t.clamp(?low: scalar, ?high: scalar) : Tensor =
            notBool "clamp" t

            match low, high with
            | Some low, Some high when Number.toFloat low > Number.toFloat high ->
                invalidArg "low" $"clamp: low must not exceed high, got {low} and {high}."
            | Some low, Some high ->
                Raw.scalar low (fun low -> use high = Number.toTorch high in t.torch.clamp (low, high))
            | Some low, None -> Raw.scalar low (fun low -> t.torch.clamp_min low)
            | None, Some high -> Raw.scalar high (fun high -> t.torch.clamp_max high)
            | None, None -> wrap (t.torch.alias ())

        /// max(x, 0); the gradient at 0 is 0.
        member t.relu() : Tensor =
            notBool "relu" t
            wrap (t.torch.relu ())

        /// x where positive, else `negativeSlope` (0.01) times x.
        member t.leakyRelu(?negativeSlope: float) : Tensor =
            Guard.floating "leakyRelu" t.torch
            Raw.scalar (defaultArg negativeSlope 0.01) (fun slope -> t.torch.leaky_relu slope)

        /// 1 / (1 + e^-x).
        member t.sigmoid() : Tensor = wrap (t.torch.sigmoid ())

        /// log(1 + e^x), without overflow.
        member t.softplus() : Tensor =
            Guard.floating "softplus" t.torch
            // Not libtorch's softplus: that is the identity above a threshold, with an error of 2e-9 at the usual 20,
            // and TorchSharp leaves its factors to the finalizer while libtorch may still read them.
            use mirrored = t.torch.neg ()
            use logarithm = mirrored.log_sigmoid ()
            wrap (logarithm.neg ())

        /// e^x.
        member t.exp() : Tensor = wrap (t.torch.exp ())
        /// Natural logarithm.
        member t.log() : Tensor = wrap (t.torch.log ())

        /// Logarithm of x, or of `epsilon` (1e-12) where x is less; the gradient is 0 there.
        member t.safelog(?epsilon: float) : Tensor =
            Guard.floating "safelog" t.torch
            use cut = Scalar.op_Implicit (defaultArg epsilon 1e-12)
            use positive = t.torch.clamp_min cut
            wrap (positive.log ())

        /// Logarithm of base 10.
        member t.log10() : Tensor = wrap (t.torch.log10 ())
        /// Square root; the gradient at 0 is infinite.
        member t.sqrt() : Tensor = wrap (t.torch.sqrt ())
        /// Sine of radians.
        member t.sin() : Tensor = wrap (t.torch.sin ())
        /// Cosine of radians.
        member t.cos() : Tensor = wrap (t.torch.cos ())
        /// Tangent of radians.
        member t.tan() : Tensor = wrap (t.torch.tan ())
        /// Hyperbolic sine.
        member t.sinh() : Tensor = wrap (t.torch.sinh ())
        /// Hyperbolic cosine.
        member t.cosh() : Tensor = wrap (t.torch.cosh ())
        /// Hyperbolic tangent.
        member t.tanh() : Tensor = wrap (t.torch.tanh ())
        /// Inverse sine, radians.
        member t.asin() : Tensor = wrap (t.torch.asin ())
        /// Inverse cosine, radians.
        member t.acos() : Tensor = wrap (t.torch.acos ())
        /// Inverse tangent, radians.
        member t.atan() : Tensor = wrap (t.torch.atan ())

    type dsharp with

        /// `a.pow b`.
        static member pow(a: Tensor, b: Tensor) : Tensor = a.pow b
        /// `a.pow b`.
        static member pow(a: Tensor, b: scalar) : Tensor = a.pow b

        /// `a` to the power of each element of `b`.
        static member pow(a: scalar, b: Tensor) : Tensor =
            // Of no dimensions, so that it changes the dtype of `b` as a number does; a Float64 would widen integers.
            use basis =
                if Number.isWhole a then
                    dsharp.full ([], a, Dtype.Int64, b.device)
                elif Kind.isFloating b.torch.dtype then
                    dsharp.full ([], a, b.dtype, b.device)
                else
                    dsharp.full ([], a, device = b.device)

            basis.pow b

        /// `t.clamp (?low, ?high)`.
        static member clamp(t: Tensor, ?low: scalar, ?high: scalar) : Tensor =
            t.clamp (?low = low, ?high = high)

        /// `t.leakyRelu ?negativeSlope`.
        static member leakyRelu(t: Tensor, ?negativeSlope: float) : Tensor =
            t.leakyRelu (?negativeSlope = negativeSlope)

        /// `t.safelog ?epsilon`.
        static member safelog(t: Tensor, ?epsilon: float) : Tensor = t.safelog (?epsilon = epsilon)

        /// `t.neg ()`.
        static member neg(t: Tensor) : Tensor = t.neg ()
        /// `t.abs ()`.
        static member abs(t: Tensor) : Tensor = t.abs ()
        /// `t.sign ()`.
        static member sign(t: Tensor) : Tensor = t.sign ()
        /// `t.floor ()`.
        static member floor(t: Tensor) : Tensor = t.floor ()
        /// `t.ceil ()`.
        static member ceil(t: Tensor) : Tensor = t.ceil ()
        /// `t.round ()`.
        static member round(t: Tensor) : Tensor = t.round ()
        /// `t.relu ()`.
        static member relu(t: Tensor) : Tensor = t.relu ()
        /// `t.sigmoid ()`.
        static member sigmoid(t: Tensor) : Tensor = t.sigmoid ()
        /// `t.softplus ()`.
        static member softplus(t: Tensor) : Tensor = t.softplus ()
        /// `t.exp ()`.
        static member exp(t: Tensor) : Tensor = t.exp ()
        /// `t.log ()`.
        static member log(t: Tensor) : Tensor = t.log ()
        /// `t.log10 ()`.
        static member log10(t: Tensor) : Tensor = t.log10 ()
        /// `t.sqrt ()`.
        static member sqrt(t: Tensor) : Tensor = t.sqrt ()
        /// `t.sin ()`.
        static member sin(t: Tensor) : Tensor = t.sin ()
        /// `t.cos ()`.
        static member cos(t: Tensor) : Tensor = t.cos ()
        /// `t.tan ()`.
        static member tan(t: Tensor) : Tensor = t.tan ()
        /// `t.sinh ()`.
        static member sinh(t: Tensor) : Tensor = t.sinh ()
        /// `t.cosh ()`.
        static member cosh(t: Tensor) : Tensor = t.cosh ()
        /// `t.tanh ()`.
        static member tanh(t: Tensor) : Tensor = t.tanh ()
        /// `t.asin ()`.
        static member asin(t: Tensor) : Tensor = t.asin ()
        /// `t.acos ()`.
        static member acos(t: Tensor) : Tensor = t.acos ()
        /// `t.atan ()`.
        static member atan(t: Tensor) : Tensor = t.atan ()
