module Dendrites.Tests.WinnerKernelsTests

open System
open System.Numerics
open System.Runtime.Intrinsics
open Dendrites.Kernels
open Expecto

/// Units and values of the winners, by the vectors of an instruction set.
let private winners set (k: int) (guess: float32) (z: float32[]) =
    let units = z.Length
    let padded = Tile.Count units * Tile.Width
    use row = native (Array.append z (Array.create (padded - units) nanf))
    use unit = new NativeArray<int>(int64 units)
    use value = new NativeArray<float32>(int64 units)
    use keys = new NativeArray<int>(int64 units)
    let mutable guess = guess

    let count =
        match set with
        | InstructionSet.Avx512 ->
            WinnerKernels<Simd512, Vector512<float32>>
                .KLargest(row.Pointer, units, k, unit.Pointer, value.Pointer, keys.Pointer, &guess)
        | InstructionSet.Avx2 ->
            WinnerKernels<Simd256, Vector256<float32>>
                .KLargest(row.Pointer, units, k, unit.Pointer, value.Pointer, keys.Pointer, &guess)
        | _ ->
            WinnerKernels<SimdPortable, Vector<float32>>
                .KLargest(row.Pointer, units, k, unit.Pointer, value.Pointer, keys.Pointer, &guess)

    Array.zip (unit.Span.Slice(0, count).ToArray()) (value.Span.Slice(0, count).ToArray())

/// A row behind a rectifier, whole tiles, and how many are above zero.
let private rectified set (z: float32[]) =
    let padded = Tile.Count z.Length * Tile.Width
    use drive = native (Array.append z (Array.zeroCreate (padded - z.Length)))
    use said = native (Array.create padded 7.0f)
    let none = NativeInterop.NativePtr.nullPtr

    let count =
        match set with
        | InstructionSet.Avx512 ->
            WinnerKernels<Simd512, Vector512<float32>>
                .Rectify(drive.Pointer, none, GateKind.None, z.Length, said.Pointer)
        | InstructionSet.Avx2 ->
            WinnerKernels<Simd256, Vector256<float32>>
                .Rectify(drive.Pointer, none, GateKind.None, z.Length, said.Pointer)
        | _ ->
            WinnerKernels<SimdPortable, Vector<float32>>
                .Rectify(drive.Pointer, none, GateKind.None, z.Length, said.Pointer)

    said.Span.ToArray(), count

/// The definition: all at or above the k-th largest; NaN is none.
let private expected (k: int) (z: float32[]) =
    let sorted = z |> Array.filter (Single.IsNaN >> not) |> Array.sortDescending
    let threshold = if sorted.Length <= k then -infinityf else sorted[k - 1]

    [| for unit, value in Array.indexed z do
           if value >= threshold then
               unit, value |]

let private row (random: Random) =
    let units = random.Next(1, 200)

    match random.Next 7 with
    | 0 -> Array.create units (random.NextSingle() - 0.5f)
    | 1 -> Array.init units (fun _ -> float32 (random.Next(-2, 3)))
    | 2 -> Array.init units (fun _ -> if random.Next 2 = 0 then 0.0f else -0.0f)
    | 3 -> floats random units |> Array.map (fun x -> x - 5.0f)
    // Neighbours, one ulp apart.
    | 5 -> Array.init units (fun _ -> BitConverter.Int32BitsToSingle(0x3f800000 + random.Next(-5, 6)))
    | 4 -> floats random units |> Array.map (fun x -> if x > 0.8f then nanf else x * 1e30f)
    | _ -> floats random units

[<Tests>]
let tests =
    testList
        "WinnerKernels"
        [ for set in InstructionSets.All do
              property $"{set}: a rectifier leaves what is above zero, and counts it" (fun random ->
                  let z = row random |> Array.filter (fun x -> abs x < 1e20f)
                  let found, count = rectified set z
                  let expected = z |> Array.map (fun x -> if x > 0.0f then x else 0.0f)
                  Expect.equal (Array.truncate z.Length found) expected "what is above"
                  Expect.all found[z.Length ..] ((=) 0.0f) "nothing beyond the last unit"
                  Expect.equal count (expected |> Array.filter ((<) 0.0f) |> Array.length) "how many")

              property $"{set}: all at or above the k-th largest win, whatever was guessed" (fun random ->
                  let z = row random
                  let k = random.Next(1, z.Length + 1)
                  let guess = [| 0.0f; 1.5f; 40.0f; -40.0f |][random.Next 4]
                  Expect.sequenceEqual (winners set k guess z) (expected k z) $"{k} of {z.Length}")

              test $"{set}: no number, no winner" {
                  Expect.isEmpty (winners set 1 0.0f (Array.create 70 nanf)) "none"
              } ]
