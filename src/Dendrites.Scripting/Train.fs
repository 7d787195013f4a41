namespace Dendrites

open System
open System.Diagnostics

/// Training from a script or the prompt. What comes back is a value: it has the accuracy matrix, can be asked, and be gone on from, as
/// often as one likes. Ctrl-C stops after the update that is being made, and what was learned so far comes back.
[<RequireQualifiedAccess>]
module Train =

    /// The settings of a preset by its name, to be changed by `{ Train.preset "quick" with Tasks = 3 }`. Raises ScriptException, with the
    /// nearest name, where there is none of that name.
    let preset (name: string) : RunConfig =
        (Script.accept (Presets.find name)).Config

    /// The learner that `config` describes for a stream, whose tasks, inputs and classes count.
    let private learnerOf (stream: Stream) (config: RunConfig) : Learner.Config =
        { Learner.ofRun stream.Inputs stream.Classes config with
            Choices = stream.Choices }

    /// What says how a stream is made plays no part once there is one.
    let private apartFromStream (config: RunConfig) =
        { config with
            Experiment = "permuted-mnist"
            Reading = ClassIncremental
            Angles = EvenAngles }

    let private begun trainer (method: Method<'s>) (config: RunConfig) (stream: Stream) : Trained<'s> =
        let plan: Run.Plan<'s> =
            { Config = config
              Stream = stream
              Method = method }

        Script.refuse
            [ yield! Run.validate plan
              for number, task in List.indexed stream.Test do
                  if task.Size = 0 then
                      Problem.at $"test task {number + 1}" "empty" "a sample or more" ]

        { Plan = plan
          State = Run.start plan
          Losses = []
          Trainer = trainer }

    let private over (stream: Stream) (config: RunConfig) =
        { config with
            Tasks = stream.Train.Length }

    /// A learner of first weights before its first task. Of `config` all counts but what says how a stream is made: that is `stream`.
    /// Raises ScriptException, with every reason, where the settings cannot go together.
    let start (config: RunConfig) (stream: Stream) : Trained<Learner.State> =
        let config = over stream config
        let learner = learnerOf stream config

        Script.refuse
            [ yield! RunConfig.validate (apartFromStream config)
              yield! Network.validate learner.Network ]

        begun (Trainers.find learner) (Learner.asMethod learner) config stream

    /// As `start`, of a method of one's own; of `config` the protocol counts: epochs, batch, when it is tested, seed. A method that learns in
    /// place leaves nothing to go on from twice.
    let by (method: Method<'s>) (config: RunConfig) (stream: Stream) : Trained<'s> =
        let config = over stream config
        Script.refuse (RunConfig.validateProtocol config)
        begun (Trainers.own "own") method config stream

    let private onwards (until: int) (run: Trained<'s>) : Trained<'s> =
        if run.IsOver then
            run
        else
            let clock = Stopwatch.StartNew()
            use ctrlC = new CtrlC()

            use teller =
                new Teller(Terminal.here (), Console.Out.Write, (fun () -> clock.Elapsed))

            let watch = Watch(run, until, teller, (fun () -> ctrlC.Asked))
            let state = run.Trainer.Learn watch.GoesOn run.Plan run.State

            if ctrlC.Asked && not state.Position.IsOver then
                teller.Tell
                    $"stopped in task {state.Task + 1} of {run.Plan.Stream.Train.Length}, after {state.Steps} updates; Train.rest goes on"

            { run with
                State = state
                Losses = run.Losses @ watch.Losses }

    /// Learns the next task of the stream, or what is left of one that was stopped, and is tested on the tasks so far where the settings say
    /// so. `run` stays as it is; it comes back where the stream is over. Raises ScriptException when the loss is no number any more.
    let task (run: Trained<'s>) : Trained<'s> = onwards (run.State.Task + 1) run

    /// Learns what is left of the stream, as `task` does task by task, to the same weights whether it was stopped on the way or
    /// not (but for context-dependent gating, which begins the optimiser anew where it was stopped within a task).
    let rest (run: Trained<'s>) : Trained<'s> =
        onwards run.Plan.Stream.Train.Length run

    /// Learns a stream from first weights to its end: `start`, then `rest`.
    let stream (config: RunConfig) (stream: Stream) : Trained<Learner.State> = start config stream |> rest

    let private testOf (number: int) (run: Trained<'s>) : Task =
        match List.tryItem number run.Plan.Stream.Test with
        | Some task -> task
        | None ->
            Script.fail
                $"task was {number}; accepted: a whole number from 0 to {run.Plan.Stream.Test.Length - 1}, the tasks of the stream"

    /// Class scores `[batch; classes]` for images `[batch; inputs]`; `number` is that of the task that they came from, from 0, at which only oracle
    /// contexts may look.
    let predict (number: int) (images: Tensor) (run: Trained<'s>) : Tensor =
        Scope.run (fun () -> run.Plan.Method.Predict number images run.State.Learner)

    /// The accuracy on test task `number`, from 0, as things stand, in [0, 1]: of tasks that are not learned yet too. Raises
    /// ScriptException for a task that is not in the stream.
    let accuracy (number: int) (run: Trained<'s>) : float =
        let test = testOf number run

        let correct places =
            Scope.run (fun () ->
                let samples = test.Gather places
                Answers.correct run.Plan.Stream.Choices samples.Labels (predict number samples.Images run))

        let right =
            [| 0 .. test.Size - 1 |]
            |> Array.chunkBySize run.Plan.Config.EvaluationBatch
            |> Array.sumBy correct

        float right / float test.Size

    /// What the hidden layers do, from the input upwards: on up to 1000 test samples of each task, in the contexts that the
    /// learner infers. `Show.winners` and `Plot.winners` draw it.
    let layers (run: Trained<Learner.State>) : Representation.Layer list =
        let config = learnerOf run.Plan.Stream run.Plan.Config
        let learner = run.State.Learner

        Scope.run (fun () ->
            // What segments said when they were first drawn is not asked for.
            let unasked = Learner.firstUnits 1 config (Run.learnerKey run.Plan.Config)
            (fst (Representation.analyse config 1000 run.Plan.Stream.Test unasked learner)).Layers)

    /// Frees what was learned, which else the garbage collector does in its own time: some hundred megabytes of a published network.
    let free (run: Trained<'s>) : unit = run.Plan.Method.Free run.State.Learner
