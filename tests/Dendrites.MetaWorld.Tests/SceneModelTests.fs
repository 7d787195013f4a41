module Dendrites.Tests.SceneModelTests

open System.Xml.Linq
open Expecto
open Dendrites
open Dendrites.MetaWorld

let private scenes = [ Puck; Door; Drawer; Button; Peg; Window ]

let private texts =
    [ for scene in scenes do
          yield $"faithful {scene}", scene, SceneModel.faithful scene
          yield $"fast {scene}", scene, SceneModel.fast scene ]

/// Names of all elements with a tag.
let private names tag (text: string) =
    [ for element in XDocument.Parse(text).Descendants(XName.Get tag) do
          match element.Attribute(XName.Get "name") with
          | null -> ()
          | name -> name.Value ]

/// What a task looks for in its model: tags and names.
let private wanted (task: Task) =
    let anchor place =
        match place with
        | Body name -> "body", name
        | Geometry name -> "geom", name
        | Site name -> "site", name

    let vector = task.Low

    let placed =
        task.Place vector (moment (Key.ofSeed 0))
        |> List.collect (function
            | MoveFixture(name, _)
            | MoveFree(name, _) -> [ "body", name ]
            | SetJoint(name, _)
            | RestJoint name -> [ "joint", name ]
            | Settle -> [])

    placed
    @ [ anchor task.Seen.Anchor; anchor (fst task.Seen.Orientation) ]
    @ [ for mark in Option.toList task.Mark -> "site", mark ]
    @ [ for hinge in Option.toList task.Hinge -> "joint", hinge ]

[<Tests>]
let tests =
    testList
        "SceneModel"
        [ for name, scene, text in texts do
              test $"{name}: everything that its tasks and the hand are read from has a name" {
                  for task in MT10.tasks do
                      if task.Scene = scene then
                          for tag, wanted in wanted task do
                              Expect.contains (names tag text) wanted task.Name

                  for body in [ "hand"; "mocap"; "rightclaw"; "leftclaw"; "rightpad"; "leftpad" ] do
                      Expect.contains (names "body" text) body "hand"

                  for site in [ "rightEndEffector"; "leftEndEffector" ] do
                      Expect.contains (names "site" text) site "fingertips"
              }

              test $"{name}: no name stands twice, and no file is asked for" {
                  for tag in [ "body"; "geom"; "site"; "joint"; "camera" ] do
                      let all = names tag text
                      Expect.equal (List.distinct all) all tag

                  let asked =
                      [ for element in XDocument.Parse(text).Descendants() do
                            if not (Seq.isEmpty (element.Attributes(XName.Get "file"))) then
                                element.Name.LocalName ]

                  Expect.isEmpty asked "files"
              }

          test "the text is the same each time" {
              for scene in scenes do
                  Expect.equal (SceneModel.faithful scene) (SceneModel.faithful scene) $"{scene}"
          }

          test "numbers in a model read back as the same bits" {
              for value in [ 0.1; 8.80012e-4; 1e5; -0.1071399; 1.0 / 3.0 ] do
                  Expect.equal (float (Models.Mjcf.number value)) value $"{value}"
          }

          test "a camera stands upright and looks at its target" {
              let camera =
                  Models.Mjcf.camera "c" 45.0 (Point.make 1.0 0.0 1.0) (Point.make 0.0 0.0 0.0)

              let axes =
                  camera.Attributes
                  |> List.find (fun (name, _) -> name = "xyaxes")
                  |> fun (_, axes) -> axes.Split ' ' |> Array.map float

              let half = sqrt 0.5

              for expected, actual in Array.zip [| 0.0; 1.0; 0.0; -half; 0.0; half |] axes do
                  expectNear 1e-12 expected actual "axes"
          }

          test "the genuine models are files of the folder that was given" {
              for task in MT10.tasks do
                  match SceneModel.source (Genuine "/models") task with
                  | File path -> Expect.stringStarts path "/models/sawyer_xyz/sawyer_" task.Name
                  | Text _ -> failtest "a text"

              match SceneModel.source (Genuine "/models") (taskOf "pick-place") with
              | File path -> Expect.equal path "/models/sawyer_xyz/sawyer_pick_place_v3.xml" "its name"
              | Text _ -> failtest "a text"
          } ]
