namespace Dendrites

open System
open Dendrites.Kernels

/// Labelled images: `Images` `[samples; inputs]`, `Labels` `[samples]` int64.
type Samples =
    {
        /// `[samples; inputs]`
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
        /// Classes of every task.
        Classes: int
        /// What is learned, in order.
        Train: Task list
        /// What is asked: task by task as in `Train`.
        Test: Task list
    }

/// Streams of tasks.
[<RequireQualifiedAccess>]
module Stream =

    /// Mean and standard deviation of MNIST's training pixels in [0, 1], which the published runs normalise by.
    [<Literal>]
    let Mean = 0.13062755

    /// See `Mean`.
    [<Literal>]
    let StandardDeviation = 0.30810780

    /// Normalised samples, float32, from `pixels` (`labels.Length` images of equal size, one byte a pixel, row by
    /// row) and their labels; the first `count` of them, all when `count` is 0.
    let samples (count: int) (pixels: byte[]) (labels: byte[]) : Samples =
        let taken = if count = 0 then labels.Length else min count labels.Length
        let size = pixels.Length / labels.Length

        let table =
            [| for value in 0..255 -> float32 ((float value / 255.0 - Mean) / StandardDeviation) |]

        let images = Array.init (taken * size) (fun i -> table[int pixels[i]])

        { Images = dsharp.tensor(images).view [ taken; size ]
          Labels = dsharp.tensor (Array.init taken (fun i -> int64 labels[i])) }

    let private indices (places: int[]) = dsharp.tensor (Array.map int64 places)

    /// Rows of `images`, their columns in another order, by a kernel that does both at once.
    let private gather (images: Tensor) (places: int[]) (columns: int[]) : Tensor =
        if images.dtype = Dtype.Float32 then
            let gathered = dsharp.zeros [ places.Length; columns.Length ]

            Gather.Columns(
                Span.op_Implicit (TensorMemory.floats images),
                images.shape[1],
                ReadOnlySpan places,
                ReadOnlySpan columns,
                TensorMemory.floats gathered
            )

            gathered
        else
            dsharp.indexSelect (dsharp.indexSelect (images, 0, indices places), 1, indices columns)

    /// A task whose images are those of `samples` with pixel `columns[i]` at place `i`.
    let private task (samples: Samples) (columns: int[]) : Task =
        { Size = samples.Count
          Gather =
            fun places ->
                { Images = gather samples.Images places columns
                  Labels = dsharp.indexSelect (samples.Labels, 0, indices places) } }

    /// permutedMNIST and its relatives: every task permutes the inputs in its own way, the first not at all; one
    /// head for all (domain-incremental).
    let permuted (tasks: int) (classes: int) (train: Samples) (test: Samples) : Stream =
        let inputs = train.Images.shape[1]

        let stream (samples: Samples) =
            [ for permutation in Permutation.tasks Permutation.PublishedSeed inputs tasks ->
                  task samples permutation ]

        { Inputs = inputs
          Classes = classes
          Train = stream train
          Test = stream test }
