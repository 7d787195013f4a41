module Dendrites.Tests.PackNetTests

open Dendrites
open Dendrites.Tests.PieceCases
open Expecto

let private tasks = 3

let private config: PackNet.Config = { Tasks = tasks; Epochs = 4 }

let private drawn task key =
    parameters (key |> Key.named "drawn" |> Key.fork task)

/// The states after each task: what is learned is drawn anew, then held.
let private learned key =
    ((parameters key, PackNet.init (parameters key)), [ 0 .. tasks - 1 ])
    ||> List.scan (fun (parameters, state) task ->
        let moved = PackNet.hold parameters (drawn task key) state
        let parted, state = PackNet.part config moved state
        PackNet.endTask config parted state)
    |> List.tail

[<Tests>]
let tests =
    testList
        "PackNet"
        [ property "tasks share each tensor's weights evenly, and what one owns never moves again" (fun key ->
              let states = learned key

              for owner in Tree.tensors (snd (List.last states)).Owner do
                  if owner.dim = 2 then
                      let counts = values owner |> Array.countBy int |> Map.ofArray
                      let even = float owner.nelement / float tasks

                      for task in 1..tasks do
                          Expect.isLessThan (abs (float counts[task] - even)) 1.01 "share"
                  else
                      Expect.all (values owner) ((=) 1.0) "biases are the first task's"

              for (before, state), (after, _) in List.pairwise states do
                  let before, after =
                      numbers (Network.feedForward before), numbers (Network.feedForward after)

                  for i, owner in Array.indexed (numbers state.Owner) do
                      if owner > 0.0 then
                          Expect.equal after[i] before[i] "held")

          property "a task is answered by the same parameters ever after" (fun key ->
              let states = learned key

              for task, (parameters, state) in List.indexed states do
                  let seen = numbers (PackNet.seenBy task parameters state |> Network.feedForward)
                  let last, final = List.last states

                  Expect.equal
                      (numbers (PackNet.seenBy task last final |> Network.feedForward))
                      seen
                      $"task {task}")

          property "the largest free weights are kept, the others become zero and wait" (fun key ->
              let start = parameters key
              let kept, state = PackNet.part config start (PackNet.init start)

              let weights, owners =
                  values start.Hidden[0].Weight, values state.Owner.Hidden[0].Weight

              let given =
                  Array.zip weights owners
                  |> Array.filter (snd >> (=) 1.0)
                  |> Array.map (fst >> abs)

              let left =
                  Array.zip weights owners
                  |> Array.filter (snd >> (=) 0.0)
                  |> Array.map (fst >> abs)

              Expect.isGreaterThanOrEqual (Array.min given) (Array.max left) "largest"

              Expect.equal
                  (values kept.Hidden[0].Weight)
                  (Array.map2 (fun w owner -> if owner = 1.0 then w else 0.0) weights owners)
                  "zero"

              expectSame start.Hidden[0].Segments kept.Hidden[0].Segments "segments are nobody's")

          case "the parting comes halfway through a task's epochs"
          <| fun () ->
              let start = parameters (Key.ofSeed 1)

              let parted =
                  (PackNet.init start, [ 1..4 ])
                  ||> List.scan (fun state _ -> snd (PackNet.beginEpoch config start state))
                  |> List.tail
                  |> List.map (fun state -> state.Parted.toDouble ())

              Expect.equal parted [ 0.0; 0.0; 1.0; 1.0 ] "before the third of four"

          forgetsLess [ "pieces", "packnet"; "density", "0.5" ] ]
