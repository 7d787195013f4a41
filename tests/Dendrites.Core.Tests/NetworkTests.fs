module Dendrites.Tests.NetworkTests

open Expecto
open Dendrites
open Dendrites.Tests.NetworkCases

let private bounds =
    let layer index inputs config = Network.weightBound config index inputs
    let standard = published 2048 10 784 0.1
    let initialised how = { standard with Initialisation = how }

    [ "first layer", standard, layer 0 784, 0.05051
      "second layer", standard, layer 1 2048, 0.13975
      "output", standard, layer 2 2048, 0.13975
      "output after 2000 units", published 2000 10 784 0.1, layer 2 2000, 0.14142
      "segments", standard, Network.segmentBound, 0.11294
      "segments at half the context density", published 2048 10 784 0.05, Network.segmentBound, 0.15972
      "segments of clustered contexts", published 2048 10 256 0.1, Network.segmentBound, 0.19764
      "MLP, first layer", mlp [ 2048; 2048 ], layer 0 784, 1.0 / 28.0
      "MLP, later layers", mlp [ 2048; 2048 ], layer 1 2048, 1.0 / 32.0
      "rectified, not MLP",
      { standard with
          Activation = Network.Relu },
      layer 1 2048,
      1.0 / 32.0
      "default layer", initialised Network.Default, layer 1 2048, 1.0 / sqrt 2048.0
      "default segments", initialised Network.Default, Network.segmentBound, 1.0 / 28.0
      "sparse segments", { standard with SegmentSparsity = 0.75 }, Network.segmentBound, 1.0 / sqrt 19.6 ]

/// Published sizes: units, segments, context; segment weights and all non-zero ones in millions, and to what precision.
let private counts =
    [ 2048, 1, 784, 3.21, 6.13, 0.005
      2048, 2, 784, 6.42, 9.34, 0.005
      2048, 5, 784, 16.06, 18.97, 0.005
      2048, 10, 784, 32.112640, 35.026954, 1e-7
      2048, 25, 784, 80.3, 83.2, 0.05
      2048, 50, 784, 160.6, 163.5, 0.05
      2048, 100, 784, 321.1, 324.0, 0.05
      2048, 10, 256, 10.49, 13.4, 0.05
      2048, 50, 256, 52.4, 55.3, 0.05
      2048, 100, 256, 104.9, 107.8, 0.05
      2000, 10, 784, 31.36, 34.2, 0.05
      2000, 50, 784, 156.8, 159.6, 0.05
      2000, 100, 784, 313.6, 316.4, 0.05 ]

let private initialisation =
    testList
        "initialisation"
        [ testList
              "published bounds"
              [ for name, config, bound, expected in bounds do
                    test name {
                        Expect.floatClose { absolute = 6e-6; relative = 0.0 } (bound config) expected "bound"
                    } ]

          propertyOf
              20
              "weights fill their bounds evenly, biases those of the full width, whatever the initialisation"
          <| fun key ->
              let config =
                  { small key with
                      Inputs = 60
                      Hidden = [ 80; 70 ]
                      Gates = [ AbsMax; Max ]
                      Heads = [ 90 ]
                      Context = 40
                      WeightSparsity = 0.5
                      SegmentSparsity = 0.25 }

              let _, parameters = drawn key config

              let fills bound name (t: Tensor) =
                  let drawn = values t |> Array.filter ((<>) 0.0)
                  Expect.isLessThanOrEqual (drawn |> Array.map abs |> Array.max) bound $"{name} stays inside"

                  Expect.isGreaterThan
                      (drawn |> Array.map abs |> Array.max)
                      (0.8 * bound)
                      $"{name} reaches its bound"
                  // Standard deviation of the mean: 0.58 · bound / √n; five of them.
                  Expect.isLessThan
                      (abs (Array.average drawn))
                      (2.9 * bound / sqrt (float drawn.Length))
                      $"{name} is centred"

              for layer, (inputs, (p: Network.Layer)) in List.indexed (List.zip [ 60; 80 ] parameters.Hidden) do
                  fills (Network.weightBound config layer inputs) "weight" p.Weight
                  fills (1.0 / sqrt (float inputs)) "bias" p.Bias
                  fills (Network.segmentBound config) "segments" p.Segments.Value

              fills (Network.weightBound config 2 70) "head" parameters.Heads[0].Weight
              fills (1.0 / sqrt 70.0) "head bias" parameters.Heads[0].Bias

          property "nothing is drawn twice, and the key decides all of it"
          <| fun key ->
              let config =
                  { small key with
                      Inputs = 8
                      Hidden = [ 8; 8 ]
                      Gates = [ AbsMax; AbsMax ]
                      Heads = [ 8; 8 ]
                      WeightSparsity = 0.0
                      SegmentSparsity = 0.0
                      Initialisation = Network.Default }

              let _, parameters = drawn key config
              // Layers of one shape and bound: a key used twice would give one number twice.
              let all = Tree.tensors parameters |> Array.collect values
              Expect.hasLength (Array.distinct all) all.Length "distinct"
              expectSame parameters (snd (drawn key config)) "same key"

              let again =
                  Network.init (Key.named "other" key) config (Network.initMasks key config)

              Expect.notEqual (Tree.tensors again |> Array.collect values) all "other key"

          property "layers of one shape have masks of their own"
          <| fun key ->
              let config =
                  { small key with
                      Inputs = 20
                      Hidden = [ 20; 20 ]
                      Gates = [ AbsMax; AbsMax ]
                      Heads = [ 20; 20 ]
                      Segments = 1
                      Context = 20
                      WeightSparsity = 0.5
                      SegmentSparsity = 0.5 }

              let masks =
                  Tree.tensors (Network.initMasks key config)
                  |> Array.map (values >> List.ofArray)

              Expect.hasLength masks 6 "masks"
              Expect.hasLength (Array.distinct masks) 6 "distinct"

          property "masks exist where weights are sparse and where there are segments, and nowhere else"
          <| fun key ->
              let config = small key
              let masks, parameters = drawn key config

              for gate, mask, layer in List.zip3 config.Gates masks.Hidden parameters.Hidden do
                  Expect.equal mask.Weight.IsSome (config.WeightSparsity > 0.0) "weight mask"
                  Expect.equal layer.Segments.IsSome (not gate.IsNoGate) "segments"

                  Expect.equal
                      mask.Segments.IsSome
                      (config.SegmentSparsity > 0.0 && not gate.IsNoGate)
                      "segment mask"

              expectSame parameters (Network.rezero masks parameters) "missing weights are zero" ]

