namespace Dendrites

/// A run of reinforcement learning as a state machine: all that it is stands in a state that can be written and read back. Episodes are
/// whole within a round, so no simulator's state is part of it.
[<RequireQualifiedAccess>]
module ControlRun =

    /// What does not change during a run.
    [<NoEquality; NoComparison>]
    type Plan<'s> =
        {
            /// The settings.
            Config: ControlConfig
            /// The tasks.
            Environments: Environments
            /// What learns.
            Agent: Agent<'s>
            /// The size of the memory.
            Buffer: ReplayBuffer.Config
        }

    /// What a test has come to, task by task.
    type Tally =
        {
            /// Episodes in which the task was done.
            Successes: int
            /// The sum of all rewards.
            Return: float
        }

    /// What changes.
    [<NoEquality; NoComparison>]
    type State<'s> =
        {
            /// The round, from 0.
            Round: int
            /// Where within it.
            Position: ControlPosition
            /// With order sequential: the task that was collected last, -1 before the first.
            Task: int
            /// Steps of all environments since the run began.
            Steps: int
            /// Updates since the run began.
            Updates: int
            /// What the agent remembers.
            Learner: 's
            /// What happened. Collecting writes into it: an older state's memory is gone.
            Buffer: ReplayBuffer.State
            /// How each task's rewards are scaled.
            Rewards: RewardScale.State[]
            /// With lag: the network that collects next, as it was before the last round's updates.
            Behind: TaskNetwork.Parameters option
            /// The test under way.
            Tally: Tally[]
        }

    /// The root of all randomness of a run.
    let key (config: ControlConfig) : Key = Key.ofSeed config.Seed

    /// The key that the learner's first state is drawn from.
    let learnerKey (config: ControlConfig) : Key = Key.named "learner" (key config)

    /// The plan of a configuration, learned by what `engine` makes of the learner.
    let planWith
        (engine: SoftActorCritic.Config -> Agent<'s>)
        (config: ControlConfig)
        (environments: Environments)
        =
        { Config = config
          Environments = environments
          Agent = engine (ControlConfig.agentFor environments config)
          Buffer = ControlConfig.buffer environments config }

    /// The same by the reference engine.
    let plan (config: ControlConfig) (environments: Environments) : Plan<SoftActorCritic.State> =
        planWith SacAgent.make config environments

    /// Every reason why the plan cannot be run.
    let validate (plan: Plan<'s>) : Problem list =
        let { Environments = environments } = plan

        ControlConfig.validate
            environments.Tasks.Length
            environments.Observation
            environments.Actions
            plan.Config

    let private tasks (plan: Plan<'s>) = plan.Environments.Tasks.Length

    let private emptyTally plan =
        Array.create (tasks plan) { Successes = 0; Return = 0.0 }

    /// The state before the first round. Raises ArgumentException for a plan that `validate` finds fault with.
    let start (plan: Plan<'s>) : State<'s> =
        match validate plan with
        | [] -> ()
        | problems -> invalidArg (nameof plan) (problems |> List.map string |> String.concat "; ")

        { Round = 0
          Position = ControlPosition.Collecting
          Task = -1
          Steps = 0
          Updates = 0
          Learner = plan.Agent.Init(learnerKey plan.Config)
          Buffer = ReplayBuffer.init plan.Buffer
          Rewards = Array.create (tasks plan) RewardScale.init
          Behind = None
          Tally = emptyTally plan }

    /// With order sequential, the task that is learned after so many steps.
    let taskAfter (plan: Plan<'s>) (steps: int) : int =
        let count = tasks plan
        min (count - 1) (int (int64 steps * int64 count / int64 plan.Config.Steps))

    /// The goal, of so many, that every episode of a task has where goals are fixed.
    let fixedGoal (config: ControlConfig) (goals: int) (task: int) : int =
        key config
        |> Key.named "goals"
        |> Key.fork task
        |> Key.integers 0 goals 1
        |> Array.head

    /// An episode of a task whose goal, unless it is fixed for the run, and whose other randomness are the key's.
    let internal episode (plan: Plan<'s>) task key : Episode =
        { Task = task
          Goal =
            match plan.Config.Goals with
            | FixedGoals -> fixedGoal plan.Config plan.Environments.Goals task
            | AnyGoal -> (Key.integers 0 plan.Environments.Goals 1 (Key.named "goal" key))[0]
          Key = Key.named "episode" key }

    /// The episodes of a round that begins after `steps` steps: of all tasks, or as many of the one that is learned.
    let private asked (plan: Plan<'s>) (round: int) (steps: int) : Episode[] =
        let key = key plan.Config |> Key.named "collect" |> Key.fork round
        let count = tasks plan * plan.Config.Episodes

        [| for row in 0 .. count - 1 ->
               let task =
                   match plan.Config.Order with
                   | Together -> row % tasks plan
                   | OneByOne -> taskAfter plan steps

               episode plan task (Key.fork row key) |]

    /// The episodes of the round that a state stands before, and what became of them: a function of what acts in it, and of nothing else
    /// that learning changes.
    let collect (plan: Plan<'s>) (state: State<'s>) : (Trajectory * EpisodeReport)[] =
        let key = key plan.Config |> Key.named "act" |> Key.fork state.Round

        let actor =
            if state.Steps < plan.Config.RandomSteps then
                Collection.uniform plan.Environments.Actions key
            else
                let network =
                    state.Behind |> Option.defaultWith (fun () -> plan.Agent.Actor state.Learner)

                Collection.ofAgent plan.Agent network (Some key)

        Collection.episodes plan.Environments actor (asked plan state.Round state.Steps)

    /// Updates that `steps` more steps ask for: the fractions of rounds add up.
    let private due (plan: Plan<'s>) before after =
        let owed steps =
            int64 (floor (plan.Config.Updates * float<int> steps))

        int (owed after - owed before)

    let internal isLast (plan: Plan<'s>) (state: State<'s>) = state.Steps >= plan.Config.Steps

    /// Whether a round is the last of a task, with order sequential.
    let private endsTask (plan: Plan<'s>) (state: State<'s>) =
        plan.Config.Order = OneByOne
        && (isLast plan state || taskAfter plan state.Steps <> state.Task)

    let private endRound (plan: Plan<'s>) (state: State<'s>) =
        let temperatures = plan.Agent.Temperatures state.Learner |> List.ofArray
        let last = isLast plan state

        { state with
            Round = if last then state.Round else state.Round + 1
            Position =
                if last then
                    ControlPosition.Over
                else
                    ControlPosition.Collecting },
        [ ControlEvent.RoundEnded(state.Round, temperatures)
          if last then
              ControlEvent.Ended ]

    let private afterUpdates (plan: Plan<'s>) (state: State<'s>) =
        let { Config = config } = plan

        if
            isLast plan state
            || state.Round % config.EvaluateEvery = 0
            || endsTask plan state
        then
            { state with
                Position = ControlPosition.Testing 0
                Tally = emptyTally plan },
            []
        else
            endRound plan state

    let private collecting
        (plan: Plan<'s>)
        (collect: State<'s> -> (Trajectory * EpisodeReport)[])
        (state: State<'s>)
        =
        let collected = collect state
        let made = collected |> Array.sumBy (fun (_, report) -> report.Steps)
        let task = taskAfter plan state.Steps

        let begins = plan.Config.Order = OneByOne && task <> state.Task

        let emptied =
            if begins && plan.Config.Forget then
                ReplayBuffer.clear state.Buffer
            else
                state.Buffer

        let buffer, rewards =
            ((emptied, state.Rewards), collected)
            ||> Array.fold (fun (buffer, rewards) (path, _) ->
                let path, scale =
                    RewardScale.trajectory plan.Config.RewardScaling path rewards[path.Task]

                ReplayBuffer.add plan.Buffer path buffer, Array.updateAt path.Task scale rewards)

        let due =
            if ReplayBuffer.count plan.Buffer buffer >= plan.Config.LearnFrom then
                due plan state.Steps (state.Steps + made)
            else
                0

        { state with
            Position = ControlPosition.Updating(0, due)
            Task = if plan.Config.Order = OneByOne then task else -1
            Steps = state.Steps + made
            Buffer = buffer
            Rewards = rewards
            Behind =
                if plan.Config.Lag then
                    Some(plan.Agent.Actor state.Learner)
                else
                    None },
        [ if begins then
              ControlEvent.TaskBegan task
          ControlEvent.Collected(state.Round, state.Steps + made, collected |> Array.map snd |> List.ofArray) ]

    let private updating (plan: Plan<'s>) made due (state: State<'s>) =
        let key = key plan.Config |> Key.named "update" |> Key.fork state.Updates

        let batch =
            ReplayBuffer.draw plan.Buffer plan.Config.Batch (Key.named "batch" key) state.Buffer

        let learner, losses = plan.Agent.Update key batch state.Learner

        { state with
            Learner = learner
            Updates = state.Updates + 1
            Position = ControlPosition.Updating(made + 1, due) },
        [ ControlEvent.Updated
              { Round = state.Round
                Made = made + 1
                Due = due
                Total = state.Updates + 1
                Losses = losses } ]

    /// An episode of each task; the last test goes through the goals in turn.
    let private testing (plan: Plan<'s>) made (state: State<'s>) =
        let { Config = config } = plan
        let final = isLast plan state

        let count =
            if final then
                config.FinalEpisodes
            else
                config.EvaluationEpisodes

        let key = key config |> Key.named "test" |> Key.fork state.Round |> Key.fork made

        let episodes =
            [| for task in 0 .. tasks plan - 1 ->
                   let episode = episode plan task (Key.fork task key)

                   if final && config.Goals = AnyGoal then
                       { episode with
                           Goal = made % plan.Environments.Goals }
                   else
                       episode |]

        let actor =
            Collection.ofAgent
                plan.Agent
                (plan.Agent.Actor state.Learner)
                (if config.StochasticTests then
                     Some(Key.named "act" key)
                 else
                     None)

        let tally =
            (state.Tally, Collection.episodes plan.Environments actor episodes)
            ||> Array.map2 (fun tally (_, report) ->
                { Successes = tally.Successes + (if report.Success then 1 else 0)
                  Return = tally.Return + report.Return })

        let state =
            { state with
                Tally = tally
                Position = ControlPosition.Testing(made + 1) }

        if made + 1 < count then
            state, []
        else
            let ended, events = endRound plan state

            ended,
            [ for task, tally in Array.indexed tally do
                  ControlEvent.Tested
                      { Round = state.Round
                        Steps = state.Steps
                        Final = final
                        Task = task
                        Successes = tally.Successes
                        Episodes = count
                        Return = tally.Return / float count }
              yield! events ]

    /// `next`, by episodes that `collect` gathers, in the caller's scope.
    let internal advance (plan: Plan<'s>) collect (state: State<'s>) : State<'s> * ControlEvent list =
        match state.Position with
        | ControlPosition.Over -> state, []
        | ControlPosition.Collecting -> collecting plan collect state
        | ControlPosition.Updating(made, due) when made = due -> afterUpdates plan state
        | ControlPosition.Updating(made, due) -> updating plan made due state
        | ControlPosition.Testing made -> testing plan made state

    /// The next piece of work, the episodes of a round, an update, or an episode of each task to test: the state after it and what
    /// happened. The old state's tensors are the caller's to free; its memory of transitions goes on in the new one.
    let next (plan: Plan<'s>) (state: State<'s>) : State<'s> * ControlEvent list =
        Scope.run (fun () -> advance plan (collect plan) state)
