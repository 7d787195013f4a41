namespace Dendrites

open System
open Dendrites.Kernels

/// Soft actor-critic by the fused engine: policy, critics and their targets are learned in place by kernels that use their structure,
/// on the CPU. Held to `SoftActorCritic`, which stays the definition: same losses and parameters within the rounding of float32.
[<RequireQualifiedAccess>]
module FusedActorCritic =

    /// A network that learns in place, and what of it are tensors: segments, where gated the very memory that is learned.
    [<NoEquality; NoComparison>]
    type internal Part =
        { Network: FusedNetwork
          Segments: Tensor option list
          Masks: Network.Masks }

    /// A state that `update` consumes: what comes back is the same memory. `toReference` copies it out at any time.
    [<NoEquality; NoComparison>]
    type State =
        internal
            { Team: Team
              Engine: ActorCritic
              Actor: Part
              Critics: (Part * Part) list
              LogAlpha: Tensor
              Temperature: Optimiser.State<Tensor> }

    /// Why the engine cannot learn as `config` says; empty if it can.
    let validate (config: SoftActorCritic.Config) : Problem list =
        [ for network in [ config.Actor; config.Critic ] do
              yield! FusedShape.validateNetwork Inference network.Network

              match network.Preprocess with
              | Some preprocess -> Problem.at "preprocess" (string preprocess.Width) "0 with the fused engine"
              | None -> ()
          yield! FusedShape.validateRule config.ActorOptimiser
          yield! FusedShape.validateRule config.CriticOptimiser ]
        |> List.distinct

    /// Heads side by side, as the kernels have them.
    let private joined (parameters: TaskNetwork.Parameters) : Network.Parameters =
        let all (part: Network.Linear -> Tensor) =
            dsharp.cat (List.map part parameters.Network.Heads, 0)

        { parameters.Network with
            Heads =
                [ { Weight = all _.Weight
                    Bias = all _.Bias } ] }

    let private joinedMasks (parameters: TaskNetwork.Parameters) (masks: Network.Masks) : Network.Masks =
        { masks with
            Heads =
                [ if masks.Heads |> List.exists Option.isSome then
                      let mask (head: Network.Linear) =
                          Option.defaultWith (fun () -> dsharp.onesLike head.Weight)

                      Some(dsharp.cat (List.map2 mask parameters.Network.Heads masks.Heads, 0))
                  else
                      None ] }

    let private apart (config: TaskNetwork.Config) (parameters: Network.Parameters) : TaskNetwork.Parameters =
        let head = parameters.Heads.Head
        let split (t: Tensor) = t.split (config.Network.Heads, 0)

        { Network =
            { parameters with
                Heads =
                    [ for weight, bias in Seq.zip (split head.Weight) (split head.Bias) ->
                          { Weight = weight; Bias = bias } ] }
          Preprocess = None }

    /// A network of its own around `parameters`, whose segments it takes over.
    let private part
        (options: EngineOptions)
        (batch: int)
        (config: TaskNetwork.Config)
        (rule: Optimiser.Config)
        (masks: Network.Masks)
        (optimiser: Optimiser.State<TaskNetwork.Parameters>)
        (parameters: TaskNetwork.Parameters)
        : Part =
        let network =
            FusedMemory.create
                options
                (fun sparse -> FusedShape.shape Inference batch sparse config.Network)
                rule
                false
                (joinedMasks parameters masks)
                { Step = optimiser.Step
                  Moments = List.map joined optimiser.Moments }
                (joined parameters)

        if TaskNetwork.isGated config then
            let oneHots = dsharp.eye config.Tasks
            network.SetContexts(Span.op_Implicit (TensorMemory.floats oneHots), config.Tasks)

        { Network = network
          Segments = parameters.Network.Hidden |> List.map _.Segments
          Masks = masks }

    let private shapeOf (batch: int) (config: SoftActorCritic.Config) : ActorCriticShape =
        let { SoftActorCritic.Actor = actor
              SoftActorCritic.Critic = critic } =
            config

        let place (network: TaskNetwork.Config) =
            TaskPlace(network.Beside, network.OwnHeads)

        let beside (network: TaskNetwork.Config) =
            if network.Beside then network.Tasks else 0

        let observation = actor.Network.Inputs - beside actor

        ActorCriticShape(
            Observation = observation,
            Actions = critic.Network.Inputs - beside critic - observation,
            Tasks = actor.Tasks,
            Batch = batch,
            Actor = place actor,
            Critic = place critic,
            Low = config.Policy.Low,
            High = config.Policy.High,
            Epsilon =
                (match config.Policy.Correction with
                 | TanhGaussian.Stable -> 0.0
                 | TanhGaussian.Epsilon epsilon -> epsilon),
            Discount = config.Discount,
            TargetRate = config.TargetRate,
            RewardFactor = config.RewardFactor,
            Clip = Option.defaultValue Double.PositiveInfinity config.Clip
        )

    /// A state around the segments and temperatures of `state`, which it then owns; everything else is copied.
    let private adopt
        (threads: int)
        (batch: int)
        (config: SoftActorCritic.Config)
        (state: SoftActorCritic.State)
        : State =
        let team = new Team(threads)

        let options =
            EngineOptions(
                Team = team,
                RankOneMoments = false,
                Background = false,
                Rest = false,
                ReorderAfter = [||]
            )

        let learned config rule (learned: SoftActorCritic.Learned) =
            part options batch config rule learned.Masks learned.Optimiser learned.Parameters

        let actor = learned config.Actor config.ActorOptimiser state.Actor

        let critics =
            [ for critic in state.Critics ->
                  learned config.Critic config.CriticOptimiser critic.Learned,
                  part
                      options
                      batch
                      config.Critic
                      config.CriticOptimiser
                      critic.Learned.Masks
                      Optimiser.init
                      critic.Target ]

        { Team = team
          Engine =
            ActorCritic(
                shapeOf batch config,
                actor.Network,
                ResizeArray [ for critic, _ in critics -> critic.Network ],
                ResizeArray [ for _, target in critics -> target.Network ]
            )
          Actor = actor
          Critics = critics
          LogAlpha = state.LogAlpha
          Temperature = state.Temperature }

    /// The state before the first update, on so many threads; `batch` is the most transitions that an update will be given.
    let init (threads: int) (batch: int) (config: SoftActorCritic.Config) (key: Key) : State =
        Scope.run (fun () -> adopt threads batch config (SoftActorCritic.init config key))

    /// A state that goes on from `state`, which stays as it is.
    let ofReference
        (threads: int)
        (batch: int)
        (config: SoftActorCritic.Config)
        (state: SoftActorCritic.State)
        : State =
        Scope.run (fun () -> adopt threads batch config (Tree.map TensorMemory.copy state))

    /// What a network has learned; segments are those that are learned.
    let private look (config: TaskNetwork.Config) (part: Part) : TaskNetwork.Parameters =
        FusedMemory.read config.Network part.Network Dendrites.Kernels.Part.Weight (fun layer ->
            List.item layer part.Segments)
        |> apart config

    /// A copy whose zeros have no sign: of weights that are missing, that alone could differ between a state and one read back.
    let private copied (tree: 'p) : 'p =
        tree
        |> Tree.map (fun t ->
            if t.dtype = Dtype.Float32 then
                t + 0.0
            else
                TensorMemory.copy t)

    /// The policy; a copy.
    let actor (config: SoftActorCritic.Config) (state: State) : TaskNetwork.Parameters =
        Scope.run (fun () -> look config.Actor state.Actor |> copied)

    /// A copy as the reference engine has it.
    let toReference (config: SoftActorCritic.Config) (state: State) : SoftActorCritic.State =
        let learned (network: TaskNetwork.Config) rule (part: Part) : SoftActorCritic.Learned =
            let moments =
                FusedMemory.readMoments network.Network part.Network rule part.Segments

            { Parameters = look network part
              Masks = part.Masks
              Optimiser =
                { Step = moments.Step
                  Moments = List.map (apart network) moments.Moments } }

        let whole () : SoftActorCritic.State =
            { Actor = learned config.Actor config.ActorOptimiser state.Actor
              Critics =
                [ for critic, target in state.Critics ->
                      { Learned = learned config.Critic config.CriticOptimiser critic
                        Target = look config.Critic target } ]
              LogAlpha = state.LogAlpha
              Temperature = state.Temperature }

        Scope.run (fun () -> whole () |> copied)

    let private lay (tensor: Tensor) (room: float32[]) =
        (TensorMemory.floats (tensor.cast Dtype.Float32)).CopyTo(Span room)

    /// One update by a batch; see `SoftActorCritic.update`.
    let update
        (config: SoftActorCritic.Config)
        (key: Key)
        (batch: Transitions)
        (state: State)
        : State * Losses =
        Scope.run (fun () ->
            let { Engine = engine } = state
            let rows = batch.Count

            let noise purpose =
                Key.normal (List.ofArray batch.Actions.shape) Dtype.Float32 (Key.named purpose key)

            lay batch.Observations engine.Observations
            lay batch.Actions engine.Actions
            lay batch.Rewards engine.Rewards
            lay batch.Next engine.Next
            lay batch.Terminals engine.Terminals
            lay (noise "next actions") engine.NextNoise
            lay (noise "actions") engine.Noise

            lay
                (TensorMemory.copy (SoftActorCritic.logAlpha config state.LogAlpha batch.Tasks))
                engine.LogAlpha

            match SoftActorCritic.weights config state.LogAlpha batch.Tasks with
            | Some weights -> lay weights engine.Weights
            | None -> Array.Fill(engine.Weights, 1.0f)

            let tasks = TensorMemory.longs batch.Tasks

            for row in 0 .. rows - 1 do
                engine.Tasks[row] <- int tasks[row]

            let losses = engine.Update rows
            let density = dsharp.tensor (engine.Density.Slice(0, rows).ToArray())

            let logAlpha, temperature, temperatureLoss =
                SoftActorCritic.adaptTemperature config density batch.Tasks state.Temperature state.LogAlpha

            { state with
                LogAlpha = logAlpha
                Temperature = temperature },
            { Critics = List.ofArray losses.Critics
              Actor = losses.Actor
              Temperature = temperatureLoss
              Target = losses.Target
              Entropy = -(density.mean().toDouble()) })

    /// Ends what computes and frees what it learned.
    let free (state: State) : unit =
        for part in
            [ state.Actor
              for critic, target in state.Critics do
                  critic
                  target ] do
            part.Network.Dispose()

        state.Team.Dispose()
        Tree.dispose state

    /// The agent that `config` describes, by the fused engine on so many threads, for batches of up to so many transitions. What it
    /// saves is what the reference engine's agent saves.
    let make (threads: int) (batch: int) (config: SoftActorCritic.Config) : Agent<State> =
        let reference = SacAgent.make config

        { Init = init threads batch config
          Actor = actor config
          Act = reference.Act
          Update = update config
          Temperatures = fun state -> SacAgent.temperatures config state.LogAlpha
          Save = toReference config >> reference.Save
          Restore =
            fun key find ->
                Scope.run (fun () -> reference.Restore key find |> Result.map (adopt threads batch config))
          Free = free }
