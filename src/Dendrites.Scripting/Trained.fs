namespace Dendrites

/// What learns: by which engine, and how it goes on until it is told to stop.
[<NoEquality; NoComparison>]
type Trainer<'s> =
    internal
        { Name: string
          Learn: (RunEvent -> bool) -> Run.Plan<'s> -> Run.State<'s> -> Run.State<'s> }

    override trainer.ToString() = $"{trainer.Name} engine"

/// A learner somewhere in its stream: a value, which `Train` goes on from and leaves as it is.
[<NoEquality; NoComparison>]
type Trained<'s> =
    {
        /// The settings, the stream, and the method by which it is asked.
        Plan: Run.Plan<'s>
        /// Where in the stream, what was learned, and the scores so far.
        State: Run.State<'s>
        /// Cross-entropy of the batch before each update so far, nats.
        Losses: float list
        /// What learns.
        Trainer: Trainer<'s>
    }

    /// The accuracy matrix so far; `Metrics` has what can be said of it.
    member run.Matrix: AccuracyMatrix = run.State.Matrix

    /// Mean accuracy over the tasks so far when they were last tested, in [0, 1]; `None` before.
    member run.Accuracy: float option = Metrics.averageAccuracy run.State.Matrix

    /// Tasks that are learned and tested.
    member run.Learned: int =
        match run.State.Position with
        | Over -> run.State.Task + 1
        | _ -> run.State.Task

    /// Whether the stream is over.
    member run.IsOver: bool = run.State.Position.IsOver

    /// Such as `2 of 3 tasks learned, 156 updates (fused engine), accuracy 95.1 %`.
    override run.ToString() =
        let accuracy =
            match run.Accuracy with
            | Some accuracy ->
                let percent =
                    (100.0 * accuracy).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture)

                $", accuracy {percent} %%"
            | None -> ""

        $"{run.Learned} of {run.Plan.Stream.Train.Length} tasks learned, {run.State.Steps} updates ({run.Trainer}){accuracy}"
