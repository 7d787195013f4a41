namespace Dendrites

open System
open Dendrites.Kernels

/// Streams beside permutedMNIST, and the orders that any stream can be learned in.
[<RequireQualifiedAccess>]
module Scenarios =

    /// `tasks` tasks of as many classes each, in the order of their labels. Read by domain, labels count from 0 in every task, and the
    /// network has as many outputs as a task has classes.
    let split
        (scale: PixelScale)
        (reading: Reading)
        (tasks: int)
        (classes: int)
        (train: Samples)
        (test: Samples)
        : Stream =
        let inputs = train.Images.shape[1]
        let meaning, columns = scale.Meaning, [| 0 .. inputs - 1 |]
        let own = classes / tasks

        let stream (samples: Samples) =
            let labels = (TensorMemory.longs samples.Labels).ToArray()

            [ for task in 0 .. tasks - 1 ->
                  let members =
                      [| 0 .. labels.Length - 1 |]
                      |> Array.filter (fun place -> int labels[place] / own = task)

                  { Size = members.Length
                    Gather =
                      fun places ->
                          let places = places |> Array.map (Array.get members)
                          let labels = dsharp.indexSelect (samples.Labels, 0, Stream.indices places)

                          { Images = Stream.gather meaning samples.Images places columns
                            Labels = if reading = ByDomain then labels - task * own else labels } } ]

        { Inputs = inputs
          Classes = if reading = ByDomain then own else classes
          Choices = if reading = ByClass then classes else own
          Train = stream train
          Test = stream test }

    /// Angles of `tasks` tasks, in degrees; the first is 0.
    let angles (how: Angles) (tasks: int) (key: Key) : float list =
        match how with
        | EvenAngles -> [ for task in 0 .. tasks - 1 -> 180.0 * float task / float tasks ]
        | DrawnAngles ->
            0.0
            :: [ for angle in Key.uniforms (tasks - 1) (Key.named "angles" key) -> 180.0 * angle ]

    let private identity = 0.0

    /// Every task turns the images by one of `angles` (degrees, counter-clockwise): bilinear, black from outside; float32.
    /// Raises ArgumentException for images that are not square.
    let rotated
        (scale: PixelScale)
        (angles: float list)
        (classes: int)
        (train: Samples)
        (test: Samples)
        : Stream =
        let inputs = train.Images.shape[1]
        let side = Rotation.side inputs
        let meaning, columns = scale.Meaning, [| 0 .. inputs - 1 |]
        let asTheyAre = [| for value in 0..255 -> float32 value |]

        let turned (samples: Samples) angle =
            let plan = Rotation.plan side angle

            let factor, offset =
                if samples.Images.dtype = Dtype.Byte then
                    float32 (1.0 / (255.0 * scale.Deviation)), meaning[0]
                else
                    1.0f, 0.0f

            fun (places: int[]) ->
                Scope.run (fun () ->
                    let pixels =
                        dsharp.cast (Stream.gather asTheyAre samples.Images places columns, Dtype.Float32)

                    let images = dsharp.zeros [ places.Length; inputs ]

                    Blend.Rows(
                        Span.op_Implicit (TensorMemory.floats pixels),
                        inputs,
                        plan.Corners,
                        plan.Weights,
                        factor,
                        offset,
                        TensorMemory.floats images
                    )

                    images)

        // Untouched images are to the bit what other streams make of them.
        let look (samples: Samples) angle =
            if angle = identity then
                fun places -> Stream.gather meaning samples.Images places columns
            else
                turned samples angle

        let stream samples =
            [ for angle in angles -> Stream.task (look samples angle) samples ]

        { Inputs = inputs
          Classes = classes
          Choices = classes
          Train = stream train
          Test = stream test }

    /// The samples of tasks one after another, as one task.
    let private union (tasks: Task list) : Task =
        let tasks = Array.ofList tasks
        let starts = tasks |> Array.map _.Size |> Array.scan (+) 0

        let whose place =
            let found = Array.BinarySearch(starts, place)
            if found >= 0 then found else ~~~found - 1

        let gather (places: int[]) =
            Scope.run (fun () ->
                let groups =
                    [| 0 .. places.Length - 1 |] |> Array.groupBy (fun at -> whose places[at])

                let parts =
                    [ for task, members in groups ->
                          tasks[task].Gather(members |> Array.map (fun at -> places[at] - starts[task])) ]

                let back = Array.zeroCreate places.Length
                groups |> Array.collect snd |> Array.iteri (fun from at -> back[at] <- from)

                let together (part: Samples -> Tensor) =
                    dsharp.indexSelect (dsharp.cat (List.map part parts, 0), 0, Stream.indices back)

                { Images = together _.Images
                  Labels = together _.Labels })

        { Size = Array.last starts
          Gather = gather }

    /// Every phase learns the samples of its task and of all before it; what is asked stays.
    let cumulative (stream: Stream) : Stream =
        { stream with
            Train = [ for met in 1 .. stream.Train.Length -> union (List.truncate met stream.Train) ] }

    /// Every phase learns an equal share of all tasks' samples, drawn without replacement; what is asked stays.
    let interleaved (key: Key) (stream: Stream) : Stream =
        let all = union stream.Train
        let order = Key.permutation all.Size (Key.named "interleaved" key)
        let phases = stream.Train.Length

        let cut phase =
            int (int64 phase * int64 all.Size / int64 phases)

        { stream with
            Train =
                [ for phase in 0 .. phases - 1 ->
                      let first = cut phase

                      { Size = cut (phase + 1) - first
                        Gather =
                          fun places -> all.Gather(places |> Array.map (fun place -> order[first + place])) } ] }

    /// The stream that a configuration describes, of data with `classes`; its draws come from `key`.
    let ofRun
        (scale: PixelScale)
        (classes: int)
        (config: RunConfig)
        (key: Key)
        (train: Samples)
        (test: Samples)
        : Stream =
        let stream =
            match config.Experiment with
            | Experiments.Split -> split scale config.Scenario.Reading config.Tasks classes train test
            | Experiments.Rotated ->
                rotated scale (angles config.Scenario.Angles config.Tasks key) classes train test
            | _ -> Stream.permutedBy scale config.Tasks classes train test

        match config.Scenario.Order with
        | Sequential -> stream
        | Cumulative -> cumulative stream
        | Interleaved -> interleaved key stream
