/// The fused engine where the protocol does not lead: contexts of one's own, and the hooks of Synaptic Intelligence.
module Dendrites.Tests.FusedHooksTests

open Dendrites
open Dendrites.Kernels
open Expecto

let private key = Key.ofSeed 3
let private batch = 24
let private inputs = 30
let private steps = 12

let private config pairs =
    let settings =
        [ "hidden", "90,40"; "segments", "3"; "tasks", "3"; "lr", "0.003" ] @ pairs

    match
        Presets.find "prototype-10"
        |> Result.mapError List.singleton
        |> Result.bind (fun preset -> RunConfig.setAll settings preset.Config)
    with
    | Ok config -> Learner.ofRun inputs 5 config
    | Error problems -> failtestf "%A" problems

let private batches =
    [ for k in 1..steps ->
          { Images = Key.uniform -1.0 1.5 [ batch; inputs ] Dtype.Float32 (Key.fork k key)
            Labels = dsharp.tensor (Array.init batch (fun i -> int64 ((i * 7 + k) % 5))) } ]

let private met (config: Learner.Config) =
    let state = Learner.init config key

    { state with
        Prototypes = Prototypes.add (batches.Head.Images.mean 0) state.Prototypes }

/// One update of the reference by any loss: the state after it, the gradients, and the cross-entropy before it.
let private learn (config: Learner.Config) context penalty (sample: Samples) (state: Learner.State) =
    let loss parameters =
        let logits, winners =
            Network.apply config.Network Training parameters state.Winners sample.Images context

        let entropy = dsharp.crossEntropyLoss (logits, sample.Labels)
        entropy + penalty parameters, (winners, entropy)

    let _, (winners, entropy), gradients = Tree.gradWith loss state.Parameters

    let parameters, optimiser =
        Optimiser.update config.Optimiser gradients state.Optimiser state.Parameters

    { state with
        Parameters = Network.rezero state.Masks parameters
        Winners = winners
        Optimiser = optimiser },
    gradients,
    entropy.toDouble ()

let private close bound name (expected: 'p) (actual: 'p) =
    for (path, a), (_, b) in Seq.zip (Tree.named expected) (Tree.named actual) do
        let norm (t: Tensor) = (t * t).sum().sqrt().toDouble()
        Expect.isLessThan (norm (a - b)) (bound * norm a + 1e-12) $"{name}: {path}"

let private rows = EngineOptions(RankOneMoments = false)

let private under name (gate: string) (contexts: int -> Context) =
    test $"{name}, gate {gate}: losses and parameters of the reference" {
        Scope.run (fun () ->
            let config = config [ "gate", gate ]
            let mutable reference = met config
            let mutable fused = Fused.ofLearner rows config batch reference

            for number, sample in List.indexed batches do
                let context = contexts number

                let next, _, expected =
                    learn config context (fun _ -> dsharp.zeros []) sample reference

                let same, loss = Fused.stepIn context sample fused
                Expect.isLessThan (abs (loss - expected)) (2e-6 * abs expected) $"loss of step {number}"
                reference <- next
                fused <- same

            close 1e-6 "parameters" reference.Parameters (Fused.toLearner fused).Parameters)
    }

let private vectors number count =
    Key.uniform -1.0 1.0 [ count; inputs ] Dtype.Float32 (Key.fork (100 + number) key)

/// The feed-forward half.
let private feedForward (parameters: Network.Parameters) =
    { parameters with
        Hidden = parameters.Hidden |> List.map (fun layer -> { layer with Segments = None }) }

