/// What the tests that simulate share.
module Dendrites.Tests.Simulated

open System
open Expecto
open Dendrites
open Dendrites.MetaWorld

/// The variable that names the folder of the benchmark's own models.
let private variable = "DENDRITES_METAWORLD"

/// The benchmark's own models; skips the test where they are not given.
let genuine () : SceneModel =
    match Environment.GetEnvironmentVariable variable with
    | null
    | "" -> skiptest $"${variable} does not name the folder of Meta-World's own models"
    | folder -> Genuine folder

/// Why nothing can be simulated here, or none.
let private missing =
    lazy
        (try
            Dendrites.MuJoCo.MuJoCoLibrary.Load() |> ignore
            None
         with :? Dendrites.MuJoCo.MuJoCoLoadException as e ->
             eprintfn $"what simulates is skipped: {e.Message}"
             Some e.Message)

/// Skips the test where there is no simulator.
let needsSimulator () = missing.Value |> Option.iter skiptest

/// The models by name, each made when it is asked for.
let models: (string * (unit -> SceneModel)) list =
    [ "faithful", (fun () -> Faithful)
      "fast", (fun () -> Fast)
      "genuine", genuine ]

/// The goals of seed 42, `[10; 50]`.
let goals = lazy (Goals.mt10 42u)

/// A goal of seed 42.
let goal name index =
    goals.Value[fst (MT10.find name).Value][index]

/// Runs `body` with an environment of a task.
let inEnvironment (model: SceneModel) name (body: TaskEnvironment -> 'r) : 'r =
    needsSimulator ()
    use environment = new TaskEnvironment(EnvironmentConfig.usual model (taskOf name))
    body environment

/// The observation of an environment.
let observe (environment: TaskEnvironment) : float[] =
    let observation = Array.create environment.ObservationSize nan
    environment.Observe(observation.AsSpan())
    observation

/// A wild action for a step.
let wild (key: Key) step : Control =
    let u = Key.uniforms 4 (Key.fork step key) |> Array.map (fun u -> 2.0 * u - 1.0)

    { Move = Point.make u[0] u[1] u[2]
      Grip = u[3] }

/// What `steps` wild actions lead to: observations and rewards.
let wander (key: Key) steps (environment: TaskEnvironment) : (float[] * Outcome) list =
    [ for step in 1..steps do
          let outcome = environment.Act(wild key step)
          observe environment, outcome ]