let private counting =
    testList
        "parameter counts"
        [ for units, segments, context, dendritic, total, tolerance in counts do
              test $"{units} units, {segments} segments, {context} context values" {
                  let count = Network.count (published units segments context 0.1)
                  let millions (n: int64) = float n / 1e6
                  Expect.isLessThan (abs (millions count.SegmentsNonZero - dendritic)) tolerance "segments"
                  Expect.isLessThan (abs (millions count.NonZero - total)) tolerance "all"
              }

          test "published feed-forward parts" {
              let count = Network.count (published 2048 10 784 0.1)

              Expect.equal
                  (count.FeedForwardNonZero, count.FeedForwardStored)
                  (2_914_314L, 5_824_522L)
                  "2048 units"

              Expect.equal count.Stored (5_824_522L + 32_112_640L) "stored"

              Expect.equal
                  (Network.count (published 2000 10 784 0.1)).FeedForwardNonZero
                  2_798_010L
                  "2000 units"
          }

          test "published MLPs" {
              Expect.equal (Network.count (mlp [ 2048; 2048 ])).NonZero 5_824_522L "3 layers"
              Expect.equal (Network.count (mlp (List.replicate 9 2048))).NonZero 35_198_986L "10 layers"
          }

          property "counts from the configuration equal what is drawn"
          <| fun key ->
              let config = small key
              let _, parameters = drawn key config
              let count = Network.count config
              let stored (t: Tensor) = int64 t.nelement

              let present (t: Tensor) =
                  values t |> Array.filter ((<>) 0.0) |> Array.length |> int64

              let feedForward =
                  [ for layer in parameters.Hidden -> layer.Weight, layer.Bias ]
                  @ [ for head in parameters.Heads -> head.Weight, head.Bias ]

              let segments = parameters.Hidden |> List.choose _.Segments

              Expect.equal
                  count.FeedForwardStored
                  (feedForward |> List.sumBy (fun (w, b) -> stored w + stored b))
                  "stored"

              Expect.equal
                  count.FeedForwardNonZero
                  (feedForward |> List.sumBy (fun (w, b) -> present w + stored b))
                  "present"

              Expect.equal count.SegmentsStored (segments |> List.sumBy stored) "segments stored"
              Expect.equal count.SegmentsNonZero (segments |> List.sumBy present) "segments present"
              Expect.equal count.Stored (parameters |> Tree.tensors |> Array.sumBy stored) "all stored" ]

