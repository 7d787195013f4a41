namespace Dendrites

/// Shapes that do not fit: raised in managed code, before libtorch sees them. The message names the function and
/// every shape involved.
exception ShapeException of message: string with
    override error.Message = error.message

/// Element types of tensors.
[<RequireQualifiedAccess>]
type Dtype =
    | Float32
    | Float64
    | Int64
    | Int32
    | Bool
    | Byte

/// Where a tensor's numbers live.
[<RequireQualifiedAccess>]
type Device =
    | CPU
    | GPU

/// Checks of shapes and dimensions.
[<RequireQualifiedAccess>]
module internal Guard =

    let show (shape: int[]) =
        "[" + (shape |> Array.map string |> String.concat "; ") + "]"

    let fail (who: string) (what: string) : 'a =
        raise (ShapeException $"{who}: {what}")

    /// The shape that `a` and `b` broadcast to.
    let broadcast (who: string) (a: int[]) (b: int[]) : int[] =
        let n = max a.Length b.Length
        let at (shape: int[]) i = if i < n - shape.Length then 1 else shape[i - n + shape.Length]

        Array.init n (fun i ->
            match at a i, at b i with
            | x, y when x = y -> x
            | 1, y -> y
            | x, 1 -> x
            | _ -> fail who $"shapes {show a} and {show b} do not broadcast")

    /// `dim` counted from the front; negative ones count from the end.
    let dim (who: string) (shape: int[]) (dim: int) : int =
        if dim >= -shape.Length && dim < shape.Length then
            (if dim < 0 then dim + shape.Length else dim)
        else
            fail who $"dimension {dim} of shape {show shape}"

    let same (who: string) (a: int[]) (b: int[]) =
        if a <> b then
            fail who $"shapes {show a} and {show b} must be equal"

    let elements (shape: int[]) = Array.fold (fun n d -> n * int64 d) 1L shape
