namespace Dendrites

/// Soft actor-critic (Haarnoja et al. 2018, with learned temperatures) for several tasks at once: every function here is pure, and
/// gradients are automatic.
[<RequireQualifiedAccess>]
module SoftActorCritic =

    /// How much entropy is worth, α.
    type Temperature =
        /// Learned for each task by itself, so that its policy's entropy comes to the target.
        | PerTask
        /// One for all tasks, learned.
        | Shared
        /// One for all tasks, as it is at first.
        | Fixed

    /// What learns, and how.
    [<NoEquality; NoComparison>]
    type Config =
        {
            /// The policy: its heads are the mean and the log standard deviation.
            Actor: TaskNetwork.Config
            /// The critics: their input is an observation, then an action.
            Critic: TaskNetwork.Config
            /// How many critics; the least of their values counts.
            Critics: int
            /// What bounds the policy's distribution.
            Policy: TanhGaussian.Config
            /// The first bias of the log standard deviations, where it is not drawn.
            LogStdBias: float option
            /// γ: what a reward is worth one step later, in [0, 1).
            Discount: float
            /// τ: how far targets move to their critics at each update, in (0, 1].
            TargetRate: float
            /// What rewards are multiplied with.
            RewardFactor: float
            /// How temperatures come about.
            Temperature: Temperature
            /// The first temperature, above 0.
            FirstTemperature: float
            /// The entropy that temperatures steer for, nats.
            TargetEntropy: float
            /// The largest magnitude that values and their targets are given in the critics' loss, if any (Meta-World+: 5000).
            Clip: float option
            /// Whether a task's losses weigh tasks · softmax(-log α): tasks that are mastered, and whose α has fallen, weigh more.
            WeighTasks: bool
            /// For the policy.
            ActorOptimiser: Optimiser.Config
            /// For every critic.
            CriticOptimiser: Optimiser.Config
            /// For the temperatures.
            TemperatureOptimiser: Optimiser.Config
        }

    /// A network that learns.
    type Learned =
        {
            /// What is learned.
            Parameters: TaskNetwork.Parameters
            /// Which weights exist; fixed from the start.
            Masks: Network.Masks
            /// Moments and step of its optimiser.
            Optimiser: Optimiser.State<TaskNetwork.Parameters>
        }

    /// A critic and the slow copy of it that gives targets.
    type Critic =
        {
            /// What learns.
            Learned: Learned
            /// What follows it.
            Target: TaskNetwork.Parameters
        }

    /// Everything that updates change.
    type State =
        {
            /// The policy.
            Actor: Learned
            /// The critics.
            Critics: Critic list
            /// `[tasks]`, or `[1]` where it is shared: log α.
            LogAlpha: Tensor
            /// Moments and step of the temperatures' optimiser.
            Temperature: Optimiser.State<Tensor>
        }

    /// Every reason why `config` cannot be used.
    let validate (config: Config) : Problem list =
        [ yield! TaskNetwork.validate config.Actor
          yield! TaskNetwork.validate config.Critic
          yield! Problem.atLeast 1 "critics" config.Critics
          yield! TanhGaussian.validate config.Policy
          if not (config.Discount >= 0.0 && config.Discount < 1.0) then
              Problem.at "discount" (string config.Discount) "a number from 0, below 1"
          yield! Problem.fraction "target-rate" config.TargetRate
          yield! Problem.positive "reward-factor" config.RewardFactor
          yield! Problem.positive "first-temperature" config.FirstTemperature
          match config.Clip with
          | Some clip -> yield! Problem.positive "clip" clip
          | None -> ()
          for name, optimiser in
              [ "lr-actor", config.ActorOptimiser
                "lr-critic", config.CriticOptimiser
                "lr-temperature", config.TemperatureOptimiser ] do
              yield! Problem.positive name optimiser.LearningRate ]

    let private learned (key: Key) (config: TaskNetwork.Config) (change: TaskNetwork.Parameters -> _) =
        let masks = Network.initMasks (Key.named "masks" key) config.Network

        { Parameters = change (TaskNetwork.init (Key.named "parameters" key) config masks)
          Masks = masks
          Optimiser = Optimiser.init }

    /// The state before the first update: targets are their critics.
    let init (config: Config) (key: Key) : State =
        Scope.run (fun () ->
            let withBias (parameters: TaskNetwork.Parameters) =
                match config.LogStdBias, parameters.Network.Heads with
                | Some bias, [ mean; logStd ] ->
                    { parameters with
                        Network =
                            { parameters.Network with
                                Heads =
                                    [ mean
                                      { logStd with
                                          Bias = dsharp.fullLike (logStd.Bias, bias) } ] } }
                | _ -> parameters

            let critic index =
                let learned = learned (key |> Key.named "critic" |> Key.fork index) config.Critic id

                { Learned = learned
                  Target = Tree.map TensorMemory.copy learned.Parameters }

            let temperatures =
                match config.Temperature with
                | PerTask -> config.Actor.Tasks
                | Shared
                | Fixed -> 1

            { Actor = learned (Key.named "actor" key) config.Actor withBias
              Critics = List.init config.Critics critic
              LogAlpha =
                dsharp.full (
                    [ temperatures ],
                    log config.FirstTemperature,
                    dtype = config.Actor.Network.Dtype
                )
              Temperature = Optimiser.init })

    /// log α of each row's task, `[rows]`.
    let logAlpha (config: Config) (logAlpha: Tensor) (tasks: Tensor) : Tensor =
        match config.Temperature with
        | PerTask -> dsharp.indexSelect (logAlpha, 0, tasks)
        | Shared
        | Fixed -> logAlpha.expand [ tasks.shape[0] ]

    /// The mean and the log standard deviation before it is cut, each `[rows; actions]`.
    let policy (config: Config) (actor: TaskNetwork.Parameters) (observations: Tensor) (tasks: Tensor) =
        match TaskNetwork.apply config.Actor actor observations tasks with
        | [ mean; logStd ] -> mean, logStd
        | heads -> invalidOp $"a policy has two heads, this one {heads.Length}"

    /// A critic's values `[rows]` of actions.
    let value
        (config: Config)
        (critic: TaskNetwork.Parameters)
        (observations: Tensor)
        (actions: Tensor)
        (tasks: Tensor)
        : Tensor =
        let read = dsharp.cat ([ observations; actions ], 1)
        (TaskNetwork.apply config.Critic critic read tasks |> List.head).squeeze 1

    let private least (values: Tensor list) =
        values |> List.reduce (fun a b -> dsharp.min (a, b))

    let private clipped (config: Config) (values: Tensor) =
        match config.Clip with
        | Some clip -> dsharp.clamp (values, low = -clip, high = clip)
        | None -> values

    /// What critics are to say of a batch, `[rows]`, by `noise: [rows; actions]` for the next actions:
    /// y = scale · r + γ (1 - terminal) (min Q'(s', a') - α log π(a' | s')).
    let targets (config: Config) (noise: Tensor) (batch: Transitions) (state: State) : Tensor =
        dsharp.noGrad (fun () ->
            let mean, logStd = policy config state.Actor.Parameters batch.Next batch.Tasks

            let actions, density = TanhGaussian.sample config.Policy noise mean logStd

            let values =
                [ for critic in state.Critics -> value config critic.Target batch.Next actions batch.Tasks ]

            let alpha = dsharp.exp (logAlpha config state.LogAlpha batch.Tasks)
            let ahead = (least values - alpha * density) * (1.0 - batch.Terminals)
            clipped config (batch.Rewards * config.RewardFactor + ahead * config.Discount))

    /// What each row's losses weigh, `[rows]`; `None` where all weigh the same.
    let weights (config: Config) (logAlpha: Tensor) (tasks: Tensor) : Tensor option =
        if config.WeighTasks && config.Temperature = PerTask then
            dsharp.noGrad (fun () ->
                let shares = dsharp.softmax (-logAlpha, 0) * float config.Actor.Tasks
                Some(dsharp.indexSelect (shares, 0, tasks)))
        else
            None

    let private weighed (weights: Tensor option) (losses: Tensor) =
        match weights with
        | Some weights -> (losses * weights).mean()
        | None -> losses.mean ()

    /// mean (Q(s, a) - y)² of one critic.
    let criticLoss
        (config: Config)
        (weights: Tensor option)
        (targets: Tensor)
        (batch: Transitions)
        (critic: TaskNetwork.Parameters)
        : Tensor =
        let values =
            value config critic batch.Observations batch.Actions batch.Tasks
            |> clipped config

        let miss = values - targets
        weighed weights (miss * miss)

    /// mean (α log π(a | s) - min Q(s, a)) of actions that `noise: [rows; actions]` draws, and log π `[rows]`.
    let actorLoss
        (config: Config)
        (weights: Tensor option)
        (noise: Tensor)
        (batch: Transitions)
        (logAlphas: Tensor)
        (critics: TaskNetwork.Parameters list)
        (actor: TaskNetwork.Parameters)
        : Tensor * Tensor =
        let mean, logStd = policy config actor batch.Observations batch.Tasks
        let actions, density = TanhGaussian.sample config.Policy noise mean logStd

        let values =
            [ for critic in critics -> value config critic batch.Observations actions batch.Tasks ]

        let alpha = dsharp.exp (logAlpha config logAlphas batch.Tasks)
        weighed weights (alpha * density - least values), density

    /// -mean (log α · (log π + target entropy)), log π held fast: as published, log α in place of α.
    let temperatureLoss (config: Config) (density: Tensor) (tasks: Tensor) (logAlphas: Tensor) : Tensor =
        -(logAlpha config logAlphas tasks * (density + config.TargetEntropy)).mean()

    /// log α and its moments after the step that the density `[rows]` of a batch's actions asks for, and the loss before it.
    let adaptTemperature
        (config: Config)
        (density: Tensor)
        (tasks: Tensor)
        (moments: Optimiser.State<Tensor>)
        (logAlpha: Tensor)
        : Tensor * Optimiser.State<Tensor> * float =
        match config.Temperature with
        | Fixed -> logAlpha, moments, 0.0
        | PerTask
        | Shared ->
            let loss, gradient = Tree.grad (temperatureLoss config density tasks) logAlpha

            let logAlpha, moments =
                Optimiser.update config.TemperatureOptimiser gradient moments logAlpha

            logAlpha, moments, loss.toDouble ()

    /// One step of a network down the gradient of `loss`, and what `loss` gave beside it.
    let private descend optimiser (loss: TaskNetwork.Parameters -> Tensor * 'extra) (learned: Learned) =
        // A scope of its own: the activations of one network are gone before the next one's.
        Scope.run (fun () ->
            let value, extra, gradients = Tree.gradWith loss learned.Parameters

            let parameters, moments =
                Optimiser.update optimiser gradients learned.Optimiser learned.Parameters

            { learned with
                Parameters = TaskNetwork.rezero learned.Masks parameters
                Optimiser = moments },
            value.toDouble (),
            extra)

    let private cast (dtype: Dtype) (batch: Transitions) : Transitions =
        if batch.Rewards.dtype = dtype then
            batch
        else
            { batch with
                Observations = batch.Observations.cast dtype
                Actions = batch.Actions.cast dtype
                Rewards = batch.Rewards.cast dtype
                Next = batch.Next.cast dtype
                Terminals = batch.Terminals.cast dtype }

    /// One update in the published order: each critic, the policy by the critics that have moved, the temperatures by the density
    /// that the policy had before it, then the targets. Missing weights go back to zero after each network's step. `nextNoise` and
    /// `noise`, standard normal draws `[batch; actions]`, make what the policy does in the next states and in these.
    let updateWith
        (config: Config)
        (nextNoise: Tensor)
        (noise: Tensor)
        (batch: Transitions)
        (state: State)
        : State * Losses =
        Scope.run (fun () ->
            let batch = cast config.Actor.Network.Dtype batch
            let goals = Scope.run (fun () -> targets config nextNoise batch state)

            let weights = weights config state.LogAlpha batch.Tasks

            let critics =
                [ for critic in state.Critics ->
                      let loss parameters =
                          criticLoss config weights goals batch parameters, ()

                      let learned, loss, () = descend config.CriticOptimiser loss critic.Learned
                      { critic with Learned = learned }, loss ]

            let judges = [ for critic, _ in critics -> critic.Learned.Parameters ]

            let actor, actorLoss, density =
                state.Actor
                |> descend config.ActorOptimiser (actorLoss config weights noise batch state.LogAlpha judges)

            let logAlpha, temperature, temperatureLoss =
                adaptTemperature config density batch.Tasks state.Temperature state.LogAlpha

            let follow (critic: Critic) =
                { critic with
                    Target =
                        Tree.map2
                            (fun target now -> dsharp.lerp (target, now, config.TargetRate))
                            critic.Target
                            critic.Learned.Parameters }

            let losses: Losses =
                { Critics = List.map snd critics
                  Actor = actorLoss
                  Temperature = temperatureLoss
                  Target = goals.mean().toDouble()
                  Entropy = -(density.mean().toDouble()) }

            { Actor = actor
              Critics = [ for critic, _ in critics -> follow critic ]
              LogAlpha = logAlpha
              Temperature = temperature },
            losses)

    /// `updateWith` draws of the key's.
    let update (config: Config) (key: Key) (batch: Transitions) (state: State) : State * Losses =
        Scope.run (fun () ->
            let noise purpose =
                Key.normal
                    (List.ofArray batch.Actions.shape)
                    config.Actor.Network.Dtype
                    (Key.named purpose key)

            updateWith config (noise "next actions") (noise "actions") batch state)

    /// Actions `[rows; actions]` for observations `[rows; observation]` of tasks `[rows]` int64.
    let act
        (config: Config)
        (acting: Acting)
        (tasks: Tensor)
        (observations: Tensor)
        (actor: TaskNetwork.Parameters)
        : Tensor =
        dsharp.noGrad (fun () ->
            let observations = observations.cast config.Actor.Network.Dtype
            let mean, logStd = policy config actor observations tasks

            match acting with
            | Deterministic -> TanhGaussian.deterministic mean
            | Stochastic key ->
                let noise = Key.normal (List.ofArray mean.shape) mean.dtype key
                fst (TanhGaussian.sample config.Policy noise mean logStd))
