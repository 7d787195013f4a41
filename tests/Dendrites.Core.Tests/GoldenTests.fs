/// What the authors' published modules gave, in float64 (`tests/golden/README.md`), to 1e-9.
module Dendrites.Tests.GoldenTests

open System
open System.IO
open System.Text.Json
open Expecto
open Dendrites

[<Literal>]
let private Tolerance = 1e-9

let private file =
    match Environment.GetEnvironmentVariable "DENDRITES_GOLDEN" with
    | null
    | "" -> Path.Combine(AppContext.BaseDirectory, "golden", "active-dendrites.json")
    | path -> path

let private root = lazy (JsonDocument.Parse(File.ReadAllText file)).RootElement

let private field (name: string) (element: JsonElement) = element.GetProperty name
let private items (element: JsonElement) = List.ofSeq (element.EnumerateArray())
let private number name element = (field name element).GetDouble()
let private whole name element = (field name element).GetInt32()
let private flag name element = (field name element).GetBoolean()

let private text name element =
    string ((field name element).GetString())

let rec private shapeOf (element: JsonElement) =
    if element.ValueKind = JsonValueKind.Array then
        element.GetArrayLength() :: shapeOf element[0]
    else
        []

let rec private flatten (element: JsonElement) : seq<float> =
    if element.ValueKind = JsonValueKind.Array then
        Seq.collect flatten (element.EnumerateArray())
    else
        Seq.singleton (element.GetDouble())

let private tensor name element =
    let value = field name element
    tensorOf (shapeOf value) (Array.ofSeq (flatten value))

let private expect name (expected: Tensor) (actual: Tensor) =
    expectTensor Tolerance expected actual name

/// A layer and what it reads: everything that a golden gate has a gradient for.
type private Gated =
    { Weight: Tensor
      Bias: Tensor
      Segments: Tensor
      X: Tensor
      Contexts: Tensor }

/// Segments `[units; segments; context]`; the one-segment layer keeps them as `[units; context]`.
let private segments (t: Tensor) = if t.dim = 2 then t.unsqueeze 1 else t

let private gateOf name =
    match name with
    | "bias" -> Bias
    | "max-gate" -> Max
    | "abs-max-gate" -> AbsMax
    | "one-segment" -> OneSegment
    | other -> failtestf "the file holds a gate '%s'" other

let private gates =
    [ for index, golden in List.indexed (items (field "gates" root.Value)) do
          let name = text "gate" golden

          case $"{name} and its gradients ({index})"
          <| fun () ->
              let gate = gateOf name
              let cotangent = tensor "cotangent" golden

              let apply (layer: Gated) =
                  let parameters: Network.Layer =
                      { Weight = layer.Weight
                        Bias = layer.Bias
                        Segments = Some(segments layer.Segments) }

                  Network.drive gate parameters layer.X (PerSample layer.Contexts)

              let layer =
                  { Weight = tensor "weight" golden
                    Bias = tensor "bias" golden
                    Segments = tensor "segments" golden
                    X = tensor "x" golden
                    Contexts = tensor "context" golden }

              expect "y" (tensor "y" golden) (apply layer)
              let _, gradient = Tree.grad (fun layer -> (apply layer * cotangent).sum()) layer
              expect "dWeight" (tensor "dWeight" golden) gradient.Weight
              // Not recorded for every gate.
              if fst (golden.TryGetProperty "dBias") then
                  expect "dBias" (tensor "dBias" golden) gradient.Bias

              expect "dSegments" (tensor "dSegments" golden) gradient.Segments
              expect "dX" (tensor "dX" golden) gradient.X
              expect "dContext" (tensor "dContext" golden) gradient.Contexts ]

