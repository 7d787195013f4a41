namespace Dendrites

/// The streams of tasks that experiments are: permuted, rotated and split images, in order or mixed.
[<RequireQualifiedAccess>]
module Scenario =

    /// The experiments by name, with the preset that each starts from unless another is named.
    let named =
        [ "permuted-mnist", "prototype-10"
          "rotated-mnist", "rotated-10"
          "split-mnist", "split-5" ]

    /// What the background of an image becomes as it is gathered.
    let private background (samples: Samples) =
        match samples.Images.dtype with
        | Dtype.Byte -> -Stream.Mean / Stream.StandardDeviation
        | _ -> 0.0

    let private whole (classes: int) (train: Task list) (test: Task list) inputs : Stream =
        { Inputs = inputs
          Classes = classes
          Train = train
          Test = test
          Choices = fun _ -> [ 0 .. classes - 1 ] }

    let private asTheyAre (samples: Samples) =
        Stream.task samples [| 0 .. samples.Images.shape[1] - 1 |]

    /// Every task turns the images, about their centre: task t of T by 180° t/T, the first not at all. One head for all.
    let rotated (tasks: int) (classes: int) (train: Samples) (test: Samples) : Stream =
        let turned (samples: Samples) =
            let upright = asTheyAre samples

            [ for task in 0 .. tasks - 1 ->
                  let degrees = 180.0 * float task / float tasks

                  upright
                  |> Tasks.map (fun gathered ->
                      { gathered with
                          Images =
                              if task = 0 then
                                  gathered.Images
                              else
                                  Rotation.apply degrees (background samples) gathered.Images }) ]

        whole classes (turned train) (turned test) train.Images.shape[1]

    /// Every task has classes of its own, as many as every other, in their order; `reading` says what is asked about them.
    let split (reading: Reading) (tasks: int) (classes: int) (train: Samples) (test: Samples) : Stream =
        let each = classes / tasks

        let parts (samples: Samples) =
            let labels = (TensorMemory.longs samples.Labels).ToArray()
            let all = asTheyAre samples

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
        | TaskIncremental ->
            { stream with
                Choices = fun task -> [ task * each .. (task + 1) * each - 1 ] }
        | ClassIncremental
        | DomainIncremental -> stream

    /// Classes of the images that streams are made of.
    [<Literal>]
    let Classes = 10

    /// Classes that a network tells apart in the stream that a configuration describes.
    let classes (config: RunConfig) : int =
        match config.Experiment, config.Reading with
        | "split-mnist", DomainIncremental -> Classes / config.Tasks
        | _ -> Classes

    /// The stream that a configuration describes.
    let stream (config: RunConfig) (train: Samples) (test: Samples) : Stream =
        let stream =
            match config.Experiment with
            | "split-mnist" -> split config.Reading config.Tasks Classes train test
            | "rotated-mnist" -> rotated config.Tasks Classes train test
            | _ -> Stream.permuted config.Tasks Classes train test

        match config.Order with
        | Sequential -> stream
        | Cumulative ->
            { stream with
                Train = Tasks.cumulative stream.Train }
        | Interleaved ->
            { stream with
                Train = Tasks.interleaved (Key.ofSeed config.Seed |> Key.named "interleaved") stream.Train }
