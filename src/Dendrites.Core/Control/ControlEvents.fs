namespace Dendrites

/// Where in its course a run of reinforcement learning stands.
[<RequireQualifiedAccess>]
type ControlPosition =
    /// About to collect the episodes of a round.
    | Collecting
    /// About to make an update: so many of the round are made, of so many.
    | Updating of made: int * due: int
    /// About to test with an episode of each task: so many are made.
    | Testing of made: int
    /// The run is over.
    | Over

/// An update that was made.
type UpdateReport =
    {
        /// The round, from 0.
        Round: int
        /// Updates of the round, this one counted.
        Made: int
        /// Updates that the round will have.
        Due: int
        /// Updates since the run began.
        Total: int
        /// What it was about.
        Losses: Losses
    }

/// A task's tests.
type TestReport =
    {
        /// The round that they follow.
        Round: int
        /// Steps of all environments so far.
        Steps: int
        /// Whether this is the last test of the run.
        Final: bool
        /// The task that was tested.
        Task: int
        /// Episodes in which the task was done at some step.
        Successes: int
        /// Episodes.
        Episodes: int
        /// The mean of the episodes' sums of rewards.
        Return: float
    }

/// What a run tells whoever watches.
[<RequireQualifiedAccess>]
type ControlEvent =
    /// With order sequential: a task is met.
    | TaskBegan of task: int
    /// The episodes of a round were made: steps of all environments so far, and what they came to.
    | Collected of round: int * steps: int * EpisodeReport list
    /// An update was made.
    | Updated of UpdateReport
    /// A task was tested.
    | Tested of TestReport
    /// The round is over, with these temperatures.
    | RoundEnded of round: int * temperatures: float list
    /// The last round has ended.
    | Ended
