namespace Dendrites.MetaWorld

open System
open Dendrites.MuJoCo

/// Which of the benchmark's two reward functions an environment pays.
type RewardVersion =
    /// Unbounded, of the first publication.
    | First
    /// In [0, 10], of the benchmark as it is now.
    | Second

/// What an environment simulates and shows.
type EnvironmentConfig =
    {
        /// The task.
        Task: Task
        /// The model of its scene.
        Model: SceneModel
        /// The reward.
        Rewards: RewardVersion
        /// Whether observations hold the goal; zeros otherwise.
        GoalShown: bool
        /// The task's number and how many there are, for a one-hot code after the observation; `None` for none.
        OneHot: (int * int) option
        /// Steps of an episode.
        Horizon: int
    }

/// How environments are made.
[<RequireQualifiedAccess>]
module EnvironmentConfig =

    /// As the benchmark makes them for many tasks: the second version's rewards, the goal shown, 500 steps, no one-hot code.
    let usual (model: SceneModel) (task: Task) : EnvironmentConfig =
        { Task = task
          Model = model
          Rewards = Second
          GoalShown = true
          OneHot = None
          Horizon = 500 }

/// What a step led to.
[<Struct>]
type Outcome =
    {
        /// The reward of the step.
        Reward: float
        /// Whether the task was done at its end.
        Success: bool
        /// Whether it was the episode's last.
        Over: bool
    }

/// How an episode begins, to the bit: what a reset by simulation led to.
type Start =
    internal
        { Episode: Episode
          Moment: Moment
          State: float[] }

