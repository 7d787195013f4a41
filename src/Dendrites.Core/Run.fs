namespace Dendrites

/// Where in its stream a run stands.
type Position =
    /// About to begin the task.
    | Beginning
    /// About to be tested on this task (from 0) before the next is learned.
    | Ahead of on: int
    /// About to do this step (from 0) of this epoch (from 0).
    | Learning of epoch: int * step: int
    /// About to be tested on this task (from 0).
    | Testing of on: int
    /// The stream is over.
    | Over

/// An update that was made. Tasks and epochs count from 0, steps from 1.
type StepReport =
    {
        /// The task that is being learned.
        Task: int
        /// The pass over its samples.
        Epoch: int
        /// Step within the epoch.
        Step: int
        /// Steps of an epoch.
        Steps: int
        /// Steps since the run began.
        Total: int
        /// Cross-entropy of the batch before the update, nats.
        Loss: float
    }

/// What a run tells whoever watches.
type RunEvent =
    /// The learner meets this task.
    | TaskBegan of task: int
    /// An update was made.
    | Stepped of StepReport
    /// The learner, having finished task `after` (-1: none), was tested on task `on`.
    | Evaluated of after: int * on: int * Score
    /// A task is learned and tested: the place where a run can be resumed.
    | TaskEnded of task: int
    /// The last task has ended.
    | Ended

