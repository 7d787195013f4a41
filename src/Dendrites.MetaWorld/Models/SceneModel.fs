namespace Dendrites.MetaWorld

open System.IO
open Dendrites.MetaWorld.Models

/// Which model of a task's scene is simulated.
type SceneModel =
    /// The benchmark's arm and objects, written anew without meshes: scores compare with the benchmark's.
    | Faithful
    /// The same objects under a hand on three slides: three times as fast.
    | Fast
    /// The benchmark's own files, from the folder that holds `sawyer_xyz`.
    | Genuine of assets: string

/// Where a simulator finds a model.
type ModelSource =
    /// The model's text.
    | Text of string
    /// The path of a file that may include others.
    | File of string

/// The models of the ten tasks.
[<RequireQualifiedAccess>]
module SceneModel =

    /// The names of the models that need nothing else.
    let named = [ "faithful", Faithful; "fast", Fast ]

    let private fixtures (travel: float) (scene: Scene) =
        match scene with
        | Puck -> Fixtures.puck
        | Door -> Fixtures.door
        | Drawer -> Fixtures.drawer
        | Button -> Fixtures.button travel
        | Peg -> Fixtures.peg
        | Window -> Fixtures.window

    let private compose (scene: Scene) touch hand mocap follow fixtures =
        Mjcf.element
            "mujoco"
            [ "model", $"{scene}" ]
            (Scenery.physics
             @ [ Scenery.defaults touch
                 Mjcf.element "worldbody" [] (Scenery.world @ [ hand; Scenery.mocap mocap ] @ fixtures)
                 Scenery.actuators
                 Mjcf.element "equality" [] [ follow ] ])
        |> Mjcf.text

    /// The faithful model of a scene as text. Its button's joint ends at 0.06, which is soft; it is the box that stops it.
    let faithful (scene: Scene) : string =
        fixtures 0.06 scene |> compose scene true Hands.arm Point.zero Hands.weld

    /// The fast model of a scene as text. Parts of a fixture pass through each other, so the ends of their joints are hard, and the
    /// button's is where the box would stop it.
    let fast (scene: Scene) : string =
        fixtures 0.092 scene
        |> compose scene false Hands.slides Hands.followed Hands.connect

    /// Where the model of a task is.
    let source (model: SceneModel) (task: Task) : ModelSource =
        match model with
        | Faithful -> Text(faithful task.Scene)
        | Fast -> Text(fast task.Scene)
        | Genuine assets -> File(Path.Combine(assets, "sawyer_xyz", $"{task.Genuine}.xml"))
