module Dendrites.Tests.ReplayTests

open Dendrites
open Dendrites.Tests.PieceCases
open Expecto

/// Samples that say their number everywhere.
let private numbered first count : Samples * Tensor =
    let numbers = [| for i in 0 .. count - 1 -> float (first + i) |]

    { Images = tensorOf [ count; 2 ] (numbers |> Array.collect (Array.replicate 2))
      Labels = indices (Array.map int numbers) },
    tensorOf [ count; 3 ] (numbers |> Array.collect (Array.replicate 3))

let private config capacity batch : Replay.Config =
    { Capacity = capacity
      Batch = batch
      Use = Replay.Rehearsal 1.0 }

/// A memory that has met batches of these sizes, task by task.
let private met capacity sizes key =
    let start = Replay.init (config capacity 1) 2 3 Dtype.Float64 key

    ((start, 0), List.indexed sizes)
    ||> List.fold (fun (memory, first) (task, size) ->
        let samples, scores = numbered first size
        Replay.meet task samples scores memory, first + size)

[<Tests>]
let tests =
    testList
        "Replay"
        [ property
              "the memory holds distinct samples that were met, each with its own label, scores and task"
              (fun key ->
                  let capacity = size "capacity" 1 12 key
                  let sizes = [ for i in 1 .. size "batches" 1 6 key -> size $"batch {i}" 1 9 key ]
                  let memory, total = met capacity sizes key
                  let count = Replay.count memory
                  Expect.equal count (min capacity total) "count"
                  let labels = integers memory.Labels |> Array.truncate count
                  Expect.equal (Array.distinct labels) labels "distinct"
                  Expect.all labels (fun label -> label < total) "met"
                  let ends = sizes |> List.scan (+) 0

                  for place, label in Array.indexed labels do
                      let number = float label
                      Expect.equal (values memory.Images[place]) [| number; number |] "image"
                      Expect.equal (values memory.Scores[place]) [| number; number; number |] "scores"
                      let task = ends.Tail |> List.findIndex (fun last -> label < last)
                      Expect.equal (integers memory.Tasks[place]) [| task |] "task")

          test "every sample has the same chance, whatever its place in the stream" {
              let trials, capacity, total = 4000, 5, 40
              let kept = Array.zeroCreate<int> total

              for trial in 0 .. trials - 1 do
                  let slots = Array.create capacity -1

                  for first in 0L .. 10L .. int64 total - 1L do
                      let key = Key.ofSeed 1 |> Key.fork trial |> Key.fork (int first)

                      Replay.places capacity first 10 key
                      |> Array.iteri (fun i place ->
                          if place >= 0 then
                              slots[place] <- int first + i)

                  for sample in slots do
                      kept[sample] <- kept[sample] + 1

              // Five standard deviations of a binomial count.
              let expected = float trials * float capacity / float total
              let band = 5.0 * sqrt (expected * (1.0 - float capacity / float total))
              Expect.all kept (fun count -> abs (float count - expected) < band) $"{kept}"
          }

          property
              "a draw has no sample twice, is as large as asked or as there are, and another after each batch"
              (fun key ->
                  let memory, _ = met 30 [ 30 ] key
                  let asked = size "asked" 1 40 key

                  let draw memory =
                      (Replay.draw (config 30 asked) "samples" memory).Value

                  let labels = integers (draw memory).Samples.Labels
                  Expect.equal labels.Length (min asked 30) "size"
                  Expect.equal (Array.distinct labels) labels "distinct"
                  Expect.equal (integers (draw memory).Samples.Labels) labels "the same again"

                  Expect.equal
                      (values (draw memory).Scores[0])
                      (Array.create 3 (float labels[0]))
                      "its scores"

                  if asked < 25 && asked > 3 then
                      let none = { memory with Seen = memory.Seen + 7.0 }
                      Expect.notEqual (integers (draw none).Samples.Labels) labels "another"

                  Expect.isNone (Replay.draw (config 30 asked) "samples" (fst (met 30 [] key))) "empty")

          property
              "a projected gradient does not raise the memory's loss, and moves as little as it can"
              (fun key ->
                  let reference = parameters (Key.named "reference" key)
                  let gradient = parameters (Key.named "gradient" key)

                  let dot a b =
                      Array.fold2 (fun sum a b -> sum + a * b) 0.0 (numbers a) (numbers b)

                  for against in [ gradient; Tree.map (fun t -> -t) gradient ] do
                      let projected = Replay.project reference against

                      if dot against reference >= 0.0 then
                          Expect.equal (numbers projected) (numbers against) "as it was"
                      else
                          Expect.floatClose Accuracy.high (dot projected reference) 0.0 "orthogonal"
                          let change = Tree.map2 (-) projected against
                          // All of the change lies along the reference.
                          let along = dot change reference ** 2.0 / dot reference reference
                          Expect.floatClose Accuracy.high along (dot change change) "least")

          forgetsLess [ "pieces", "er"; "memory", "60"; "memory-batch", "32" ]
          forgetsLess [ "pieces", "der"; "memory", "60"; "memory-batch", "32" ]
          forgetsLess [ "pieces", "agem"; "memory", "250"; "memory-batch", "64" ]

          property
              "DER++ adds α times the mean square by which scores moved, and β times the entropy of another draw"
              (fun key ->
                  let capacity, batch = size "capacity" 2 12 key, size "batch" 1 6 key
                  let memory, _ = met capacity [ size "met" 2 20 key ] key
                  let numbers = Key.uniforms 2 (Key.named "weights" key)
                  let alpha, beta = 0.1 + numbers[0], 1.2 + numbers[1]

                  let config =
                      { config capacity batch with
                          Use = Replay.Dark(alpha, beta) }

                  // Scores that are not those that are remembered, and an entropy that tells samples apart.
                  let model: Model =
                      { Scores = fun _ images _ -> dsharp.cat ([ images; images[*, 0..0] ], 1) * 1.5
                        Entropy =
                          fun scores labels -> (scores.sum 1 * 0.25 + labels.cast Dtype.Float64).mean()
                        Contexts = fun _ _ -> NoContext }

                  let read purpose =
                      (Replay.draw config purpose memory |> Option.get).Samples.Labels
                      |> integers
                      |> Array.map float

                  let moved = read "scores" |> Array.averageBy (fun number -> (0.5 * number) ** 2.0)

                  let entropy =
                      read "samples" |> Array.averageBy (fun number -> 0.25 * 4.5 * number + number)

                  let parameters = PieceCases.parameters key
                  let none = dsharp.zeros [ 1; 1 ]

                  let loss =
                      Pieces.loss
                          model
                          1
                          none
                          NoContext
                          none
                          parameters
                          (Remembered config)
                          (RememberedState memory)

                  expectClose 1e-9 [| alpha * moved + beta * entropy |] [| loss.Value.toDouble () |] "loss") ]
