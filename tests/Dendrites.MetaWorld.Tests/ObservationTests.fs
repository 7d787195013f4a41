module Dendrites.Tests.ObservationTests

open System
open Expecto
open Dendrites
open Dendrites.MetaWorld

[<Tests>]
let tests =
    testList
        "Observation"
        [ property "a frame holds hand, openness, object and rotation in this order, then zeros"
          <| fun key ->
              let now =
                  { moment key with
                      Orientation = { A = 1.0; B = 2.0; C = 3.0; D = 4.0 } }

              let frame = Array.create Observation.frame nan
              Observation.writeFrame now (frame.AsSpan())

              Expect.equal
                  frame
                  [| now.Hand.X
                     now.Hand.Y
                     now.Hand.Z
                     now.Openness
                     now.Object.X
                     now.Object.Y
                     now.Object.Z
                     1.0
                     2.0
                     3.0
                     4.0
                     yield! Array.zeroCreate 7 |]
                  "layout"

          property "a policy sees the hand, the object and the goal of an observation"
          <| fun key ->
              let now, goal = moment key, point "goal" key
              let observation = Array.create Observation.size nan
              Observation.writeFrame now (observation.AsSpan())
              Observation.writeGoal (ValueSome goal) (observation.AsSpan 36)
              let sight = Observation.sight (ReadOnlySpan observation)

              Expect.equal
                  sight
                  { Hand = now.Hand
                    Openness = now.Openness
                    Object = now.Object
                    Goal = goal }
                  "seen"

          test "a hidden goal is zeros" {
              let target = [| 1.0; 2.0; 3.0 |]
              Observation.writeGoal ValueNone (target.AsSpan())
              Expect.equal target [| 0.0; 0.0; 0.0 |] "hidden"
          } ]
