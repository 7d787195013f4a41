namespace Dendrites

open System
open Dendrites.Kernels

/// Labelled images: `Images` `[samples; inputs]`, `Labels` `[samples]` int64.
type Samples =
    {
        /// `[samples; inputs]`: what a network takes, or uint8 pixels, which become that as a stream's tasks gather them.
        Images: Tensor
        /// `[samples]`, int64.
        Labels: Tensor
    }

    /// How many there are.
    member samples.Count = samples.Labels.shape[0]

/// A task of a stream: samples that are gathered as they are asked for.
[<NoEquality; NoComparison>]
type Task =
    {
        /// Samples in the task.
        Size: int
        /// The samples at these places: images `[places; inputs]`, labels `[places]`.
        Gather: int[] -> Samples
    }

/// Tasks that come one after another, each with training and test samples.
[<NoEquality; NoComparison>]
type Stream =
    {
        /// Width of the inputs of every task.
        Inputs: int
        /// Classes that a network has outputs for.
        Classes: int
        /// Classes among which an answer is sought: all, or as many as a task has; see `Answers`.
        Choices: int
        /// What is learned, in order.
        Train: Task list
        /// What is asked: task by task as in `Train`.
        Test: Task list
    }

/// Mean and standard deviation of a data set's training pixels in [0, 1], by which a network's inputs are normalised.
type PixelScale =
    {
        /// In [0, 1].
        Mean: float
        /// Above 0.
        Deviation: float
    }

    /// Pixels as they are, in [0, 1].
    static member Plain = { Mean = 0.0; Deviation = 1.0 }

    /// What a network takes for each value of a pixel.
    member internal scale.Meaning =
        [| for value in 0..255 -> float32 ((float value / 255.0 - scale.Mean) / scale.Deviation) |]

/// Streams of tasks.
[<RequireQualifiedAccess>]
module Stream =

    /// MNIST's, as the published runs have it.
    let mnist =
        { Mean = 0.13062755
          Deviation = 0.30810780 }

    /// Samples from `pixels` (`labels.Length` images of equal size, one byte a pixel, row by row) and their labels; the
    /// first `count` of them, all when `count` is 0. Images stay uint8, a quarter of what they become.
    let samples (count: int) (pixels: byte[]) (labels: byte[]) : Samples =
        let taken = if count = 0 then labels.Length else min count labels.Length
        let size = pixels.Length / labels.Length
        let images = dsharp.zeros ([ taken; size ], dtype = Dtype.Byte)
        pixels.AsSpan(0, taken * size).CopyTo(TensorMemory.bytes images)

        { Images = images
          Labels = dsharp.tensor (Array.init taken (fun i -> int64 labels[i])) }

    let internal indices (places: int[]) = dsharp.tensor (Array.map int64 places)

    /// Rows of `images`, their columns in another order, by a kernel that does both at once; bytes become what `meaning` says.
    let internal gather (meaning: float32[]) (images: Tensor) (places: int[]) (columns: int[]) : Tensor =
        let width = images.shape[1]

        let gathered () =
            dsharp.zeros [ places.Length; columns.Length ]

        match images.dtype with
        | Dtype.Float32 ->
            let gathered = gathered ()
            let source = TensorMemory.floats images
            Gather.Columns(Span.op_Implicit source, width, places, columns, TensorMemory.floats gathered)
            gathered
        | Dtype.Byte ->
            let gathered = gathered ()
            let source = TensorMemory.bytes images

            Gather.Columns(
                Span.op_Implicit source,
                width,
                places,
                columns,
                meaning,
                TensorMemory.floats gathered
            )

            gathered
        | _ -> dsharp.indexSelect (dsharp.indexSelect (images, 0, indices places), 1, indices columns)

    /// Mean image of a task over `places`, `[inputs]`, gathered in pieces so that a task is never held whole.
    let mean (task: Task) (places: int[]) : Tensor =
        let add (sum: Tensor) (piece: int[]) =
            Scope.advance (fun (sum: Tensor) -> sum + (task.Gather piece).Images.sum 0) sum

        let first =
            Scope.run (fun () -> dsharp.zerosLike (task.Gather places[..0]).Images[0])

        let sum = places |> Array.chunkBySize 4096 |> Array.fold add first
        sum / float places.Length

    /// A task of samples whose images `look` gathers.
    let internal task (look: int[] -> Tensor) (samples: Samples) : Task =
        { Size = samples.Count
          Gather =
            fun places ->
                { Images = look places
                  Labels = dsharp.indexSelect (samples.Labels, 0, indices places) } }

    /// permutedMNIST and its relatives: every task permutes the inputs in its own way, the first not at all; one
    /// head for all (domain-incremental).
    let permutedBy (scale: PixelScale) (tasks: int) (classes: int) (train: Samples) (test: Samples) : Stream =
        let inputs = train.Images.shape[1]
        let meaning = scale.Meaning

        let stream (samples: Samples) =
            [ for permutation in Permutation.tasks Permutation.PublishedSeed inputs tasks ->
                  task (fun places -> gather meaning samples.Images places permutation) samples ]

        { Inputs = inputs
          Classes = classes
          Choices = classes
          Train = stream train
          Test = stream test }

    /// As above, of MNIST.
    let permuted (tasks: int) (classes: int) (train: Samples) (test: Samples) : Stream =
        permutedBy mnist tasks classes train test
