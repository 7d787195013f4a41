namespace Dendrites

/// Which composition of gates, winners and contexts learns.
type MethodName =
    /// Gated by dendrites, k-winners, prototype contexts.
    | ActiveDendrites
    /// Dense, rectified, no context.
    | Mlp
    /// Sparse representations only: k-winners and sparse weights, no dendrites.
    | KWinnersOnly
    /// Dendrites only: gated, rectified, sparse weights.
    | DendritesOnly
    /// `ActiveDendrites` that weigh all their segments instead of listening to one.
    | Attentive
    /// `Mlp` that reads the context beside its input.
    | MlpWithContext
    /// Context-dependent gating (Masse, Grant, Freedman 2018): each task switches on a fixed random share of the units.
    | TaskGated

/// The context that segments read.
type ContextName =
    /// The mean training image of the task; at test the nearest of the prototypes met so far.
    | Prototype
    /// The mean of a cluster of batches that looked alike; at test the nearest. No task number is used.
    | Clustered
    /// The task number as a one-hot vector; given at test too, so an oracle.
    | OneHotTask
    /// A sparse binary vector for each task; given at test too, so an oracle.
    | SparseBinary
    /// The mean training image of the task, given at test too, so an oracle.
    | OwnPrototype
    /// The input itself, sample by sample.
    | InputItself
    /// What an untrained spatial pooler makes of the input, sample by sample.
    | Pooled
    /// None: for methods without dendrites.
    | Contextless

/// Where the context goes.
type ContextUse =
    /// To the segments of dendrites.
    | ToSegments
    /// Beside the input, into the first layer.
    | BesideInput

/// The pieces that can be joined to a network, by name.
type PieceName =
    /// See `SynapticIntelligence`.
    | Si
    /// See `ElasticWeights`.
    | Ewc
    /// See `Distillation`.
    | Lwf
    /// Experience replay; see `Replay`.
    | Er
    /// DER++; see `Replay`.
    | Der
    /// A-GEM; see `Replay`.
    | Agem
    /// See `PackNet`.
    | Packnet
    /// See `HardAttention`.
    | Hat

/// The settings of every piece, whether it takes part or not.
type PieceSettings =
    {
        /// Of Synaptic Intelligence.
        Synaptic: SynapticIntelligence.Config
        /// Of online EWC.
        Elastic: ElasticWeights.Config
        /// Of Learning without Forgetting.
        Distillation: Distillation.Config
        /// Samples that a replay remembers.
        Memory: int
        /// Remembered samples that a step looks at.
        MemoryBatch: int
        /// Weight of remembered samples' cross-entropy in experience replay.
        ReplayWeight: float
        /// DER++'s α, of scores that have moved.
        DarkAlpha: float
        /// DER++'s β, of remembered samples' cross-entropy.
        DarkBeta: float
        /// Slope of HAT's gates, once they are hard.
        AttentionScale: float
        /// Weight of HAT's penalty.
        AttentionStrength: float
    }

/// What the learner is told of the ends of tasks, and does there.
type Boundaries =
    /// It is told, and starts its optimiser anew.
    | Given
    /// It is told, and leaves its optimiser alone.
    | Kept
    /// It is not told.
    | NotGiven

/// In which order the samples of a stream are learned.
type Order =
    /// Task by task.
    | Sequential
    /// Each task together with all before it.
    | Cumulative
    /// All tasks mixed from the start, in as many parts.
    | Interleaved

/// What is asked of a stream that is split by classes (van de Ven and Tolias 2019).
type Reading =
    /// Which of all classes, without the task.
    | ClassIncremental
    /// Which of its task's classes, by their order there, without the task.
    | DomainIncremental
    /// Which of its task's classes, the task being given at test.
    | TaskIncremental

/// By which angles a rotated stream turns.
type Angles =
    /// Evenly spaced from 0°, up to 180° and without it.
    | EvenAngles
    /// The first by 0°, the others by what the seed draws in [0°, 180°).
    | DrawnAngles

/// After which tasks the learner is asked about every task so far.
type Evaluation =
    /// After every task: the whole lower triangle of the accuracy matrix.
    | AfterEvery
    /// After the last task only.
    | AfterLast
    /// After these numbers of tasks.
    | AfterTasks of int list

/// All that a run is: the same value on the same machine and thread count gives the same bytes.
[<NoEquality; NoComparison>]
type RunConfig =
    {
        /// `permuted-mnist`, `rotated-mnist` or `split-mnist`.
        Experiment: string
        /// The preset that the other fields started from.
        Preset: string
        /// What learns.
        Method: MethodName
        /// Tasks in the stream, at least 1.
        Tasks: int
        /// Passes over each task's training images.
        Epochs: int
        /// Samples per update; the last incomplete batch of an epoch is dropped.
        Batch: int
        /// Above 0.
        LearningRate: float
        /// How gradients become updates.
        Rule: Optimiser.Rule
        /// Units of each hidden layer.
        Hidden: int list
        /// `true`: k-winners follow every hidden layer; `false`: a rectifier.
        KWinners: bool
        /// Fraction of units that win.
        Density: float
        /// Probability that a hidden unit's output is dropped in training, in [0, 1).
        Dropout: float
        /// The same of an input.
        InputDropout: float
        /// Fraction of missing feed-forward weights, in [0, 1).
        WeightSparsity: float
        /// The gate of every hidden layer, and its name.
        Gate: string * Gate
        /// Dendritic segments of each unit; 0 without dendrites.
        Segments: int
        /// Fraction of missing segment weights, in [0, 1).
        SegmentSparsity: float
        /// What the segments read.
        Context: ContextName
        /// Assumed density of contexts, in (0, 1]: it scales the first segment weights.
        ContextDensity: float
        /// How the first weights are drawn.
        Initialisation: Network.Initialisation
        /// Where the context goes.
        ContextUse: ContextUse
        /// What is joined to the network.
        Pieces: PieceName list
        /// How, should it be.
        PieceSettings: PieceSettings
        /// What the learner is told of the ends of tasks.
        Boundaries: Boundaries
        /// In which order samples are learned.
        Order: Order
        /// What is asked of split classes.
        Reading: Reading
        /// By which angles a rotated stream turns.
        Angles: Angles
        /// Whether pixels are normalised by their mean and deviation; else they are in [0, 1].
        Normalise: bool
        /// When all tasks so far are tested.
        Evaluate: Evaluation
        /// Whether each task is tested just before it is learned too, and every task by first weights: forward transfer needs that.
        TestAhead: bool
        /// Samples asked at once; no influence on the answers.
        EvaluationBatch: int
        /// `mnist`, `fashion-mnist`, `kmnist`, or a folder with the four IDX files.
        Data: string
        /// Images taken from the front of the training set, of which tasks are made; 0 takes all.
        Subset: int
        /// Images taken from the front of the test set; 0 takes all.
        TestSubset: int
        /// The root of all randomness.
        Seed: int
    }