/// A run as a state machine: all that it is stands in a state that can be written and read back.
[<RequireQualifiedAccess>]
module Run =

    /// What does not change during a run.
    [<NoEquality; NoComparison>]
    type Plan<'s> =
        {
            /// The settings that the plan was made from.
            Config: RunConfig
            /// The tasks, in order.
            Stream: Stream
            /// What learns them.
            Method: Method<'s>
        }

    /// What changes.
    [<NoEquality; NoComparison>]
    type State<'s> =
        {
            /// The task that is being learned, from 0.
            Task: int
            /// Where within the task.
            Position: Position
            /// Steps since the run began.
            Steps: int
            /// What the method remembers.
            Learner: 's
            /// The scores so far.
            Matrix: AccuracyMatrix
        }

    /// The root of all randomness of a run.
    let key (config: RunConfig) : Key = Key.ofSeed config.Seed

    /// The key that the learner's initial state is drawn from.
    let learnerKey (config: RunConfig) : Key = Key.named "learner" (key config)

    /// The plan of a configuration for images of ten classes with pixels of this scale, learned by what `engine` makes of the learner.
    let planBy
        (engine: Learner.Config -> Method<'s>)
        (scale: PixelScale)
        (config: RunConfig)
        (train: Samples)
        (test: Samples)
        : Plan<'s> =
        let stream = Scenario.stream scale config train test

        { Config = config
          Stream = stream
          Method = engine (Learner.ofRun stream.Inputs stream.Classes config) }

    /// As above with MNIST's pixels.
    let planWith engine config train test : Plan<'s> =
        planBy engine Stream.mnist config train test

    /// As above, by the reference engine.
    let plan (config: RunConfig) (train: Samples) (test: Samples) : Plan<Learner.State> =
        planWith Learner.asMethod config train test

    /// Every reason why the plan cannot be run to its end.
    let validate (plan: Plan<'s>) : Problem list =
        let { Stream = stream; Config = config } = plan

        [ yield! RunConfig.validateProtocol config
          if stream.Train.Length <> config.Tasks || stream.Test.Length <> config.Tasks then
              Problem.at
                  "tasks"
                  (string config.Tasks)
                  $"{stream.Train.Length}, the tasks of the stream, as many of them to test"
          let least =
              if stream.Train.Length = 0 then
                  0
              else
                  stream.Train |> Seq.map _.Size |> Seq.min

          if config.Batch > least then
              Problem.at "batch" (string config.Batch) $"a whole number up to {least}, the samples of a task" ]

    /// The state before the first task. Raises ArgumentException for a plan that `validate` finds fault with.
    let start (plan: Plan<'s>) : State<'s> =
        match validate plan with
        | [] -> ()
        | problems -> invalidArg (nameof plan) (problems |> List.map string |> String.concat "; ")

        { Task = 0
          Position = Beginning
          Steps = 0
          Learner = plan.Method.Init(learnerKey plan.Config)
          Matrix = Metrics.empty }

    /// Updates in an epoch of task `task`: the last incomplete batch is dropped.
    let stepsPerEpoch (plan: Plan<'s>) (task: int) =
        plan.Stream.Train[task].Size / plan.Config.Batch

    /// The places of a task's samples in the order of an epoch. Epoch -1 is the pass that forms a prototype.
    let private order (plan: Plan<'s>) (task: int) (epoch: int) : int[] =
        let key =
            key plan.Config |> Key.named "order" |> Key.fork task |> Key.fork (epoch + 1)

        Key.permutation plan.Stream.Train[task].Size key
        |> Array.truncate (stepsPerEpoch plan task * plan.Config.Batch)

    let private testOne (plan: Plan<'s>) (on: int) (learner: 's) : Score =
        let task = plan.Stream.Test[on]

        let correct (places: int[]) =
            Scope.run (fun () ->
                let samples = task.Gather places

                let scores = plan.Method.Predict on samples.Images learner
                Answers.correct plan.Stream.Choices samples.Labels scores)

        { Correct =
            [| 0 .. task.Size - 1 |]
            |> Array.chunkBySize plan.Config.EvaluationBatch
            |> Array.sumBy correct
          Total = task.Size }

    /// The state with what the learner, having finished task `after`, scores on task `on`.
    let private tested (plan: Plan<'s>) (after: int) (on: int) (state: State<'s>) =
        let score = testOne plan on state.Learner

        { state with
            Matrix = Metrics.add after on score state.Matrix },
        Evaluated(after, on, score)

    let private endTask (plan: Plan<'s>) (state: State<'s>) =
        let last = state.Task = plan.Config.Tasks - 1

        { state with
            Learner =
                plan.Method.EndTask
                    state.Task
                    plan.Stream.Train[state.Task]
                    (order plan state.Task -1)
                    state.Learner
            Task = if last then state.Task else state.Task + 1
            Position = if last then Over else Beginning },
        [ TaskEnded state.Task
          if last then
              Ended ]

    let private afterLearning (plan: Plan<'s>) (state: State<'s>) =
        if RunConfig.evaluatesAfter (state.Task + 1) plan.Config then
            { state with Position = Testing 0 }, []
        else
            endTask plan state

    /// The next piece of work, a single update or the test of one task, and what happened. `order` gives the places of an epoch.
    let private advanceWith
        (order: int -> int -> int[])
        (plan: Plan<'s>)
        (state: State<'s>)
        : State<'s> * RunEvent list =
        let beginTask (state: State<'s>) =
            let task = plan.Stream.Train[state.Task]

            let learner =
                plan.Method.BeginTask state.Task task (order state.Task -1) state.Learner

            { state with
                Learner = learner
                Position = Learning(0, 0) },
            TaskBegan state.Task

        match state.Position with
        | Over -> state, []
        | Beginning when plan.Config.TestAhead ->
            { state with
                Position = Ahead state.Task },
            []
        | Beginning ->
            let state, began = beginTask state
            state, [ began ]
        | Ahead on ->
            let state, event = tested plan (state.Task - 1) on state

            // First weights are asked about every task.
            if state.Task = 0 && on < plan.Config.Tasks - 1 then
                { state with Position = Ahead(on + 1) }, [ event ]
            else
                let state, began = beginTask state
                state, [ event; began ]
        | Learning(epoch, _) when epoch = plan.Config.Epochs -> afterLearning plan state
        | Learning(epoch, step) when step = stepsPerEpoch plan state.Task ->
            { state with
                Position = Learning(epoch + 1, 0) },
            []
        | Learning(epoch, step) ->
            let size = plan.Config.Batch
            let places = (order state.Task epoch)[step * size .. (step + 1) * size - 1]

            let learner =
                if step = 0 then
                    plan.Method.BeginEpoch state.Learner
                else
                    state.Learner

            let learner, loss =
                plan.Method.Step state.Task (plan.Stream.Train[state.Task].Gather places) learner

            { state with
                Learner = learner
                Position = Learning(epoch, step + 1)
                Steps = state.Steps + 1 },
            [ Stepped
                  { Task = state.Task
                    Epoch = epoch
                    Step = step + 1
                    Steps = stepsPerEpoch plan state.Task
                    Total = state.Steps + 1
                    Loss = loss } ]
        | Testing on ->
            let state, event = tested plan state.Task on state

            if on < state.Task then
                { state with
                    Position = Testing(on + 1) },
                [ event ]
            else
                let state, ended = endTask plan state
                state, event :: ended

    /// The next piece of work, a single update or the test of one task: the state after it and what happened. Pure:
    /// the old state stays usable, so its tensors are the caller's to free.
    let next (plan: Plan<'s>) (state: State<'s>) : State<'s> * RunEvent list =
        Scope.run (fun () -> advanceWith (order plan) plan state)

    /// A run from `state` to its end, one event after another; hands every state to `keep` before its events are
    /// yielded. Each state's tensors are freed when the next one stands, so memory stays flat: `state` is consumed, and
    /// the sequence can be read once (a second reading raises InvalidOperationException).
    let events (plan: Plan<'s>) (keep: State<'s> -> unit) (state: State<'s>) : seq<RunEvent> =
        let mutable consumed = false

        seq {
            if consumed then
                invalidOp "Run.events: a run is read once; its first state is gone. Start another."

            consumed <- true
            let mutable drawn = (-1, -2), [||]
            let mutable current = state

            let remembered task epoch =
                if fst drawn <> (task, epoch) then
                    drawn <- (task, epoch), order plan task epoch

                snd drawn

            while current.Position <> Over do
                let happened = ResizeArray()

                current <-
                    Scope.advance
                        (fun state ->
                            let state, events = advanceWith remembered plan state
                            happened.AddRange events
                            state)
                        current

                keep current
                yield! happened
        }
