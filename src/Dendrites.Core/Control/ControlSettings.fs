namespace Dendrites

/// What learns.
[<RequireQualifiedAccess>]
type ControlMethod =
    /// Dense and rectified, the one-hot task beside the input.
    | Mlp
    /// The same with heads of its own for each task.
    | MultiHead
    /// Dendrites that read the task on the last hidden layer, k-winners.
    | ActiveDendrites

/// How the first weights are drawn.
type ControlInitialisation =
    /// Policies Xavier-uniform, critics Xavier-normal, biases zero: the published MLP.
    | Xavier
    /// Hidden layers He-uniform, biases zero, heads near zero: Meta-World+.
    | He
    /// As `Network.Modified`: the published Active Dendrites.
    | ModifiedLinear
    /// As `Network.Default`.
    | DefaultLinear

/// In which order tasks are met.
type ControlOrder =
    /// All of them in every round: multi-task learning.
    | Together
    /// One after another, each for an equal part of the steps: continual learning.
    | OneByOne

/// Which goals episodes have.
type GoalChoice =
    /// One for each task, drawn once for a run; it is tested on too. As published.
    | FixedGoals
    /// Any, drawn anew for each episode.
    | AnyGoal

/// The settings of a run of reinforcement learning. Core does not read what describes the tasks themselves: who makes the environments
/// does.
[<NoEquality; NoComparison>]
type ControlConfig =
    {
        /// `mt10` or `points`: what the shell makes of it.
        Experiment: string
        /// The preset that the settings began with.
        Preset: string
        /// What learns.
        Method: ControlMethod
        /// The tasks by name, in order; empty for all.
        Tasks: string list
        /// `faithful`, `fast` or `genuine`: the models of the tasks.
        Model: string
        /// The folder of Meta-World's own models, for `genuine`; empty for none.
        Assets: string
        /// `v2` or `v1`: the rewards of the tasks.
        RewardVersion: string
        /// Whether the goal is part of what is seen.
        GoalVisible: bool
        /// Steps of an episode.
        Horizon: int
        /// Which goals episodes have.
        Goals: GoalChoice
        /// In which order tasks are met.
        Order: ControlOrder
        /// Steps of all environments together; the last round is made whole.
        Steps: int
        /// Episodes of each task in a round.
        Episodes: int
        /// Updates for each step of an environment.
        Updates: float
        /// Whether episodes are collected by the policy of a round before, so that collecting and learning can go on at once.
        Lag: bool
        /// Transitions in an update.
        Batch: int
        /// Transitions that are remembered.
        Capacity: int
        /// What of them an update is made of.
        Replay: ReplayBuffer.Policy
        /// Whether they are forgotten when another task begins.
        Forget: bool
        /// Transitions that must be remembered before the first update.
        LearnFrom: int
        /// First steps whose actions are uniform.
        RandomSteps: int
        /// What rewards are divided by.
        RewardScaling: RewardScale.Rule
        /// Units of each hidden layer of policy and critics.
        Hidden: int list
        /// Whether k-winners follow each hidden layer, instead of a rectifier.
        KWinners: bool
        /// Fraction of units that win.
        Density: float
        /// Fraction of missing feed-forward weights.
        WeightSparsity: float
        /// How segments act on a unit, and its name.
        Gate: string * Gate
        /// The hidden layers, from 1, that have dendrites.
        Dendrites: int list
        /// Segments per unit.
        Segments: int
        /// Fraction of missing segment weights.
        SegmentSparsity: float
        /// Scale of segment initialisation.
        ContextDensity: float
        /// Units of a layer between the task and the segments; 0 for none.
        Preprocess: int
        /// Whether k-winners follow that layer, instead of a rectifier.
        PreprocessWinners: bool
        /// Whether the one-hot task goes beside the input.
        TaskInput: bool
        /// Whether every task has heads of its own.
        OwnHeads: bool
        /// How the first weights are drawn.
        Initialisation: ControlInitialisation
        /// The first bias of log standard deviations, where it is not drawn.
        LogStdBias: float option
        /// What bounds policies.
        Policy: TanhGaussian.Config
        /// How many critics.
        Critics: int
        /// γ
        Discount: float
        /// τ
        TargetRate: float
        /// What rewards are multiplied with.
        RewardFactor: float
        /// How temperatures come about.
        Temperature: SoftActorCritic.Temperature
        /// The first temperature.
        FirstTemperature: float
        /// The entropy that is steered for, in nats for each number of an action: -1 as published.
        TargetEntropy: float
        /// The largest magnitude of values and targets in the critics' loss; 0 for none.
        Clip: float
        /// Whether tasks weigh by softmax(-log α).
        WeighTasks: bool
        /// Of the policy.
        ActorRate: float
        /// Of the critics.
        CriticRate: float
        /// Of the temperatures.
        TemperatureRate: float
        /// ε of Adam.
        AdamEpsilon: float
        /// Rounds between tests; the first and the last round are followed by one.
        EvaluateEvery: int
        /// Episodes of each task in a test on the way.
        EvaluationEpisodes: int
        /// Episodes of each task in the last test.
        FinalEpisodes: int
        /// Whether tests draw actions from the policy, as the published ones did by mistake.
        StochasticTests: bool
        /// The root of all randomness.
        Seed: int
    }
