namespace Dendrites

/// The state of a run of reinforcement learning as named tensors, all of it, at any place of the run.
[<RequireQualifiedAccess>]
module ControlCheckpoint =

    /// A position as three numbers.
    let private ofPosition position =
        match position with
        | ControlPosition.Collecting -> 0, 0, 0
        | ControlPosition.Updating(made, due) -> 1, made, due
        | ControlPosition.Testing made -> 2, made, 0
        | ControlPosition.Over -> 3, 0, 0

    let private toPosition numbers =
        match numbers with
        | 0, _, _ -> Some ControlPosition.Collecting
        | 1, made, due -> Some(ControlPosition.Updating(made, due))
        | 2, made, _ -> Some(ControlPosition.Testing made)
        | 3, _, _ -> Some ControlPosition.Over
        | _ -> None

    let private under prefix named =
        [ for name, tensor in named -> prefix + "." + name, tensor ]

    let private table (rows: float list list) : Tensor =
        dsharp.stack ([ for row in rows -> dsharp.tensor (row, dtype = Dtype.Float64) ], 0)

    /// Every tensor that a checkpoint must hold, by name. Some are the state's own.
    let save (plan: ControlRun.Plan<'s>) (state: ControlRun.State<'s>) : (string * Tensor) list =
        let kind, first, second = ofPosition state.Position

        [ "run",
          dsharp.tensor
              [| for number in
                     [ state.Round
                       kind
                       first
                       second
                       state.Task
                       state.Steps
                       state.Updates
                       (if state.Behind.IsSome then 1 else 0) ] -> int64 number |]
          "rewards",
          table [ for scale in state.Rewards -> [ scale.Mean; scale.Variance; scale.Count; scale.Sum ] ]
          "tally", table [ for tally in state.Tally -> [ float tally.Successes; tally.Return ] ]
          yield! under "learner" (plan.Agent.Save state.Learner)
          yield! under "buffer" (ReplayBuffer.save plan.Buffer state.Buffer)
          match state.Behind with
          | Some network -> yield! Stored.named "behind" network
          | None -> () ]

    /// The state whose tensors `find` gives by name; `Error` names the first that is missing or does not fit.
    let restore
        (plan: ControlRun.Plan<'s>)
        (find: string -> Tensor option)
        : Result<ControlRun.State<'s>, Problem> =
        let part prefix (read: (string -> Tensor option) -> Result<'p, Problem>) : 'p =
            match read (fun name -> find (prefix + "." + name)) with
            | Ok value -> value
            | Error problem ->
                Stored.refuse
                    { problem with
                        Where = prefix + "." + problem.Where }

        Stored.reading (fun () ->
            let count = plan.Environments.Tasks.Length

            let rows name width =
                let like = dsharp.zeros ([ count; width ], dtype = Dtype.Float64)
                let found = Stored.need find false name like
                Array.init count (fun row -> Array.init width (fun column -> found[row, column].toDouble()))

            let numbers =
                let like = dsharp.tensor (Array.create 8 0L)

                (TensorMemory.longs (Stored.need find false "run" like)).ToArray()
                |> Array.map int

            match toPosition (numbers[1], numbers[2], numbers[3]) with
            | None -> Stored.refuse (Problem.at "run" $"at position {numbers[1]}" "0 to 3")
            | Some position ->
                let learner = part "learner" (plan.Agent.Restore(ControlRun.learnerKey plan.Config))

                { Round = numbers[0]
                  Position = position
                  Task = numbers[4]
                  Steps = numbers[5]
                  Updates = numbers[6]
                  Learner = learner
                  Buffer = part "buffer" (ReplayBuffer.restore plan.Buffer)
                  Rewards =
                    [| for row in rows "rewards" 4 ->
                           { Mean = row[0]
                             Variance = row[1]
                             Count = row[2]
                             Sum = row[3] } |]
                  Behind =
                    if numbers[7] = 1 then
                        Some(Stored.tree find false "behind" (plan.Agent.Actor learner))
                    else
                        None
                  Tally =
                    [| for row in rows "tally" 2 ->
                           { Successes = int row[0]
                             Return = row[1] } |] })

    /// The policy's network alone, whose tensors `find` gives by names that begin with `prefix`; `Error` names the first that is missing
    /// or does not fit.
    let policy
        (config: SoftActorCritic.Config)
        (prefix: string)
        (find: string -> Tensor option)
        : Result<TaskNetwork.Parameters, Problem> =
        Stored.reading (fun () ->
            // These only lend their structure; the scope frees them.
            let key = Key.ofSeed 0
            let masks = Network.initMasks key config.Actor.Network
            Stored.tree find false prefix (TaskNetwork.init key config.Actor masks))
