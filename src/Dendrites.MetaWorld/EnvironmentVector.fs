namespace Dendrites.MetaWorld

open System
open Dendrites.MuJoCo

/// Environments that act together, a row for each, dealt among a crew's threads. No environment touches another, so the numbers do
/// not depend on how many threads there are, and a step allocates nothing. What is shown is good until the next step. The
/// environments and the crew stay the caller's to dispose. Raises ArgumentException when observations differ in size.
[<Sealed>]
type EnvironmentVector(environments: TaskEnvironment[], crew: Crew) =
    let rows = environments.Length
    let size = if rows = 0 then 0 else environments[0].ObservationSize

    do
        for row in 1 .. rows - 1 do
            if environments[row].ObservationSize <> size then
                invalidArg
                    (nameof environments)
                    $"EnvironmentVector: row 0 shows {size} numbers and row {row} {environments[row].ObservationSize}"

    let observations = Array.zeroCreate<float32>(rows * size)
    let rewards = Array.zeroCreate<float32> rows
    let successes = Array.zeroCreate<bool> rows
    let mutable actions = Array.empty<float32>
    let mutable enter: Action<int> = Unchecked.defaultof<_>

    let see row =
        environments[row].Observe(observations.AsSpan(row * size, size))

    let act =
        Action<int>(fun row ->
            let first = row * EnvironmentVector.ActionSize

            let outcome =
                environments[row].Act(ReadOnlySpan(actions, first, EnvironmentVector.ActionSize))

            rewards[row] <- float32 outcome.Reward
            successes[row] <- outcome.Success
            see row)

    let start =
        Action<int>(fun row ->
            enter.Invoke row
            rewards[row] <- 0.0f
            successes[row] <- false
            see row)

    /// Numbers of an action.
    static member ActionSize = 4

    /// The number of rows.
    member _.Count = rows

    /// Numbers that a row shows.
    member _.ObservationSize = size

    /// `[rows; observation]`, row by row.
    member _.Observations = observations

    /// `[rows]`: what the last step paid; 0 at first.
    member _.Rewards = rewards

    /// `[rows]`: whether the task was done when the last step was over.
    member _.Successes = successes

    /// Begins episodes: calls `enters` with each row, over the threads, to begin that row's. Raises what the lowest row raised.
    member _.Begin(enters: Action<int>) =
        enter <- enters
        crew.Each(rows, start)

    /// A control step of every row by actions `[rows; 4]`, row by row: three movements and the grip. Raises ArgumentException for
    /// another count of numbers, or one that is not finite, before anything moves; and what the lowest row raised.
    member _.Act(asked: float32[]) =
        if asked.Length <> EnvironmentVector.ActionSize * rows then
            invalidArg
                (nameof asked)
                $"EnvironmentVector.Act: {rows} rows take {EnvironmentVector.ActionSize * rows} numbers, got {asked.Length}"

        for i in 0 .. asked.Length - 1 do
            if not (Single.IsFinite asked[i]) then
                invalidArg
                    (nameof asked)
                    $"EnvironmentVector.Act: number {i % EnvironmentVector.ActionSize} of row {i / EnvironmentVector.ActionSize} was {asked[i]}; accepted: a finite number"

        actions <- asked
        crew.Each(rows, act)
