namespace Dendrites

/// A run of reinforcement learning from a state to its end.
[<RequireQualifiedAccess>]
module ControlLoop =

    /// Whether the episodes of the next round are a function of what a state already holds.
    let private knowsNextRound (plan: ControlRun.Plan<'s>) (state: ControlRun.State<'s>) =
        plan.Config.Lag
        && state.Position.IsUpdating
        && not (ControlRun.isLast plan state)

    /// A run from `state` to its end, one piece of work after another: the state after each, and what happened. Each state's tensors
    /// are freed when the next one stands, so memory stays flat: `state` is consumed, and the sequence can be read once (a second
    /// reading raises InvalidOperationException). With lag, the next round is collected while this one's updates are made, where
    /// `beside` begins a piece of work and returns how to wait for what it makes; `id` collects when the round comes. Tests, which
    /// use the same environments, wait for it.
    let stepsBeside
        (beside: (unit -> (Trajectory * EpisodeReport)[]) -> (unit -> (Trajectory * EpisodeReport)[]))
        (plan: ControlRun.Plan<'s>)
        (state: ControlRun.State<'s>)
        : seq<ControlRun.State<'s> * ControlEvent list> =
        let mutable consumed = false

        seq {
            if consumed then
                invalidOp "ControlLoop.steps: a run is read once; its first state is gone. Start another."

            consumed <- true
            let mutable current = state
            let mutable ahead: Lazy<(Trajectory * EpisodeReport)[]> option = None

            try
                while current.Position <> ControlPosition.Over do
                    if ahead.IsNone && knowsNextRound plan current then
                        let next =
                            { current with
                                Round = current.Round + 1 }

                        let wait = beside (fun () -> Scope.run (fun () -> ControlRun.collect plan next))
                        ahead <- Some(lazy (wait ()))

                    if current.Position.IsTesting then
                        ahead |> Option.iter (fun ahead -> ahead.Force() |> ignore)

                    let gather state =
                        match ahead with
                        | Some ahead -> ahead.Force()
                        | None -> ControlRun.collect plan state

                    let collects = current.Position.IsCollecting
                    let happened = ref []

                    current <-
                        Scope.advance
                            (fun state ->
                                let state, events = ControlRun.advance plan gather state
                                happened.Value <- events
                                state)
                            current

                    if collects then
                        ahead <- None

                    current, happened.Value
            finally
                // What it acts by must not be freed before it is done.
                ahead |> Option.iter (fun ahead -> ahead.Force() |> ignore)
        }

    /// The same, every piece of work when its time comes.
    let steps
        (plan: ControlRun.Plan<'s>)
        (state: ControlRun.State<'s>)
        : seq<ControlRun.State<'s> * ControlEvent list> =
        stepsBeside id plan state

    /// The same, one event after another; hands every state to `keep` before its events are yielded.
    let events
        (plan: ControlRun.Plan<'s>)
        (keep: ControlRun.State<'s> -> unit)
        (state: ControlRun.State<'s>)
        : seq<ControlEvent> =
        steps plan state
        |> Seq.collect (fun (state, events) ->
            keep state
            events)
