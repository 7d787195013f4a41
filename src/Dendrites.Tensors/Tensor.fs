namespace Dendrites

open System
open TorchSharp

/// A multi-dimensional array of numbers: a thin, immutable wrapper of one TorchSharp tensor. Its memory is native;
/// `Scope` frees it, or `Dispose`.
[<Sealed; AllowNullLiteral>]
type Tensor private (inner: torch.Tensor) =

    static let scalarKind (t: Dtype) =
        match t with
        | Dtype.Float32 -> torch.ScalarType.Float32
        | Dtype.Float64 -> torch.ScalarType.Float64
        | Dtype.Int64 -> torch.ScalarType.Int64
        | Dtype.Int32 -> torch.ScalarType.Int32
        | Dtype.Bool -> torch.ScalarType.Bool
        | Dtype.Byte -> torch.ScalarType.Byte

    static let pair who (f: torch.Tensor -> torch.Tensor -> torch.Tensor) (a: Tensor) (b: Tensor) =
        Guard.broadcast who a.shape b.shape |> ignore
        Tensor.ofTorch (f a.torch b.torch)

    static let withScalar (f: torch.Tensor -> Scalar -> torch.Tensor) (a: Tensor) (b: float) =
        use scalar = Scalar.op_Implicit b
        Tensor.ofTorch (f a.torch scalar)

    static let withWhole (f: torch.Tensor -> Scalar -> torch.Tensor) (a: Tensor) (b: int) =
        use scalar = Scalar.op_Implicit (int64 b)
        Tensor.ofTorch (f a.torch scalar)

    /// The TorchSharp tensor inside.
    member _.torch = inner

    /// A tensor around a TorchSharp tensor, which it then owns.
    static member ofTorch(t: torch.Tensor) = new Tensor(t)

    /// TorchSharp's name of an element type.
    static member internal kind(dtype: Dtype) = scalarKind dtype

    /// Sizes of the dimensions; empty for a scalar.
    member _.shape: int[] = inner.shape |> Array.map int
    /// Number of dimensions.
    member _.dim = int (inner.dim ())
    /// Number of elements.
    member _.nelement = int inner.NumberOfElements

    /// Element type.
    member _.dtype =
        match inner.dtype with
        | torch.ScalarType.Float32 -> Dtype.Float32
        | torch.ScalarType.Float64 -> Dtype.Float64
        | torch.ScalarType.Int64 -> Dtype.Int64
        | torch.ScalarType.Int32 -> Dtype.Int32
        | torch.ScalarType.Bool -> Dtype.Bool
        | torch.ScalarType.Byte -> Dtype.Byte
        | other -> raise (NotSupportedException $"tensors of {other} are not part of the dialect")

    /// Where its numbers live.
    member _.device = if inner.device_type = DeviceType.CPU then Device.CPU else Device.GPU

    static member (+)(a: Tensor, b: Tensor) = pair "+" (fun a b -> a.add b) a b
    static member (-)(a: Tensor, b: Tensor) = pair "-" (fun a b -> a.sub b) a b
    static member (*)(a: Tensor, b: Tensor) = pair "*" (fun a b -> a.mul b) a b
    static member (/)(a: Tensor, b: Tensor) = pair "/" (fun a b -> a.div b) a b
    static member (+)(a: Tensor, b: float) = withScalar (fun a b -> a.add b) a b
    static member (-)(a: Tensor, b: float) = withScalar (fun a b -> a.sub b) a b
    static member (*)(a: Tensor, b: float) = withScalar (fun a b -> a.mul b) a b
    static member (/)(a: Tensor, b: float) = withScalar (fun a b -> a.div b) a b
    static member (+)(a: Tensor, b: int) = withWhole (fun a b -> a.add b) a b
    static member (-)(a: Tensor, b: int) = withWhole (fun a b -> a.sub b) a b
    static member (*)(a: Tensor, b: int) = withWhole (fun a b -> a.mul b) a b
    static member (/)(a: Tensor, b: int) = withWhole (fun a b -> a.div b) a b
    static member (+)(a: float, b: Tensor) = withScalar (fun b a -> b.add a) b a
    static member (*)(a: float, b: Tensor) = withScalar (fun b a -> b.mul a) b a
    static member (+)(a: int, b: Tensor) = withWhole (fun b a -> b.add a) b a
    static member (*)(a: int, b: Tensor) = withWhole (fun b a -> b.mul a) b a
    static member (~-)(a: Tensor) = Tensor.ofTorch (a.torch.neg ())

    static member (-)(a: float, b: Tensor) =
        use minus = b.torch.neg ()
        use scalar = Scalar.op_Implicit a
        Tensor.ofTorch (minus.add scalar)

    static member (-)(a: int, b: Tensor) =
        use minus = b.torch.neg ()
        use scalar = Scalar.op_Implicit (int64 a)
        Tensor.ofTorch (minus.add scalar)

    static member (/)(a: float, b: Tensor) =
        use inverse = b.torch.reciprocal ()
        use scalar = Scalar.op_Implicit a
        Tensor.ofTorch (inverse.mul scalar)

    static member (/)(a: int, b: Tensor) = float a / b

    /// The slice at `index` of the first dimension; negative counts from the end.
    member t.Item
        with get (index: int) =
            let size = if t.dim = 0 then Guard.fail "item" "a scalar has no items" else t.shape[0]

            if index < -size || index >= size then
                Guard.fail "item" $"index {index} of shape {Guard.show t.shape}"

            Tensor.ofTorch (inner.select (0L, int64 index))

    override _.ToString() = inner.ToString TensorStringStyle.Julia

    interface IDisposable with
        member _.Dispose() = inner.Dispose()

/// The dialect: DiffSharp's functions by DiffSharp's names.
[<AbstractClass; Sealed>]
type dsharp = class end
