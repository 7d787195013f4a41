namespace Dendrites

/// PackNet (Mallya and Lazebnik 2018): every task gets an even share of the weights for itself. Halfway through a task's epochs its
/// smallest free weights are set to zero and left to later tasks, the others are learned on; after the task they never move again. At
/// test the task is given, and only the weights of that task and earlier ones take part.
[<RequireQualifiedAccess>]
module PackNet =

    /// How many tasks share the weights, and when they are parted.
    type Config =
        {
            /// Tasks in the stream.
            Tasks: int
            /// Epochs of each task.
            Epochs: int
        }

    /// Who owns what.
    type State =
        {
            /// For each feed-forward parameter the number, from 1, of the task that owns it; 0 where it is free. Biases are the first
            /// task's.
            Owner: Network.Parameters
            /// The task that is learned, from 0, int64.
            Task: Tensor
            /// Epochs of it that have begun, int64.
            Begun: Tensor
            /// 1 once this task has its share, else 0; int64.
            Parted: Tensor
        }

    /// Before the first task.
    let init (parameters: Network.Parameters) : State =
        { Owner = Network.feedForward parameters |> Tree.map dsharp.zerosLike
          Task = dsharp.tensor 0L
          Begun = dsharp.tensor 0L
          Parted = dsharp.tensor 0L }

    let private number (t: Tensor) = int (t.toDouble ())

    let private isEqual (value: int) (t: Tensor) =
        dsharp.cast (dsharp.eq (t, dsharp.fullLike (t, float value)), t.dtype)

    /// 1 for parameters that the task may move: those that are free, then those that it owns.
    let movable (state: State) : Network.Parameters =
        let owner = if number state.Parted = 0 then 0 else number state.Task + 1

        state.Owner |> Tree.map (isEqual owner)

    /// Segments are nobody's: those of `from`.
    let private withSegments
        (from: Network.Parameters)
        (parameters: Network.Parameters)
        : Network.Parameters =
        { parameters with
            Hidden =
                List.map2
                    (fun (layer: Network.Layer) (from: Network.Layer) ->
                        { layer with Segments = from.Segments })
                    parameters.Hidden
                    from.Hidden }

    /// Gives the task its even share of each tensor's free weights, the largest by magnitude, and of biases all; the rest of
    /// what is free becomes zero.
    let part (config: Config) (parameters: Network.Parameters) (state: State) : Network.Parameters * State =
        let task = number state.Task

        let give (owner: Tensor) (p: Tensor) : Tensor =
            let free = isEqual 0 owner
            // Weights that are missing are zero, and nobody's.
            let size = dsharp.abs p * free
            let left = (isEqual 0 size * -1.0 + 1.0).sum().toDouble()

            let share =
                if p.dim = 1 then
                    left
                else
                    System.Math.Round(left / float (max 1 (config.Tasks - task)))

            if share < 1.0 then
                dsharp.zerosLike p
            else
                let flat = size.view [ 1; size.nelement ]
                let least = dsharp.kthLargest (flat, int share)
                let largest = dsharp.cast (dsharp.ge (flat, least), p.dtype)
                largest.view p.shape * free

        let flat = Network.feedForward parameters
        let given = Tree.map2 give state.Owner flat

        // Free and not given: zero. What others own stays.
        let kept =
            Tree.map3
                (fun p owner given -> p * (1.0 - isEqual 0 owner * (1.0 - given)))
                flat
                state.Owner
                given

        withSegments parameters kept,
        { state with
            Owner = Tree.map2 (fun owner given -> owner + given * float (task + 1)) state.Owner given
            Parted = dsharp.tensor 1L }

    /// Before an epoch: halfway, the parting.
    let beginEpoch (config: Config) (parameters: Network.Parameters) (state: State) =
        let begun = number state.Begun + 1

        let state =
            { state with
                Begun = dsharp.tensor (int64 begun) }

        if begun = config.Epochs / 2 + 1 && begun > 1 && number state.Parted = 0 then
            part config parameters state
        else
            parameters, state

    /// After an update: what may not move goes back.
    let hold (before: Network.Parameters) (after: Network.Parameters) (state: State) : Network.Parameters =
        let held =
            Tree.map3
                (fun mask before after -> before + (after - before) * mask)
                (movable state)
                (Network.feedForward before)
                (Network.feedForward after)

        withSegments after held

    /// After a task: it has its share, if only now.
    let endTask (config: Config) (parameters: Network.Parameters) (state: State) =
        let parameters, state =
            if number state.Parted = 0 then
                part config parameters state
            else
                parameters, state

        parameters,
        { state with
            Task = dsharp.tensor (int64 (number state.Task) + 1L)
            Begun = dsharp.tensor 0L
            Parted = dsharp.tensor 0L }

    /// The parameters that task number `task` is answered by: its own and earlier tasks'; and, of the one that is learned, those that
    /// are free.
    let seenBy (task: int) (parameters: Network.Parameters) (state: State) : Network.Parameters =
        let least = if task = number state.Task then 0.0 else 1.0

        let isSeen (owner: Tensor) =
            let within = dsharp.ge (owner, dsharp.fullLike (owner, least))
            let notLater = dsharp.le (owner, dsharp.fullLike (owner, float (task + 1)))
            dsharp.cast (within, owner.dtype) * dsharp.cast (notLater, owner.dtype)

        Tree.map2 (fun p owner -> p * isSeen owner) (Network.feedForward parameters) state.Owner
        |> withSegments parameters
