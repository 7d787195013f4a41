/// Actors, critics and batches that the tests of `TaskNetwork` and `SoftActorCritic` are made on.
module Dendrites.Tests.ControlCases

open Dendrites

/// The published networks, for any input and heads.
let published (activeDendrites: bool) : TaskNetwork.Config =
    let network =
        { NetworkCases.mlp [ 2800; 2800 ] with
            Context = 10
            ContextDensity = 1.0 }

    { Network =
        if activeDendrites then
            { network with
                Gates = [ NoGate; AbsMax ]
                Segments = 10
                Activation = Network.KWinners(KWinners.standard 0.25)
                WeightSparsity = 0.1
                Initialisation = Network.Modified }
        else
            network
      Tasks = 10
      Beside = not activeDendrites
      OwnHeads = false
      Preprocess = None
      Initialisation =
        if activeDendrites then
            TaskNetwork.AsNetwork
        else
            TaskNetwork.XavierUniform }

/// How a small network is told its task.
type Told =
    | BesideInput
    | ByDendrites
    | ByPreprocessedDendrites
    | ByHeads

let allTold = [ BesideInput; ByDendrites; ByPreprocessedDendrites; ByHeads ]

/// A small network of `tasks` tasks that is told its task in one way.
let small (told: Told) (tasks: int) (hidden: int list) (dtype: Dtype) : TaskNetwork.Config =
    let dendritic = told = ByDendrites || told = ByPreprocessedDendrites

    { Network =
        { Inputs = 1
          Hidden = hidden
          Heads = [ 1 ]
          Gates =
            hidden
            |> List.mapi (fun layer _ ->
                if dendritic && layer = hidden.Length - 1 then
                    AbsMax
                else
                    NoGate)
          Segments = if dendritic then 3 else 0
          Context = tasks
          Activation =
            if dendritic then
                Network.KWinners(KWinners.standard 0.5)
            else
                Network.Relu
          WeightSparsity = if dendritic then 0.25 else 0.0
          SegmentSparsity = 0.0
          ContextDensity = 1.0
          Initialisation = Network.Modified
          Dtype = dtype }
      Tasks = tasks
      Beside = (told = BesideInput)
      OwnHeads = (told = ByHeads)
      Preprocess =
        if told = ByPreprocessedDendrites then
            Some { Width = 5; Activation = Network.Relu }
        else
            None
      Initialisation = TaskNetwork.AsNetwork }

/// Soft actor-critic by small networks.
let agent told tasks hidden observation actions dtype learningRate : SoftActorCritic.Config =
    let network = small told tasks hidden dtype

    { Actor = TaskNetwork.over observation [ actions; actions ] network
      Critic = TaskNetwork.over (observation + actions) [ 1 ] network
      Critics = 2
      Policy =
        { TanhGaussian.published with
            Correction = TanhGaussian.Stable }
      LogStdBias = None
      Discount = 0.9
      TargetRate = 0.1
      RewardFactor = 1.0
      Temperature = SoftActorCritic.PerTask
      FirstTemperature = 0.5
      TargetEntropy = -float actions
      Clip = None
      WeighTasks = false
      ActorOptimiser = Optimiser.adam learningRate
      CriticOptimiser = Optimiser.adam learningRate
      TemperatureOptimiser = Optimiser.adam learningRate }

/// Transitions that a key draws, of two actions and three numbers seen.
let batch rows tasks dtype (key: Key) : Transitions =
    let normal purpose shape =
        Key.normal shape dtype (Key.named purpose key)

    { Observations = normal "observations" [ rows; 3 ]
      Actions = Key.uniform -1.0 1.0 [ rows; 2 ] dtype (Key.named "actions" key)
      Rewards = normal "rewards" [ rows ]
      Next = normal "next" [ rows; 3 ]
      Terminals = Key.bernoulli 0.3 [ rows ] dtype (Key.named "terminals" key)
      Tasks = Key.integers 0 tasks rows (Key.named "tasks" key) |> indices }
