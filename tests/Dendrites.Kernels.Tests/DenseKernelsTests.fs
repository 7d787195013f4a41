module Dendrites.Tests.DenseKernelsTests

open System
open System.Numerics
open System.Runtime.Intrinsics
open Dendrites.Kernels
open Expecto
open FSharp.NativeInterop

/// A batch behind a layer: weights, what its inputs say, and gradients of its outputs, all as plain rows too.
type private Case =
    {
        Layer: TiledWeights
        Input: Entries
        Gradient: Gradient
        Samples: int
        /// [output][input].
        Weight: float32[][]
        Bias: float32[]
        /// [sample][input], above the background.
        Above: float32[][]
        Background: float32
        /// [sample][output].
        Delta: float32[][]
    }

    interface IDisposable with
        member case.Dispose() =
            case.Layer.Dispose()
            case.Input.Dispose()
            case.Gradient.Dispose()

let private draw (random: Random) share =
    let inputs, outputs, samples =
        random.Next(1, 200), random.Next(1, 150), random.Next(1, 30)

    let capacity = samples + random.Next 5
    let layer = new TiledWeights(inputs, outputs, false, true)
    let input = new Entries(inputs, capacity)
    let gradient = new Gradient(layer.Tiles, capacity)
    let weight = Array.init outputs (fun _ -> floats random inputs)
    let bias = floats random outputs
    layer.Copy(Part.Weight, Span(Array.concat weight), true, UnitOrder inputs, UnitOrder outputs)
    layer.CopyBias(Part.Weight, Span(Array.copy bias), true, UnitOrder outputs)

    let above =
        Array.init samples (fun _ ->
            floats random inputs
            |> Array.map (fun x -> if random.NextDouble() < share then x else 0.0f))

    for sample, row in Array.indexed above do
        let listed = row |> Array.indexed |> Array.filter (fun (_, x) -> x <> 0.0f)
        NativePtr.set input.Count sample listed.Length

        for n, (unit, value) in Array.indexed listed do
            NativePtr.set input.Unit (sample * input.Stride + n) unit
            NativePtr.set input.Value (sample * input.Stride + n) value

    // Some outputs have no gradient, and sometimes a whole tile has none.
    let last = if random.Next 3 = 0 then min outputs 64 else outputs

    let delta =
        Array.init samples (fun _ ->
            floats random outputs
            |> Array.mapi (fun output x -> if output < last && random.Next 2 = 0 then x else 0.0f))

    for sample, row in Array.indexed delta do
        for output, x in Array.indexed row do
            if x <> 0.0f then
                gradient.Set(sample, output, x, 1)

    let background = if random.Next 2 = 0 then 0.0f else -0.4f
    input.Background <- background

    { Layer = layer
      Input = input
      Gradient = gradient
      Samples = samples
      Weight = weight
      Bias = bias
      Above = above
      Background = background
      Delta = delta }

/// A batch of which most inputs speak, in whole rows.
let private dense random =
    let rec find () =
        let case = draw random (0.4 + 0.6 * random.NextDouble())
        case.Input.ChooseForm(case.Samples, false, 0.25)

        if case.Input.Form = Form.Both then
            case
        else
            (case :> IDisposable).Dispose()
            find ()

    let case = find ()
    case.Input.Fill(0, case.Samples)
    case.Input.ListByUnit(0, case.Input.Units, case.Samples, 1)
    case.Input.ListLive(1, 10)
    case

let private close (expected: float) (actual: float32) what =
    Expect.isLessThan (abs (float actual - expected)) 1e-4 what

let private product set (case: Case) tile first last (output: nativeptr<float32>) stride =
    match set with
    | InstructionSet.Avx512 ->
        TileKernels<Simd512, Vector512<float32>>.SumColumns(case.Layer, tile)

        DenseKernels<Simd512, Vector512<float32>>
            .Product(case.Layer, tile, case.Input, first, last, output, stride)
    | InstructionSet.Avx2 ->
        TileKernels<Simd256, Vector256<float32>>.SumColumns(case.Layer, tile)

        DenseKernels<Simd256, Vector256<float32>>
            .Product(case.Layer, tile, case.Input, first, last, output, stride)
    | _ ->
        TileKernels<SimdPortable, Vector<float32>>.SumColumns(case.Layer, tile)

        DenseKernels<SimdPortable, Vector<float32>>
            .Product(case.Layer, tile, case.Input, first, last, output, stride)

