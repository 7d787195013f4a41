namespace Dendrites

/// Reading, writing and checking the settings of reinforcement learning by key, and what they describe.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module ControlConfig =

    /// Every key with its value, resolved.
    let entries (config: ControlConfig) : (string * string) list =
        ConfigKey.entries ControlKeys.all config

    /// `config` with `name` set, or the problem; an unknown key names the nearest known one.
    let set (name: string) (text: string) (config: ControlConfig) : Result<ControlConfig, Problem> =
        ConfigKey.set ControlKeys.all name text config

    /// `config` with every pair set in the order of their rank, or every problem.
    let setAll (pairs: (string * string) list) (config: ControlConfig) : Result<ControlConfig, Problem list> =
        ConfigKey.setAll ControlKeys.all ControlKeys.rank pairs config

    let private winners (config: ControlConfig) on =
        if on then
            Network.KWinners(KWinners.standard config.Density)
        else
            Network.Relu

    /// The network of a policy or a critic, its inputs and heads yet to be given: `heads` bounds those that begin near zero.
    let private network (tasks: int) xavier (heads: float) (config: ControlConfig) : TaskNetwork.Config =
        { Network =
            { Inputs = 1
              Hidden = config.Hidden
              Heads = [ 1 ]
              Gates =
                [ for layer in 1 .. config.Hidden.Length ->
                      if List.contains layer config.Dendrites then
                          snd config.Gate
                      else
                          NoGate ]
              Segments = config.Segments
              Context = tasks
              Activation = winners config config.KWinners
              WeightSparsity = config.WeightSparsity
              SegmentSparsity = config.SegmentSparsity
              ContextDensity = config.ContextDensity
              Initialisation =
                if config.Initialisation = DefaultLinear then
                    Network.Default
                else
                    Network.Modified
              Dtype = Dtype.Float32 }
          Tasks = tasks
          Beside = config.TaskInput
          OwnHeads = config.OwnHeads
          Preprocess =
            if config.Preprocess = 0 then
                None
            else
                Some
                    { Width = config.Preprocess
                      Activation = winners config config.PreprocessWinners }
          Initialisation =
            match config.Initialisation with
            | Xavier -> xavier
            | He -> TaskNetwork.HeUniform heads
            | ModifiedLinear
            | DefaultLinear -> TaskNetwork.AsNetwork }

    /// The learner that `config` describes for tasks with observations and actions of these widths.
    let agent
        (tasks: int)
        (observation: int)
        (actions: int)
        (config: ControlConfig)
        : SoftActorCritic.Config =
        let adam rate : Optimiser.Config =
            { Rule = Optimiser.Adam(0.9, 0.999, config.AdamEpsilon)
              LearningRate = rate }

        { Actor =
            network tasks TaskNetwork.XavierUniform 1e-3 config
            |> TaskNetwork.over observation [ actions; actions ]
          Critic =
            network tasks TaskNetwork.XavierNormal 3e-3 config
            |> TaskNetwork.over (observation + actions) [ 1 ]
          Critics = config.Critics
          Policy = config.Policy
          LogStdBias = config.LogStdBias
          Discount = config.Discount
          TargetRate = config.TargetRate
          RewardFactor = config.RewardFactor
          Temperature = config.Temperature
          FirstTemperature = config.FirstTemperature
          TargetEntropy = config.TargetEntropy * float actions
          Clip = if config.Clip = 0.0 then None else Some config.Clip
          WeighTasks = config.WeighTasks
          ActorOptimiser = adam config.ActorRate
          CriticOptimiser = adam config.CriticRate
          TemperatureOptimiser = adam config.TemperatureRate }

    /// The learner for these environments.
    let agentFor (environments: Environments) (config: ControlConfig) : SoftActorCritic.Config =
        agent environments.Tasks.Length environments.Observation environments.Actions config

    /// The memory for these environments.
    let buffer (environments: Environments) (config: ControlConfig) : ReplayBuffer.Config =
        { Capacity = config.Capacity
          Policy = config.Replay
          Tasks = environments.Tasks.Length
          Observation = environments.Observation
          Actions = environments.Actions }

    /// Every reason why the fields cannot go together, for tasks of these numbers.
    let validate (tasks: int) (observation: int) (actions: int) (config: ControlConfig) : Problem list =
        [ if config.Dendrites |> List.exists (fun layer -> layer > config.Hidden.Length) then
              Problem.at
                  "dendrites"
                  (ConfigKey.joined config.Dendrites)
                  $"none, or numbers up to {config.Hidden.Length}, the hidden layers"
          match snd config.Gate, config.Dendrites with
          | NoGate, [] -> ()
          | NoGate, layers -> Problem.at "dendrites" (ConfigKey.joined layers) "none with gate none"
          | _, [] -> Problem.at "gate" (fst config.Gate) "none without dendrites"
          | _ -> ()
          match config.Model, config.Assets with
          | "genuine", "" -> Problem.at "assets" "none" "a folder with model genuine"
          | "genuine", _
          | _, "" -> ()
          | model, assets -> Problem.at "assets" assets $"none with model {model}"
          if config.Forget && config.Order = Together then
              Problem.at "forget" "true" "false with order together"
          if config.WeighTasks && config.Temperature <> SoftActorCritic.PerTask then
              Problem.at "weigh-tasks" "true" "false unless temperature is per-task"
          if config.LearnFrom > config.Capacity then
              Problem.at
                  "learn-from"
                  (string config.LearnFrom)
                  $"a whole number up to {config.Capacity}, the buffer"
          yield!
              ReplayBuffer.validate
                  { Capacity = config.Capacity
                    Policy = config.Replay
                    Tasks = tasks
                    Observation = observation
                    Actions = actions }
          let agent = agent tasks observation actions config
          yield! SoftActorCritic.validate agent ]
        // Policy and critics are alike, and so are their problems.
        |> List.distinct