/// One simulation of a task, for one thread at a time. A step allocates nothing. Making one raises ModelException for a model that is
/// not accepted, and MuJoCoLoadException.
[<Sealed>]
type TaskEnvironment(config: EnvironmentConfig) =
    let task = config.Task

    let model =
        match SceneModel.source config.Model task with
        | Text mjcf -> Model.FromText mjcf
        | File path -> Model.FromFile path

    let simulation = new Simulation(model)
    let eye = Eye(simulation, task)
    /// The kind of equality constraint that holds the hand.
    let weld = 1
    let low, high = Point.make -0.5 0.4 0.05, Point.make 0.5 1.0 0.5
    let frames = Array.zeroCreate<float>(2 * Observation.frame)

    let observationSize =
        match config.OneHot with
        | Some(_, tasks) -> Observation.size + tasks
        | None -> Observation.size

    let seen = Array.zeroCreate<float> observationSize
    let mutable episode = Unchecked.defaultof<Episode>
    let mutable moment = Unchecked.defaultof<Moment>
    let mutable steps = -1

    let aim (place: Point) =
        let mocap = simulation.MocapPos
        mocap[0] <- place.X
        mocap[1] <- place.Y
        mocap[2] <- place.Z
        let rotation = simulation.MocapQuat
        rotation[0] <- 1.0
        rotation[1] <- 0.0
        rotation[2] <- 1.0
        rotation[3] <- 0.0

    let command (grip: float) =
        let controls = simulation.Ctrl
        controls[0] <- grip
        controls[1] <- -grip

    let put (place: Point) (target: Span<float>) =
        target[0] <- place.X
        target[1] <- place.Y
        target[2] <- place.Z

    let perform placing =
        match placing with
        | MoveFixture(body, place) -> put place (model.BodyPos.Slice(3 * model.Body body))
        | MoveFree(body, place) ->
            let joint = model.BodyJntadr[model.Body body]
            put place (simulation.Qpos.Slice(model.JntQposadr[joint]))
            simulation.Qvel.Slice(model.JntDofadr[joint], 6).Clear()
            simulation.Forward()
        | SetJoint(joint, position) -> simulation.Qpos[model.JntQposadr[model.Joint joint]] <- position
        | RestJoint joint -> simulation.Qvel[model.JntDofadr[model.Joint joint]] <- 0.0
        | Settle -> simulation.Forward()

    let moveFixtures placings =
        for placing in placings do
            match placing with
            | MoveFixture _ -> perform placing
            | _ -> ()

    /// The hand to its start, open, and the scene as the vector has it.
    let arrange (vector: float[]) =
        for _ in 1..50 do
            aim task.HandStart
            command -1.0
            simulation.Step 5

        let before = eye.Look()

        for placing in task.Place vector before do
            perform placing

        let after = eye.Look()
        struct (task.Begin vector before after, after)

    let show (now: Moment) =
        Observation.writeFrame now (frames.AsSpan())

    let enter started seen =
        episode <- started
        moment <- seen
        show moment
        Array.blit frames 0 frames Observation.frame Observation.frame
        steps <- 0

    do
        // What Meta-World writes into its weld, but for the scale of torques, which MuJoCo before 3 takes differently: 1 there is
        // the 5 of now.
        let data = model.EqData

        for i in 0 .. model.Neq - 1 do
            if model.EqType[i] = weld then
                let row = data.Slice(11 * i, 11)
                row.Clear()
                row[6] <- -1.0
                row[10] <- 1.0

    /// The task and how it is simulated.
    member _.Config = config

    /// What is simulated: to look at, not to step.
    member _.Simulation = simulation

    /// Numbers of an observation.
    member _.ObservationSize = observationSize

    /// The episode that runs. Raises InvalidOperationException before the first.
    member _.Episode =
        if steps < 0 then
            invalidOp "TaskEnvironment: no episode has begun"

        episode

    /// What was seen last.
    member _.Moment = moment

    /// Steps of this episode so far.
    member _.Steps = steps

    /// Begins an episode with a random vector by simulating the reset, and gives its start for `Begin`. The benchmark resets twice,
    /// since the first time its hand still meets the scene of the episode before; all that is left of the first is where fixtures
    /// stand, so they are moved and the rest is done once.
    member _.Reset(vector: float[]) : Start =
        if vector.Length <> task.Low.Length then
            invalidArg
                "vector"
                $"TaskEnvironment.Reset: {task.Name} takes a vector of {task.Low.Length} numbers, got {vector.Length}"

        moveFixtures (task.Place vector (eye.Look()))
        simulation.Reset()
        let struct (started, seen) = arrange vector
        enter started seen

        { Episode = started
          Moment = seen
          State = simulation.Save() }

    /// Resets as the benchmark does, twice in full: `Reset` gives the same bits in half the time.
    member internal _.ResetTwice(vector: float[]) =
        arrange vector |> ignore
        simulation.Reset()
        let struct (started, seen) = arrange vector
        enter started seen

    /// Begins an episode as it began when `start` was given, to the bit.
    member _.Begin(start: Start) =
        simulation.Restore(ReadOnlySpan start.State)
        enter start.Episode start.Moment

    /// Asks for a movement and a grip: a control step of 12.5 ms. Raises ArgumentException for what is not a number,
    /// InvalidOperationException when no episode runs, and SimulationException when the simulation bursts, which ends the
    /// episode.
    member _.Act(action: Control) : Outcome =
        if not (Double.IsFinite(action.Move.X + action.Move.Y + action.Move.Z + action.Grip)) then
            invalidArg "action" $"TaskEnvironment.Act: an action is four finite numbers, got {action}"

        if steps < 0 || steps >= config.Horizon then
            invalidOp "TaskEnvironment.Act: the episode is over; begin another"

        let one = Point.make 1.0 1.0 1.0
        let move = Point.clamp (-1.0 * one) one action.Move
        let mocap = simulation.MocapPos
        aim (Point.clamp low high (Point.make mocap[0] mocap[1] mocap[2] + 0.01 * move))
        command action.Grip
        // Where the simulation bursts, there is no episode to go on with.
        let before = steps
        steps <- -1
        simulation.Step 5
        // Where things are now, and no more: the benchmark's `mj_forward` here costs a sixth of the step for nothing that is seen.
        simulation.Kinematics()
        moment <- eye.Look()
        Array.blit frames 0 frames Observation.frame Observation.frame
        show moment
        steps <- before + 1

        let reward =
            match config.Rewards with
            | First -> task.FirstReward
            | Second -> task.Reward

        { Reward = reward episode moment action.Grip
          Success = task.Succeeded episode moment
          Over = steps = config.Horizon }

    /// The same of four numbers: the movement along x, y and z, and the grip.
    member environment.Act(action: ReadOnlySpan<float32>) : Outcome =
        if action.Length <> 4 then
            invalidArg "action" $"TaskEnvironment.Act: an action is four numbers, got {action.Length}"

        environment.Act
            { Move = Point.make (float action[0]) (float action[1]) (float action[2])
              Grip = float action[3] }

    /// Writes the observation, `[39]` and the one-hot code.
    member _.Observe(target: Span<float>) =
        frames.AsSpan().CopyTo target

        Observation.writeGoal
            (if config.GoalShown then
                 ValueSome episode.Goal
             else
                 ValueNone)
            (target.Slice(2 * Observation.frame, 3))

        match config.OneHot with
        | Some(number, tasks) ->
            let code = target.Slice(Observation.size, tasks)
            code.Clear()
            code[number] <- 1.0
        | None -> ()

    /// The same in single precision, as learners take it.
    member environment.Observe(target: Span<float32>) =
        environment.Observe(seen.AsSpan())

        for i in 0 .. observationSize - 1 do
            target[i] <- float32 seen[i]

    interface IDisposable with
        member _.Dispose() =
            simulation.Dispose()
            model.Dispose()
