namespace Dendrites

/// Reading, writing and checking run configurations by key.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module RunConfig =

    let private invariant = System.Globalization.CultureInfo.InvariantCulture

    let private initialisations =
        [ "default", Network.Default
          "modified", Network.Modified
          "modified-mlp", Network.ModifiedMlp ]

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

    let private data =
        { Name = "data"
          Meaning = "the images: mnist | fashion-mnist | kmnist, or a folder with the four IDX files"
          Read = _.Data
          Write =
            fun text config ->
                if text = "" then
                    Error "mnist | fashion-mnist | kmnist, or a folder"
                else
                    Ok { config with Data = text } }

    /// Every key, in the order in which they are printed.
    let keys: ConfigKey<RunConfig> list =
        [ Methods.key
          ConfigKey.whole 1 "tasks" "tasks in the stream" _.Tasks (fun value config ->
              { config with Tasks = value })
          ConfigKey.whole 1 "epochs" "passes over each task" _.Epochs (fun value config ->
              { config with Epochs = value })
          ConfigKey.whole 1 "batch" "samples per update" _.Batch (fun value config ->
              { config with Batch = value })
          ConfigKey.aboveZero "lr" "learning rate" _.LearningRate (fun value config ->
              { config with LearningRate = value })
          optimiser
          ConfigKey.widths "hidden" "units of each hidden layer" _.Hidden (fun value config ->
              { config with Hidden = value })
          ConfigKey.flag
              "k-winners"
              "k-winners after each hidden layer, instead of a rectifier"
              _.KWinners
              (fun value config -> { config with KWinners = value })
          ConfigKey.fraction "density" "fraction of units that win" _.Density (fun value config ->
              { config with Density = value })
          ConfigKey.sparsity
              "dropout"
              "probability that a hidden unit's output is dropped in training"
              _.Dropout
              (fun value config -> { config with Dropout = value })
          ConfigKey.sparsity
              "input-dropout"
              "probability that an input is dropped in training"
              _.InputDropout
              (fun value config -> { config with InputDropout = value })
          ConfigKey.sparsity
              "weight-sparsity"
              "fraction of missing feed-forward weights"
              _.WeightSparsity
              (fun value config -> { config with WeightSparsity = value })
          ConfigKey.gate "gate" "how segments act on a unit" _.Gate (fun value config ->
              { config with Gate = value })
          ConfigKey.whole 0 "segments" "segments per unit" _.Segments (fun value config ->
              { config with Segments = value })
          ConfigKey.sparsity
              "segment-sparsity"
              "fraction of missing segment weights"
              _.SegmentSparsity
              (fun value config -> { config with SegmentSparsity = value })
          ConfigKey.choice
              [ "prototype", Prototype
                "cluster", Clustered
                "one-hot", OneHotTask
                "sparse-binary", SparseBinary
                "own-prototype", OwnPrototype
                "input", InputItself
                "pooled", Pooled
                "none", Contextless ]
              (=)
              "context"
              "what segments read"
              _.Context
              (fun value config -> { config with Context = value })
          ConfigKey.choice
              [ "segments", ToSegments; "input", BesideInput ]
              (=)
              "context-use"
              "where the context goes: to segments, or beside the input"
              _.ContextUse
              (fun value config -> { config with ContextUse = value })
          ConfigKey.fraction
              "context-density"
              "scale of segment initialisation"
              _.ContextDensity
              (fun value config -> { config with ContextDensity = value })
          ConfigKey.choice
              initialisations
              (=)
              "initialisation"
              "how weights are drawn"
              _.Initialisation
              (fun value config -> { config with Initialisation = value })
          yield! PieceKeys.keys
          ConfigKey.choice
              [ "given", Given; "kept", Kept; "none", NotGiven ]
              (=)
              "boundaries"
              "whether the learner is told where a task ends: given, and starts its optimiser anew; kept, and leaves its optimiser alone; none"
              _.Boundaries
              (fun value config -> { config with Boundaries = value })
          ConfigKey.choice
              [ "sequential", Sequential
                "cumulative", Cumulative
                "interleaved", Interleaved ]
              (=)
              "order"
              "how samples are learned: task by task; each task with all before it; all mixed from the start (joint training)"
              _.Order
              (fun value config -> { config with Order = value })
          ConfigKey.choice
              [ "class", ClassIncremental
                "domain", DomainIncremental
                "task", TaskIncremental ]
              (=)
              "reading"
              "what is asked of split classes: which of all; which of the task's, by their order there, outputs shared; which of the task's, the task given in training and at test"
              _.Reading
              (fun value config -> { config with Reading = value })
          yield! ScenarioKeys.keys
          evaluate
          ConfigKey.flag
              "test-ahead"
              "whether a task is tested just before it is learned too, and every task by first weights; fwt.lopez-paz needs it"
              _.TestAhead
              (fun value config -> { config with TestAhead = value })
          ConfigKey.whole 1 "evaluation-batch" "samples asked at once" _.EvaluationBatch (fun value config ->
              { config with EvaluationBatch = value })
          data
          ConfigKey.whole
              0
              "subset"
              "training images that tasks are made of, 0 for all"
              _.Subset
              (fun value config -> { config with Subset = value })
          ConfigKey.whole
              0
              "test-subset"
              "test images that tasks are made of, 0 for all"
              _.TestSubset
              (fun value config -> { config with TestSubset = value })
          ConfigKey.whole 0 "seed" "seed of every random draw" _.Seed (fun value config ->
              { config with Seed = value }) ]

    /// Every key with its value, resolved.
    let entries (config: RunConfig) : (string * string) list = ConfigKey.entries keys config

    /// `config` with `name` set, or the problem; an unknown key names the nearest known one.
    let set (name: string) (text: string) (config: RunConfig) : Result<RunConfig, Problem> =
        ConfigKey.set keys name text config

    /// When a key is to be set among others, lowest first: `tasks`, then `method`, which sets other keys, its segments
    /// by the tasks, then all the rest.
    let rank (key: string) : int =
        List.tryFindIndex ((=) key) [ "tasks"; "method" ] |> Option.defaultValue 2

    /// `config` with every pair set in the order of their `rank`, or every problem.
    let setAll (pairs: (string * string) list) (config: RunConfig) : Result<RunConfig, Problem list> =
        ConfigKey.setAll keys rank pairs config

    /// `config` as runs had it that were recorded before there were the keys `dropout` and `input-dropout`.
    let undropped (config: RunConfig) : RunConfig =
        { config with
            Dropout = 0.0
            InputDropout = 0.0 }

    /// The network that `config` describes, for inputs of width `inputs` and `classes` outputs.
    let network (inputs: int) (classes: int) (config: RunConfig) : Network.Config =
        let context =
            match config.Context with
            | Prototype
            | OwnPrototype
            | SparseBinary
            | InputItself -> inputs
            | Clustered -> Clusters.width inputs
            | OneHotTask -> config.Tasks
            | Pooled -> SpatialPooler.Width
            | Contextless -> 0

        { Inputs =
            match config.ContextUse with
            | ToSegments -> inputs
            | BesideInput -> inputs + context
          Hidden = config.Hidden
          Heads = [ classes ]
          Gates = config.Hidden |> List.map (fun _ -> snd config.Gate)
          Segments = config.Segments
          Context = context
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
        [ match snd config.Gate, config.Context, config.ContextUse with
          | NoGate, Contextless, ToSegments -> ()
          | NoGate, _, ToSegments -> Problem.at "context" "given" "none with gate none"
          | NoGate, Contextless, BesideInput -> Problem.at "context" "none" "a context with context-use input"
          | NoGate, _, BesideInput -> ()
          | _, _, BesideInput -> Problem.at "context-use" "input" "segments with a gate"
          | _, Contextless, ToSegments ->
              Problem.at "context" "none" "prototype | cluster | one-hot with a gate"
          | Switch _, context, _ when context <> OneHotTask ->
              Problem.at "context" "another" "one-hot with the gate switch"
          | _ -> ()
          if
              config.Boundaries = NotGiven
              && PieceKeys.pieces config |> List.exists Pieces.needsBoundaries
          then
              Problem.at "boundaries" "none" $"given | kept with pieces {PieceKeys.show config.Pieces}"
          if config.Context = Clustered && config.Batch < Clusters.fewest 784 then
              Problem.at
                  "batch"
                  (string config.Batch)
                  $"a whole number from {Clusters.fewest 784} with context cluster"
          if
              List.contains Packnet config.Pieces
              && not ((snd config.Gate).IsNoGate || (snd config.Gate).IsSwitch)
          then
              Problem.at "gate" (fst config.Gate) "none | switch with pieces packnet, which parts no segments"
          if
              List.contains Hat config.Pieces
              && not ((snd config.Gate).IsOneSegment && config.Context = OneHotTask)
          then
              Problem.at
                  "pieces"
                  (PieceKeys.show config.Pieces)
                  "hat with gate one-segment and context one-hot, which are its attention"
          yield! ScenarioKeys.validate config
          yield! validateProtocol config
          yield! Problem.positive "lr" config.LearningRate
          yield! Network.validate (network 784 10 config) ]

    /// Tests ahead of task number `task`: of each task by first weights, then of the next.
    let testsAhead (task: int) (config: RunConfig) =
        match config.TestAhead, task with
        | false, _ -> 0
        | true, 0 -> config.Tasks
        | true, _ -> 1

    /// Whether the learner is tested after it has finished `count` tasks.
    let evaluatesAfter (count: int) (config: RunConfig) =
        match config.Evaluate with
        | AfterEvery -> true
        | AfterLast -> count = config.Tasks
        | AfterTasks counts -> count = config.Tasks || List.contains count counts
