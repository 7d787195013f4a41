namespace Dendrites.MetaWorld

open System.IO
open Dendrites.MetaWorld.Models

/// Which model of a task's scene is simulated.
type Model =
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
module Model =

    /// The names of the models that need nothing else.
    let named = [ "faithful", Faithful; "fast", Fast ]

    let private fixtures (grasp: Point) (scene: Scene) =
        match scene with
        | Puck -> Fixtures.puck
        | Door -> Fixtures.door
        | Drawer -> Fixtures.drawer
        | Button -> Fixtures.button
        | Peg -> Fixtures.peg grasp
        | Window -> Fixtures.window

    let private compose hand follow touch grasp (scene: Scene) =
        Mjcf.element
            "mujoco"
            [ "model", $"{scene}" ]
            (Scenery.physics
             @ [ Scenery.defaults touch
                 Mjcf.element "worldbody" [] (Scenery.world @ [ hand; Scenery.mocap ] @ fixtures grasp scene)
                 Scenery.actuators
                 Mjcf.element "equality" [] [ follow ] ])
        |> Mjcf.text

    /// The faithful model of a scene as text.
    let faithful (scene: Scene) : string =
        compose Hands.arm Hands.weld true (Point.make 0.03 0.0 0.01) scene

    /// The fast model of a scene as text. Parts of a fixture pass through each other, which ends their motion at the limits of their
    /// joints alone; the peg is taken 5 mm lower, where the stiffer hand can.
    let fast (scene: Scene) : string =
        compose Hands.slides Hands.connect false (Point.make 0.03 0.0 0.005) scene

    /// Where the model of a task is.
    let source (model: Model) (task: Task) : ModelSource =
        match model with
        | Faithful -> Text(faithful task.Scene)
        | Fast -> Text(fast task.Scene)
        | Genuine assets -> File(Path.Combine(assets, "sawyer_xyz", $"{task.Genuine}.xml"))
