namespace Dendrites

open System

/// What several steps were, a row each.
[<NoEquality; NoComparison>]
type Transitions =
    {
        /// `[rows; observation]`: what was seen before the step.
        Observations: Tensor
        /// `[rows; actions]`
        Actions: Tensor
        /// `[rows]`
        Rewards: Tensor
        /// `[rows; observation]`: what was seen after it.
        Next: Tensor
        /// `[rows]`: 1 where nothing can follow, else 0.
        Terminals: Tensor
        /// `[rows]` int64: the task that it was a step of.
        Tasks: Tensor
    }

    /// How many.
    member transitions.Count = transitions.Tasks.shape[0]

/// An episode as it went.
type Trajectory =
    {
        /// The task.
        Task: int
        /// `[steps + 1; observation]`, row by row, the first before the first action.
        Observations: float32[]
        /// `[steps; actions]`, row by row.
        Actions: float32[]
        /// `[steps]`
        Rewards: float32[]
        /// Whether nothing can follow the last step.
        Terminal: bool
    }

    /// Steps that were made.
    member trajectory.Length = trajectory.Rewards.Length

/// A memory of transitions that forgets the oldest. Its memory is taken once and written in place.
[<RequireQualifiedAccess>]
module ReplayBuffer =

    /// What is kept, and what a batch is made of.
    type Policy =
        /// One ring for all tasks; every transition in it has the same chance. As published.
        | OneRing
        /// A ring for each task, of equal sizes; every transition has the same chance.
        | RingPerTask
        /// A ring for each task; as many from each as the batch allows, those with one more drawn anew each time.
        | EvenOverTasks

    /// The size of a memory.
    type Config =
        {
            /// Transitions in all; a ring for each task gets its whole share of them.
            Capacity: int
            /// What a batch is made of.
            Policy: Policy
            /// Tasks that there are.
            Tasks: int
            /// Width of an observation.
            Observation: int
            /// Width of an action.
            Actions: int
        }

    /// The memory. `add` writes into its tensors: a state before it is gone.
    [<NoEquality; NoComparison>]
    type State =
        {
            /// `capacity` rows, float32; a ring's rows stand together, in the order of their first writing.
            Rows: Transitions
            /// Transitions that each ring was ever given.
            Given: int64[]
        }

    /// Every reason why `config` cannot be used.
    let validate (config: Config) : Problem list =
        [ match config.Policy with
          | OneRing -> yield! Problem.atLeast 1 "buffer" config.Capacity
          | RingPerTask
          | EvenOverTasks -> yield! Problem.atLeast (max 1 config.Tasks) "buffer" config.Capacity ]

    let private rings (config: Config) =
        match config.Policy with
        | OneRing -> 1
        | RingPerTask
        | EvenOverTasks -> config.Tasks

    /// Rows of each ring.
    let private size config = config.Capacity / rings config

    /// An empty memory.
    let init (config: Config) : State =
        let rows = size config * rings config

        let zeros width =
            dsharp.zeros ([ rows; width ], dtype = Dtype.Float32)

        let flat () =
            dsharp.zeros ([ rows ], dtype = Dtype.Float32)

        { Rows =
            { Observations = zeros config.Observation
              Actions = zeros config.Actions
              Rewards = flat ()
              Next = zeros config.Observation
              Terminals = flat ()
              Tasks = dsharp.zeros ([ rows ], dtype = Dtype.Int64) }
          Given = Array.zeroCreate (rings config) }

    let private filled (config: Config) (state: State) : int[] =
        state.Given |> Array.map (fun given -> int (min given (int64 (size config))))

    /// Transitions in the memory.
    let count (config: Config) (state: State) : int = filled config state |> Array.sum

    /// The memory with an episode written into it, in place.
    let add (config: Config) (trajectory: Trajectory) (state: State) : State =
        let ring = if rings config = 1 then 0 else trajectory.Task
        let size, seen, chosen = size config, config.Observation, config.Actions

        let put (rows: Tensor) width (from: float32[]) first row =
            from.AsSpan(first * width, width).CopyTo((TensorMemory.floats rows).Slice(row * width, width))

        for step in 0 .. trajectory.Length - 1 do
            let row = ring * size + int ((state.Given[ring] + int64 step) % int64 size)
            let last = step = trajectory.Length - 1
            put state.Rows.Observations seen trajectory.Observations step row
            put state.Rows.Actions chosen trajectory.Actions step row
            put state.Rows.Rewards 1 trajectory.Rewards step row
            put state.Rows.Next seen trajectory.Observations (step + 1) row

            (TensorMemory.floats state.Rows.Terminals)[row] <-
                if last && trajectory.Terminal then 1.0f else 0.0f

            (TensorMemory.longs state.Rows.Tasks)[row] <- int64 trajectory.Task

        { state with
            Given =
                state.Given
                |> Array.mapi (fun i given -> if i = ring then given + int64 trajectory.Length else given) }

    /// The rows of a batch of `batch` transitions, drawn with replacement. The memory must not be empty.
    let places (config: Config) (batch: int) (key: Key) (state: State) : int[] =
        let size, filled = size config, filled config state

        match config.Policy with
        | OneRing
        | RingPerTask ->
            // Numbers over all that is filled, then the ring that each falls into.
            let before = Array.scan (+) 0 filled

            Key.integers 0 (Array.last before) batch key
            |> Array.map (fun number ->
                let ring =
                    Array.FindLastIndex(before, filled.Length - 1, fun first -> first <= number)

                ring * size + number - before[ring])
        | EvenOverTasks ->
            let met =
                [| for ring in 0 .. filled.Length - 1 -> ring |]
                |> Array.filter (fun ring -> filled[ring] > 0)

            let turns =
                Key.permutation met.Length (Key.named "turns" key) |> Array.map (Array.get met)

            let within = Key.uniforms batch (Key.named "places" key)

            Array.init batch (fun i ->
                let ring = turns[i % turns.Length]
                ring * size + int (within[i] * float filled[ring]))

    /// The transitions in these rows.
    let gather (places: int[]) (state: State) : Transitions =
        let index = dsharp.tensor (Array.map int64 places)
        let at (rows: Tensor) = dsharp.indexSelect (rows, 0, index)

        { Observations = at state.Rows.Observations
          Actions = at state.Rows.Actions
          Rewards = at state.Rows.Rewards
          Next = at state.Rows.Next
          Terminals = at state.Rows.Terminals
          Tasks = at state.Rows.Tasks }

    /// A batch of transitions, drawn with replacement. Raises InvalidOperationException of an empty memory.
    let draw (config: Config) (batch: int) (key: Key) (state: State) : Transitions =
        if count config state = 0 then
            invalidOp "ReplayBuffer.draw: the memory is empty"

        gather (places config batch key state) state

    /// The memory with nothing in it, its rows as they were.
    let clear (state: State) : State =
        { state with
            Given = Array.map (fun _ -> 0L) state.Given }

    /// Every tensor that a checkpoint must hold, by name: the filled rows, and how many there were.
    let save (config: Config) (state: State) : (string * Tensor) list =
        let filled = filled config state

        let part (rows: Tensor) =
            if Array.forall ((=) (size config)) filled then
                rows
            else
                dsharp.cat (
                    [ for ring in 0 .. filled.Length - 1 do
                          let sizes = [ ring * size config; filled[ring] ]
                          let rest = rows.shape[0] - List.sum sizes
                          (rows.split [ yield! sizes; rest ])[1] ],
                    0
                )

        [ "given", dsharp.tensor state.Given
          for name, rows in Tree.named state.Rows do
              $"rows.{name}", part rows ]

    /// The memory whose tensors `find` gives by name.
    let restore (config: Config) (find: string -> Tensor option) : Result<State, Problem> =
        Stored.reading (fun () ->
            let fresh = init config

            let given = Stored.need find false "given" (dsharp.tensor fresh.Given)
            let ever = (TensorMemory.longs given).ToArray()
            let state = { fresh with Given = ever }
            let filled = filled config state

            for name, rows in Tree.named fresh.Rows do
                let stored = Stored.need find true $"rows.{name}" rows

                if stored.shape[0] <> Array.sum filled then
                    Stored.refuse (
                        Problem.at
                            $"rows.{name}"
                            $"{stored.shape[0]} rows"
                            $"{Array.sum filled}, as given says"
                    )

                let width = rows.nelement / rows.shape[0]

                for ring in 0 .. filled.Length - 1 do
                    let from = width * Array.sum (Array.truncate ring filled)
                    let count, into = width * filled[ring], width * ring * size config

                    if rows.dtype = Dtype.Int64 then
                        (TensorMemory.longs stored)
                            .Slice(from, count)
                            .CopyTo((TensorMemory.longs rows).Slice into)
                    else
                        (TensorMemory.floats stored)
                            .Slice(from, count)
                            .CopyTo((TensorMemory.floats rows).Slice into)

            state)
