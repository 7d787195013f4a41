module Dendrites.Tests.LearnerTests

open Expecto
open Dendrites

let private inputs, classes = 9, 3

let private config gate activation context : Learner.Config =
    { Network =
        { Inputs = inputs
          Hidden = [ 12; 8 ]
          Heads = [ classes ]
          Gates = [ gate; gate ]
          Segments = 4
          Context =
            match context with
            | OneHotTask -> 5
            | _ -> inputs
          Activation = activation
          WeightSparsity = 0.5
          SegmentSparsity = 0.25
          ContextDensity = 1.0
          Initialisation = Network.Modified
          Dtype = Dtype.Float32 }
      Optimiser = Optimiser.adam 0.01
      Context = context
      ContextUse = ToSegments
      Tasks = 5
      Choices = classes
      Boundaries = true
      Pieces = []
      Dropout = Dropout.none }

let private winners = Network.KWinners(KWinners.standard 0.25)
let private standard = config AbsMax winners Prototype

let private begun config key =
    let learner = Learner.asMethod config
    let samples = labelled 30 inputs classes (Key.named "samples" key)
    learner, samples, learner.BeginTask 0 (taskOf samples) [| 0..29 |] (learner.Init key)

let private repeat count step state =
    Seq.fold (fun state _ -> step state) state (seq { 1..count })

/// A gate that tells `watch` the shape of the activations it is given.
let private watched (watch: int[] -> unit) =
    Custom(fun a ->
        watch a.shape
        dsharp.sigmoid (dsharp.amax (a, 2)))

