namespace Dendrites

open System
open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open TorchSharp

/// Shapes that do not fit: raised in managed code, before libtorch sees them. The message names the function and
/// every shape involved.
exception ShapeException of message: string with
    override error.Message = error.message

/// Element types that do not fit: raised in managed code. The message names the function and every dtype involved.
exception DtypeException of message: string with
    override error.Message = error.message

/// Element types of tensors.
[<RequireQualifiedAccess>]
type Dtype =
    /// 32-bit floating point: the default.
    | Float32
    /// 64-bit floating point.
    | Float64
    /// 64-bit integer: the type of indices.
    | Int64
    /// 32-bit integer.
    | Int32
    /// True or false.
    | Bool
    /// 8-bit integer without sign.
    | Byte

/// Where a tensor's numbers live.
[<RequireQualifiedAccess>]
type Device =
    /// Main memory.
    | CPU
    /// The current CUDA device.
    | GPU

/// Dtypes as TorchSharp names them.
[<RequireQualifiedAccess>]
module internal Kind =

    let ofDtype (dtype: Dtype) =
        match dtype with
        | Dtype.Float32 -> torch.ScalarType.Float32
        | Dtype.Float64 -> torch.ScalarType.Float64
        | Dtype.Int64 -> torch.ScalarType.Int64
        | Dtype.Int32 -> torch.ScalarType.Int32
        | Dtype.Bool -> torch.ScalarType.Bool
        | Dtype.Byte -> torch.ScalarType.Byte

    let toDtype (kind: torch.ScalarType) =
        match kind with
        | torch.ScalarType.Float32 -> Dtype.Float32
        | torch.ScalarType.Float64 -> Dtype.Float64
        | torch.ScalarType.Int64 -> Dtype.Int64
        | torch.ScalarType.Int32 -> Dtype.Int32
        | torch.ScalarType.Bool -> Dtype.Bool
        | torch.ScalarType.Byte -> Dtype.Byte
        | other -> raise (NotSupportedException $"tensors of {other} are not part of the dialect")

    let isFloating (kind: torch.ScalarType) =
        kind = torch.ScalarType.Float32 || kind = torch.ScalarType.Float64

/// What stands behind a tensor.
[<RequireQualifiedAccess>]
module internal Memory =

    /// Whether `t` is one of libtorch's zeros without memory. Some backward formulas (that of `abs`, differentiated
    /// again) hand them out, and to read one as if it had memory ends the process. A view of one that is not contiguous
    /// gets memory when it is made contiguous; on a GPU, when it is moved to be read.
    let private isPhantom (t: torch.Tensor) =
        let bytes = t.NumberOfElements * t.ElementSize

        if
            t.device_type = DeviceType.CPU
            && bytes > 0L
            && bytes < 2147483648L
            && t.is_contiguous ()
        then
            let memory = t.bytes
            Unsafe.IsNullRef(&MemoryMarshal.GetReference memory)
        else
            false

    /// `t` itself, or zeros with memory in its place, and `t` freed.
    let backed (t: torch.Tensor) : torch.Tensor =
        if isPhantom t then
            use phantom = t
            phantom.clone ()
        else
            t

    /// The elements of `t` row by row, with memory behind them; a tensor of its own.
    let rows (t: torch.Tensor) : torch.Tensor = backed (t.contiguous ())

/// Checks of shapes, dimensions and dtypes. `who` is the function as the user calls it.
[<RequireQualifiedAccess>]
module internal Guard =

    let show (shape: int[]) =
        "[" + (shape |> Array.map string |> String.concat "; ") + "]"

    let fail (who: string) (what: string) : 'a = raise (ShapeException $"{who}: {what}")

    let failDtype (who: string) (what: string) : 'a = raise (DtypeException $"{who}: {what}")

    let elements (shape: int[]) =
        Array.fold (fun n d -> n * int64 d) 1L shape

    /// The shape that `a` and `b` broadcast to.
    let broadcast (who: string) (a: int[]) (b: int[]) : int[] =
        let n = max a.Length b.Length

        let at (shape: int[]) i =
            if i < n - shape.Length then
                1
            else
                shape[i - n + shape.Length]

        Array.init n (fun i ->
            match at a i, at b i with
            | x, y when x = y -> x
            | 1, y -> y
            | x, 1 -> x
            | _ -> fail who $"shapes {show a} and {show b} do not broadcast")

    /// As `broadcast`, for three: the message names all.
    let broadcast3 (who: string) (a: int[]) (b: int[]) (c: int[]) : int[] =
        try
            broadcast who (broadcast who a b) c
        with ShapeException _ ->
            fail who $"shapes {show a}, {show b} and {show c} do not broadcast"

    /// `dim` counted from the front; negative ones count from the end.
    let dim (who: string) (shape: int[]) (dim: int) : int =
        if dim >= -shape.Length && dim < shape.Length then
            (if dim < 0 then dim + shape.Length else dim)
        else
            fail who $"dimension {dim} does not exist in shape {show shape}"

    /// `dims` counted from the front, all different.
    let dims (who: string) (shape: int[]) (all: int[]) : int[] =
        let counted = all |> Array.map (dim who shape)

        if (Array.distinct counted).Length <> counted.Length then
            fail who $"dimensions {show all} of shape {show shape} are not all different"

        counted

    let same (who: string) (a: int[]) (b: int[]) =
        if a <> b then
            fail who $"shapes {show a} and {show b} must be equal"

    /// An error unless each size is at least 0.
    let sizes (who: string) (shape: int[]) =
        if shape |> Array.exists (fun size -> size < 0) then
            fail who $"a shape cannot hold a negative size, got {show shape}"

    /// An error unless there is something to reduce along `along` (counted from the front), or at all where it is None.
    let notEmpty (who: string) (shape: int[]) (along: int option) =
        match along with
        | Some d when shape[d] = 0 -> fail who $"nothing to reduce along dimension {d} of shape {show shape}"
        | None when elements shape = 0L -> fail who $"shape {show shape} holds no elements"
        | _ -> ()

    let floating (who: string) (t: torch.Tensor) =
        if not (Kind.isFloating t.dtype) then
            failDtype who $"needs a floating-point tensor, got {Kind.toDtype t.dtype}"

    /// An error unless both have one dtype and live in one place.
    let alike (who: string) (a: torch.Tensor) (b: torch.Tensor) =
        if a.dtype <> b.dtype then
            failDtype who $"dtypes {Kind.toDtype a.dtype} and {Kind.toDtype b.dtype} must be equal; cast one"

        if a.device_type <> b.device_type || a.device_index <> b.device_index then
            invalidOp $"{who}: tensors on {a.device} and {b.device} must be in one place; move one"

    let alikeFloating who (a: torch.Tensor) (b: torch.Tensor) =
        floating who a
        alike who a b
