module Dendrites.Tests.SimulationTests

open System
open Dendrites.MuJoCo
open Expecto

[<Tests>]
let tests =
    testList
        "Simulation"
        [ physics "a pendulum swings with the period of its amplitude"
          <| fun () ->
              use model = Model.FromText pendulum
              use simulation = new Simulation(model)
              let amplitude = 0.5
              simulation.Qpos[0] <- amplitude
              let mutable before = amplitude
              let crossings = ResizeArray<float>()

              while crossings.Count < 3 do
                  simulation.Step()
                  let now = simulation.Qpos[0]

                  if before * now < 0.0 then
                      crossings.Add(simulation.Time - model.Timestep * now / (now - before))

                  before <- now

              // The arithmetic-geometric mean gives the period exactly.
              let rec mean a b =
                  if abs (a - b) < 1e-15 then
                      a
                  else
                      mean ((a + b) / 2.0) (sqrt (a * b))

              let period = 2.0 * Math.PI * sqrt (1.0 / 9.81) / mean 1.0 (cos (amplitude / 2.0))

              Expect.floatClose
                  { absolute = 1e-5; relative = 0.0 }
                  (crossings[2] - crossings[0])
                  period
                  "seconds"

          physics "what is seen is where the state says"
          <| fun () ->
              use model = Model.FromText pendulum
              use simulation = new Simulation(model)
              simulation.Qpos[0] <- Math.PI / 2.0
              simulation.Forward()
              let tip = simulation.SiteXpos.Slice(3 * model.Site "tip", 3).ToArray()

              for found, wanted in Array.zip tip [| -1.0; 0.0; 2.0 |] do
                  Expect.floatClose Accuracy.high found wanted "metres"

          physics "two simulations of one model that are told the same are the same to the bit"
          <| fun () ->
              let run () =
                  use model = Model.FromText workshop
                  use simulation = new Simulation(model)

                  for number in 0..999 do
                      act number simulation

                  Expect.isGreaterThan simulation.Ncon 0 "there are contacts"
                  bytes simulation

              Expect.equal (run ()) (run ()) "bytes"

          physics "a state that is restored goes on to the bit as if it had not been left"
          <| fun () ->
              use model = Model.FromText workshop
              use simulation = new Simulation(model)

              let until last first =
                  for number in first..last do
                      act number simulation

              until 399 0
              let saved = simulation.Save()
              until 799 400
              let uninterrupted = bytes simulation
              until 950 800
              simulation.Restore saved
              Expect.equal (simulation.Save()) saved "what was saved"
              until 799 400
              Expect.equal (bytes simulation) uninterrupted "bytes"

              use another = model.Copy()
              use elsewhere = new Simulation(another)
              elsewhere.Restore saved

              for number in 400..799 do
                  act number elsewhere

              Expect.equal (bytes elsewhere) uninterrupted "in another simulation too"

          physics "a state of another length is refused"
          <| fun () ->
              use model = Model.FromText workshop
              use simulation = new Simulation(model)

              Expect.throwsT<ArgumentException>
                  (fun () -> simulation.Restore(ReadOnlySpan(Array.zeroCreate<float> 3)))
                  "told"

          physics "a reset leaves the model's body_pos and gives its first position"
          <| fun () ->
              use model = Model.FromText workshop
              use simulation = new Simulation(model)
              simulation.Step 100
              model.BodyPos[3] <- 0.25
              simulation.Reset()
              Expect.equal (simulation.Qpos.ToArray()) (model.Qpos0.ToArray()) "qpos"
              Expect.equal simulation.Time 0.0 "time"
              Expect.equal model.BodyPos[3] 0.25 "body_pos"

          for what, spoil in
              [ "qpos", (fun (s: Simulation) -> s.Qpos[0] <- nan)
                "qvel", (fun s -> s.Qvel[1] <- infinity)
                "ctrl", (fun s -> s.Ctrl[0] <- nan)
                "mocap_pos", (fun s -> s.MocapPos[0] <- nan)
                "a force", (fun s -> s.QfrcApplied[2] <- 1e15) ] do
              physics $"a bad number in {what} is an error, and a restored simulation goes on"
              <| fun () ->
                  use model = Model.FromText workshop
                  use simulation = new Simulation(model)
                  simulation.Step 10
                  let saved = simulation.Save()
                  simulation.Step 10
                  let wanted = bytes simulation
                  simulation.Restore saved
                  spoil simulation

                  let message =
                      try
                          simulation.Step 2
                          ""
                      with :? SimulationException as e ->
                          e.Message

                  Expect.stringContains message "Nan, Inf or huge value" "MuJoCo's text"
                  simulation.Restore saved
                  simulation.Step 10
                  Expect.equal (bytes simulation) wanted "bytes"

          physics "steps and looks allocate nothing"
          <| fun () ->
              use model = Model.FromText workshop
              use simulation = new Simulation(model)
              let state = simulation.Save()

              let round () =
                  act 1 simulation
                  simulation.Forward()
                  simulation.Save(state.AsSpan())
                  simulation.Restore(ReadOnlySpan state)
                  simulation.Xpos[3] + simulation.SiteXpos[0] |> ignore

              round ()
              let before = GC.GetAllocatedBytesForCurrentThread()

              for _ in 1..100 do
                  round ()

              Expect.equal (GC.GetAllocatedBytesForCurrentThread() - before) 0L "bytes"

          physics "one that was disposed is refused, not read"
          <| fun () ->
              use model = Model.FromText pendulum
              let simulation = new Simulation(model)
              simulation.Dispose()
              Expect.throwsT<ObjectDisposedException> (fun () -> simulation.Step()) "step"
              Expect.throwsT<ObjectDisposedException> (fun () -> simulation.Qpos[0] <- 1.0) "array" ]
