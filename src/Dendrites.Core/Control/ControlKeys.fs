namespace Dendrites

open System

/// The keys of a run of reinforcement learning, as `--set`, TOML and `run.json` spell them.
[<RequireQualifiedAccess>]
module ControlKeys =

    let private invariant = Globalization.CultureInfo.InvariantCulture

    let private parse (text: string) =
        match Double.TryParse(text, Globalization.NumberStyles.Float, invariant) with
        | true, value when Double.IsFinite value -> Some value
        | _ -> None

    let private show (value: float) = value.ToString("R", invariant)

    /// A number or a word, by a field that is one or nothing.
    let private optional word name meaning read write : ConfigKey<ControlConfig> =
        let accepted = $"{word}, or a number"

        { Name = name
          Meaning = $"{meaning}: {accepted}"
          Read = read >> Option.map show >> Option.defaultValue word
          Write =
            fun text config ->
                match parse text with
                | Some value -> Ok(write (Some value) config)
                | None when text = word -> Ok(write None config)
                | None -> Error accepted }

    let private any name meaning read write : ConfigKey<ControlConfig> =
        ConfigKey.number "a number" Double.IsFinite name meaning read write

    let private tasks: ConfigKey<ControlConfig> =
        { Name = "tasks"
          Meaning = "which tasks: all, or names between commas"
          Read =
            fun config ->
                if config.Tasks.IsEmpty then
                    "all"
                else
                    String.concat "," config.Tasks
          Write =
            fun text config ->
                let names = text.Split(',', StringSplitOptions.TrimEntries) |> List.ofArray

                if text = "all" then
                    Ok { config with Tasks = [] }
                elif List.exists ((=) "") names || List.distinct names <> names then
                    Error "all, or names between commas, none of them twice"
                else
                    Ok { config with Tasks = names } }

    let private dendrites: ConfigKey<ControlConfig> =
        let accepted = "none, or numbers of hidden layers such as 1,2"

        { Name = "dendrites"
          Meaning = $"which hidden layers have dendrites: {accepted}"
          Read =
            fun config ->
                if config.Dendrites.IsEmpty then
                    "none"
                else
                    ConfigKey.joined config.Dendrites
          Write =
            fun text config ->
                match text, ConfigKey.wholes text with
                | "none", _ -> Ok { config with Dendrites = [] }
                | _, Some layers when List.distinct layers = layers -> Ok { config with Dendrites = layers }
                | _ -> Error accepted }

    let private rewardScaling: ConfigKey<ControlConfig> =
        let accepted = "raw | returns | returns:DISCOUNT | fading | fading:RATE"

        { Name = "reward-scaling"
          Meaning = $"what rewards are divided by, task by task: {accepted}"
          Read =
            fun config ->
                match config.RewardScaling with
                | RewardScale.Raw -> "raw"
                | RewardScale.Returns discount -> "returns:" + show discount
                | RewardScale.Fading rate -> "fading:" + show rate
          Write =
            fun text config ->
                let set rule = Ok { config with RewardScaling = rule }

                match text.Split ':' with
                | [| "raw" |] -> set RewardScale.Raw
                | [| "returns" |] -> set (RewardScale.Returns 0.99)
                | [| "fading" |] -> set (RewardScale.Fading 0.001)
                | [| name; number |] ->
                    match name, parse number with
                    | "returns", Some discount when discount >= 0.0 && discount < 1.0 ->
                        set (RewardScale.Returns discount)
                    | "fading", Some rate when rate > 0.0 && rate <= 1.0 -> set (RewardScale.Fading rate)
                    | _ -> Error accepted
                | _ -> Error accepted }

    let private theTasks: ConfigKey<ControlConfig> list =
        [ tasks
          ConfigKey.choice
              [ for name in [ "faithful"; "fast"; "genuine" ] -> name, name ]
              (=)
              "model"
              "the models of the tasks"
              _.Model
              (fun value config -> { config with Model = value })
          { Name = "assets"
            Meaning = "the folder of Meta-World's own models, for model genuine; or none"
            Read = fun config -> if config.Assets = "" then "none" else config.Assets
            Write =
              fun text config ->
                  if text = "" then
                      Error "a folder, or none"
                  else
                      Ok
                          { config with
                              Assets = if text = "none" then "" else text } }
          ConfigKey.choice
              [ for name in [ "v2"; "v1" ] -> name, name ]
              (=)
              "reward"
              "the rewards of the tasks"
              _.RewardVersion
              (fun value config -> { config with RewardVersion = value })
          ConfigKey.choice
              [ "visible", true; "hidden", false ]
              (=)
              "goal"
              "whether the goal is part of what is seen"
              _.GoalVisible
              (fun value config -> { config with GoalVisible = value })
          ConfigKey.whole 1 "horizon" "steps of an episode" _.Horizon (fun value config ->
              { config with Horizon = value })
          ConfigKey.choice
              [ "any", AnyGoal; "fixed", FixedGoals ]
              (=)
              "goals"
              "which goals episodes have: any, drawn anew for each; or one for each task in all of a run, tests too"
              _.Goals
              (fun value config -> { config with Goals = value })
          ConfigKey.choice
              [ "together", Together; "sequential", OneByOne ]
              (=)
              "order"
              "how tasks are met: all in every round, or one after another"
              _.Order
              (fun value config -> { config with Order = value }) ]

    let private theProtocol: ConfigKey<ControlConfig> list =
        [ ConfigKey.whole 1 "steps" "steps of all environments together" _.Steps (fun value config ->
              { config with Steps = value })
          ConfigKey.whole 1 "episodes" "episodes of each task in a round" _.Episodes (fun value config ->
              { config with Episodes = value })
          ConfigKey.fromZero
              "updates"
              "updates for each step of an environment"
              _.Updates
              (fun value config -> { config with Updates = value })
          ConfigKey.flag
              "lag"
              "episodes are collected by the policy of a round before, so that collecting and learning can go on at once"
              _.Lag
              (fun value config -> { config with Lag = value })
          ConfigKey.whole 1 "batch" "transitions in an update" _.Batch (fun value config ->
              { config with Batch = value })
          ConfigKey.whole 1 "buffer" "transitions that are remembered" _.Capacity (fun value config ->
              { config with Capacity = value })
          ConfigKey.choice
              [ "one-ring", ReplayBuffer.OneRing
                "ring-per-task", ReplayBuffer.RingPerTask
                "even", ReplayBuffer.EvenOverTasks ]
              (=)
              "replay"
              "what updates are made of: all transitions alike, in one ring or with room for each task; or as many of each task"
              _.Replay
              (fun value config -> { config with Replay = value })
          ConfigKey.flag
              "forget"
              "transitions are forgotten when another task begins, with order sequential"
              _.Forget
              (fun value config -> { config with Forget = value })
          ConfigKey.whole
              1
              "learn-from"
              "transitions that must be remembered before the first update"
              _.LearnFrom
              (fun value config -> { config with LearnFrom = value })
          ConfigKey.whole
              0
              "random-steps"
              "first steps whose actions are uniform"
              _.RandomSteps
              (fun value config -> { config with RandomSteps = value })
          rewardScaling ]

    let private theNetworks: ConfigKey<ControlConfig> list =
        [ ConfigKey.widths
              "hidden"
              "units of each hidden layer of policy and critics"
              _.Hidden
              (fun value config -> { config with Hidden = value })
          ConfigKey.flag
              "k-winners"
              "k-winners after each hidden layer, instead of a rectifier"
              _.KWinners
              (fun value config -> { config with KWinners = value })
          ConfigKey.fraction "density" "fraction of units that win" _.Density (fun value config ->
              { config with Density = value })
          ConfigKey.sparsity
              "weight-sparsity"
              "fraction of missing feed-forward weights"
              _.WeightSparsity
              (fun value config -> { config with WeightSparsity = value })
          ConfigKey.gate "gate" "how segments act on a unit" _.Gate (fun value config ->
              { config with Gate = value })
          dendrites
          ConfigKey.whole 0 "segments" "segments per unit" _.Segments (fun value config ->
              { config with Segments = value })
          ConfigKey.sparsity
              "segment-sparsity"
              "fraction of missing segment weights"
              _.SegmentSparsity
              (fun value config -> { config with SegmentSparsity = value })
          ConfigKey.fraction
              "context-density"
              "scale of segment initialisation"
              _.ContextDensity
              (fun value config -> { config with ContextDensity = value })
          ConfigKey.whole
              0
              "preprocess"
              "units of a layer between the task and the segments, 0 for none"
              _.Preprocess
              (fun value config -> { config with Preprocess = value })
          ConfigKey.flag
              "preprocess-winners"
              "k-winners after that layer, instead of a rectifier"
              _.PreprocessWinners
              (fun value config ->
                  { config with
                      PreprocessWinners = value })
          ConfigKey.flag
              "task-input"
              "the one-hot task goes beside the input"
              _.TaskInput
              (fun value config -> { config with TaskInput = value })
          ConfigKey.choice
              [ "shared", false; "own", true ]
              (=)
              "heads"
              "whether all tasks share heads or each has its own"
              _.OwnHeads
              (fun value config -> { config with OwnHeads = value })
          ConfigKey.choice
              [ "xavier", Xavier
                "he", He
                "modified", ModifiedLinear
                "default", DefaultLinear ]
              (=)
              "initialisation"
              "how weights are drawn"
              _.Initialisation
              (fun value config -> { config with Initialisation = value })
          optional
              "drawn"
              "log-std-bias"
              "the first bias of log standard deviations"
              _.LogStdBias
              (fun value config -> { config with LogStdBias = value }) ]

    let private theLearning: ConfigKey<ControlConfig> list =
        [ any "log-std-low" "log standard deviations below it count as it" _.Policy.Low (fun value config ->
              { config with
                  ControlConfig.Policy.Low = value })
          any "log-std-high" "log standard deviations above it count as it" _.Policy.High (fun value config ->
              { config with
                  ControlConfig.Policy.High = value })
          ConfigKey.fromZero
              "density-epsilon"
              "added under the logarithm of log(1 - a²), 0 for the exact form"
              (fun config ->
                  match config.Policy.Correction with
                  | TanhGaussian.Stable -> 0.0
                  | TanhGaussian.Epsilon epsilon -> epsilon)
              (fun value config ->
                  { config with
                      ControlConfig.Policy.Correction =
                          if value = 0.0 then
                              TanhGaussian.Stable
                          else
                              TanhGaussian.Epsilon value })
          ConfigKey.whole 1 "critics" "how many critics" _.Critics (fun value config ->
              { config with Critics = value })
          ConfigKey.sparsity
              "discount"
              "what a reward is worth one step later"
              _.Discount
              (fun value config -> { config with Discount = value })
          ConfigKey.fraction
              "target-rate"
              "how far targets follow at each update"
              _.TargetRate
              (fun value config -> { config with TargetRate = value })
          ConfigKey.aboveZero
              "reward-factor"
              "what rewards are multiplied with"
              _.RewardFactor
              (fun value config -> { config with RewardFactor = value })
          ConfigKey.choice
              [ "per-task", SoftActorCritic.PerTask
                "shared", SoftActorCritic.Shared
                "fixed", SoftActorCritic.Fixed ]
              (=)
              "temperature"
              "how what entropy is worth comes about: learned for each task, learned for all, or fixed"
              _.Temperature
              (fun value config -> { config with Temperature = value })
          ConfigKey.aboveZero
              "first-temperature"
              "the first temperature"
              _.FirstTemperature
              (fun value config -> { config with FirstTemperature = value })
          any
              "target-entropy"
              "the entropy that temperatures steer for, nats for each number of an action"
              _.TargetEntropy
              (fun value config -> { config with TargetEntropy = value })
          ConfigKey.fromZero
              "clip"
              "the largest magnitude of values in the critics' loss, 0 for none"
              _.Clip
              (fun value config -> { config with Clip = value })
          ConfigKey.flag
              "weigh-tasks"
              "tasks weigh by softmax(-log temperature)"
              _.WeighTasks
              (fun value config -> { config with WeighTasks = value })
          ConfigKey.aboveZero "lr-actor" "learning rate of the policy" _.ActorRate (fun value config ->
              { config with ActorRate = value })
          ConfigKey.aboveZero "lr-critic" "learning rate of the critics" _.CriticRate (fun value config ->
              { config with CriticRate = value })
          ConfigKey.aboveZero
              "lr-temperature"
              "learning rate of the temperatures"
              _.TemperatureRate
              (fun value config -> { config with TemperatureRate = value })
          ConfigKey.aboveZero "adam-epsilon" "Adam's ε" _.AdamEpsilon (fun value config ->
              { config with AdamEpsilon = value }) ]

    let private theTests: ConfigKey<ControlConfig> list =
        [ ConfigKey.whole 1 "evaluate-every" "rounds between tests" _.EvaluateEvery (fun value config ->
              { config with EvaluateEvery = value })
          ConfigKey.whole
              1
              "evaluation-episodes"
              "episodes of each task in a test on the way"
              _.EvaluationEpisodes
              (fun value config ->
                  { config with
                      EvaluationEpisodes = value })
          ConfigKey.whole
              1
              "final-episodes"
              "episodes of each task in the last test"
              _.FinalEpisodes
              (fun value config -> { config with FinalEpisodes = value })
          ConfigKey.choice
              [ "deterministic", false; "stochastic", true ]
              (=)
              "evaluation"
              "how tests act: by the mean, or by draws from the policy as the published ones did"
              _.StochasticTests
              (fun value config -> { config with StochasticTests = value })
          ConfigKey.whole 0 "seed" "seed of every random draw" _.Seed (fun value config ->
              { config with Seed = value }) ]

    let private method': ConfigKey<ControlConfig> =
        ConfigKey.choice
            ControlMethods.named
            (=)
            "method"
            "what learns; sets networks, initialisation and what is told of the task to its published values"
            _.Method
            ControlMethods.set

    /// Every key, in the order in which they are printed.
    let all: ConfigKey<ControlConfig> list =
        [ method' ] @ theTasks @ theProtocol @ theNetworks @ theLearning @ theTests

    /// When a key is to be set among others, lowest first: `hidden`, then `method`, whose dendrites go on the last layer, then the rest.
    let rank (key: string) : int =
        List.tryFindIndex ((=) key) [ "hidden"; "method" ] |> Option.defaultValue 2
