module Dendrites.Tests.SimulationVectorTests

open System
open Dendrites.MuJoCo
open Expecto

/// Seven simulations of two models, which are told different things for 300 steps; the bytes of all.
let private played threads =
    use first = Model.FromText workshop
    use second = Model.FromText pendulum
    let models = [ first; second; first; first; second; first; first ]
    use vector = new SimulationVector(models, threads)

    for i in 0 .. vector.Count - 1 do
        vector[i].Qpos[ 0 ] <- 0.1 * float i

    let mutable number = 0

    let tell =
        Action<int>(fun i ->
            if vector[i].Model.Nu > 0 then
                act (number + i) vector[i])

    for step in 1..300 do
        number <- step
        vector.Each tell
        vector.Step 2

    vector.Forward()
    Array.init vector.Count (fun i -> bytes vector[i])

[<Tests>]
let tests =
    testList
        "SimulationVector"
        [ physics "one, two and three threads give the same bytes"
          <| fun () ->
              let alone = played 1

              for threads in [ 2; 3 ] do
                  Expect.equal (played threads) alone $"{threads} threads"

          physics "a simulation of a vector is one by itself"
          <| fun () ->
              use model = Model.FromText workshop
              use vector = new SimulationVector([ model; model; model ], 2)
              use simulation = new Simulation(model)
              vector.Step 100
              simulation.Step 100

              for i in 0..2 do
                  Expect.equal (bytes vector[i]) (bytes simulation) $"{i}"

          physics "each has a model of its own"
          <| fun () ->
              use model = Model.FromText workshop
              use vector = new SimulationVector([ model; model ], 1)
              vector[0].Model.BodyPos[ 3 ] <- 1.0
              Expect.equal vector[1].Model.BodyPos[3] 0.0 "the other"
              Expect.equal model.BodyPos[3] 0.0 "the original"

          for threads in [ 1; 2 ] do
              physics $"of {threads} threads: a step allocates nothing"
              <| fun () ->
                  use model = Model.FromText workshop
                  use vector = new SimulationVector(List.replicate 4 model, threads)
                  vector.Step 5
                  let before = GC.GetAllocatedBytesForCurrentThread()

                  for _ in 1..50 do
                      vector.Step 5
                      vector.Forward()

                  Expect.equal (GC.GetAllocatedBytesForCurrentThread() - before) 0L "bytes"

          physics "the first simulation that fails is told, and the others have gone on"
          <| fun () ->
              use model = Model.FromText workshop
              use vector = new SimulationVector(List.replicate 5 model, 2)
              vector[3].Qpos[ 0 ] <- nan
              vector[2].Ctrl[ 0 ] <- nan

              let message =
                  try
                      vector.Step()
                      ""
                  with :? SimulationException as e ->
                      e.Message

              Expect.stringContains message "CTRL" "the lower number"
              Expect.equal vector[4].Time model.Timestep "another"
              vector[2].Reset()
              vector[3].Reset()
              vector.Step()
              Expect.equal vector[4].Time (2.0 * model.Timestep) "goes on" ]
