namespace Dendrites

/// The named settings of reinforcement learning.
[<RequireQualifiedAccess>]
module ControlPresets =

    /// Named settings and the figure that was published for them.
    [<NoEquality; NoComparison>]
    type Preset =
        {
            /// What `--preset` calls it.
            Name: string
            /// What it shows, in a phrase.
            Meaning: string
            /// Mean success over all tasks at the end (10 runs), where one was published.
            Published: float option
            /// The settings.
            Config: ControlConfig
        }

    /// The published Active Dendrites, on Meta-World's ten tasks.
    let private published =
        ControlMethods.set
            ControlMethod.ActiveDendrites
            { Experiment = "mt10"
              Preset = "published"
              Method = ControlMethod.ActiveDendrites
              Tasks = []
              Model = "faithful"
              Assets = ""
              RewardVersion = "v2"
              GoalVisible = true
              Horizon = 500
              Goals = FixedGoals
              Order = Together
              Steps = 15_000_000
              Episodes = 1
              Updates = 0.05
              Lag = false
              Batch = 2560
              Capacity = 1_000_000
              Replay = ReplayBuffer.OneRing
              Forget = false
              LearnFrom = 5000
              RandomSteps = 0
              RewardScaling = RewardScale.Raw
              Hidden = [ 2800; 2800 ]
              KWinners = true
              Density = 0.25
              WeightSparsity = 0.1
              Gate = "none", NoGate
              Dendrites = []
              Segments = 10
              SegmentSparsity = 0.0
              ContextDensity = 1.0
              Preprocess = 0
              PreprocessWinners = false
              TaskInput = false
              OwnHeads = false
              Initialisation = ModifiedLinear
              LogStdBias = None
              Policy = TanhGaussian.published
              Critics = 2
              Discount = 0.99
              TargetRate = 5e-3
              RewardFactor = 1.0
              Temperature = SoftActorCritic.PerTask
              FirstTemperature = 1.0
              TargetEntropy = -1.0
              Clip = 0.0
              WeighTasks = false
              ActorRate = 3e-4
              CriticRate = 3e-4
              TemperatureRate = 3e-4
              AdamEpsilon = 1e-8
              EvaluateEvery = 10
              EvaluationEpisodes = 3
              FinalEpisodes = 50
              StochasticTests = false
              Seed = 42 }

    let private named name meaning figure config =
        { Name = name
          Meaning = meaning
          Published = figure
          Config = { config with Preset = name } }

    /// MTMHSAC of Meta-World+ (arXiv 2505.11289), its rounds of one step made rounds of one episode.
    let private metaworldPlus =
        { ControlMethods.set
              ControlMethod.MultiHead
              { published with
                  Hidden = [ 400; 400; 400 ] } with
            Initialisation = He
            LogStdBias = None
            Goals = AnyGoal
            Steps = 20_000_000
            Updates = 0.1
            Batch = 1280
            Replay = ReplayBuffer.EvenOverTasks
            LearnFrom = 4000
            RandomSteps = 4000
            Policy =
                { TanhGaussian.published with
                    Correction = TanhGaussian.Stable }
            Clip = 5000.0
            WeighTasks = true
            AdamEpsilon = 1e-5
            EvaluateEvery = 40
            EvaluationEpisodes = 50 }

    /// Narrow networks and many small updates: what two cores do in an evening. A tenth of the rewards: values that critics reach sooner.
    let private laptop =
        { ControlMethods.set ControlMethod.Mlp { published with Hidden = [ 256; 256 ] } with
            LogStdBias = None
            Goals = AnyGoal
            Steps = 2_000_000
            Updates = 0.2
            Lag = true
            Batch = 256
            Replay = ReplayBuffer.EvenOverTasks
            RandomSteps = 5000
            Policy = metaworldPlus.Policy
            RewardFactor = 0.1
            FirstTemperature = 0.1
            EvaluateEvery = 10 }

    /// A network, and updates, that two toy tasks are learned by in a minute.
    let private points =
        { ControlMethods.set ControlMethod.ActiveDendrites { laptop with Hidden = [ 64; 64 ] } with
            Experiment = "points"
            Horizon = 20
            Steps = 6000
            Updates = 0.5
            Lag = false
            Batch = 64
            Capacity = 8000
            LearnFrom = 200
            RandomSteps = 400
            Discount = 0.8
            TargetRate = 0.02
            RewardFactor = 1.0
            ActorRate = 3e-3
            CriticRate = 3e-3
            TemperatureRate = 0.01
            EvaluateEvery = 25
            EvaluationEpisodes = 4
            FinalEpisodes = 20 }

    /// The experiments by name, with the preset that each starts from unless another is named.
    let experiments = [ "mt10", "laptop"; "points", "points" ]

    /// Every preset.
    let all: Preset list =
        [ published
          |> named "published" "Active Dendrites as published, 15 M steps" (Some 0.875)
          ControlMethods.set ControlMethod.Mlp published
          |> named "published-mlp" "the published MLP baseline, 15 M steps" (Some 0.766)
          metaworldPlus
          |> named "metaworld-plus" "multi-head SAC as Meta-World+ has it, 20 M steps" None
          laptop |> named "laptop" "an MLP on two cores in an evening, 2 M steps" None
          { laptop with
              Hidden = [ 64; 64 ]
              Steps = 10_000
              Updates = 0.02
              Batch = 100
              Capacity = 20_000
              LearnFrom = 1000
              RandomSteps = 1000
              EvaluationEpisodes = 1
              FinalEpisodes = 1 }
          |> named "smoke" "a first look, one minute" None
          points |> named "points" "two toy tasks that need no simulator, a minute" None ]

    /// The preset called `name`, or the problem with the nearest name.
    let find (name: string) : Result<Preset, Problem> =
        match all |> List.tryFind (fun preset -> preset.Name = name) with
        | Some preset -> Ok preset
        | None ->
            let names = all |> List.map _.Name
            let listed = String.concat " | " names
            Error(Problem.at "preset" $"'{name}'" $"{listed} (did you mean '{Problem.nearest names name}'?)")
