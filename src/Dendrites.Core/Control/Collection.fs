namespace Dendrites

/// An episode in a few numbers.
type EpisodeReport =
    {
        /// The task.
        Task: int
        /// Steps that were made.
        Steps: int
        /// The sum of its rewards, as the environment gave them.
        Return: float
        /// Whether the task counted as done at any step.
        Success: bool
    }

/// Whole episodes by a policy, side by side.
[<RequireQualifiedAccess>]
module Collection =

    /// Actions `[rows; actions]`, row by row, for step `step` (from 0), what is seen, `[rows; observation]`, and the rows' tasks.
    type Actor = int -> Tensor -> Tensor -> Tensor

    /// Actions uniform in [-1, 1).
    let uniform (actions: int) (key: Key) : Actor =
        fun step seen _ -> Key.uniform -1.0 1.0 [ seen.shape[0]; actions ] Dtype.Float32 (Key.fork step key)

    /// Actions of an agent's network: drawn from its policy by the key, or, without one, its best.
    let ofAgent (agent: Agent<'s>) (network: TaskNetwork.Parameters) (key: Key option) : Actor =
        fun step seen tasks ->
            let acting =
                match key with
                | Some key -> Stochastic(Key.fork step key)
                | None -> Deterministic

            agent.Act acting tasks seen network

    /// The best action for what is seen, `[observation]`, of task number `task`, by a network of `config`'s policies.
    let best
        (config: SoftActorCritic.Config)
        (network: TaskNetwork.Parameters)
        (task: int)
        (seen: float32[])
        : float32[] =
        Scope.run (fun () ->
            let seen = (dsharp.tensor (seen, dtype = Dtype.Float32)).unsqueeze 0

            let actions =
                SoftActorCritic.act config Deterministic (dsharp.tensor [| int64 task |]) seen network

            (TensorMemory.floats (TensorMemory.copy actions)).ToArray())

    /// The episodes, each to its end or to the horizon, and what became of them; every one starts by its own key.
    let episodes
        (environments: Environments)
        (actor: Actor)
        (episodes: Episode[])
        : (Trajectory * EpisodeReport)[] =
        let rows, seen, chosen =
            episodes.Length, environments.Observation, environments.Actions

        let horizon = environments.Horizon

        let observations =
            Array.init rows (fun _ -> Array.zeroCreate<float32>((horizon + 1) * seen))

        let actions = Array.init rows (fun _ -> Array.zeroCreate<float32>(horizon * chosen))
        let rewards = Array.init rows (fun _ -> Array.zeroCreate<float32> horizon)
        let lengths = Array.create rows horizon
        let successes = Array.create rows false

        let keepSeen step (frame: Frame) =
            for row in 0 .. rows - 1 do
                System.Array.Copy(frame.Observations, row * seen, observations[row], step * seen, seen)

        let tasks = episodes |> Array.map (fun episode -> int64 episode.Task)

        let choose step (frame: Frame) : float32[] =
            Scope.run (fun () ->
                let shown = dsharp.tensor (frame.Observations, dtype = Dtype.Float32)
                let shown = shown.view [ rows; seen ]
                let actions = (actor step shown (dsharp.tensor tasks)).cast Dtype.Float32
                (TensorMemory.floats (TensorMemory.copy actions)).ToArray())

        let mutable rollout = Environments.start environments episodes
        let mutable step = 0
        keepSeen 0 rollout.Frame

        while step < horizon && not (Array.forall id rollout.Frame.Terminals) do
            let ended = Array.copy rollout.Frame.Terminals
            let action = choose step rollout.Frame
            rollout <- Environments.step environments action rollout

            for row in 0 .. rows - 1 do
                if not ended[row] then
                    System.Array.Copy(action, row * chosen, actions[row], step * chosen, chosen)
                    rewards[row][step] <- rollout.Frame.Rewards[row]
                    successes[row] <- successes[row] || rollout.Frame.Successes[row]

                    if rollout.Frame.Terminals[row] then
                        lengths[row] <- step + 1

            step <- step + 1
            keepSeen step rollout.Frame

        let terminals = rollout.Frame.Terminals

        Array.init rows (fun row ->
            let length = lengths[row]
            let rewards = Array.truncate length rewards[row]

            { Task = episodes[row].Task
              Observations = Array.truncate ((length + 1) * seen) observations[row]
              Actions = Array.truncate (length * chosen) actions[row]
              Rewards = rewards
              Terminal = terminals[row] },
            { Task = episodes[row].Task
              Steps = length
              Return = rewards |> Array.sumBy float
              Success = successes[row] })