let private kWinners =
    [ for index, golden in List.indexed (items (field "kWinners" root.Value)) do
          case $"case {index}: four steps and an evaluation"
          <| fun () ->
              let config: KWinners.Config =
                  { Density = number "percentOn" golden
                    Competition = KWinners.Units
                    InferenceFactor = number "kInferenceFactor" golden
                    BoostStrength = number "boostStrength" golden
                    BoostFactor = number "boostStrengthFactor" golden
                    DutyCyclePeriod = whole "dutyCyclePeriod" golden
                    BreakTies = flag "breakTies" golden
                    Relu = flag "relu" golden }

              let decayedAfter = whole "boostDecayedAfterStep" golden

              let step state (index, golden) =
                  let x, cotangent = tensor "x" golden, tensor "cotangent" golden
                  let y, after = KWinners.apply config Training state x
                  expect $"y {index}" (tensor "y" golden) y

                  let gradient =
                      dsharp.grad
                          (fun x -> (fst (KWinners.apply config Training state x) * cotangent).sum())
                          x

                  expect $"dX {index}" (tensor "dX" golden) gradient
                  expect $"duty cycle {index}" (tensor "dutyCycle" golden) after.DutyCycle
                  let strength = after.BoostStrength.toDouble ()
                  // The published module shows its strength rounded to float32 until it decays for the first time.
                  let shown =
                      if index > decayedAfter then
                          strength
                      else
                          float (float32 strength)

                  expectClose
                      Tolerance
                      [| number "boostStrength" golden |]
                      [| shown |]
                      $"boost strength {index}"

                  if index = decayedAfter then
                      KWinners.beginEpoch config after
                  else
                      after

              let start = KWinners.init config (whole "n" golden) Dtype.Float64
              let trained = List.fold step start (List.indexed (items (field "training" golden)))
              let evaluation = field "evaluation" golden
              let y, _ = KWinners.apply config Inference trained (tensor "x" evaluation)
              expect "evaluation" (tensor "y" evaluation) y ]

/// Parameters, gradients or masks of a golden network, by the published modules' names.
let private parametersOf hidden (named: JsonElement) : Network.Parameters =
    let find names =
        names |> List.find (fun (name: string) -> fst (named.TryGetProperty name))

    { Hidden =
        [ for layer in 0 .. hidden - 1 ->
              let prefix = $"_layers.{layer}."

              { Weight = tensor (prefix + "module.weight") named
                Bias = tensor (prefix + "module.bias") named
                Segments =
                  Some(
                      segments (
                          tensor
                              (find [ prefix + "segments.weights"; prefix + "segments.module.weight" ])
                              named
                      )
                  ) } ]
      Heads =
        [ { Weight = tensor "_output_layers.0.output_linear.module.weight" named
            Bias = tensor "_output_layers.0.output_linear.module.bias" named } ] }

let private masksOf hidden (off: JsonElement) : Network.Masks =
    let on name = Some(1.0 - tensor name off)

    { Hidden =
        [ for layer in 0 .. hidden - 1 ->
              { Weight = on $"_layers.{layer}.zero_mask"
                Segments = on $"_layers.{layer}.segments.zero_mask" |> Option.map segments } ]
      Heads = [ on "_output_layers.0.output_linear.zero_mask" ] }

let private networkOf (golden: JsonElement) : Learner.Config =
    let hidden = items (field "hidden" golden) |> List.map _.GetInt32()
    let count = whole "segments" golden

    { Network =
        { Inputs = whole "inputs" golden
          Hidden = hidden
          Heads = [ whole "outputs" golden ]
          Gates = hidden |> List.map (fun _ -> if count = 1 then OneSegment else AbsMax)
          Segments = count
          Context = whole "contextSize" golden
          Activation = Network.KWinners(KWinners.standard (number "density" golden))
          WeightSparsity = number "weightSparsity" golden
          SegmentSparsity = 0.0
          ContextDensity = 1.0
          Initialisation = Network.Modified
          Dtype = Dtype.Float64 }
      Optimiser = Optimiser.adam (number "lr" golden)
      Context = Prototype
      ContextUse = ToSegments
      Tasks = 1
      Choices = whole "outputs" golden
      Boundaries = true
      Pieces = []
      Dropout = Dropout.none }

let private expectTree name (expected: 'p) (actual: 'p) =
    for (path, expected), (_, actual) in Array.zip (Tree.named expected) (Tree.named actual) do
        expect $"{name} {path}" expected actual

let private targets golden =
    (field "target" golden).EnumerateArray()
    |> Seq.map _.GetInt64()
    |> Array.ofSeq
    |> dsharp.tensor

/// The one context of a step, `[1; context]`, where all its samples share one.
let private shared (contexts: Tensor) =
    let distinct = Array.distinct (rows contexts)

    if distinct.Length = 1 then
        Some(tensorOf [ 1; contexts.shape[1] ] distinct[0])
    else
        None

