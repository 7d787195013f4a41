namespace Dendrites

/// Right answers out of those asked.
type Score =
    {
        /// Samples that were classified rightly.
        Correct: int
        /// Samples that were asked, at least 1.
        Total: int
    }

    /// The fraction that was right, in [0, 1].
    member score.Accuracy = float score.Correct / float score.Total

/// The accuracy matrix `A[after, on]`: what a learner that has just finished task `after` scores on task `on`.
/// Tasks count from 0; `A[-1, on]` is the score before the first task, of first weights.
type AccuracyMatrix =
    {
        /// The score for each (after, on) that was measured.
        Cells: Map<int * int, Score>
    }

/// The accuracy matrix and the metrics computed from it, each named by its formula: "forgetting" alone means five
/// different things in five libraries. A metric whose cells were not measured is `None`.
[<RequireQualifiedAccess>]
module Metrics =

    /// Nothing measured yet.
    let empty: AccuracyMatrix = { Cells = Map.empty }

    /// The matrix with one more score.
    let add after on score (matrix: AccuracyMatrix) =
        { Cells = Map.add (after, on) score matrix.Cells }

    /// `A[after, on]` in [0, 1].
    let accuracy (after: int) (on: int) (matrix: AccuracyMatrix) : float option =
        Map.tryFind (after, on) matrix.Cells |> Option.map _.Accuracy

    /// The last task after which a task that was learned by then was tested.
    let lastRow (matrix: AccuracyMatrix) : int option =
        matrix.Cells.Keys
        |> Seq.filter (fun (after, on) -> on <= after)
        |> Seq.map fst
        |> Seq.fold (fun last after -> Some(max after (defaultArg last after))) None

    /// Row `after`: the accuracy on every task up to it, in order.
    let row (after: int) (matrix: AccuracyMatrix) : float list =
        [ for on in 0..after do
              yield! Option.toList (accuracy after on matrix) ]

    let private mean values =
        if List.isEmpty values then
            None
        else
            Some(List.average values)

    /// `values` if every one was measured, else `None`.
    let private all (values: 'a option list) =
        if List.forall Option.isSome values then
            Some(List.choose id values)
        else
            None

    /// Mean over `on ≤ T` of `A[T, on]`, T the last measured row: the figure that the papers report.
    let averageAccuracy (matrix: AccuracyMatrix) : float option =
        lastRow matrix
        |> Option.bind (fun last -> all [ for on in 0..last -> accuracy last on matrix ])
        |> Option.bind mean

    let private overEarlier (matrix: AccuracyMatrix) (difference: int -> int -> float option) =
        lastRow matrix
        |> Option.bind (fun last -> all [ for on in 0 .. last - 1 -> difference last on ])
        |> Option.bind mean

    let private minus a b = Option.map2 (-) a b

    /// Mean over `on < T` of `max over on ≤ t < T of A[t, on] - A[T, on]` (Chaudhry et al. 2018; may be negative).
    let forgettingMaxEarlier (matrix: AccuracyMatrix) =
        overEarlier matrix (fun last on ->
            let best =
                all [ for t in on .. last - 1 -> accuracy t on matrix ] |> Option.map List.max

            minus best (accuracy last on matrix))

    /// Mean over `on < T` of `A[on, on] - A[T, on]`.
    let forgettingFirstMinusLast (matrix: AccuracyMatrix) =
        overEarlier matrix (fun last on -> minus (accuracy on on matrix) (accuracy last on matrix))

    /// Mean over `on < T` of `A[T, on] - A[on, on]` (Lopez-Paz and Ranzato 2017).
    let backwardTransfer (matrix: AccuracyMatrix) =
        overEarlier matrix (fun last on -> minus (accuracy last on matrix) (accuracy on on matrix))

    /// Mean over `0 < on ≤ T` of `A[on-1, on] - A[-1, on]`: how much better than first weights a learner knows a task just
    /// before it learns it (Lopez-Paz and Ranzato 2017).
    let forwardTransfer (matrix: AccuracyMatrix) =
        lastRow matrix
        |> Option.bind (fun last ->
            all [ for on in 1..last -> minus (accuracy (on - 1) on matrix) (accuracy -1 on matrix) ])
        |> Option.bind mean

    /// Mean over `on ≤ T` of `A[on, on]`: what was learned when it was new.
    let learningAccuracy (matrix: AccuracyMatrix) =
        lastRow matrix
        |> Option.bind (fun last -> all [ for on in 0..last -> accuracy on on matrix ])
        |> Option.bind mean

    /// Mean over `t ≤ T` of the mean over `on ≤ t` of `A[t, on]`: the area under the curve of average accuracy, its width 1.
    let area (matrix: AccuracyMatrix) : float option =
        lastRow matrix
        |> Option.bind (fun last ->
            all [ for t in 0..last -> all [ for on in 0..t -> accuracy t on matrix ] ])
        |> Option.map (List.map List.average)
        |> Option.bind mean

    /// Every metric by the name that files and tables use.
    let named: (string * (AccuracyMatrix -> float option)) list =
        [ "accuracy.average", averageAccuracy
          "accuracy.learning", learningAccuracy
          "accuracy.area", area
          "forgetting.max-earlier", forgettingMaxEarlier
          "forgetting.first-minus-last", forgettingFirstMinusLast
          "bwt.lopez-paz", backwardTransfer
          "fwt.lopez-paz", forwardTransfer ]
