module Dendrites.Tests.RepresentationTests

open Expecto
open Dendrites

let private tasks, samples, inputs = 3, 20, 9

/// A learner of the quick kind that has met three tasks, and their samples.
let private learned (settings: (string * string) list) key =
    let config =
        configured
            "quick"
            ([ "hidden", "12,8"
               "tasks", string<int> tasks
               "batch", "10"
               "density", "0.3"
               "evaluate", "last" ]
             @ settings)

    let all = labelled samples inputs 10 key
    let plan = Run.plan config all all
    let mutable latest = Run.start plan
    Run.events plan (fun state -> latest <- state) latest |> Seq.iter ignore
    let learner = Learner.ofRun inputs 10 config
    learner, plan.Stream.Test, latest.Learner

let private kinds =
    [ "prototypes", []
      "one-hot contexts", [ "context", "one-hot" ]
      "the input as context", [ "context", "input" ]
      "a rectifier without contexts", [ "method", "mlp" ]
      "a context beside the input", [ "method", "mlp-context" ] ]

/// Outputs of a layer for a task, sample by sample.
let private outputs learner (test: Task) task state layer =
    let images = (test.Gather [| 0 .. samples - 1 |]).Images
    rows (Learner.hidden learner task images state |> List.item layer)

let private distinctPairs same (a: 'a[]) (b: 'a[]) =
    [ for i in 0 .. a.Length - 1 do
          for j in 0 .. b.Length - 1 do
              if not same || i <> j then
                  a[i], b[j] ]

let private active (row: float[]) = row |> Array.map (fun y -> y <> 0.0)

let private shared (a: bool[]) b =
    Array.map2 (&&) a b |> Array.filter id |> Array.length |> float

let private either (a: bool[]) b =
    Array.map2 (||) a b |> Array.filter id |> Array.length |> float

let private cosine (a: float[]) (b: float[]) =
    let dot a b =
        Array.fold2 (fun sum a b -> sum + a * b) 0.0 a b

    dot a b / sqrt (dot a a * dot b b + 1e-24)