[<Tests>]
let tests =
    testList
        "Fused, hooks"
        [ for gate in [ "abs-max"; "bias"; "max-shared"; "abs-max-unsigned" ] do
              under "a context for each sample" gate (fun number -> PerSample(vectors number batch))

              under "a few contexts in a batch" gate (fun number ->
                  Rows(vectors number 3, dsharp.tensor (Array.init batch (fun i -> int64 (i % 3)))))

              under "another shared context at each step" gate (fun number -> Shared((vectors number 1)[0]))

          test "another context while moments of rank one stand is refused, and the way out is named" {
              Scope.run (fun () ->
                  let config = config []
                  let fused = Fused.ofLearner (EngineOptions()) config batch (met config)

                  let step number =
                      Fused.stepIn (Shared((vectors number 1)[0])) batches.Head fused |> ignore

                  step 0
                  step 0

                  Expect.throwsC (fun () -> step 1) (fun e ->
                      Expect.stringContains e.Message "RankOneMoments" "what to do"))
          }

          test "a context far wider than the layers learns as the reference does" {
              Scope.run (fun () ->
                  let config = config [ "hidden", "6"; "density", "0.5" ]

                  let config =
                      { config with
                          Network = { config.Network with Context = 3000 } }

                  let wide number =
                      Shared(Key.normal [ 3000 ] Dtype.Float32 (Key.fork number key))

                  let mutable reference = met config

                  let mutable fused =
                      Fused.ofLearner
                          (EngineOptions(RankOneMoments = false, Instructions = InstructionSet.Avx2))
                          config
                          batch
                          reference

                  for number, sample in List.indexed (List.truncate 4 batches) do
                      reference <- fst (Learner.stepIn config (wide number) sample reference)
                      fused <- fst (Fused.stepIn (wide number) sample fused)

                  close 1e-6 "parameters" reference.Parameters (Fused.toLearner fused).Parameters)
          }

          for context in [ "prototype"; "one-hot" ] do
              test
                  $"asked after every update and after the tasks' end, it answers as the reference does: {context}" {
                  Scope.run (fun () ->
                      let config = config [ "context", context; "segments", "2" ]
                      let options = EngineOptions(ReorderAfter = ResizeArray [ 1; 3 ])
                      let method' = Fused.asMethod options batch config

                      let mutable fused =
                          Fused.ofLearner
                              options
                              config
                              batch
                              { Learner.init config key with
                                  Prototypes = Prototypes.init inputs Dtype.Float32 }

                      let task: Task =
                          { Size = batch
                            Gather = fun _ -> batches.Head }

                      let agree name =
                          for on in 0..1 do
                              let copy = Fused.toLearner fused
                              let expected = Learner.predict config on batches.Head.Images copy
                              let answers = method'.Predict on batches.Head.Images fused
                              close 1e-4 $"{name}, task {on}" expected answers

                      for number in 0..1 do
                          fused <-
                              method'.BeginTask
                                  number
                                  { task with
                                      Gather = fun _ -> batches[number] }
                                  [| 0 .. batch - 1 |]
                                  fused

                          for sample in List.truncate 5 batches do
                              fused <- fst (method'.Step number sample fused)
                              agree $"task {number}"

                          fused <- method'.EndTask number (taskOf batches.Head) [||] fused
                          agree $"the end of task {number}")
              }

          test "what it does not keep, contexts of another width, and use after its end are refused" {
              Scope.run (fun () ->
                  let config = config []
                  let fused = Fused.ofLearner (EngineOptions()) config batch (met config)
                  let refused (kind: System.Type) (f: unit -> unit) = Expect.throws f kind.Name

                  refused typeof<System.InvalidOperationException> (fun () ->
                      Fused.read Part.Path fused |> ignore)

                  refused typeof<System.InvalidOperationException> (fun () ->
                      Fused.write Part.Anchor (met config).Parameters fused |> ignore)

                  for context in
                      [ NoContext
                        Shared(dsharp.zeros [ inputs + 1 ])
                        PerSample(dsharp.zeros [ batch; inputs - 1 ]) ] do
                      Expect.throwsT<System.ArgumentException>
                          (fun () -> Fused.stepIn context batches.Head fused |> ignore)
                          "a context"

                  let method' = Fused.asMethod (EngineOptions()) batch config
                  let over = method'.Init key
                  method'.Free over

                  Expect.throwsT<System.ObjectDisposedException>
                      (fun () -> Fused.stepIn (Shared(dsharp.zeros [ inputs ])) batches.Head over |> ignore)
                      "over")
          }

          test "a network that diverged says so by its loss" {
              Scope.run (fun () ->
                  for gate in [ "none"; "bias"; "max"; "max-shared"; "abs-max"; "abs-max-unsigned" ] do
                      let config = config [ "gate", gate; "lr", "1e30" ]
                      let fused = Fused.ofLearner (EngineOptions()) config batch (met config)
                      let losses = [ for sample in batches -> snd (Fused.step config 0 sample fused) ]
                      Expect.isFalse (List.forall System.Double.IsFinite losses) gate)
          }

          test "a batch that does not fit is refused in one line, and nothing is learned" {
              Scope.run (fun () ->
                  let config = config []
                  let fused = Fused.ofLearner (EngineOptions()) config batch (met config)
                  let sample = batches.Head
                  let before = Fused.toLearner fused

                  let wide =
                      { sample with
                          Images = dsharp.zeros [ batch; inputs + 1 ] }

                  let labelled label =
                      { sample with
                          Labels = dsharp.tensor (Array.create batch label) }

                  let many =
                      { Images = dsharp.zeros [ 300; inputs ]
                        Labels = dsharp.tensor (Array.zeroCreate<int64> 300) }

                  for wrong in [ wide; labelled 5L; labelled -1L; many ] do
                      Expect.throwsT<System.ArgumentException>
                          (fun () -> Fused.step config 0 wrong fused |> ignore)
                          "refused"

                  Expect.throwsT<System.ArgumentException>
                      (fun () -> Fused.predict config 0 wide.Images fused |> ignore)
                      "refused"

                  Expect.equal (Fused.toLearner fused).Optimiser.Step before.Optimiser.Step "nothing learned")
          }

          for rule, source in
              List.allPairs
                  [ "adam"; "sgd:0.9" ]
                  [ SynapticIntelligence.Total; SynapticIntelligence.LossAlone ] do
              test $"Synaptic Intelligence, {rule}, {source}: penalty, parameters and path of the formulas" {
                  Scope.run (fun () ->
                      let config = config [ "optimiser", rule ]
                      let mutable reference = met config

                      let importance =
                          reference.Parameters
                          |> Tree.map (fun t ->
                              Key.uniform
                                  0.0
                                  2.0
                                  (List.ofArray t.shape)
                                  Dtype.Float32
                                  (Key.fork t.nelement key))

                      let anchor = reference.Parameters |> Tree.map (fun t -> t + 0.01)

                      let penalty (parameters: Network.Parameters) =
                          Seq.zip3
                              (Tree.tensors (feedForward parameters))
                              (Tree.tensors (feedForward importance))
                              (Tree.tensors (feedForward anchor))
                          |> Seq.map (fun (p, importance, anchor) ->
                              (importance * (p - anchor) * (p - anchor)).sum())
                          |> Seq.reduce (+)

                      let mutable path = Tree.map dsharp.zerosLike (feedForward reference.Parameters)

                      let mutable fused =
                          Fused.ofLearner
                              (EngineOptions(ReorderAfter = ResizeArray [ 2; 5 ]))
                              config
                              batch
                              reference
                          |> Fused.consolidate source 0.1
                          |> Fused.write Part.Anchor anchor
                          |> Fused.write Part.Importance importance

                      for sample in batches do
                          let context = Shared(Prototypes.newest reference.Prototypes)

                          let next, gradients, expected =
                              learn config context (fun p -> penalty p * 0.1) sample reference

                          let followed =
                              match source with
                              | SynapticIntelligence.Total -> feedForward gradients
                              | SynapticIntelligence.LossAlone ->
                                  // 2 · 0.1 · importance · (θ - anchor) is the penalty's.
                                  Tree.map4
                                      (fun gradient importance p anchor ->
                                          gradient - importance * (p - anchor) * 0.2)
                                      (feedForward gradients)
                                      (feedForward importance)
                                      (feedForward reference.Parameters)
                                      (feedForward anchor)

                          path <-
                              Tree.map4
                                  (fun path gradient before after -> path - gradient * (after - before))
                                  path
                                  followed
                                  (feedForward reference.Parameters)
                                  (feedForward next.Parameters)

                          let same, loss = Fused.step config 0 sample fused
                          Expect.isLessThan (abs (loss - expected)) (2e-6 * abs expected) "cross-entropy"
                          reference <- next
                          fused <- same

                      close 1e-6 "parameters" reference.Parameters (Fused.toLearner fused).Parameters
                      close 1e-5 "path" path (Fused.read Part.Path fused))
              } ]
