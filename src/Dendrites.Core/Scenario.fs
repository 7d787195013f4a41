namespace Dendrites

open System
open Dendrites.Kernels

/// The streams of tasks that experiments are: permuted, rotated and split images, in order or mixed.
[<RequireQualifiedAccess>]
module Scenario =

    /// The experiments by name, with the preset that each starts from unless another is named.
    let named =
        [ "permuted-mnist", "prototype-10"
          "rotated-mnist", "rotated-10"
          "split-mnist", "split-5" ]

    let private whole (classes: int) (train: Task list) (test: Task list) inputs : Stream =
        { Inputs = inputs
          Classes = classes
          Choices = classes
          Train = train
          Test = test }

    let private asTheyAre (scale: PixelScale) (samples: Samples) =
        let columns, meaning = [| 0 .. samples.Images.shape[1] - 1 |], scale.Meaning
        Stream.task (fun places -> Stream.gather meaning samples.Images places columns) samples

    /// What a pixel stays as it is gathered to be turned.
    let private grey = [| for value in 0..255 -> float32 value |]

    /// The images of `samples` turned by `degrees`, float32. What was black stays so to the bit: the fused engine knows it for
    /// background.
    let private turned (scale: PixelScale) (degrees: float) (samples: Samples) : Task =
        let inputs = samples.Images.shape[1]
        let columns = [| 0 .. inputs - 1 |]
        let plan = Rotation.plan (Rotation.side inputs) degrees

        let factor, offset =
            match samples.Images.dtype with
            | Dtype.Byte -> float32 (1.0 / (255.0 * scale.Deviation)), scale.Meaning[0]
            | _ -> 1.0f, 0.0f

        let look (places: int[]) =
            Scope.run (fun () ->
                let pixels =
                    dsharp.cast (Stream.gather grey samples.Images places columns, Dtype.Float32)

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

        Stream.task look samples

    /// Angles of `tasks` tasks, in degrees: task t of T by 180° t/T, or drawn by `key`; the first not at all.
    let angles (how: Angles) (tasks: int) (key: Key) : float list =
        match how with
        | EvenAngles -> [ for task in 0 .. tasks - 1 -> 180.0 * float task / float tasks ]
        | DrawnAngles ->
            0.0
            :: [ for angle in Key.uniforms (tasks - 1) (Key.named "angles" key) -> 180.0 * angle ]

    /// Every task turns the images about their centre by one of `angles`, in degrees; 0° leaves them to the bit. One head for all.
    /// Raises ArgumentException for images that are not square.
    let rotated
        (scale: PixelScale)
        (angles: float list)
        (classes: int)
        (train: Samples)
        (test: Samples)
        : Stream =
        let tasks (samples: Samples) =
            [ for degrees in angles ->
                  if degrees = 0.0 then
                      asTheyAre scale samples
                  else
                      turned scale degrees samples ]

        whole classes (tasks train) (tasks test) train.Images.shape[1]

    /// Every task has classes of its own, as many as every other, in their order; `reading` says what is asked about them.
    let split
        (scale: PixelScale)
        (reading: Reading)
        (tasks: int)
        (classes: int)
        (train: Samples)
        (test: Samples)
        : Stream =
        let each = classes / tasks

        let parts (samples: Samples) =
            let labels = (TensorMemory.longs samples.Labels).ToArray()
            let all = asTheyAre scale samples

            [ for task in 0 .. tasks - 1 ->
                  let own =
                      [| for at in 0 .. labels.Length - 1 do
                             if int labels[at] / each = task then
                                 at |]

                  let relabelled (gathered: Samples) =
                      { gathered with
                          Labels = gathered.Labels - task * each }

                  match reading with
                  | DomainIncremental -> Tasks.select own all |> Tasks.map relabelled
                  | ClassIncremental
                  | TaskIncremental -> Tasks.select own all ]

        let heads =
            match reading with
            | DomainIncremental -> each
            | ClassIncremental
            | TaskIncremental -> classes

        let stream = whole heads (parts train) (parts test) train.Images.shape[1]

        match reading with
        | TaskIncremental -> { stream with Choices = each }
        | ClassIncremental
        | DomainIncremental -> stream

    /// Classes that a network tells apart in the stream that a configuration describes.
    let classes (config: RunConfig) : int =
        ScenarioKeys.outputs ScenarioKeys.Classes config

    /// The stream that a configuration describes, of images with pixels of this scale, should they be normalised.
    let stream (scale: PixelScale) (config: RunConfig) (train: Samples) (test: Samples) : Stream =
        let key, classes = Key.ofSeed config.Seed, ScenarioKeys.Classes
        let scale = if config.Normalise then scale else PixelScale.Plain

        let stream =
            match config.Experiment with
            | "split-mnist" -> split scale config.Reading config.Tasks classes train test
            | "rotated-mnist" -> rotated scale (angles config.Angles config.Tasks key) classes train test
            | _ -> Stream.permutedBy scale config.Tasks classes train test

        match config.Order with
        | Sequential -> stream
        | Cumulative ->
            { stream with
                Train = Tasks.cumulative stream.Train }
        | Interleaved ->
            { stream with
                Train = Tasks.interleaved (key |> Key.named "interleaved") stream.Train }