[<Tests>]
let tests =
    testList
        "Learner"
        [ testList
              "training computes segment activations once per context, not per sample"
              [ for name, context in [ "prototype", Prototype; "one-hot", OneHotTask ] do
                    case name
                    <| fun () ->
                        let shapes = ResizeArray()

                        let learner, samples, state =
                            begun (config (watched shapes.Add) winners context) (Key.ofSeed 1)

                        shapes.Clear()
                        learner.Step 0 samples state |> ignore
                        Expect.equal (List.ofSeq shapes) [ [| 1; 12; 4 |]; [| 1; 8; 4 |] ] "shapes" ]

          case "prediction computes them once per prototype"
          <| fun () ->
              let shapes = ResizeArray()

              let learner, samples, state =
                  begun (config (watched shapes.Add) winners Prototype) (Key.ofSeed 1)

              let state =
                  learner.BeginTask 1 (taskOf (labelled 30 inputs classes (Key.ofSeed 2))) [| 0..29 |] state

              shapes.Clear()
              let scores = learner.Predict 0 samples.Images state
              Expect.equal (List.ofSeq shapes) [ [| 2; 12; 4 |]; [| 2; 8; 4 |] ] "shapes"
              Expect.equal scores.shape [| 30; classes |] "scores"

          property "a prototype is the mean image over the places of an epoch"
          <| fun key ->
              let learner = Learner.asMethod standard
              let samples = labelled 50 inputs classes key
              let places = Key.permutation 50 key |> Array.truncate (size "places" 1 50 key)
              let state = learner.BeginTask 0 (taskOf samples) places (learner.Init key)
              let images = rows samples.Images

              let expected =
                  Array.init inputs (fun i -> places |> Array.averageBy (fun place -> images[place][i]))

              expectClose 1e-5 expected (values (Prototypes.newest state.Prototypes)) "mean"
              Expect.equal (Prototypes.count state.Prototypes) 1 "one prototype"

          case "a prototype of many samples is gathered in pieces"
          <| fun () ->
              let asked = ResizeArray()
              let samples = labelled 9000 inputs classes (Key.ofSeed 4)
              let learner = Learner.asMethod standard
              let task = watchedTask (Array.length >> asked.Add) samples
              let state = learner.BeginTask 0 task [| 0..8999 |] (learner.Init(Key.ofSeed 1))
              Expect.isLessThan (Seq.max asked) 9000 "pieces"
              let images = rows samples.Images

              let expected =
                  Array.init inputs (fun i -> images |> Array.averageBy (fun image -> image[i]))

              expectClose 1e-4 expected (values (Prototypes.newest state.Prototypes)) "mean"

          property "the context inferred at test is the nearest prototype's, and does not ask for the task"
          <| fun key ->
              let learner, samples, state = begun standard key

              let state =
                  learner.BeginTask 1 (taskOf (labelled 30 inputs classes key)) [| 0..29 |] state

              let both = state.Prototypes.Rows

              match Learner.inferContext standard 3 samples.Images state with
              | Rows(rows, index) ->
                  expectSame both rows "rows"

                  Expect.equal
                      (integers index)
                      (integers (Prototypes.nearest state.Prototypes samples.Images))
                      "index"
              | other -> failtestf "%A" other

              expectSame
                  (learner.Predict 0 samples.Images state)
                  (learner.Predict 1 samples.Images state)
                  "scores"

          case "a one-hot context is an oracle: the task changes the answer"
          <| fun () ->
              let learner, samples, state =
                  begun (config AbsMax winners OneHotTask) (Key.ofSeed 3)

              let scores task =
                  values (learner.Predict task samples.Images state)

              Expect.notEqual (scores 1) (scores 0) "scores"

          propertyOf 30 "a step is the gradient of the mean cross-entropy, the optimiser and the masks"
          <| fun key ->
              let config =
                  { config AbsMax winners Prototype with
                      Network =
                          { standard.Network with
                              Dtype = Dtype.Float64 } }

              let learner = Learner.asMethod config

              let samples =
                  { labelled 10 inputs classes key with
                      Images = normal [ 10; inputs ] key }

              let earlier =
                  { samples with
                      Images = normal [ 10; inputs ] (Key.named "earlier" key) }

              let state =
                  learner.Init key
                  |> learner.BeginTask 0 (taskOf earlier) [| 0..9 |]
                  |> learner.BeginTask 1 (taskOf samples) [| 0..9 |]

              let labels = integers samples.Labels

              // Log-softmax of the right class, spelled out.
              let crossEntropy (logits: Tensor) =
                  rows logits
                  |> Array.mapi (fun i row -> log (Array.sumBy (fun z -> exp (z - row[labels[i]])) row))
                  |> Array.average

              let context = Shared(Prototypes.newest state.Prototypes)

              let logits p =
                  fst (Network.apply config.Network Training p state.Winners samples.Images context)

              let next, loss = learner.Step 1 samples state

              Expect.floatClose
                  Accuracy.high
                  loss
                  (crossEntropy (logits state.Parameters))
                  "loss before the step"

              let value, gradient =
                  Tree.grad (fun p -> dsharp.crossEntropyLoss (logits p, samples.Labels)) state.Parameters

              Expect.floatClose Accuracy.high (value.toDouble ()) loss "loss"

              let moved, optimiser =
                  Optimiser.update config.Optimiser gradient state.Optimiser state.Parameters

              expectSame (Network.rezero state.Masks moved) next.Parameters "parameters"
              expectSame optimiser.Moments next.Optimiser.Moments "moments"
              Expect.equal next.Optimiser.Step 1 "steps"

          propertyOf 30 "training moves the winning segment of each unit and no other"
          <| fun key ->
              let config =
                  { config AbsMax Network.Relu Prototype with
                      Optimiser =
                          { Rule = Optimiser.Sgd 0.0
                            LearningRate = 0.1 } }

              let learner, samples, state = begun config key
              let next, _ = learner.Step 0 samples state
              let context = (Prototypes.newest state.Prototypes).unsqueeze 0

              for before, after in List.zip state.Parameters.Hidden next.Parameters.Hidden do
                  let activations = Segments.activations before.Segments.Value context
                  let winner = integers (Gate.winner AbsMax activations).Value

                  let moved =
                      (values before.Segments.Value, values after.Segments.Value)
                      ||> Array.map2 (<>)
                      |> Array.chunkBySize inputs

                  let places =
                      [ for i, row in Array.indexed moved do
                            if Array.contains true row then
                                i / 4, i % 4 ]

                  Expect.isNonEmpty places "some unit learns"
                  Expect.all places (fun (unit, segment) -> winner[unit] = segment) "only winners move"

          propertyOf 20 "missing weights stay zero through training"
          <| fun key ->
              let learner, samples, state = begun standard key
              let trained = state |> repeat 10 (fun state -> fst (learner.Step 0 samples state))
              let missing = Tree.map (fun (mask: Tensor) -> 1.0 - mask) trained.Masks

              for mask, layer in List.zip missing.Hidden trained.Parameters.Hidden do
                  Expect.equal (Law.largest (layer.Weight * mask.Weight.Value)) 0.0 "weights"
                  Expect.equal (Law.largest (layer.Segments.Value * mask.Segments.Value)) 0.0 "segments"

              Expect.equal
                  (Law.largest (trained.Parameters.Heads[0].Weight * missing.Heads[0].Value))
                  0.0
                  "head"

              expectSame state.Masks trained.Masks "masks"

          testList
              "a separable problem is learned"
              [ for name, config in
                    [ "active dendrites", standard
                      "k-winners", config NoGate winners Contextless
                      "rectifiers", config NoGate Network.Relu Contextless
                      "one-hot contexts", config Max winners OneHotTask ] do
                    case name
                    <| fun () ->
                        let learner, samples, state = begun config (Key.ofSeed 11)
                        let loss state = snd (learner.Step 0 samples state)

                        let trained =
                            state
                            |> repeat 150 (fun state ->
                                Scope.run (fun () -> fst (learner.Step 0 samples state)))

                        Expect.isLessThan (loss trained) (0.3 * loss state) "loss"
                        let answers = integers (dsharp.argmax (learner.Predict 0 samples.Images trained, 1))

                        let right =
                            Array.map2 (=) answers (integers samples.Labels)
                            |> Array.filter id
                            |> Array.length

                        Expect.isGreaterThan right 27 "right of 30" ]

          case "winners that boost remember, and their boost decays with each epoch"
          <| fun () ->
              let boosted =
                  { KWinners.standard 0.25 with
                      BoostStrength = 1.0
                      BoostFactor = 0.5 }

              let learner, samples, state =
                  begun (config AbsMax (Network.KWinners boosted) Prototype) (Key.ofSeed 5)

              let next = fst (learner.Step 0 samples (learner.BeginEpoch state))

              for winners in next.Winners do
                  Expect.equal (winners.BoostStrength.toDouble ()) 0.5 "strength"
                  Expect.equal (winners.Samples.toDouble ()) 30.0 "samples"
                  Expect.isGreaterThan (Law.largest winners.DutyCycle) 0.0 "duty cycle"

          case "the optimiser starts anew where a task ends, if the learner is told"
          <| fun () ->
              for boundaries, steps in [ true, 0; false, 1 ] do
                  let config =
                      { standard with
                          Boundaries = boundaries }

                  let learner, samples, state = begun config (Key.ofSeed 6)

                  let next = fst (learner.Step 0 samples state)
                  let ended = learner.EndTask 0 (taskOf samples) [||] next

                  Expect.equal ended.Optimiser.Step steps "step"
                  Expect.equal ended.Optimiser.Moments.IsEmpty boundaries "moments"

          case "a step leaves the state that it was given as it was"
          <| fun () ->
              let learner, samples, state = begun standard (Key.ofSeed 7)
              let before = learner.Save state |> List.map (fun (name, t) -> name, values t)

              let once, twice =
                  fst (learner.Step 0 samples state), fst (learner.Step 0 samples state)

              Expect.equal
                  (learner.Save state |> List.map (fun (name, t) -> name, values t))
                  before
                  "old state"

              expectSame once.Parameters twice.Parameters "same result"

          testList
              "what is saved restores the learner to the bit"
              [ for name, config in
                    [ "adam", standard
                      "momentum",
                      { standard with
                          Optimiser =
                              { Rule = Optimiser.Sgd 0.9
                                LearningRate = 0.1 } }
                      "no hidden layer",
                      { config NoGate Network.Relu Contextless with
                          Network =
                              { standard.Network with
                                  Hidden = []
                                  Gates = []
                                  Activation = Network.Relu } } ] do
                    case name
                    <| fun () ->
                        let learner, samples, state =
                            begun { config with Boundaries = false } (Key.ofSeed 8)

                        let step state = fst (learner.Step 0 samples state)
                        let saved = state |> repeat 3 step
                        let tensors = learner.Save saved
                        Expect.equal (List.distinctBy fst tensors) tensors "names are distinct"
                        let found = Map.ofList tensors

                        let restored =
                            learner.Restore (Key.ofSeed 99) (fun name -> Map.tryFind name found)
                            |> expectOk "restored"

                        expectSame
                            (learner.Save saved |> List.map snd)
                            (learner.Save restored |> List.map snd)
                            "saved again"

                        expectSame
                            (saved |> repeat 3 step).Parameters
                            (restored |> repeat 3 step).Parameters
                            "three steps on" ]

          case "a checkpoint that lacks a tensor, or holds one of another shape, is a problem that names it"
          <| fun () ->
              let learner, samples, state = begun standard (Key.ofSeed 9)
              let tensors = Map.ofList (learner.Save(fst (learner.Step 0 samples state)))

              let restore tensors =
                  match learner.Restore (Key.ofSeed 9) (fun name -> Map.tryFind name tensors) with
                  | Ok _ -> None
                  | Error problem -> Some(problem.Where, problem.Was)

              Expect.isNone (restore tensors) "whole"

              for name in tensors.Keys do
                  Expect.equal (restore (Map.remove name tensors)) (Some(name, "missing")) "missing"

              for name, tensor in
                  [ "parameters.hidden.1.bias", dsharp.zeros [ 5 ]
                    "parameters.hidden.1.bias", tensors["parameters.hidden.1.bias"].cast Dtype.Float64
                    "prototypes.rows", dsharp.zeros [ 2; 5 ]
                    "prototypes.rows", dsharp.zeros [ 2 ] ] do
                  let found = restore (Map.add name tensor tensors) |> Option.map fst
                  Expect.equal found (Some name) $"{tensor.dtype} %A{tensor.shape}"

          case "a run's configuration is the learner's"
          <| fun () ->
              let run =
                  configured
                      "prototype-10"
                      [ "tasks", "4"; "boundaries", "none"; "lr", "0.25"; "hidden", "7" ]

              let config = Learner.ofRun 20 5 run
              Expect.equal (config.Context, config.Tasks, config.Boundaries) (Prototype, 4, false) "learner"
              Expect.equal config.Optimiser (Optimiser.adam 0.25) "optimiser"
              let network = config.Network
              Expect.equal (network.Inputs, network.Hidden, network.Heads) (20, [ 7 ], [ 5 ]) "network" ]
