/// Arrays of any rank in plain F#, and random cases: what the dialect is compared with.
module Dendrites.Tests.Naive

open Dendrites
open Expecto
open FsCheck
open FsCheck.FSharp

/// A shape, and the element at each index.
type Nd = { Shape: int[]; At: int[] -> float }

let private flatIndex (shape: int[]) (index: int[]) =
    Array.fold2 (fun flat size i -> flat * size + i) 0 shape index

/// All indices of a shape, row-major.
let rec indices (shape: int list) : int list list =
    match shape with
    | [] -> [ [] ]
    | size :: rest ->
        [ for i in 0 .. size - 1 do
              for inner in indices rest do
                  i :: inner ]

let elements (nd: Nd) : float[] =
    indices (List.ofArray nd.Shape)
    |> List.map (List.toArray >> nd.At)
    |> List.toArray

/// The numbers of a tensor of any dtype, row-major.
let numbers (t: Tensor) : float[] =
    use plain = t.torch.detach ()
    use wide = plain.``to`` TorchSharp.torch.ScalarType.Float64
    use rows = wide.contiguous ()
    // TorchSharp's accessor cannot read a tensor that holds nothing.
    if rows.NumberOfElements = 0L then
        [||]
    else
        rows.data<float>().ToArray()

let ofTensor (t: Tensor) : Nd =
    let shape, flat = t.shape, numbers t

    { Shape = shape
      At = fun index -> flat[flatIndex shape index] }

let map f (a: Nd) = { a with At = a.At >> f }

/// Element by element; sizes of 1, and dimensions missing in front, repeat.
let map2 (f: float -> float -> float) (a: Nd) (b: Nd) : Nd =
    let rank = max a.Shape.Length b.Shape.Length

    let size (nd: Nd) d =
        let d = d - rank + nd.Shape.Length
        if d < 0 then 1 else nd.Shape[d]

    let at (nd: Nd) (index: int[]) =
        nd.At(
            Array.init nd.Shape.Length (fun d ->
                if nd.Shape[d] = 1 then
                    0
                else
                    index[d + rank - nd.Shape.Length])
        )

    { Shape = Array.init rank (fun d -> max (size a d) (size b d))
      At = fun index -> f (at a index) (at b index) }

/// `f` of each line along `dim`.
let reduce dim keep (f: float[] -> float) (a: Nd) : Nd =
    let line (index: int[]) =
        let full i =
            if keep then
                Array.updateAt dim i index
            else
                Array.insertAt dim i index

        Array.init a.Shape[dim] (full >> a.At) |> f

    { Shape =
        (if keep then
             Array.updateAt dim 1 a.Shape
         else
             Array.removeAt dim a.Shape)
      At = line }

/// The tensor has the shape, and every element within `tolerance` relative to its size (absolute below 1).
let expectWithin (tolerance: float) (actual: Tensor) (expected: Nd) (what: string) =
    Expect.equal actual.shape expected.Shape $"{what}: shape"

    Seq.iteri2
        (fun i (a: float) (e: float) ->
            let near = a.Equals e || abs (a - e) <= tolerance * max 1.0 (max (abs a) (abs e))

            if not near then
                failtest $"{what}: element {i} of shape {expected.Shape} is {a}, naively {e}")
        (numbers actual)
        (elements expected)

/// As `expectWithin`, for float64.
let expectSame actual expected what = expectWithin 1e-11 actual expected what

type Seed = Seed of int

type Generators =
    static member Seed() : Arbitrary<Seed> =
        Arb.fromGen (Gen.map Seed (Gen.choose (0, System.Int32.MaxValue)))

/// A claim about random cases, each with a key of its own and a scope around it.
let prop (name: string) (body: Key -> unit) =
    testPropertyWithConfig
        { FsCheckConfig.defaultConfig with
            maxTest = 40
            arbitrary = [ typeof<Generators> ] }
        name
        (fun (Seed seed) -> Scope.run (fun () -> body (Key.ofSeed seed)))

/// A whole number in [low, high].
let whole low high name (key: Key) =
    (Key.integers low (high + 1) 1 (Key.named name key))[0]

/// A shape of `low` to `high` dimensions, each of 1 to 4.
let shapeOf low high (key: Key) : int[] =
    Key.integers 1 5 (whole low high "rank" key) (Key.named "sizes" key)

/// A shape that broadcasts with `shape`.
let partner (shape: int[]) (key: Key) : int[] =
    let dropped = whole 0 shape.Length "dropped" key
    let ones = Key.integers 0 3 shape.Length (Key.named "ones" key)

    Array.map2 (fun size one -> if one = 0 then 1 else size) shape ones
    |> Array.skip dropped

/// Uniform in [low, high), float64.
let between low high (shape: int[]) name (key: Key) : Tensor =
    Key.uniform low high (List.ofArray shape) Dtype.Float64 (Key.named name key)

/// Uniform in [-2, 2), float64.
let draw shape name key : Tensor = between -2.0 2.0 shape name key

/// Small whole numbers, so that elements tie, float64.
let drawTies (shape: int[]) name (key: Key) : Tensor =
    let count = Array.fold (*) 1 shape
    dsharp.tensor(Key.integers -2 3 count (Key.named name key), dtype = Dtype.Float64).view shape

/// One of the dimensions of a shape.
let dimOf (shape: int[]) (key: Key) = whole 0 (shape.Length - 1) "dim" key
