namespace Dendrites.Tests

open System
open System.Runtime.InteropServices
open Dendrites.MuJoCo
open Expecto

/// What the tests share.
[<AutoOpen>]
module Support =

    /// Why there is no MuJoCo here; `None` where there is.
    let absence =
        try
            MuJoCoLibrary.Load() |> ignore
            None
        with :? MuJoCoLoadException as e ->
            eprintfn $"MuJoCo's tests are skipped: {e.Message}"
            Some e.Message

    /// A claim about simulations, skipped where there is no MuJoCo.
    let physics name (body: unit -> unit) =
        testCase name
        <| fun () ->
            match absence with
            | Some reason -> skiptest reason
            | None -> body ()

    /// A pendulum of one metre that hangs at angle 0, without friction.
    let pendulum =
        """
        <mujoco>
          <option timestep="0.001" gravity="0 0 -9.81" integrator="RK4"/>
          <worldbody>
            <body name="bob" pos="0 0 2">
              <joint name="pivot" type="hinge" axis="0 1 0"/>
              <geom name="weight" type="sphere" size="0.001" pos="0 0 -1" mass="1"/>
              <site name="tip" pos="0 0 -1"/>
            </body>
          </worldbody>
        </mujoco>
        """

    /// A box that falls onto a ramp and is pulled about by a hand, with a motor that has a state: contacts, a weld and
    /// everything else that a state has.
    let workshop =
        """
        <mujoco>
          <option timestep="0.0025" cone="elliptic" gravity="0 0 -9.81"/>
          <size nuserdata="2"/>
          <worldbody>
            <geom name="floor" type="plane" size="5 5 0.1"/>
            <body name="ramp" pos="0 0 0.1"><geom type="box" size="1 1 0.05" euler="0 10 0"/></body>
            <body name="hand" mocap="true" pos="0 0 1"/>
            <body name="tool" pos="0 0 1">
              <freejoint/>
              <geom type="capsule" size="0.05 0.2" mass="1" friction="1 0.1 0.01" condim="4"/>
              <body name="finger" pos="0.1 0 0">
                <joint name="curl" type="slide" axis="0 0 1" range="-0.1 0.1" limited="true" damping="1"/>
                <geom type="box" size="0.02 0.02 0.1" mass="0.2"/>
              </body>
            </body>
            <body name="box" pos="0.2 0.1 0.6">
              <freejoint/>
              <geom name="block" type="box" size="0.1 0.1 0.1" mass="0.5" condim="4"/>
              <site name="mark" pos="0 0 0.1"/>
            </body>
          </worldbody>
          <equality><weld body1="hand" body2="tool"/></equality>
          <actuator>
            <general joint="curl" dyntype="filter" dynprm="0.1" gainprm="20" ctrllimited="true" ctrlrange="-1 1"/>
          </actuator>
        </mujoco>
        """

    /// Moves the hand and the motor as the number of the step says, then goes on by one step.
    let act number (simulation: Simulation) =
        simulation.MocapPos[0] <- 0.3 * sin (0.02 * float number)
        simulation.MocapPos[2] <- 0.6 + 0.4 * cos (0.01 * float number)
        simulation.Ctrl[0] <- sin (0.1 * float number)

        if number % 50 = 0 then
            simulation.XfrcApplied[6 * 4] <- float (number % 3)

        if number % 70 = 0 then
            simulation.Model.BodyPos[3] <- 0.001 * float number

        simulation.Step()

    /// The bytes of everything that a simulation saves.
    let bytes (simulation: Simulation) =
        MemoryMarshal.AsBytes(ReadOnlySpan(simulation.Save())).ToArray()
