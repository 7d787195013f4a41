/// What the tests of derivatives share: numbers in, numbers out, and a smooth function or two.
[<AutoOpen>]
module Dendrites.Tests.Numbers

open Dendrites
open Expecto

let total (t: Tensor) = t.sum ()
let vector (xs: Tensor list) = dsharp.stack xs

let scalar (x: float) =
    dsharp.scalar (x, dtype = Dtype.Float64)

let ofArray (xs: float[]) =
    dsharp.tensor (xs, dtype = Dtype.Float64)

let number (t: Tensor) = float t

let numbers (t: Tensor) =
    t.torch.contiguous().data<float>().ToArray()

/// Equal to within 1e-9, relative or absolute.
let close (actual: float[]) (expected: float[]) what =
    Expect.hasLength actual expected.Length what

    for a, e in Array.zip actual expected do
        Expect.isLessThanOrEqual
            (abs (a - e))
            (1.0e-9 * (1.0 + abs e))
            $"{what}: %A{actual}, expected %A{expected}"

/// Equal shapes, and elements equal to within 1e-9.
let closeTo (actual: Tensor) (expected: Tensor) what =
    Expect.equal actual.shape expected.shape $"{what}: shape"
    close (numbers actual) (numbers expected) what

let draw size seed =
    Key.normal [ size ] Dtype.Float64 (Key.ofSeed seed)

/// A smooth scalar function of a vector in which every variable meets every other.
let energy (x: Tensor) =
    dsharp.sin (total (x * x)) + total (dsharp.exp (x * 0.5)) * x[0]

/// A smooth function of a vector `[n]` to a vector `[m]`, by a fixed matrix.
let field (m: int) (x: Tensor) =
    let weights = Key.normal [ m; x.nelement ] Dtype.Float64 (Key.ofSeed 77)
    dsharp.sin (weights.matmul x) * total (x * x)
