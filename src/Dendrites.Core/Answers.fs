namespace Dendrites

/// Among which classes an answer is sought. Classes stand in groups of equal size, one after another, a group for each task; where
/// the task is given, only its group counts, and the task of a sample is its label over the group's size.
[<RequireQualifiedAccess>]
module Answers =

    /// The scores `[batch; classes]` with those outside the groups of `choices` classes that `labels: [batch]` int64 fall in at
    /// -∞; as they are where there is one group.
    let among (choices: int) (labels: Tensor) (scores: Tensor) : Tensor =
        let classes = scores.shape[1]

        if choices >= classes then
            scores
        else
            let groups = dsharp.tensor [| for c in 0 .. classes - 1 -> int64 (c / choices) |]

            let own =
                dsharp.tensor
                    [| for label in (TensorMemory.longs labels).ToArray() -> label / int64 choices |]

            dsharp.where (
                dsharp.eq (own.unsqueeze 1, groups.unsqueeze 0),
                scores,
                dsharp.full ([], -infinity, dtype = scores.dtype)
            )

    /// Mean cross-entropy of scores `[batch; classes]`, nats, of each sample's label among its group.
    let entropy (choices: int) (labels: Tensor) (scores: Tensor) : Tensor =
        dsharp.crossEntropyLoss (among choices labels scores, labels)

    /// How many of the labels have the highest score of their group.
    let correct (choices: int) (labels: Tensor) (scores: Tensor) : int =
        let answers = dsharp.argmax (among choices labels scores, 1)
        int (dsharp.cast(dsharp.eq (answers, labels), Dtype.Int64).sum().toDouble())
