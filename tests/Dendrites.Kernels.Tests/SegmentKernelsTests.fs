module Dendrites.Tests.SegmentKernelsTests

open System
open System.Numerics
open System.Runtime.Intrinsics
open Dendrites.Kernels
open Expecto
open FSharp.NativeInterop

let private winner set (magnitude: bool) (activation: float32[]) =
    use row = native activation

    match set with
    | InstructionSet.Avx512 ->
        SegmentKernels<Simd512, Vector512<float32>>.Winner(row.Pointer, activation.Length, magnitude)
    | InstructionSet.Avx2 ->
        SegmentKernels<Simd256, Vector256<float32>>.Winner(row.Pointer, activation.Length, magnitude)
    | _ -> SegmentKernels<SimdPortable, Vector<float32>>.Winner(row.Pointer, activation.Length, magnitude)

let private rankOne set (row: NativeArray<float32>) (context: NativeArray<float32>) mask mu nu scalars =
    let count = int row.Length

    match set with
    | InstructionSet.Avx512 ->
        SegmentKernels<Simd512, Vector512<float32>>
            .AdamRankOne(row.Pointer, context.Pointer, mask, count, mu, nu, &scalars)
    | InstructionSet.Avx2 ->
        SegmentKernels<Simd256, Vector256<float32>>
            .AdamRankOne(row.Pointer, context.Pointer, mask, count, mu, nu, &scalars)
    | _ ->
        SegmentKernels<SimdPortable, Vector<float32>>
            .AdamRankOne(row.Pointer, context.Pointer, mask, count, mu, nu, &scalars)

[<Tests>]
let tests =
    testList
        "SegmentKernels"
        [ for set in InstructionSets.All do
              property $"{set}: the first of the largest wins" (fun random ->
                  let activation =
                      Array.init (random.Next(1, 70)) (fun _ -> float32 (random.Next(-3, 4)))

                  Expect.equal
                      (winner set false activation)
                      (Array.IndexOf(activation, Array.max activation))
                      "largest"

                  let magnitudes = Array.map abs activation

                  Expect.equal
                      (winner set true activation)
                      (Array.IndexOf(magnitudes, Array.max magnitudes))
                      "of largest magnitude")

              property $"{set}: moments of rank one move a segment as stored moments do" (fun random ->
                  let count = random.Next(1, 90)
                  let rule = UpdateRule(true, 0.01, 0.9, 0.999, 1e-8)
                  let context = floats random count
                  // A context may have zeros.
                  context[0] <- 0.0f
                  let mask = Array.init count (fun _ -> float32 (random.Next 2))
                  let start = Array.map2 (*) (floats random count) mask
                  use row = native start
                  use given = native context
                  use exists = native mask
                  let masked = random.Next 2 = 0
                  let plain = Array.copy start
                  let first, second = Array.zeroCreate count, Array.zeroCreate count
                  let mutable mu, nu, activation = 0.0f, 0.0f, 0.0f

                  for step in 1..12 do
                      let scalars = rule.At step
                      // Some steps have no gradient, some a tiny one.
                      let q = (random.NextSingle() - 0.5f) * [| 0.0f; 1.0f; 1e-7f |][random.Next 3]

                      for i in 0 .. count - 1 do
                          scalars.Apply(true, q * context[i], &plain[i], &first[i], &second[i])

                          if masked then
                              plain[i] <- plain[i] * mask[i]

                      mu <- mu * scalars.Keep1 + q * scalars.New1
                      nu <- nu * scalars.Keep2 + q * q * scalars.New2
                      let mask = if masked then exists.Pointer else NativePtr.nullPtr
                      activation <- rankOne set row given mask mu nu scalars

                  let row = row.Span.ToArray()

                  for expected, actual in Array.zip plain row do
                      Expect.isLessThan (abs (expected - actual)) 2e-6f "weight"

                  let dot = Array.fold2 (fun sum a (b: float32) -> sum + a * b) 0.0f row context
                  Expect.isLessThan (abs (dot - activation)) 1e-4f "activation") ]
