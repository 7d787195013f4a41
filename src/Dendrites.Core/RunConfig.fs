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

/// The context that segments read.
type ContextName =
    /// The mean training image of the task; at test the nearest of the prototypes met so far.
    | Prototype
    /// The task number as a one-hot vector; given at test too, so an oracle.
    | OneHotTask
    /// None: for methods without dendrites.
    | Contextless

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
        /// `permuted-mnist`.
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
        /// `true`: the learner is told where tasks end and starts its optimiser anew there.
        Boundaries: bool
        /// When all tasks so far are tested.
        Evaluate: Evaluation
        /// Samples asked at once; no influence on the answers.
        EvaluationBatch: int
        /// `mnist`, or a folder with the four IDX files.
        Data: string
        /// Images per task taken from the front of the training and test sets; 0 takes all.
        Subset: int
        /// Images of each test set that are asked; 0 asks all.
        TestSubset: int
        /// The root of all randomness.
        Seed: int
    }

/// Reading, writing and checking run configurations by key.
[<RequireQualifiedAccess>]
module RunConfig =

    let private invariant = System.Globalization.CultureInfo.InvariantCulture

    /// The methods by name.
    let methods =
        [ "active-dendrites", ActiveDendrites
          "mlp", Mlp
          "k-winners", KWinnersOnly
          "dendrites", DendritesOnly ]

    let private initialisations =
        [ "default", Network.Default
          "modified", Network.Modified
          "modified-mlp", Network.ModifiedMlp ]

    let private gateNamed name =
        name, Gate.named |> List.find (fst >> (=) name) |> snd

    /// `config` with everything that defines the method `name` set to its published values.
    let withMethod (name: MethodName) (config: RunConfig) : RunConfig =
        let sparse =
            { config with
                Method = name
                WeightSparsity = 0.5
                Initialisation = Network.Modified }

        let gated =
            { sparse with
                Gate = gateNamed "abs-max"
                Context = Prototype
                Segments = max 1 config.Tasks }

        let plain config =
            { config with
                Gate = gateNamed "none"
                Context = Contextless
                Segments = 0 }

        match name with
        | ActiveDendrites -> { gated with KWinners = true }
        | DendritesOnly -> { gated with KWinners = false }
        | KWinnersOnly -> { plain sparse with KWinners = true }
        | Mlp ->
            { plain sparse with
                KWinners = false
                WeightSparsity = 0.0
                Initialisation = Network.ModifiedMlp }

    let private aboveZero =
        ConfigKey.number "a number above 0" (fun x -> x > 0.0 && x < infinity)

    let private fraction =
        ConfigKey.number "a fraction above 0, up to 1" (fun x -> x > 0.0 && x <= 1.0)

    let private sparsity =
        ConfigKey.number "a fraction from 0, below 1" (fun x -> x >= 0.0 && x < 1.0)

    let private flag = ConfigKey.choice [ "true", true; "false", false ] (=)

    let private evaluate =
        { Name = "evaluate"
          Meaning =
            "after which tasks to test on all tasks so far: every | last | numbers of tasks such as 2,5,10"
          Read =
            fun config ->
                match config.Evaluate with
                | AfterEvery -> "every"
                | AfterLast -> "last"
                | AfterTasks counts -> ConfigKey.joined counts
          Write =
            fun text config ->
                match text, ConfigKey.wholes text with
                | "every", _ -> Ok { config with Evaluate = AfterEvery }
                | "last", _ -> Ok { config with Evaluate = AfterLast }
                | _, Some counts ->
                    Ok
                        { config with
                            Evaluate = AfterTasks counts }
                | _ -> Error "every | last | numbers of tasks such as 2,5,10" }

    let private hidden =
        { Name = "hidden"
          Meaning = "units of each hidden layer: whole numbers from 1, such as 2048,2048"
          Read = fun config -> ConfigKey.joined config.Hidden
          Write =
            fun text config ->
                match ConfigKey.wholes text with
                | Some units -> Ok { config with Hidden = units }
                | None -> Error "whole numbers from 1, such as 2048,2048" }

    let private optimiser =
        { Name = "optimiser"
          Meaning = "update rule: adam | sgd | sgd:MOMENTUM"
          Read =
            fun config ->
                match config.Rule with
                | Optimiser.Adam _ -> "adam"
                | Optimiser.Sgd 0.0 -> "sgd"
                | Optimiser.Sgd momentum -> "sgd:" + momentum.ToString("R", invariant)
          Write =
            fun text config ->
                let momentum (text: string) =
                    match
                        System.Double.TryParse(text, System.Globalization.NumberStyles.Float, invariant)
                    with
                    | true, value when value >= 0.0 && value < 1.0 -> Some value
                    | _ -> None

                match text with
                | "adam" ->
                    Ok
                        { config with
                            Rule = (Optimiser.adam 1.0).Rule }
                | "sgd" -> Ok { config with Rule = Optimiser.Sgd 0.0 }
                | _ when text.StartsWith "sgd:" && (momentum (text.Substring 4)).IsSome ->
                    Ok
                        { config with
                            Rule = Optimiser.Sgd (momentum (text.Substring 4)).Value }
                | _ -> Error "adam | sgd | sgd:MOMENTUM with a momentum from 0, below 1" }

    /// Printed by its name, whether published or of one's own; only published ones can be set by name.
    let private gate =
        { ConfigKey.choice
              [ for name, gate in Gate.named -> name, (name, gate) ]
              (fun (a, _) (b, _) -> a = b)
              "gate"
              "how segments act on a unit"
              _.Gate
              (fun value config -> { config with Gate = value }) with
            Read = fun config -> fst config.Gate }

    let private data =
        { Name = "data"
          Meaning = "the images: mnist, or a folder with the four IDX files"
          Read = _.Data
          Write =
            fun text config ->
                if text = "" then
                    Error "mnist, or a folder"
                else
                    Ok { config with Data = text } }

    /// Every key, in the order in which they are printed.
    let keys: ConfigKey<RunConfig> list =
        [ ConfigKey.choice
              methods
              (=)
              "method"
              "what learns; sets k-winners, weight-sparsity, gate, segments, context and initialisation to its published values"
              _.Method
              withMethod
          ConfigKey.whole 1 "tasks" "tasks in the stream" _.Tasks (fun value config ->
              { config with Tasks = value })
          ConfigKey.whole 1 "epochs" "passes over each task" _.Epochs (fun value config ->
              { config with Epochs = value })
          ConfigKey.whole 1 "batch" "samples per update" _.Batch (fun value config ->
              { config with Batch = value })
          aboveZero "lr" "learning rate" _.LearningRate (fun value config ->
              { config with LearningRate = value })
          optimiser
          hidden
          flag
              "k-winners"
              "k-winners after each hidden layer, instead of a rectifier"
              _.KWinners
              (fun value config -> { config with KWinners = value })
          fraction "density" "fraction of units that win" _.Density (fun value config ->
              { config with Density = value })
          sparsity
              "weight-sparsity"
              "fraction of missing feed-forward weights"
              _.WeightSparsity
              (fun value config -> { config with WeightSparsity = value })
          gate
          ConfigKey.whole 0 "segments" "segments per unit" _.Segments (fun value config ->
              { config with Segments = value })
          sparsity
              "segment-sparsity"
              "fraction of missing segment weights"
              _.SegmentSparsity
              (fun value config -> { config with SegmentSparsity = value })
          ConfigKey.choice
              [ "prototype", Prototype; "one-hot", OneHotTask; "none", Contextless ]
              (=)
              "context"
              "what segments read"
              _.Context
              (fun value config -> { config with Context = value })
          fraction "context-density" "scale of segment initialisation" _.ContextDensity (fun value config ->
              { config with ContextDensity = value })
          ConfigKey.choice
              initialisations
              (=)
              "initialisation"
              "how weights are drawn"
              _.Initialisation
              (fun value config -> { config with Initialisation = value })
          ConfigKey.choice
              [ "given", true; "none", false ]
              (=)
              "boundaries"
              "whether the learner starts its optimiser anew where a task ends"
              _.Boundaries
              (fun value config -> { config with Boundaries = value })
          evaluate
          ConfigKey.whole 1 "evaluation-batch" "samples asked at once" _.EvaluationBatch (fun value config ->
              { config with EvaluationBatch = value })
          data
          ConfigKey.whole 0 "subset" "training images per task, 0 for all" _.Subset (fun value config ->
              { config with Subset = value })
          ConfigKey.whole 0 "test-subset" "test images per task, 0 for all" _.TestSubset (fun value config ->
              { config with TestSubset = value })
          ConfigKey.whole 0 "seed" "seed of every random draw" _.Seed (fun value config ->
              { config with Seed = value }) ]

    /// Every key with its value, resolved.
    let entries (config: RunConfig) : (string * string) list =
        [ for key in keys -> key.Name, key.Read config ]

    /// `config` with `name` set, or the problem; an unknown key names the nearest known one.
    let set (name: string) (text: string) (config: RunConfig) : Result<RunConfig, Problem> =
        match keys |> List.tryFind (fun key -> key.Name = name) with
        | Some key -> key.Write text config |> Result.mapError (Problem.at name $"'{text}'")
        | None ->
            let nearest = Problem.nearest (keys |> List.map _.Name) name
            Error(Problem.at "key" $"'{name}'" $"a key that --dry-run prints (did you mean '{nearest}'?)")

    /// When a key is to be set among others, lowest first: `tasks`, then `method`, which sets other keys, its segments
    /// by the tasks, then all the rest.
    let rank (key: string) : int =
        List.tryFindIndex ((=) key) [ "tasks"; "method" ] |> Option.defaultValue 2

    /// `config` with every pair set in the order of their `rank`, or every problem.
    let setAll (pairs: (string * string) list) (config: RunConfig) : Result<RunConfig, Problem list> =
        let apply (config, problems) (name, text) =
            match set name text config with
            | Ok config -> config, problems
            | Error problem -> config, problem :: problems

        match pairs |> List.sortBy (fst >> rank) |> List.fold apply (config, []) with
        | config, [] -> Ok config
        | _, problems -> Error(List.rev problems)

    /// The network that `config` describes, for inputs of width `inputs` and `classes` outputs.
    let network (inputs: int) (classes: int) (config: RunConfig) : Network.Config =
        { Inputs = inputs
          Hidden = config.Hidden
          Heads = [ classes ]
          Gates = config.Hidden |> List.map (fun _ -> snd config.Gate)
          Segments = config.Segments
          Context =
            match config.Context with
            | Prototype -> inputs
            | OneHotTask -> config.Tasks
            | Contextless -> 0
          Activation =
            if config.KWinners then
                Network.KWinners(KWinners.standard config.Density)
            else
                Network.Relu
          WeightSparsity = config.WeightSparsity
          SegmentSparsity = config.SegmentSparsity
          ContextDensity = config.ContextDensity
          Initialisation = config.Initialisation
          Dtype = Dtype.Float32 }

    /// The optimiser that `config` describes.
    let optimiserOf (config: RunConfig) : Optimiser.Config =
        { Rule = config.Rule
          LearningRate = config.LearningRate }

    /// Every reason why the protocol cannot run, whatever method learns.
    let validateProtocol (config: RunConfig) : Problem list =
        [ yield! Problem.atLeast 1 "tasks" config.Tasks
          yield! Problem.atLeast 1 "epochs" config.Epochs
          yield! Problem.atLeast 1 "batch" config.Batch
          yield! Problem.atLeast 1 "evaluation-batch" config.EvaluationBatch ]

    /// Every reason why the fields cannot go together.
    let validate (config: RunConfig) : Problem list =
        [ match snd config.Gate, config.Context with
          | NoGate, Contextless -> ()
          | NoGate, _ -> Problem.at "context" "given" "none with gate none"
          | _, Contextless -> Problem.at "context" "none" "prototype | one-hot with a gate"
          | _ -> ()
          yield! validateProtocol config
          yield! Problem.positive "lr" config.LearningRate
          yield! Network.validate (network 784 10 config) ]

    /// Whether the learner is tested after it has finished `count` tasks.
    let evaluatesAfter (count: int) (config: RunConfig) =
        match config.Evaluate with
        | AfterEvery -> true
        | AfterLast -> count = config.Tasks
        | AfterTasks counts -> count = config.Tasks || List.contains count counts
