module Dendrites.Tests.StreamTests

open Expecto
open Dendrites

/// Images of a kind: float64 and float32 as they are, bytes.
let private images kind count inputs key =
    match kind with
    | Dtype.Byte ->
        let bytes = Key.integers 0 256 (count * inputs) key |> Array.map byte
        (Stream.samples 0 bytes (Array.zeroCreate count)).Images
    | _ -> Key.normal [ count; inputs ] kind key

/// What a network takes for each number of an image of a kind.
let private meant kind (image: float[]) =
    match kind with
    | Dtype.Byte ->
        image
        |> Array.map (fun value ->
            float (float32 ((value / 255.0 - Stream.mnist.Mean) / Stream.mnist.Deviation)))
    | _ -> image

let private stream kind key tasks inputs =
    let samples purpose count : Samples =
        { Images = images kind count inputs (Key.named purpose key)
          Labels = indices (Key.integers 0 10 count (Key.named (purpose + " labels") key)) }

    let train, test = samples "train" 12, samples "test" 7
    train, test, Stream.permuted tasks 10 train test

let private inverse (permutation: int[]) =
    let inverted = Array.zeroCreate permutation.Length
    permutation |> Array.iteri (fun i p -> inverted[p] <- i)
    inverted

[<Tests>]
let tests =
    testList
        "Stream"
        [ case "tasks normalise pixels by MNIST's mean and standard deviation"
          <| fun () ->
              let pixels = Stream.samples 0 [| 0uy; 255uy; 128uy; 33uy |] [| 7uy; 9uy |]
              Expect.equal (pixels.Images.shape, pixels.Images.dtype) ([| 2; 2 |], Dtype.Byte) "pixels"
              Expect.equal (values pixels.Images) [| 0.0; 255.0; 128.0; 33.0 |] "pixels"
              let samples = (Stream.permuted 1 10 pixels pixels).Train.Head.Gather [| 0; 1 |]
              Expect.equal (samples.Images.shape, samples.Images.dtype) ([| 2; 2 |], Dtype.Float32) "images"
              // (v/255 - .13062755)/.3081078; the mean pixel, 33.31, is near zero.
              expectClose
                  1e-6
                  [| -0.42396703; 2.82165025; 1.20520556; -0.00394597 |]
                  (values samples.Images)
                  "values"

              Expect.equal (integers samples.Labels, samples.Labels.dtype) ([| 7; 9 |], Dtype.Int64) "labels"

          testList
              "the first samples are taken"
              [ for asked, taken in [ 0, 3; 2, 2; 3, 3; 9, 3 ] do
                    case $"{asked} of 3"
                    <| fun () ->
                        let pixels = [| 10uy; 20uy; 30uy; 40uy; 50uy; 60uy |]
                        let all = Stream.samples 0 pixels [| 1uy; 2uy; 3uy |]
                        let some = Stream.samples asked pixels [| 1uy; 2uy; 3uy |]
                        Expect.equal some.Count taken "count"
                        Expect.equal (integers some.Labels) (Array.truncate taken [| 1; 2; 3 |]) "labels"

                        Expect.equal
                            (values some.Images)
                            (Array.truncate (taken * 2) (values all.Images))
                            "images" ]

          property "the mean image is that of the places, over pieces"
          <| fun key ->
              let kind = pick "kind" [ Dtype.Byte; Dtype.Float32; Dtype.Float64 ] key
              let _, _, stream = stream kind key 2 5
              let places = Key.integers 0 12 (size "places" 1 30 key) (Key.named "places" key)
              let gathered = rows (stream.Train[1].Gather places).Images

              let expected =
                  [| for pixel in 0..4 -> Array.averageBy (Array.item pixel) gathered |]

              expectClose 1e-6 expected (values (Stream.mean stream.Train[1] places)) "mean"

          property "task 0 is the original; every task undone by the inverse permutation is the original"
          <| fun key ->
              let inputs, tasks = size "inputs" 2 12 key, size "tasks" 1 4 key
              let kind = pick "kind" [ Dtype.Byte; Dtype.Float32; Dtype.Float64 ] key
              let train, test, stream = stream kind key tasks inputs
              let permutations = Permutation.tasks Permutation.PublishedSeed inputs tasks

              for original, tasks in [ train, stream.Train; test, stream.Test ] do
                  for number, (permutation, task: Task) in List.indexed (List.zip permutations tasks) do
                      let places = Key.permutation task.Size (Key.fork number key)
                      let gathered = task.Gather places

                      let labels, images =
                          integers original.Labels, rows original.Images |> Array.map (meant kind)

                      Expect.equal
                          (integers gathered.Labels)
                          (places |> Array.map (fun place -> labels[place]))
                          "labels"

                      let undone =
                          rows gathered.Images
                          |> Array.map (fun image -> inverse permutation |> Array.map (fun i -> image[i]))

                      Expect.equal undone (places |> Array.map (fun place -> images[place])) "images"

                      // Pixel i of a task's image is pixel permutation[i] of the original.
                      let first = rows gathered.Images |> Array.head

                      Expect.equal
                          first
                          (permutation |> Array.map (fun pixel -> images[places[0]][pixel]))
                          "direction"

          case "a stream says what it holds"
          <| fun () ->
              let train, test, stream = stream Dtype.Float32 (Key.ofSeed 1) 3 6
              Expect.equal (stream.Inputs, stream.Classes) (6, 10) "sizes"
              Expect.equal (stream.Train |> List.map _.Size) [ 12; 12; 12 ] "training"
              Expect.equal (stream.Test |> List.map _.Size) [ 7; 7; 7 ] "test"
              Expect.equal (train.Count, test.Count) (12, 7) "counts" ]
