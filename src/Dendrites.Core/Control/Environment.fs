namespace Dendrites

/// What an action led to.
[<NoComparison>]
type Outcome =
    {
        /// `[observation]`: what is seen now.
        Observation: float32[]
        /// What the action earned.
        Reward: float32
        /// Whether the task counts as done at this step.
        Success: bool
        /// Whether nothing can follow. An episode that merely runs out of time is not over in this sense.
        Terminal: bool
    }

/// One task as functions over a state that only they understand.
[<NoEquality; NoComparison>]
type Environment<'e> =
    {
        /// Width of an observation.
        Observation: int
        /// Width of an action, each of its numbers in [-1, 1].
        Actions: int
        /// Goals that an episode can have, at least 1.
        Goals: int
        /// The first state of an episode with this goal (from 0), and what is seen of it. The key is all its randomness.
        Reset: int -> Key -> 'e * float32[]
        /// The state after an action, and what it led to. Numbers beyond [-1, 1] are the environment's to cut.
        Step: float32[] -> 'e -> 'e * Outcome
    }

/// An episode that is asked for.
type Episode =
    {
        /// Which task, from 0.
        Task: int
        /// Which of its goals, from 0.
        Goal: int
        /// Where the rest of its randomness comes from.
        Key: Key
    }

/// What several environments show at once, a row for each. Good until the next step: an implementation may write the next frame over
/// it, so copy what is to last.
[<NoEquality; NoComparison>]
type Frame =
    {
        /// `[rows; observation]`, row by row.
        Observations: float32[]
        /// `[rows]`: what the last action earned; 0 at first and once the row has ended.
        Rewards: float32[]
        /// `[rows]`: whether the task counts as done at this step.
        Successes: bool[]
        /// `[rows]`: whether nothing can follow. An ended row stays as it is, whatever its action.
        Terminals: bool[]
    }

/// Episodes under way, side by side.
[<NoEquality; NoComparison>]
type Rollout =
    {
        /// What they show.
        Frame: Frame
        /// The next step by actions `[rows; actions]`, row by row. A rollout is stepped once: a simulator may move on in place.
        Step: float32[] -> Rollout
    }

/// Tasks whose episodes run side by side, any task any number of times.
[<NoEquality; NoComparison>]
type Environments =
    {
        /// The tasks by name; their order gives their numbers.
        Tasks: string list
        /// Width of an observation.
        Observation: int
        /// Width of an action.
        Actions: int
        /// Goals of each task, at least 1.
        Goals: int
        /// Steps after which an episode has run out of time.
        Horizon: int
        /// Episodes from their start. An earlier rollout is over once this is called.
        Begin: Episode[] -> Rollout
    }

/// Environments side by side.
[<RequireQualifiedAccess>]
module Environments =

    let private require name (allEqual: int list) =
        if List.distinct allEqual |> List.length > 1 then
            invalidArg "tasks" $"Environments.ofTasks: tasks differ in {name}."

    /// Named tasks, whose episodes last at most `horizon` steps. Raises ArgumentException if there are none, or if they differ in the
    /// widths of observations or actions, or in their number of goals.
    let ofTasks (horizon: int) (tasks: (string * Environment<'e>) list) : Environments =
        if List.isEmpty tasks then
            invalidArg (nameof tasks) "Environments.ofTasks: no task."

        let all = tasks |> List.map snd |> Array.ofList
        require "the width of observations" [ for task in all -> task.Observation ]
        require "the width of actions" [ for task in all -> task.Actions ]
        require "their goals" [ for task in all -> task.Goals ]
        let width, actions = all[0].Observation, all[0].Actions

        let rec rollout (environments: Environment<'e>[]) (states: 'e[]) (outcomes: Outcome[]) : Rollout =
            { Frame =
                { Observations = outcomes |> Array.collect _.Observation
                  Rewards = outcomes |> Array.map _.Reward
                  Successes = outcomes |> Array.map _.Success
                  Terminals = outcomes |> Array.map _.Terminal }
              Step =
                fun chosen ->
                    let states, outcomes =
                        Array.init states.Length (fun row ->
                            if outcomes[row].Terminal then
                                states[row], { outcomes[row] with Reward = 0.0f }
                            else
                                let action = Array.sub chosen (row * actions) actions
                                environments[row].Step action states[row])
                        |> Array.unzip

                    rollout environments states outcomes }

        let start (episodes: Episode[]) =
            let environments = episodes |> Array.map (fun episode -> all[episode.Task])

            let states, seen =
                (environments, episodes)
                ||> Array.map2 (fun environment episode -> environment.Reset episode.Goal episode.Key)
                |> Array.unzip

            seen
            |> Array.map (fun observation ->
                { Observation = observation
                  Reward = 0.0f
                  Success = false
                  Terminal = false })
            |> rollout environments states

        { Tasks = tasks |> List.map fst
          Observation = width
          Actions = actions
          Goals = all[0].Goals
          Horizon = horizon
          Begin = start }

    /// Only the tasks of these names, numbered in this order. Raises ArgumentException for a name that there is not.
    let choose (names: string list) (environments: Environments) : Environments =
        let numbers =
            [| for name in names ->
                   match List.tryFindIndex ((=) name) environments.Tasks with
                   | Some number -> number
                   | None ->
                       let known = String.concat " | " environments.Tasks
                       invalidArg (nameof names) $"task was '{name}'; accepted: {known}" |]

        { environments with
            Tasks = names
            Begin =
                Array.map (fun episode ->
                    { episode with
                        Episode.Task = numbers[episode.Task] })
                >> environments.Begin }

    /// The episodes from their start. Raises ArgumentException for a task or a goal that there is not.
    let start (environments: Environments) (episodes: Episode[]) : Rollout =
        for row, episode in Array.indexed episodes do
            let inside what value count =
                if value < 0 || value >= count then
                    invalidArg
                        (nameof episodes)
                        $"{what} of row {row} was {value}; accepted: 0 to {count - 1}"

            inside "task" episode.Task environments.Tasks.Length
            inside "goal" episode.Goal environments.Goals

        environments.Begin episodes

    /// The next step by actions `[rows; actions]`. Raises ArgumentException for another count of numbers, or one that is not finite.
    let step (environments: Environments) (actions: float32[]) (rollout: Rollout) : Rollout =
        let width = environments.Actions
        let expected = rollout.Frame.Rewards.Length * width

        if actions.Length <> expected then
            invalidArg
                (nameof actions)
                $"actions were {actions.Length} numbers; accepted: {expected}, {width} for each of {rollout.Frame.Rewards.Length} rows"

        match
            actions
            |> Array.tryFindIndex (fun number -> not (System.Single.IsFinite number))
        with
        | Some place ->
            invalidArg
                (nameof actions)
                $"number {place % width} of the action of row {place / width} was {actions[place]}; accepted: a number"
        | None -> rollout.Step actions
