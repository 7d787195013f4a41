module Dendrites.Tests.GoalsTests

open Expecto
open Dendrites
open Dendrites.MetaWorld

let private first: (string * float list) list =
    [ "reach", [ 0.066489; 0.621234; 0.02; -0.063319; 0.830424; 0.181189 ]
      "push", [ 0.057834; 0.649844; 0.02; 0.007421; 0.858684; 0.017454 ]
      "pick-place", [ -0.050579; 0.615954; 0.02; -0.056157; 0.897587; 0.134224 ]
      "door-open", [ 0.033424; 0.92849; 0.15 ]
      "drawer-open", [ -0.093066; 0.9; 0.0 ]
      "drawer-close", [ 0.053223; 0.9; 0.0 ]
      "button-press-topdown", [ 0.050853; 0.891843; 0.115 ]
      "peg-insert-side", [ 0.053771; 0.57369; 0.02; -0.283354; 0.636216; -0.000091 ]
      "window-open", [ 0.063482; 0.85141; 0.16 ]
      "window-close", [ 0.0; 0.820152; 0.2 ] ]

[<Tests>]
let tests =
    testList
        "Goals"
        [ test "the first goal of every task under seed 42 is the benchmark's" {
              let goals = Goals.mt10 42u
              Expect.equal (List.map fst first) MT10.names "the order of the tasks"

              for task, (name, expected) in List.indexed first do
                  let vector = goals[task][0]
                  Expect.hasLength vector expected.Length name

                  for axis, value in List.indexed expected do
                      expectNear 6e-7 value vector[axis] $"{name}, number {axis}"
          }

          propertyOf 5 "fifty goals a task, all within bounds and accepted"
          <| fun key ->
              let goals = Goals.mt10 (uint32 (Key.bits key))
              Expect.hasLength goals 10 "tasks"

              for task, vectors in Seq.zip MT10.tasks goals do
                  Expect.hasLength vectors Goals.count task.Name

                  for vector in vectors do
                      Expect.isTrue (task.Accepts vector) task.Name

                      for low, value, high in Array.zip3 task.Low vector task.High do
                          Expect.isTrue (low <= value && value <= high) $"{task.Name}: {value}"

          test "what is not accepted is drawn again" {
              // Half the range is refused, so about half the draws are.
              let half =
                  { taskOf "door-open" with
                      Accepts = fun vector -> vector[0] >= 0.05 }

              let vectors = (Goals.ofBenchmark [ half ] 1u)[0]
              Expect.all vectors (fun vector -> vector[0] >= 0.05) "accepted"
              Expect.hasLength (Array.distinct vectors) Goals.count "each drawn by itself"
          }

          test "a seed chooses the goals, and nothing else does" {
              Expect.equal (Goals.mt10 7u) (Goals.mt10 7u) "the same seed"
              Expect.notEqual (Goals.mt10 7u) (Goals.mt10 8u) "another seed"
          }

          property "a key chooses among all goals, episode by episode"
          <| fun key ->
              let chosen = [ for episode in 0..499 -> Goals.choose key episode ]
              Expect.all chosen (fun goal -> 0 <= goal && goal < Goals.count) "a goal"
              Expect.isGreaterThan (List.distinct chosen).Length 45 "most of them come up"
              Expect.equal (Goals.choose key 3) chosen[3] "whatever came before" ]
