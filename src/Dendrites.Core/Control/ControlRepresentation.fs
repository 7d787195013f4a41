namespace Dendrites

/// What the hidden units and segments of a policy do, task by task, while it acts by its means.
[<RequireQualifiedAccess>]
module ControlRepresentation =

    /// Episodes of each task that are looked at, as in the authors' notebook.
    [<Literal>]
    let Episodes = 3

    /// The share of a layer's units that counts as a task's sub-network, likewise.
    [<Literal>]
    let Share = 0.25

    /// `Episodes` episodes of each task by the means of the policy that the run has come to; they depend on its key only.
    let episodes (plan: ControlRun.Plan<'s>) (network: TaskNetwork.Parameters) : Trajectory[] =
        let tasks = plan.Environments.Tasks.Length
        let key = ControlRun.key plan.Config |> Key.named "analysis"

        [| for row in 0 .. tasks * Episodes - 1 -> ControlRun.episode plan (row % tasks) (Key.fork row key) |]
        |> Collection.episodes plan.Environments (Collection.ofAgent plan.Agent network None)
        |> Array.map fst

    /// What a task's episodes showed, step by step, `[samples; observation]`.
    let private seen (plan: ControlRun.Plan<'s>) (paths: Trajectory[]) : Tensor =
        let width = plan.Environments.Observation

        let rows =
            paths
            |> Array.collect (fun path -> Array.truncate (path.Length * width) path.Observations)

        (dsharp.tensor (rows, dtype = Dtype.Float32)).view [ rows.Length / width; width ]

    /// The layers of the policy that the run has come to, over the steps of these episodes, and what its segments said as first drawn.
    let analyse
        (plan: ControlRun.Plan<'s>)
        (state: ControlRun.State<'s>)
        : Representation.Layer list * Representation.SegmentUse option list =
        Scope.run (fun () ->
            let config = (ControlConfig.agentFor plan.Environments plan.Config).Actor
            let network = plan.Agent.Actor state.Learner
            let paths = episodes plan network

            let answers task () =
                let observations = paths |> Array.filter (fun path -> path.Task = task) |> seen plan
                let tasks = dsharp.full ([ observations.shape[0] ], task, dtype = Dtype.Int64)

                let context =
                    if TaskNetwork.isGated config then
                        Rows(TaskNetwork.contexts config network, tasks)
                    else
                        NoContext

                TaskNetwork.hidden config network observations tasks, context

            let first = plan.Agent.Init(ControlRun.learnerKey plan.Config)

            let described =
                Representation.ofTasks
                    config.Network.Gates
                    (plan.Agent.Actor first).Network
                    network.Network
                    (List.init plan.Environments.Tasks.Length answers)

            plan.Agent.Free first
            described)