let private errors
    set
    (case: Case)
    chunk
    first
    last
    (to': nativeptr<float32>)
    stride
    (block: nativeptr<float32>)
    =
    match set with
    | InstructionSet.Avx512 ->
        DenseKernels<Simd512, Vector512<float32>>
            .Errors(case.Layer, chunk, case.Gradient, case.Samples, first, last, to', stride, block)
    | InstructionSet.Avx2 ->
        DenseKernels<Simd256, Vector256<float32>>
            .Errors(case.Layer, chunk, case.Gradient, case.Samples, first, last, to', stride, block)
    | _ ->
        DenseKernels<SimdPortable, Vector<float32>>
            .Errors(case.Layer, chunk, case.Gradient, case.Samples, first, last, to', stride, block)

/// Plain descent at rate 1 from nothing: what the weights lose is the gradient.
let private descend set (case: Case) tile first last biases =
    let rule = UpdateRule(false, 1.0, 0.0, 0.0, 0.0)
    let scalars = rule.At 1

    match set with
    | InstructionSet.Avx512 ->
        TileKernels<Simd512, Vector512<float32>>
            .Update(
                case.Layer,
                tile,
                case.Input,
                case.Gradient,
                case.Samples,
                first,
                last,
                biases,
                rule,
                10,
                0.0f,
                1,
                &scalars
            )
    | InstructionSet.Avx2 ->
        TileKernels<Simd256, Vector256<float32>>
            .Update(
                case.Layer,
                tile,
                case.Input,
                case.Gradient,
                case.Samples,
                first,
                last,
                biases,
                rule,
                10,
                0.0f,
                1,
                &scalars
            )
    | _ ->
        TileKernels<SimdPortable, Vector<float32>>
            .Update(
                case.Layer,
                tile,
                case.Input,
                case.Gradient,
                case.Samples,
                first,
                last,
                biases,
                rule,
                10,
                0.0f,
                1,
                &scalars
            )

[<Tests>]
let tests =
    testList
        "DenseKernels"
        [ for set in InstructionSets.All do
              property
                  $"{set}: products are those of the matrices, however samples are divided"
                  (fun random ->
                      use case = dense random
                      let stride = Tile.OddLines(case.Layer.Tiles * Tile.Width)
                      use output = new NativeArray<float32>(int64 (case.Samples * stride))
                      use again = new NativeArray<float32>(int64 (case.Samples * stride))
                      let cut = random.Next(0, case.Samples + 1)

                      for tile in 0 .. case.Layer.Tiles - 1 do
                          product set case tile 0 case.Samples output.Pointer stride
                          product set case tile 0 cut again.Pointer stride
                          product set case tile cut case.Samples again.Pointer stride

                      Expect.equal (again.Span.ToArray()) (output.Span.ToArray()) "to the bit"

                      for sample in 0 .. case.Samples - 1 do
                          for unit in 0 .. case.Layer.Outputs - 1 do
                              let expected =
                                  Seq.zip case.Weight[unit] case.Above[sample]
                                  |> Seq.sumBy (fun (w, x) -> float w * (float x + float case.Background))

                              close
                                  (float case.Bias[unit] + expected)
                                  output.Span[sample * stride + unit]
                                  $"sample {sample}, output {unit}")

              property $"{set}: errors are those of the matrices, zero beyond the last input" (fun random ->
                  use case = dense random
                  let chunks = Tile.Count case.Input.Units
                  let stride = Tile.OddLines(chunks * Tile.Width)
                  use found = native (Array.create (case.Samples * stride) 7.0f)
                  use block = new NativeArray<float32>(int64 (Tile.Width * Tile.Width))

                  let cut = random.Next(0, case.Samples + 1)

                  for chunk in 0 .. chunks - 1 do
                      errors set case chunk 0 cut found.Pointer stride block.Pointer
                      errors set case chunk cut case.Samples found.Pointer stride block.Pointer

                  for sample in 0 .. case.Samples - 1 do
                      for unit in 0 .. chunks * Tile.Width - 1 do
                          let expected =
                              if unit < case.Input.Units then
                                  Seq.zip case.Weight case.Delta[sample]
                                  |> Seq.sumBy (fun (row, delta) -> float row[unit] * float delta)
                              else
                                  0.0

                          close expected found.Span[sample * stride + unit] $"sample {sample}, input {unit}")

              property
                  $"{set}: gradients are those of the matrices, however inputs are divided"
                  (fun random ->
                      use case = dense random
                      let cut = random.Next(0, case.Input.LiveCount + 1)

                      for tile in 0 .. case.Layer.Tiles - 1 do
                          descend set case tile 0 cut true
                          descend set case tile cut case.Input.LiveCount false

                      let inputs, outputs = case.Layer.Inputs, case.Layer.Outputs
                      let weight, bias = Array.zeroCreate (inputs * outputs), Array.zeroCreate outputs
                      case.Layer.Copy(Part.Weight, Span weight, false, UnitOrder inputs, UnitOrder outputs)
                      case.Layer.CopyBias(Part.Weight, Span bias, false, UnitOrder outputs)

                      for output in 0 .. outputs - 1 do
                          let deltas = case.Delta |> Array.map (fun row -> float row[output])
                          close (float case.Bias[output] - Array.sum deltas) bias[output] $"bias {output}"

                          for unit in 0 .. inputs - 1 do
                              let gradient =
                                  Seq.zip deltas case.Above
                                  |> Seq.sumBy (fun (delta, row) ->
                                      delta * (float row[unit] + float case.Background))

                              close
                                  (float case.Weight[output].[unit] - gradient)
                                  weight[output * inputs + unit]
                                  $"output {output}, input {unit}")

          property "a batch of four samples stands in rows from a share of its units on" (fun random ->
              use case = draw random (random.NextDouble())
              let rectified, share = random.Next 2 = 0, 0.5 * random.NextDouble()
              case.Input.ChooseForm(case.Samples, rectified, share)
              let entries = case.Above |> Array.sumBy (Array.filter ((<>) 0.0f) >> Array.length)

              let dense =
                  case.Samples >= 4
                  && float entries >= share * float (case.Samples * case.Input.Units)

              Expect.equal
                  case.Input.Form
                  (if not dense then Form.Lists
                   elif rectified then Form.Rows
                   else Form.Both)
                  "a matter of the batch alone")

          property "units' rows hold what samples' rows hold, and how many speak" (fun random ->
              let units, samples = random.Next(1, 100), random.Next(4, 20)
              use entries = new Entries(units, 20)
              entries.ReserveRows()

              let said =
                  Array.init samples (fun _ ->
                      floats random units |> Array.map (fun x -> max 0.0f (x + 0.3f)))

              for sample, row in Array.indexed said do
                  NativePtr.set entries.Count sample (row |> Array.filter ((<>) 0.0f) |> Array.length)

                  for unit, x in Array.indexed row do
                      NativePtr.set (entries.Row sample) unit x

              entries.ChooseForm(samples, true, 0.0)
              let cut = random.Next(0, units + 1)
              entries.ListByUnit(0, cut, samples, 7)
              entries.ListByUnit(cut, units, samples, 7)

              for unit in 0 .. units - 1 do
                  let column = said |> Array.map (fun row -> row[unit])

                  Expect.equal
                      [| for sample in 0 .. samples - 1 ->
                             NativePtr.get entries.UnitValue (unit * entries.UnitStride + sample) |]
                      column
                      $"unit {unit}"

                  let count = column |> Array.filter ((<>) 0.0f) |> Array.length
                  Expect.equal (NativePtr.get entries.UnitCount unit) count "how many"
                  Expect.equal (NativePtr.get entries.Last unit) (if count = 0 then 0 else 7) "last step")

          property "a matrix turned round" (fun random ->
              let rows, columns = random.Next(0, 40), random.Next(0, 40)
              let fromStride, toStride = columns + random.Next 5, rows + random.Next 5
              use from = native (floats random (rows * fromStride))
              use turned = native (Array.create (columns * toStride) 7.0f)
              Transposition.Of(from.Pointer, int64 fromStride, rows, columns, turned.Pointer, int64 toStride)

              for column in 0 .. columns - 1 do
                  for row in 0 .. toStride - 1 do
                      Expect.equal
                          turned.Span[column * toStride + row]
                          (if row < rows then
                               from.Span[row * fromStride + column]
                           else
                               7.0f)
                          $"row {row}, column {column}") ]