[<Tests>]
let tests =
    testList
        "Representation"
        [ for name, settings in kinds do
              propertyOf 3 $"with {name}, every measure is its definition, sample by sample" (fun key ->
                  let learner, tests, state = learned settings key

                  let analysis, _ =
                      Representation.analyse learner samples tests state.Parameters state

                  for index, layer in List.indexed analysis.Layers do
                      let units = layer.Active.shape[1]

                      let all =
                          [ for task in 0 .. tasks - 1 -> outputs learner tests[task] task state index ]

                      for t, a in List.indexed all do
                          let fraction =
                              Array.init units (fun unit ->
                                  a |> Array.averageBy (fun row -> if row[unit] <> 0.0 then 1.0 else 0.0))

                          expectClose 1e-5 fraction (values layer.Active[t]) "active"

                          let positive =
                              Array.init units (fun unit ->
                                  a |> Array.averageBy (fun row -> if row[unit] > 0.0 then 1.0 else 0.0))

                          expectClose 1e-5 positive (values layer.Positive[t]) "positive"

                          let mean =
                              Array.init units (fun unit -> a |> Array.averageBy (fun row -> row[unit]))

                          expectClose 1e-5 mean (values layer.Mean[t]) "mean"

                          for u, b in List.indexed all do
                              let pairs = distinctPairs (t = u) a b
                              let mean f = List.averageBy f pairs
                              let entry (m: Tensor) = [| (m[t, u]).toDouble() |]

                              expectClose
                                  1e-5
                                  [| mean (fun (a, b) -> shared (active a) (active b) / float units) |]
                                  (entry layer.Overlap)
                                  "overlap"

                              expectClose
                                  1e-5
                                  [| mean (fun (a, b) ->
                                         shared (active a) (active b)
                                         / max 1.0 (either (active a) (active b))) |]
                                  (entry layer.Iou)
                                  "iou"

                              expectClose
                                  1e-4
                                  [| mean (fun (a, b) -> cosine a b) |]
                                  (entry layer.Cosine)
                                  "cosine")

          propertyOf
              3
              "segments' activations and wins are those of the contexts that samples read"
              (fun key ->
                  let learner, tests, state = learned [] key

                  let analysis, before =
                      Representation.analyse learner samples tests state.Parameters state

                  for layer, parameters in List.zip analysis.Layers state.Parameters.Hidden do
                      let segments = layer.Segments.Value
                      let weight = parameters.Segments.Value

                      for task in 0 .. tasks - 1 do
                          let images = (tests[task].Gather [| 0 .. samples - 1 |]).Images
                          let read = integers (Prototypes.nearest state.Prototypes images)

                          let activations =
                              dsharp.indexSelect (
                                  Segments.activations weight state.Prototypes.Rows,
                                  0,
                                  indices read
                              )

                          expectTensor 1e-5 (activations.mean 0) segments.Activations[task] "activations"
                          let wins = integers (Gate.winner AbsMax activations).Value
                          let unit, segment = 5, 1

                          let share =
                              [| for sample in 0 .. samples - 1 do
                                     if wins[sample * weight.shape[0] + unit] = segment then
                                         1.0
                                     else
                                         0.0 |]
                              |> Array.average

                          expectClose
                              1e-6
                              [| share |]
                              [| (segments.Wins[task, unit, segment]).toDouble() |]
                              "wins"

                      expectClose
                          1e-5
                          (Array.create weight.shape[0] 1.0)
                          (values ((segments.Wins.mean 0).sum 1))
                          "somebody wins"

                      let entropy = values (Representation.entropy segments)

                      Expect.all
                          entropy
                          (fun e -> e >= -1e-6 && e <= log (float weight.shape[1]) + 1e-6)
                          "entropy"

                  expectSame
                      (analysis.Layers |> List.map (fun layer -> layer.Segments))
                      before
                      "before, with the same weights")

          property "the first units' segments are those that a run begins with" (fun key ->
              let sparsity = pick "sparsity" [ "0"; "0.3" ] key
              let config = configured "quick" [ "hidden", "12,8"; "segment-sparsity", sparsity ]
              let learner = Learner.ofRun inputs 10 config
              let whole = (Learner.init learner key).Parameters
              let first = Learner.firstUnits 5 learner key

              for whole, first in List.zip whole.Hidden first.Hidden do
                  expectSame whole.Segments.Value[..4] first.Segments.Value "segments")

          case "prototypes of permuted tasks are inferred rightly, and nothing else is"
          <| fun () ->
              let learner, tests, state = learned [] (Key.ofSeed 4)

              let read task =
                  integers (
                      Prototypes.nearest state.Prototypes (tests[task].Gather [| 0 .. samples - 1 |]).Images
                  )

              let expected =
                  [ for task in 0 .. tasks - 1 ->
                        read task |> Array.averageBy (fun row -> if row = task then 1.0 else 0.0) ]

              let inferred =
                  (Representation.analyse learner samples tests state.Parameters state |> fst).Inference

              Expect.equal inferred (Some expected) "share"
              Expect.isGreaterThan (List.average expected) 0.4 "mostly"
              let learner, tests, state = learned [ "context", "one-hot" ] (Key.ofSeed 4)

              Expect.isNone
                  (Representation.analyse learner samples tests state.Parameters state |> fst).Inference
                  "given"

          case "segments that answer to one task each do not overlap; one for all does, and is no surprise"
          <| fun () ->
              let uses (wins: float[]) : Representation.SegmentUse =
                  { Activations = dsharp.zeros [ 2; 1; 2 ]
                    Wins = tensorOf [ 2; 1; 2 ] wins }

              let apart, together = uses [| 1.0; 0.0; 0.0; 1.0 |], uses [| 1.0; 0.0; 1.0; 0.0 |]
              expectClose 1e-6 [| 0.0 |] (values (Representation.segmentOverlap apart)) "apart"
              expectClose 1e-6 [| 1.0 |] (values (Representation.segmentOverlap together)) "together"
              expectClose 1e-6 [| log 2.0 |] (values (Representation.entropy apart)) "even"
              expectClose 1e-6 [| 0.0 |] (values (Representation.entropy together)) "one alone"

          property "sub-networks are the units that are above zero most often" (fun key ->
              let draw name low high =
                  (Key.integers low high 1 (Key.named name key))[0]

              let tasks, units = draw "tasks" 1 5, draw "units" 1 9
              let share = [ 0.1; 0.25; 0.5; 1.0 ][draw "share" 0 4]
              // Fifths, so that there are ties.
              let often = Array2D.init tasks units (fun t u -> float (draw $"{t} {u}" 0 6) / 5.0)
              let ofRows = dsharp.tensor (Array2D.map float32 often)
              let none = dsharp.zeros [ tasks; tasks ]

              let layer: Representation.Layer =
                  { Active = dsharp.ones [ tasks; units ]
                    Positive = ofRows
                    Mean = none
                    Overlap = none
                    Iou = none
                    Cosine = none
                    Segments = None }

              let size = max 1 (int (round (share * float units)))

              // Fewer than `size` units come before it.
              let inside task unit =
                  let before other =
                      often[task, other] > often[task, unit]
                      || (often[task, other] = often[task, unit] && other < unit)

                  Seq.length (Seq.filter before (seq { 0 .. units - 1 })) < size

              let expected =
                  [| for a in 0 .. tasks - 1 do
                         for b in 0 .. tasks - 1 ->
                             float (
                                 Seq.length (
                                     Seq.filter (fun u -> inside a u && inside b u) (seq { 0 .. units - 1 })
                                 )
                             )
                             / float size |]

              expectClose 1e-6 expected (values (Representation.subnetworks share layer)) "shares") ]
