namespace Dendrites.MetaWorld

open System

/// A scripted policy's whole episode on one goal.
type OracleTrace =
    {
        /// The random vector of the episode.
        Vector: float[]
        /// The reward of the first step when nothing is asked for.
        StillReward: float
        /// The first step, from 1, at whose end the task was done.
        FirstSuccess: int option
        /// The sum of the rewards of all steps.
        Return: float
    }

/// Running the scripted policies, which say what a model of a task is good for.
[<RequireQualifiedAccess>]
module Oracle =

    /// One step of the scripted policy, which sees no more than the observation; it is written to `observation`.
    let step (environment: TaskEnvironment) (observation: float[]) : Outcome =
        environment.Observe(observation.AsSpan())

        let sight = Observation.sight (ReadOnlySpan observation)
        environment.Act(environment.Config.Task.Policy sight)

    let private buffer (environment: TaskEnvironment) : float[] =
        Array.zeroCreate environment.ObservationSize

    /// The first step, from 1, at whose end the task was done in an episode with this random vector; nothing is simulated after it.
    let firstSuccess (vector: float[]) (environment: TaskEnvironment) : int option =
        let observation = buffer environment
        environment.Reset vector |> ignore

        let rec from number =
            let outcome = step environment observation

            if outcome.Success then Some number
            elif outcome.Over then None
            else from (number + 1)

        from 1

    /// The whole episode with this random vector, whatever succeeds on the way.
    let trace (vector: float[]) (environment: TaskEnvironment) : OracleTrace =
        let observation = buffer environment
        let start = environment.Reset vector
        let still = environment.Act { Move = Point.zero; Grip = 0.0 }
        environment.Begin start

        let rec from number first total =
            let outcome = step environment observation
            let total = total + outcome.Reward

            let first =
                if outcome.Success && Option.isNone first then
                    Some number
                else
                    first

            if outcome.Over then
                { Vector = vector
                  StillReward = still.Reward
                  FirstSuccess = first
                  Return = total }
            else
                from (number + 1) first total

        from 1 None 0.0
