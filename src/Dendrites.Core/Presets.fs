namespace Dendrites

/// The named settings of permutedMNIST. Published rows carry the settings that the authors' code ships,
/// even where their own code does not reach the published figure with them.
[<RequireQualifiedAccess>]
module Presets =

    /// A named configuration and the figure that was published for it.
    [<NoEquality; NoComparison>]
    type Preset =
        {
            /// What `--preset` calls it.
            Name: string
            /// What it shows, in a phrase.
            Meaning: string
            /// Mean accuracy over all tasks after the last (8 trials), where one was published.
            Published: float option
            /// The settings.
            Config: RunConfig
        }

    let private start =
        RunConfig.withMethod
            ActiveDendrites
            { Experiment = "permuted-mnist"
              Preset = "prototype-10"
              Method = ActiveDendrites
              Tasks = 10
              Epochs = 3
              Batch = 256
              LearningRate = 5e-4
              Rule = (Optimiser.adam 1.0).Rule
              Hidden = [ 2048; 2048 ]
              KWinners = true
              Density = 0.05
              WeightSparsity = 0.5
              Gate = "none", NoGate
              Segments = 0
              SegmentSparsity = 0.0
              Context = Contextless
              ContextDensity = 0.1
              Initialisation = Network.Modified
              Boundaries = true
              Evaluate = AfterEvery
              EvaluationBatch = 1000
              Data = "mnist"
              Subset = 0
              TestSubset = 0
              Seed = 42 }

    let private named name meaning published config =
        { Name = name
          Meaning = meaning
          Published = published
          Config = { config with Preset = name } }

    let private prototype tasks epochs learningRate published =
        let evaluate =
            if tasks <= 10 then
                AfterEvery
            else
                AfterTasks [ 2; 5; 10; 25; 50; 100 ]

        named
            $"prototype-{tasks}"
            $"Active Dendrites, {tasks} tasks, a segment per task, prototype contexts"
            published
            { start with
                Tasks = tasks
                Segments = tasks
                Epochs = epochs
                LearningRate = learningRate
                Evaluate = evaluate }

    let private ablation name meaning published methodName epochs learningRate hidden =
        named
            name
            meaning
            (Some published)
            { RunConfig.withMethod methodName start with
                Epochs = epochs
                LearningRate = learningRate
                Hidden = hidden }

    /// Every preset of permutedMNIST.
    let all: Preset list =
        [ named
              "quick"
              "Active Dendrites, 5 tasks, one epoch: a first look"
              None
              { start with
                  Tasks = 5
                  Segments = 5
                  Epochs = 1 }
          prototype 2 1 5e-4 (Some 0.97474)
          prototype 5 1 5e-4 (Some 0.96363)
          prototype 10 3 5e-4 (Some 0.94551)
          prototype 25 5 3e-4 None
          prototype 50 3 3e-4 None
          prototype 100 3 1e-4 (Some 0.81421)
          ablation "mlp-3-layer-10" "dense MLP, two hidden layers" 0.82032 Mlp 5 3e-6 [ 2048; 2048 ]
          ablation
              "mlp-10-layer-10"
              "dense MLP with as many parameters as prototype-10"
              0.71843
              Mlp
              3
              3e-6
              (List.replicate 9 2048)
          ablation "k-winners-10" "sparse representations only" 0.91333 KWinnersOnly 5 1e-4 [ 2048; 2048 ]
          ablation "dendrites-only-10" "dendrites only, rectified" 0.82854 DendritesOnly 5 5e-6 [ 2048; 2048 ] ]

    /// The preset called `name`, or the problem with the nearest name.
    let find (name: string) : Result<Preset, Problem> =
        match all |> List.tryFind (fun preset -> preset.Name = name) with
        | Some preset -> Ok preset
        | None ->
            let names = all |> List.map _.Name
            let listed = String.concat " | " names
            Error(Problem.at "preset" $"'{name}'" $"{listed} (did you mean '{Problem.nearest names name}'?)")
