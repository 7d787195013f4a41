/// The fused engine is held to the reference engine: another way to the same numbers.
module Dendrites.Tests.FusedTests

open System
open Dendrites
open Dendrites.Kernels
open Dendrites.Tests.FusedCases
open Expecto

let private expectFused key case =
    expectSameLearning key case (fun start ->
        let losses, state, _ = byFused case.Options case start
        losses, state)

let private bits (state: Learner.State) =
    state.Parameters, state.Winners, state.Optimiser.Moments

/// A case of the published kind, small.
let private published key =
    let case = draw 6 key

    { case with
        Learner =
            { case.Learner with
                Network =
                    { case.Learner.Network with
                        Inputs = 40
                        Context = 40
                        Hidden = [ 100; 70 ]
                        Gates = [ AbsMax; AbsMax ]
                        Heads = [ 5 ]
                        Segments = 4
                        Activation = Network.KWinners(KWinners.standard 0.1)
                        WeightSparsity = 0.5
                        SegmentSparsity = 0.0 }
                Context = Prototype
                Optimiser = Optimiser.adam 2e-3
                Dropout = Dropout.none }
        Batch = 16
        Tasks =
            [ for task in 1..2 ->
                  [ for step in 1..7 -> labelled 16 40 5 (key |> Key.fork task |> Key.fork step) ] ] }

let private equivalence =
    testList
        "the reference's numbers"
        [ propertyOf 120 "losses, parameters and moments, over everything that can be set" (fun key ->
              expectFused key (draw 10 key))

          propertyOf 20 "a learner of the published kind" (fun key -> expectFused key (published key))

          propertyOf 20 "duty cycles and counts are equal, not close" (fun key ->
              let case = published key
              let start = Learner.init case.Learner key
              let _, expected = byReference case start
              let _, state, _ = byFused case.Options case start
              // As many winners of the same sign, or a tie broke otherwise.
              let close = apart expected.Parameters state.Parameters < 2e-6

              if close then
                  expectSame expected.Winners state.Winners "what k-winners remember")

          propertyOf 40 "winners that tie win together, in the first step" (fun key ->
              let case = published key
              let whole (t: Tensor) = dsharp.round (t * 8.0) / 8.0
              let start = Learner.init case.Learner key

              // Few distinct weights, small whole images: sums are exact in any order, and many units tie.
              let start =
                  { start with
                      Parameters =
                          { start.Parameters with
                              Hidden =
                                  [ for layer in start.Parameters.Hidden ->
                                        { layer with
                                            Weight = whole layer.Weight
                                            Bias = dsharp.zerosLike layer.Bias
                                            Segments = layer.Segments |> Option.map dsharp.zerosLike } ] } }

              let batch = case.Tasks.Head.Head

              let tied =
                  { case with
                      Options = EngineOptions(Background = false)
                      Tasks =
                          [ [ { batch with
                                  Images = dsharp.round batch.Images } ] ] }

              let expected = byReference tied start
              let losses, state, _ = byFused tied.Options tied start
              Expect.isLessThan (lossesApart (fst expected) losses) 1e-6 "loss"
              expectSame (snd expected).Winners state.Winners "as many winners") ]