let private networks =
    [ for golden in items (field "network" root.Value) do
          let count = whole "segments" golden
          let steps = List.indexed (items (field "steps" golden))

          case $"{count} segments: four steps of cross-entropy, Adam and masks"
          <| fun () ->
              let config = networkOf golden
              Expect.isEmpty (Network.validate config.Network) "usable"
              let hidden = config.Network.Hidden.Length
              let masks = masksOf hidden (field "offMasks" golden)

              let step (parameters, winners, optimiser) (index, golden) =
                  let x, contexts, labels = tensor "x" golden, tensor "context" golden, targets golden
                  let rows = Rows(contexts, indices [| 0 .. contexts.shape[0] - 1 |])

                  let oneOf =
                      shared contexts |> Option.map (fun row -> Shared(row[0])) |> Option.toList

                  for context in PerSample contexts :: rows :: oneOf do
                      let logits, _ = Network.apply config.Network Training parameters winners x context
                      expect $"logits {index}" (tensor "logits" golden) logits

                  let loss p =
                      dsharp.crossEntropyLoss (
                          fst (Network.apply config.Network Training p winners x (PerSample contexts)),
                          labels
                      )

                  let value, gradients = Tree.grad loss parameters
                  expectClose Tolerance [| number "loss" golden |] [| value.toDouble () |] $"loss {index}"
                  let recorded = field "gradients" golden

                  if recorded.ValueKind <> JsonValueKind.Null then
                      expectTree $"gradient {index}" (parametersOf hidden recorded) gradients

                  let parameters, optimiser =
                      Optimiser.update config.Optimiser gradients optimiser parameters

                  let parameters = Network.rezero masks parameters

                  expectTree
                      $"after step {index}"
                      (parametersOf hidden (field "parametersAfter" golden))
                      parameters

                  parameters, winners, optimiser

              let start =
                  parametersOf hidden (field "parameters" golden),
                  Network.initState config.Network,
                  Optimiser.init

              List.fold step start steps |> ignore

          case $"{count} segments: the learner's own steps, while a batch shares its context"
          <| fun () ->
              let config = networkOf golden
              let hidden = config.Network.Hidden.Length

              let start: Learner.State =
                  { Parameters = parametersOf hidden (field "parameters" golden)
                    Masks = masksOf hidden (field "offMasks" golden)
                    Winners = Network.initState config.Network
                    Optimiser = Optimiser.init
                    Prototypes = Prototypes.init config.Network.Context Dtype.Float64
                    Clusters = None
                    Pooler = None
                    Pieces = [] }

              let sharing =
                  steps
                  |> List.choose (fun (index, golden) ->
                      shared (tensor "context" golden) |> Option.map (fun row -> index, golden, row))

              Expect.isNonEmpty sharing "some steps share a context"

              let step (state: Learner.State) (index, golden, row) =
                  let state =
                      { state with
                          Prototypes = { Rows = row } }

                  let next, loss =
                      Learner.step
                          config
                          0
                          { Images = tensor "x" golden
                            Labels = targets golden }
                          state

                  expectClose Tolerance [| number "loss" golden |] [| loss |] $"loss {index}"

                  expectTree
                      $"after step {index}"
                      (parametersOf hidden (field "parametersAfter" golden))
                      next.Parameters

                  next

              List.fold step start sharing |> ignore ]

let private hotelling =
    [ for index, golden in List.indexed (items (field "hotelling" root.Value)) do
          case $"case {index}"
          <| fun () ->
              let value = Hotelling.cdf (tensor "set1" golden) (tensor "set2" golden)
              expectClose Tolerance [| number "cdf" golden |] [| value |] "CDF" ]

let private nearest =
    case "every sample's context"
    <| fun () ->
        let golden = field "nearest" root.Value
        let prototypes = tensor "prototypes" golden
        let index = Prototypes.nearest { Rows = prototypes } (tensor "x" golden)
        expect "context" (tensor "context" golden) (dsharp.indexSelect (prototypes, 0, index))

[<Tests>]
let tests =
    testList
        "golden figures"
        [ testList "gates" gates
          testList "k-winners" kWinners
          testList "networks" networks
          testList "Hotelling" hotelling
          testList "nearest prototype" [ nearest ]

          test "the file holds every kind of figure" {
              for name, least in [ "gates", 4; "kWinners", 4; "network", 2; "hotelling", 4 ] do
                  Expect.isGreaterThanOrEqual (items (field name root.Value)).Length least name
          } ]