let private applying =
    testList
        "apply"
        [ property "a rectified network without gates is its layers spelled out"
          <| fun key ->
              let config =
                  { small key with
                      Activation = Network.Relu }

              let config =
                  { config with
                      Gates = config.Hidden |> List.map (fun _ -> NoGate) }

              let _, parameters = drawn key config
              let x = normal [ 5; config.Inputs ] key
              let relu = Array.map (Array.map (max 0.0))

              let last =
                  parameters.Hidden
                  |> List.fold (fun x layer -> relu (linear layer.Weight layer.Bias x)) (rows x)

              let heads, state = Network.applyHeads config Training parameters [] x NoContext
              Expect.isEmpty state "state"

              Expect.equal
                  (heads |> List.map _.shape)
                  (config.Heads |> List.map (fun outputs -> [| 5; outputs |]))
                  "shapes"

              for head, actual in List.zip parameters.Heads heads do
                  expectClose 1e-12 (Array.concat (linear head.Weight head.Bias last)) (values actual) "head"

          property "each layer is winners of the gated drive of the layer below; the heads read the last"
          <| fun key ->
              let config =
                  { small key with
                      Activation =
                          Network.KWinners
                              { KWinners.standard 0.5 with
                                  BoostStrength = 0.5 } }

              let winners =
                  { KWinners.standard 0.5 with
                      BoostStrength = 0.5 }

              let _, parameters = drawn key config

              let x, context =
                  normal [ 5; config.Inputs ] key,
                  PerSample(normal [ 5; config.Context ] (Key.named "context" key))

              let warm = normal [ 5; config.Inputs ] (Key.named "warm" key)

              let _, state =
                  Network.apply config Training parameters (Network.initState config) warm context

              let outputs, next = Network.hiddenOutputs config Training parameters state x context
              Expect.hasLength outputs config.Hidden.Length "outputs"

              let step x (layer, (gate, (p: Network.Layer))) =
                  let y, after =
                      KWinners.apply winners Training (List.item layer state) (Network.drive gate p x context)

                  expectTensor 1e-12 y (List.item layer outputs) "output"
                  expectSame after (List.item layer next) "state"
                  y

              let last =
                  List.zip config.Gates parameters.Hidden |> List.indexed |> List.fold step x

              let first, _ = Network.apply config Training parameters state x context

              expectTensor
                  1e-12
                  (dsharp.linear (last, parameters.Heads[0].Weight, parameters.Heads[0].Bias))
                  first
                  "first head"

          property "the drive of a gated layer is the gate of x Wᵀ + b"
          <| fun key ->
              let layer: Network.Layer =
                  { Weight = normal [ 4; 3 ] key
                    Bias = normal [ 4 ] (Key.named "bias" key)
                    Segments = Some(normal [ 4; 2; 6 ] (Key.named "segments" key)) }

              let x, contexts =
                  normal [ 5; 3 ] (Key.named "x" key), normal [ 5; 6 ] (Key.named "context" key)

              let y = tensorOf [ 5; 4 ] (Array.concat (linear layer.Weight layer.Bias (rows x)))

              for gate in [ Bias; Max; AbsMax ] do
                  let expected =
                      Gate.apply gate y (Segments.activations layer.Segments.Value contexts)

                  expectTensor 1e-12 expected (Network.drive gate layer x (PerSample contexts)) $"{gate}"

          case "a network at inference uses the winners of inference and remembers nothing"
          <| fun () ->
              let winners =
                  { KWinners.standard 0.25 with
                      InferenceFactor = 2.0 }

              let config =
                  { small (Key.ofSeed 1) with
                      Inputs = 4
                      Hidden = [ 8 ]
                      Gates = [ NoGate ]
                      Activation = Network.KWinners winners }

              let _, parameters = drawn (Key.ofSeed 2) config
              let state = Network.initState config
              let x = normal [ 6; 4 ] (Key.ofSeed 3)

              let active phase =
                  let outputs, next = Network.hiddenOutputs config phase parameters state x NoContext

                  rows outputs[0]
                  |> Array.map (Array.filter ((<>) 0.0) >> Array.length)
                  |> Array.distinct,
                  next

              Expect.equal (fst (active Training)) [| 2 |] "training"
              Expect.equal (fst (active Inference)) [| 4 |] "inference"
              expectSame state (snd (active Inference)) "state" ]

let private validation =
    let good = { published 20 2 8 0.5 with Inputs = 8 }

    let bad =
        [ "inputs", { good with Inputs = 0 }
          "heads", { good with Heads = [] }
          "units", { good with Hidden = [ 20; 0 ] }
          "units", { good with Heads = [ 0 ] }
          "gates", { good with Gates = [ AbsMax ] }
          "segments", { good with Segments = 0 }
          "context", { good with Context = 0 }
          "segments",
          { good with
              Gates = [ OneSegment; AbsMax ] }
          "density",
          { good with
              Activation = Network.KWinners(KWinners.standard 1.5) }
          "density", { good with Hidden = [ 20; 2 ] }
          "weight-sparsity", { good with WeightSparsity = 1.0 }
          "weight-sparsity", { good with WeightSparsity = 0.99 }
          "weight-sparsity", { good with WeightSparsity = -0.1 }
          "segment-sparsity", { good with SegmentSparsity = 1.0 }
          "context-density", { good with ContextDensity = 0.0 } ]

    testList
        "problems name their field"
        [ for index, (field, config) in List.indexed bad do
              test $"{field} ({index})" {
                  Expect.equal (Network.validate config |> List.map _.Where) [ field ] "problems"
              }

          test "all at once" {
              let bad =
                  { good with
                      Inputs = 0
                      WeightSparsity = 2.0
                      Heads = [] }

              Expect.equal
                  (Network.validate bad |> List.map _.Where)
                  [ "inputs"; "heads"; "weight-sparsity" ]
                  "problems"
          }

          test "usable networks have none" {
              Expect.isEmpty (Network.validate good) "published"

              Expect.isEmpty
                  (Network.validate
                      { good with
                          Segments = 1
                          Gates = [ OneSegment; OneSegment ] })
                  "one segment"

              Expect.isEmpty (Network.validate (mlp [ 5 ])) "no gates, no segments, no context"
          } ]

[<Tests>]
let tests = testList "Network" [ initialisation; counting; applying; validation ]