let private exactness =
    testList
        "bits"
        [ propertyOf 25 "do not depend on the number of threads" (fun key ->
              let case = draw 8 key
              let start = Learner.init case.Learner key

              let by threads =
                  let options =
                      EngineOptions(
                          Threads = threads,
                          Instructions = case.Options.Instructions,
                          ReorderAfter = case.Options.ReorderAfter
                      )

                  let losses, state, _ = byFused options case start
                  losses, bits state

              let losses, alone = by 1

              for threads in [ 2; 3 ] do
                  let losses', together = by threads
                  Expect.equal losses' losses "losses"
                  expectSame alone together $"{threads} threads")

          propertyOf 20 "do not depend on copies being taken, or questions asked, on the way" (fun key ->
              let case = draw 8 key
              let start = Learner.init case.Learner key
              let losses, state, _ = byFused case.Options case start
              let method' = Fused.asMethod case.Options case.Batch case.Learner

              let watching =
                  { method' with
                      Step =
                          fun task batch state ->
                              let state, loss = method'.Step task batch state
                              Fused.toLearner state |> ignore
                              method'.Predict task batch.Images state |> ignore
                              state, loss }

              let losses', watched =
                  learn watching (Fused.ofLearner case.Options case.Learner case.Batch start) case

              Expect.equal losses' losses "losses"
              expectSame (bits state) (bits (Fused.toLearner watched)) "the same")

          propertyOf 25 "are the same after a checkpoint between two tasks" (fun key ->
              let case = draw 8 key
              let start = Learner.init case.Learner key
              let losses, state, _ = byFused case.Options case start
              let method' = Fused.asMethod case.Options case.Batch case.Learner

              let resuming =
                  { method' with
                      EndTask =
                          fun task samples places state ->
                              let ended = method'.EndTask task samples places state
                              let saved = Map.ofList (method'.Save ended)

                              method'.Restore key (fun name -> Map.tryFind name saved) |> expectOk "restored" }

              let losses', resumed =
                  learn resuming (Fused.ofLearner case.Options case.Learner case.Batch start) case

              Expect.equal losses' losses "losses"
              expectSame (bits state) (bits (Fused.toLearner resumed)) "the same") ]

/// Batches in which classes take turns, so that units win, rest, and win again.
let private turns key =
    let case = published key

    let batch sort step =
        labelled 16 40 5 (key |> Key.named "turns" |> Key.fork sort |> Key.fork step)

    { case with
        Options = EngineOptions(ReorderAfter = ResizeArray [ 4; 30 ])
        Tasks = [ [ for step in 1..340 -> batch (if step % 170 < 10 then 1 else 2) (step % 3) ] ] }

let private parts =
    testList
        "around it"
        [ propertyOf 25 "answers are those of the reference on a copy" (fun key ->
              let case = draw 4 key

              let _, copy, (method', state) =
                  byFused case.Options case (Learner.init case.Learner key)

              let images = case.Tasks.Head.Head.Images
              let expected = Learner.predict case.Learner 1 images copy
              let answers = method'.Predict 1 images state
              // A sample whose winners an ulp decides may differ; not more than a few do.
              let far =
                  (values expected, values answers)
                  ||> Array.map2 (fun e a -> abs (e - a) > 1e-4 * max 1.0 (abs e))
                  |> Array.chunkBySize expected.shape[1]
                  |> Array.filter (Array.exists id)

              Expect.isLessThanOrEqual far.Length (max 0 (case.Batch / 20)) "answers")

          for rankOne in [ true; false ] do
              test $"weights that rested long go on as if they had not, moments of rank one: {rankOne}" {
                  Scope.run (fun () ->
                      let key = Key.ofSeed 5
                      let case = turns key
                      let start = Learner.init case.Learner key

                      let learned rest =
                          byFused
                              (EngineOptions(
                                  ReorderAfter = case.Options.ReorderAfter,
                                  RankOneMoments = rankOne,
                                  Rest = rest
                              ))
                              case
                              start

                      let losses, rested, _ = learned true
                      let _, awake, _ = learned false
                      Expect.isLessThan (apart awake.Parameters rested.Parameters) 2e-6 "parameters"

                      Expect.isLessThan
                          (apart awake.Optimiser.Moments rested.Optimiser.Moments)
                          2e-5
                          "moments"

                      Expect.isTrue (List.forall Double.IsFinite losses) "losses")
              }

          test "what it cannot learn is refused with a reason" {
              let config = (published (Key.ofSeed 1)).Learner
              let network = config.Network

              let refused name changed =
                  Expect.isNonEmpty (Fused.validate { config with Network = changed }) name

              Expect.isEmpty (Fused.validate config) "the published kind"

              refused
                  "a gate of one's own"
                  { network with
                      Gates = [ Custom id; AbsMax ] }

              refused "two heads" { network with Heads = [ 2; 2 ] }
              refused "float64" { network with Dtype = Dtype.Float64 }

              for change in
                  [ fun (w: KWinners.Config) -> { w with BoostStrength = 1.0 }
                    fun w -> { w with BreakTies = true }
                    fun w -> { w with Relu = true } ] do
                  refused
                      "k-winners of another kind"
                      { network with
                          Activation = Network.KWinners(change (KWinners.standard 0.1)) }
          }

          test "as accurate as the reference, over five seeds" {
              let accuracy run seed =
                  Scope.run (fun () ->
                      let key = Key.ofSeed seed
                      let case = published key
                      let sample = labelled 400 40 5 key

                      let pieces =
                          [ for i in 0..23 -> (taskOf sample).Gather [| i * 16 .. i * 16 + 15 |] ]

                      run { case with Tasks = [ pieces ] } (Learner.init case.Learner key) sample)

              let score (answers: Tensor) (sample: Samples) =
                  let right = dsharp.eq (dsharp.argmax (answers, 1), sample.Labels)
                  (dsharp.cast (right, Dtype.Float64)).mean().toDouble()

              let reference =
                  accuracy (fun case start sample ->
                      let _, state = byReference case start
                      score (Learner.predict case.Learner 0 sample.Images state) sample)

              let fused =
                  accuracy (fun case start sample ->
                      let _, _, (method', state) = byFused case.Options case start
                      score (method'.Predict 0 sample.Images state) sample)

              let seeds = [ 1..5 ]
              let mean f = List.averageBy f seeds
              Expect.isGreaterThan (mean reference) 0.6 "the reference learned"
              Expect.isLessThan (abs (mean reference - mean fused)) 0.03 "mean accuracy"
          }

          testList
              "laws of learners"
              [ for law in
                    Laws.learner
                        (fun inputs classes ->
                            let learner = (published (Key.ofSeed 1)).Learner

                            let method' =
                                { learner with
                                    Network =
                                        { learner.Network with
                                            Inputs = inputs
                                            Context = inputs
                                            Heads = [ classes ] } }
                                |> Fused.asMethod (EngineOptions()) 24

                            // A checkpoint is a copy.
                            { method' with
                                Restore =
                                    fun key find ->
                                        method'.Restore key (find >> Option.map TensorMemory.copy) })
                        (fun state ->
                            let learner = Fused.toLearner state
                            learner.Masks, learner.Parameters) do
                    propertyOf 20 law.Name (Law.holds law) ] ]

let private memory =
    // Alone: the process counts the tensors of all its tests.
    testSequenced
    <| test "a step makes no garbage, and tensors do not pile up" {
        Scope.run (fun () ->
            let key = Key.ofSeed 6
            let case = published key
            let method' = Fused.asMethod case.Options case.Batch case.Learner
            let batch = case.Tasks.Head.Head

            let mutable state =
                method'.BeginTask 0 (taskOf batch) [| 0..15 |] (method'.Init key)

            let steps count =
                for _ in 1..count do
                    state <- fst (method'.Step 0 batch state)

            // Past the reorderings of a task.
            steps 300
            let tensors, bytes = Scope.live (), GC.GetAllocatedBytesForCurrentThread()
            steps 100
            let garbage = (GC.GetAllocatedBytesForCurrentThread() - bytes) / 100L
            Expect.equal (Scope.live ()) tensors "native tensors"
            // What the walk from F# to the kernels costs; the kernels themselves make none.
            Expect.isLessThan garbage 4096L "bytes a step")
    }

[<Tests>]
let tests = testList "Fused" [ equivalence; exactness; parts; memory ]
