module Dendrites.Tests.TiledWeightsTests

open System
open Dendrites.Kernels
open Expecto
open FSharp.NativeInterop

let private parts = [ Part.Weight; Part.First; Part.Second ]

/// Weights, their mask and their orders, filled at random, and what was filled in.
let private filled (random: Random) sparse =
    let inputs, outputs = random.Next(1, 40), random.Next(1, 150)
    let layer = new TiledWeights(inputs, outputs, sparse, true)
    let inOrder, outOrder = UnitOrder inputs, UnitOrder outputs
    inOrder.Reorder(shuffled random inputs)
    outOrder.Reorder(shuffled random outputs)

    let declared =
        [ for part in parts ->
              let weight, bias = floats random (inputs * outputs), floats random outputs
              layer.Copy(part, Span(Array.copy weight), true, inOrder, outOrder)
              layer.CopyBias(part, Span(Array.copy bias), true, outOrder)
              weight, bias ]

    let mask = Array.init (inputs * outputs) (fun _ -> float32 (random.Next 2))
    layer.SetMask(ReadOnlySpan mask, inOrder, outOrder)
    layer, inOrder, outOrder, declared, mask

let private read (layer: TiledWeights) inOrder outOrder =
    [ for part in parts ->
          let weight = Array.zeroCreate (layer.Inputs * layer.Outputs)
          let bias = Array.zeroCreate layer.Outputs
          layer.Copy(part, Span weight, false, inOrder, outOrder)
          layer.CopyBias(part, Span bias, false, outOrder)
          weight, bias ]

let private exists (layer: TiledWeights) (inOrder: UnitOrder) (outOrder: UnitOrder) =
    [| for output in 0 .. layer.Outputs - 1 do
           for input in 0 .. layer.Inputs - 1 ->
               let place = outOrder.Place output
               let bits = NativePtr.get (layer.Exists(place / Tile.Width)) (inOrder.Place input)
               float32 (bits >>> (place % Tile.Width) &&& 1UL) |]

[<Tests>]
let tests =
    testList
        "TiledWeights"
        [ property "what is put in as declared is read as declared, in any order" (fun random ->
              let layer, inOrder, outOrder, declared, mask = filled random true
              use layer = layer
              Expect.equal (read layer inOrder outOrder) declared "weights and moments"
              Expect.equal (exists layer inOrder outOrder) mask "mask")

          property
              "a new order changes nothing that is declared, and the way back restores every place"
              (fun random ->
                  let layer, inOrder, outOrder, declared, mask = filled random true
                  use layer = layer
                  use team = new Team(random.Next(1, 4))
                  let inFrom, outFrom = shuffled random layer.Inputs, shuffled random layer.Outputs
                  layer.Reorder(inFrom, outFrom, true, team)
                  inOrder.Reorder inFrom
                  outOrder.Reorder outFrom
                  Expect.equal (read layer inOrder outOrder) declared "weights and moments"
                  Expect.equal (exists layer inOrder outOrder) mask "mask"

                  layer.Reorder(inOrder.Back(), outOrder.Back(), true, team)
                  inOrder.Restore()
                  outOrder.Restore()
                  Expect.isTrue inOrder.IsDeclared "as declared"
                  Expect.equal (read layer inOrder outOrder) declared "weights and moments"
                  Expect.equal (exists layer inOrder outOrder) mask "mask")

          property "moments that rested take the steps that were left out" (fun random ->
              let layer, inOrder, outOrder, declared, _ = filled random false
              use layer = layer
              let rule = UpdateRule(true, 0.01, 0.9, 0.999, 1e-8)
              let rested = random.Next(0, 20)
              layer.TakenTo 5
              layer.CatchUp(5 + rested, rule)

              let by =
                  [ 1.0f
                    float32 (Math.Pow(0.9, float rested))
                    float32 (Math.Pow(0.999, float rested)) ]

              for (weight, bias), (weight', bias'), by in List.zip3 declared (read layer inOrder outOrder) by do
                  Expect.equal weight' (weight |> Array.map ((*) by)) "rows"
                  Expect.equal bias' (bias |> Array.map ((*) by)) "biases"

              // Once only.
              let now = read layer inOrder outOrder
              layer.CatchUp(5 + rested, rule)
              Expect.equal (read layer inOrder outOrder) now "no step twice") ]
