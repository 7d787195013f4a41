namespace Dendrites

open System
open System.Globalization
open TorchSharp

/// A number of any type beside a tensor. A whole one leaves the dtype of integer tensors alone, one with a fraction makes
/// them floating point.
type scalar = IConvertible

/// Numbers as libtorch takes them.
[<RequireQualifiedAccess>]
module internal Number =

    let isWhole (x: scalar) =
        let code = x.GetTypeCode()
        code >= TypeCode.SByte && code <= TypeCode.Int64

    let toFloat (x: scalar) = x.ToDouble CultureInfo.InvariantCulture

    let toTorch (x: scalar) : Scalar =
        match x.GetTypeCode() with
        | _ when isWhole x -> Scalar.op_Implicit (x.ToInt64 CultureInfo.InvariantCulture)
        | TypeCode.UInt64
        | TypeCode.Single
        | TypeCode.Double
        | TypeCode.Decimal -> Scalar.op_Implicit (toFloat x)
        | other -> invalidArg "scalar" $"a {other} is not a number that tensors take"

/// A multi-dimensional array of numbers: a thin, immutable wrapper of one TorchSharp tensor. Its memory is native;
/// `Scope` frees it, or `Dispose`. Operators broadcast, and raise ShapeException where shapes do not.
[<Sealed>]
type Tensor private (inner: torch.Tensor) =

    // TorchSharp makes this factor anew for each sum and leaves it to the finalizer, which may free it while libtorch
    // reads it: seen, under load, as a sum of wrong numbers.
    static let once = lazy (Scalar.op_Implicit 1)

    static let plus (a: torch.Tensor) (b: torch.Tensor) = a.add (b, once.Value)
    static let plusScalar (a: torch.Tensor) (b: Scalar) = a.add (b, once.Value)

    static let pair who (f: torch.Tensor -> torch.Tensor -> torch.Tensor) (a: Tensor) (b: Tensor) =
        let left, right = a.shape, b.shape

        if left <> right then
            Guard.broadcast who left right |> ignore

        Tensor.ofTorch (f a.torch b.torch)

    static let withScalar (f: torch.Tensor -> Scalar -> torch.Tensor) (a: Tensor) (b: scalar) =
        use scalar = Number.toTorch b
        Tensor.ofTorch (f a.torch scalar)

    static let noBool who (t: torch.Tensor) =
        if t.dtype = torch.ScalarType.Bool then
            Guard.failDtype who "is not defined for Bool; cast first"

    static let difference (a: torch.Tensor) (b: torch.Tensor) =
        noBool "-" a
        noBool "-" b
        a.sub b

    static let minus (a: torch.Tensor) (b: Scalar) =
        noBool "-" a
        a.sub b

    static let subtractFrom (a: scalar) (b: Tensor) =
        noBool "-" b.torch
        // Not `neg`, which keeps an unsigned dtype even where `a` asks for a floating one.
        use minusOne = Number.toTorch (if Number.isWhole a then -1L :> scalar else -1.0)
        use first = Number.toTorch a
        use negated = b.torch.mul minusOne
        Tensor.ofTorch (plusScalar negated first)

    static let divide (b: torch.Tensor) (a: Scalar) =
        use inverse = b.reciprocal ()
        inverse.mul a

    /// The TorchSharp tensor inside.
    member _.torch: torch.Tensor = Recent.Hold inner

    /// A tensor around a TorchSharp tensor, which it then owns.
    static member ofTorch(t: torch.Tensor) = new Tensor(t)

    /// TorchSharp's name of an element type.
    static member internal kind(dtype: Dtype) = Kind.ofDtype dtype

    /// Sizes of the dimensions; empty for a scalar.
    member t.shape: int[] = t.torch.shape |> Array.map int

    /// Number of dimensions.
    member t.dim = int (t.torch.dim ())

    /// Number of elements.
    member t.nelement = int t.torch.NumberOfElements

    /// Element type.
    member t.dtype = Kind.toDtype t.torch.dtype

    /// Where its numbers live.
    member t.device =
        if t.torch.device_type = DeviceType.CPU then
            Device.CPU
        else
            Device.GPU

    /// Sum, element by element.
    static member (+)(a: Tensor, b: Tensor) = pair "+" plus a b
    /// Difference, element by element; not for Bool.
    static member (-)(a: Tensor, b: Tensor) = pair "-" difference a b
    /// Product, element by element.
    static member (*)(a: Tensor, b: Tensor) = pair "*" (fun a b -> a.mul b) a b
    /// Quotient, element by element; of integers it is floating point.
    static member (/)(a: Tensor, b: Tensor) = pair "/" (fun a b -> a.div b) a b
    /// `b` added to each element.
    static member (+)(a: Tensor, b: scalar) = withScalar plusScalar a b
    /// `b` taken from each element; not for Bool.
    static member (-)(a: Tensor, b: scalar) = withScalar minus a b
    /// Each element times `b`.
    static member (*)(a: Tensor, b: scalar) = withScalar (fun a b -> a.mul b) a b
    /// Each element divided by `b`; of integers it is floating point.
    static member (/)(a: Tensor, b: scalar) = withScalar (fun a b -> a.div b) a b
    /// `a` added to each element.
    static member (+)(a: scalar, b: Tensor) = withScalar plusScalar b a
    /// Each element taken from `a`; not for Bool.
    static member (-)(a: scalar, b: Tensor) = subtractFrom a b
    /// Each element times `a`.
    static member (*)(a: scalar, b: Tensor) = withScalar (fun b a -> b.mul a) b a
    /// `a` divided by each element; of integers it is floating point.
    static member (/)(a: scalar, b: Tensor) = withScalar divide b a

    /// Each element with its sign changed; not for Bool.
    static member (~-)(a: Tensor) =
        noBool "-" a.torch
        Tensor.ofTorch (a.torch.neg ())

    /// `a ** b`, element by element.
    static member Pow(a: Tensor, b: Tensor) = pair "**" (fun a b -> a.pow b) a b

    /// Each element to the power `b`; of integers to a negative power it is floating point.
    static member Pow(a: Tensor, b: scalar) =
        // libtorch has no negative whole powers of integers.
        let b =
            if Number.toFloat b < 0.0 then
                Number.toFloat b :> scalar
            else
                b

        withScalar (fun a b -> a.pow b) a b

    /// The slice at `index` of the first dimension; negative counts from the end.
    member t.Item
        with get (index: int) =
            let shape = t.shape

            if shape.Length = 0 then
                Guard.fail "t[i]" "a scalar, shape [], has no items"

            if index < -shape[0] || index >= shape[0] then
                Guard.fail "t[i]" $"index {index} is outside shape {Guard.show shape}"

            Tensor.ofTorch (t.torch.select (0L, int64 index))

    /// The one element of a tensor that holds one, as `float t`.
    static member op_Explicit(t: Tensor) : float =
        if t.torch.NumberOfElements <> 1L then
            Guard.fail "toDouble" $"needs one element, got shape {Guard.show t.shape}"

        use plain = t.torch.detach ()
        use wide = plain.``to`` torch.ScalarType.Float64
        wide.item<float>()

    /// The one element of a tensor that holds one, as `float32 t`.
    static member op_Explicit(t: Tensor) : float32 = float32 (float t)

    /// The one element of a tensor that holds one, as `int t`: truncated, as F# truncates floats.
    static member op_Explicit(t: Tensor) : int = int (float t)

    /// A header (shape, dtype, device when not the CPU, density, smallest, mean, largest), then some values.
    override t.ToString() = Printer.print t.torch

    interface IDisposable with
        member _.Dispose() = inner.Dispose()

/// The dialect: DiffSharp's functions by DiffSharp's names.
[<AbstractClass; Sealed>]
type dsharp = class end

/// The steps between dialect and TorchSharp that most functions need.
[<RequireQualifiedAccess>]
module internal Raw =

    let longs (sizes: seq<int>) : int64[] = sizes |> Seq.map int64 |> Seq.toArray

    let scalar (value: scalar) (f: Scalar -> torch.Tensor) : Tensor =
        use scalar = Number.toTorch value
        Tensor.ofTorch (f scalar)

    /// `f` of an index tensor as libtorch wants it: Int64. Int32 is widened.
    let indexed (who: string) (index: Tensor) (f: torch.Tensor -> torch.Tensor) : Tensor =
        match index.dtype with
        | Dtype.Int64 -> Tensor.ofTorch (f index.torch)
        | Dtype.Int32 ->
            use wide = index.torch.``to`` torch.ScalarType.Int64
            Tensor.ofTorch (f wide)
        | other -> Guard.failDtype who $"indices must be Int64 or Int32, got {other}"

    let all (tensors: seq<Tensor>) : torch.Tensor[] =
        tensors |> Seq.map _.torch |> Seq.toArray
