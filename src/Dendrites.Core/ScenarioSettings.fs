namespace Dendrites

/// How the classes of a split data set are asked for (the three scenarios of van de Ven and Tolias 2019).
type Reading =
    /// Which of all classes: the task is not given.
    | ByClass
    /// Which of its task's: all tasks share as many outputs, and the task is not given.
    | ByDomain
    /// Which of its task's, each class with an output of its own: the task is given, in training and at test.
    | ByTask

/// How tasks follow one another in training.
type Order =
    /// One after another, each with its own samples.
    | Sequential
    /// Each with the samples of all before it too.
    | Cumulative
    /// All at once: each phase has a share of all samples. What i.i.d. samples teach in as many updates.
    | Interleaved

/// By which angles rotated tasks are turned.
type Angles =
    /// Evenly spaced from 0°, up to 180° and without it.
    | EvenAngles
    /// The first by 0°, the others by what the seed draws in [0°, 180°).
    | DrawnAngles

/// What experiments differ in beside their images.
type Scenario =
    {
        /// Of split data sets.
        Reading: Reading
        /// Of every experiment.
        Order: Order
        /// Of rotated images.
        Angles: Angles
    }

/// The experiments.
[<RequireQualifiedAccess>]
module Experiments =

    /// Each task permutes the pixels.
    [<Literal>]
    let Permuted = "permuted-mnist"

    /// Each task has classes of its own.
    [<Literal>]
    let Split = "split-mnist"

    /// Each task rotates the images.
    [<Literal>]
    let Rotated = "rotated-mnist"

    /// All of them.
    let all = [ Permuted; Split; Rotated ]
