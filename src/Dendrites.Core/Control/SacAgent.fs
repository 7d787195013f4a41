namespace Dendrites

/// Soft actor-critic by the reference engine, as an agent that protocols can run, write down and read back.
[<RequireQualifiedAccess>]
module SacAgent =

    let private save (state: SoftActorCritic.State) : (string * Tensor) list =
        let learned prefix (learned: SoftActorCritic.Learned) =
            [ yield! Stored.named (prefix + ".parameters") learned.Parameters
              yield! Stored.named (prefix + ".masks") learned.Masks
              yield! Stored.optimiser (prefix + ".optimiser") learned.Optimiser ]

        [ yield! learned "actor" state.Actor
          for index, critic in List.indexed state.Critics do
              yield! learned $"critics.{index}" critic.Learned
              yield! Stored.named $"critics.{index}.target" critic.Target
          "logAlpha", state.LogAlpha
          yield! Stored.optimiser "temperature" state.Temperature ]

    let private restore
        (config: SoftActorCritic.Config)
        (key: Key)
        (find: string -> Tensor option)
        : Result<SoftActorCritic.State, Problem> =
        Stored.reading (fun () ->
            // The fresh state only lends its structure; the scope frees it.
            let fresh = SoftActorCritic.init config key
            let read prefix like = Stored.tree find false prefix like

            let learned rule prefix (like: SoftActorCritic.Learned) : SoftActorCritic.Learned =
                { Parameters = read (prefix + ".parameters") like.Parameters
                  Masks = read (prefix + ".masks") like.Masks
                  Optimiser = Stored.readOptimiser find rule (prefix + ".optimiser") like.Parameters }

            { Actor = learned config.ActorOptimiser "actor" fresh.Actor
              Critics =
                [ for index, critic in List.indexed fresh.Critics ->
                      { Learned = learned config.CriticOptimiser $"critics.{index}" critic.Learned
                        Target = read $"critics.{index}.target" critic.Target } ]
              LogAlpha = Stored.need find false "logAlpha" fresh.LogAlpha
              Temperature =
                Stored.readOptimiser find config.TemperatureOptimiser "temperature" fresh.LogAlpha })

    /// The temperature of each task.
    let internal temperatures (config: SoftActorCritic.Config) (logAlpha: Tensor) : float[] =
        Scope.run (fun () ->
            let tasks = dsharp.tensor [| 0L .. int64 config.Actor.Tasks - 1L |]
            let alphas = dsharp.exp (SoftActorCritic.logAlpha config logAlpha tasks)
            Array.init config.Actor.Tasks (fun task -> alphas[task].toDouble()))

    /// The agent that `config` describes.
    let make (config: SoftActorCritic.Config) : Agent<SoftActorCritic.State> =
        { Init = SoftActorCritic.init config
          Actor = _.Actor.Parameters
          Act = SoftActorCritic.act config
          Update = SoftActorCritic.update config
          Temperatures = fun state -> temperatures config state.LogAlpha
          Save = save
          Restore = restore config
          Free = Tree.dispose }
