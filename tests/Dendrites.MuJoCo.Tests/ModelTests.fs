module Dendrites.Tests.ModelTests

open System
open System.IO
open Dendrites.MuJoCo
open Expecto

/// The message with which a model is refused.
let private refusal (compile: unit -> Model) =
    try
        compile () |> ignore
        failtest "it was accepted"
    with :? ModelException as e ->
        Expect.isFalse (e.Message.Contains '\n') "one line"
        e.Message

[<Tests>]
let tests =
    testList
        "Model"
        [ for what, text, said in
              [ "no XML", "<mujoco", "XML"
                "an unknown element", "<mujoco><worldbody><bdy/></worldbody></mujoco>", "bdy"
                "an unknown attribute", "<mujoco><worldbody><body colour='1'/></worldbody></mujoco>", "colour"
                "a body that moves without mass",
                "<mujoco><worldbody><body><joint type='free'/></body></worldbody></mujoco>",
                "mass"
                "a joint that is not there",
                "<mujoco><worldbody/><actuator><motor joint='elbow'/></actuator></mujoco>",
                "elbow"
                "another root", "<scene/>", "scene"
                "too little room for a step",
                workshop.Replace("nuserdata", "nstack='10' nuserdata"),
                "overflow"
                "nothing", "", "empty" ] do
              physics $"MJCF with {what} is refused with MuJoCo's words"
              <| fun () -> Expect.stringContains (refusal (fun () -> Model.FromText text)) said "why"

          physics "a file that is not there is told by its name"
          <| fun () ->
              Expect.stringContains
                  (refusal (fun () -> Model.FromFile "/no/such/model.xml"))
                  "/no/such/model.xml"
                  "the file"

          physics "a file and its text are one model"
          <| fun () ->
              let file = Path.GetTempFileName()

              try
                  File.WriteAllText(file, workshop)
                  use fromFile = Model.FromFile file
                  use fromText = Model.FromText workshop
                  Expect.equal (fromFile.BodyPos.ToArray()) (fromText.BodyPos.ToArray()) "body_pos"
                  Expect.equal fromFile.Nq fromText.Nq "nq"
              finally
                  File.Delete file

          physics "names and numbers belong together; a name that is not there is told"
          <| fun () ->
              use model = Model.FromText workshop

              for body in [ "ramp"; "hand"; "tool"; "finger"; "box" ] do
                  Expect.equal (model.NameOf(ObjectKind.Body, model.Body body)) body "back and forth"

              Expect.isNull (model.NameOf(ObjectKind.Body, 99)) "no such number"

              let message =
                  try
                      model.Site "mrak" |> string
                  with :? ArgumentException as e ->
                      e.Message

              Expect.stringContains message "no site 'mrak'" "what was asked for"

          physics "a copy does not see what is written into the other"
          <| fun () ->
              use model = Model.FromText workshop
              use copy = model.Copy()
              model.BodyPos[3] <- 7.0
              Expect.equal copy.BodyPos[3] 0.0 "body_pos"

          physics "one that was disposed is refused, not read"
          <| fun () ->
              let model = Model.FromText workshop
              use simulation = new Simulation(model)
              model.Dispose()
              Expect.throwsT<ObjectDisposedException> (fun () -> model.Nq |> ignore) "count"
              Expect.throwsT<ObjectDisposedException> (fun () -> simulation.Step()) "step"

          physics "genuine Meta-World models compile and fall to rest as they do in C"
          <| fun () ->
              let assets =
                  match Environment.GetEnvironmentVariable "DENDRITES_METAWORLD" with
                  | null
                  | "" -> skiptest "DENDRITES_METAWORLD does not name Meta-World's models"
                  | folder ->
                      [ folder; Path.Combine(folder, "assets") ]
                      |> List.map (fun f -> Path.Combine(f, "sawyer_xyz", "sawyer_reach_v3.xml"))
                      |> List.tryFind File.Exists
                      |> Option.defaultWith (fun () -> skiptest $"{folder} has no sawyer_xyz")

              use model = Model.FromFile assets
              use simulation = new Simulation(model)
              Expect.equal (model.Nq, model.Nv, model.Nu) (16, 15, 2) "nq, nv, nu"
              let weld = model.EqData
              weld.Clear()
              weld[6] <- -1.0
              weld[10] <- 1.0

              // The benchmark's way to bring its hand to a start of (0, 0.6, 0.2).
              for _ in 1..50 do
                  [| 0.0; 0.6; 0.2 |].CopyTo simulation.MocapPos
                  [| 1.0; 0.0; 1.0; 0.0 |].CopyTo simulation.MocapQuat
                  [| -1.0; 1.0 |].CopyTo simulation.Ctrl
                  simulation.Step 5

              simulation.Forward()
              let hand = simulation.Xpos.Slice(3 * model.Body "hand", 3).ToArray()

              for found, wanted in Array.zip hand [| 0.0062; 0.6002; 0.1943 |] do
                  Expect.floatClose { absolute = 1e-4; relative = 0.0 } found wanted "metres" ]
