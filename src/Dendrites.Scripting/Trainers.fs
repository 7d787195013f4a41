namespace Dendrites

open Dendrites.Kernels
open TorchSharp

/// The engines behind `Train`.
module internal Trainers =

    /// From `state` to the end of the stream, or to where `goesOn` says no; `free` is for what an exception leaves behind.
    let private drive free (goesOn: RunEvent -> bool) (plan: Run.Plan<'s>) (state: Run.State<'s>) =
        let mutable latest = state
        use events = (Run.events plan (fun next -> latest <- next) state).GetEnumerator()

        try
            while events.MoveNext() && goesOn events.Current do
                ()
        with _ ->
            free latest.Learner
            reraise ()

        latest

    let private holding (learner: 's -> 't) (state: Run.State<'s>) : Run.State<'t> =
        { Task = state.Task
          Position = state.Position
          Steps = state.Steps
          Learner = learner state.Learner
          Matrix = state.Matrix }

    /// The same tensors under other names: what `Run.events` frees of a state that it is given are the names.
    let private alias (tree: 's) : 's =
        Tree.map (fun (t: Tensor) -> t.view t.shape) tree

    /// By the method itself.
    let own (name: string) : Trainer<'s> =
        { Name = name
          Learn = fun goesOn plan state -> drive ignore goesOn plan (holding alias state) }

    /// By another method, from a copy and back to one.
    let private through
        (method: Method<'m>)
        (from: 's -> 'm)
        (back: 'm -> 's)
        goesOn
        (plan: Run.Plan<'s>)
        state
        =
        let inner: Run.Plan<'m> =
            { Config = plan.Config
              Stream = plan.Stream
              Method = method }

        let last = drive method.Free goesOn inner (holding from state)

        try
            holding back last
        finally
            method.Free last.Learner

    /// libtorch's own threads wait in a loop for their next work, and would keep the engine's from a core.
    let private alone (work: EngineOptions -> 'r) : 'r =
        Native.load ()
        let threads = torch.get_num_threads ()
        Native.setThreads 1

        try
            work (EngineOptions(Threads = threads))
        finally
            Native.setThreads threads

    let private fused (config: Learner.Config) : Trainer<Learner.State> =
        { Name = "fused"
          Learn =
            fun goesOn plan state ->
                alone (fun options ->
                    let batch = plan.Config.Batch

                    through
                        (Fused.asMethod options batch config)
                        (Fused.ofLearner options config batch)
                        Fused.toLearner
                        goesOn
                        plan
                        state) }

    let private subnetwork (config: Learner.Config) : Trainer<Learner.State> =
        let back state =
            Scope.run (fun () -> Subnetwork.look state |> Tree.map TensorMemory.copy)

        { Name = "fused"
          Learn =
            fun goesOn plan state ->
                alone (fun options ->
                    through
                        (Subnetwork.asMethod options plan.Config.Batch config)
                        Subnetwork.ofLearner
                        back
                        goesOn
                        plan
                        state) }

    /// The quickest engine that learns as `config` says.
    let find (config: Learner.Config) : Trainer<Learner.State> =
        if Subnetwork.applies config && (Subnetwork.validate config).IsEmpty then
            subnetwork config
        elif (Fused.validate config).IsEmpty then
            fused config
        else
            own "reference"
