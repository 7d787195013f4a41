namespace Dendrites.MetaWorld

open System

/// The layout of an observation: 39 numbers, the hand's state and the object's now and one step before, and the goal.
[<RequireQualifiedAccess>]
module Observation =

    /// Numbers that one step contributes.
    let frame = 18

    /// Numbers of a whole observation.
    let size = 2 * frame + 3

    let private put (p: Point) (target: Span<float>) =
        target[0] <- p.X
        target[1] <- p.Y
        target[2] <- p.Z

    /// Writes what one step contributes, `[18]`: hand, openness, object and its orientation; seven zeros stand where a second
    /// object would.
    let writeFrame (now: Moment) (target: Span<float>) =
        put now.Hand target
        target[3] <- now.Openness
        put now.Object (target.Slice 4)
        target[7] <- now.Orientation.A
        target[8] <- now.Orientation.B
        target[9] <- now.Orientation.C
        target[10] <- now.Orientation.D
        target.Slice(11, frame - 11).Clear()

    /// Writes the goal, `[3]`; zeros where it is hidden.
    let writeGoal (goal: Point voption) (target: Span<float>) =
        match goal with
        | ValueSome goal -> put goal target
        | ValueNone -> target.Slice(0, 3).Clear()

    let private point (numbers: ReadOnlySpan<float>) at =
        Point.make numbers[at] numbers[at + 1] numbers[at + 2]

    /// What a scripted policy sees of an observation, `[39]` or longer.
    let sight (observation: ReadOnlySpan<float>) : Sight =
        { Hand = point observation 0
          Openness = observation[3]
          Object = point observation 4
          Goal = point observation (2 * frame) }
