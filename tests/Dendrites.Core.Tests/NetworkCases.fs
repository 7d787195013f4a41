/// Networks that the tests of `Network` and `Run` are made on.
module Dendrites.Tests.NetworkCases

open Dendrites

/// The published network with `segments` segments that read `context` values.
let published units segments context density : Network.Config =
    { Inputs = 784
      Hidden = [ units; units ]
      Heads = [ 10 ]
      Gates = [ AbsMax; AbsMax ]
      Segments = segments
      Context = context
      Activation = Network.KWinners(KWinners.standard 0.05)
      WeightSparsity = 0.5
      SegmentSparsity = 0.0
      ContextDensity = density
      Initialisation = Network.Modified
      Dtype = Dtype.Float32 }

/// The published dense baseline.
let mlp hidden =
    { published 2048 0 0 1.0 with
        Hidden = hidden
        Gates = hidden |> List.map (fun _ -> NoGate)
        Activation = Network.Relu
        WeightSparsity = 0.0
        Initialisation = Network.ModifiedMlp }

/// A small network that the key draws.
let small key : Network.Config =
    let layers = size "layers" 0 3 key
    let gates = [ AbsMax; Max; Bias; NoGate; MaxShared; AbsMaxUnsigned ]

    { Inputs = size "inputs" 1 9 key
      Hidden = [ for layer in 1..layers -> size $"hidden {layer}" 2 9 key ]
      Heads = [ for head in 1 .. size "heads" 1 3 key -> size $"head {head}" 1 5 key ]
      Gates = [ for layer in 1..layers -> gates[size $"gate {layer}" 0 5 key] ]
      Segments = size "segments" 1 4 key
      Context = size "context" 1 7 key
      Activation =
        if size "activation" 0 1 key = 0 then
            Network.Relu
        else
            Network.KWinners(KWinners.standard 0.5)
      WeightSparsity = float (size "weight sparsity" 0 9 key) / 10.0
      SegmentSparsity = float (size "segment sparsity" 0 9 key) / 10.0
      ContextDensity = 0.5
      Initialisation =
        [ Network.Default; Network.Modified; Network.ModifiedMlp ][size "initialisation" 0 2 key]
      Dtype = Dtype.Float64 }

/// The masks and parameters that the key draws.
let drawn key config =
    let masks = Network.initMasks (Key.named "masks" key) config
    masks, Network.init (Key.named "parameters" key) config masks

/// `x Wᵀ + b` spelled out.
let linear (weight: Tensor) (bias: Tensor) (x: float[][]) =
    let w, b = rows weight, values bias

    x
    |> Array.map (fun x -> Array.map2 (fun w b -> b + Array.fold2 (fun sum a b -> sum + a * b) 0.0 w x) w b)
