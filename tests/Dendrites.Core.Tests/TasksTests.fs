module Dendrites.Tests.TasksTests

open Expecto
open Dendrites

/// Samples whose images and labels say their number.
let private numbered first count : Samples =
    { Images =
        tensorOf
            [ count; 2 ]
            [| for i in 0 .. count - 1 do
                   yield! [ float (first + i); 1.0 ] |]
      Labels = indices [| first .. first + count - 1 |] }

let private tasksOf sizes =
    List.scan (+) 0 sizes
    |> List.truncate (List.length sizes)
    |> List.map2 (fun size first -> taskOf (numbered first size)) sizes

let private labelsOf (task: Task) =
    integers (task.Gather [| 0 .. task.Size - 1 |]).Labels

[<Tests>]
let tests =
    testList
        "Tasks"
        [ property "a union gives each place its own sample, in the order that was asked for" (fun key ->
              let sizes = [ for i in 0 .. size "tasks" 0 4 key -> size $"size {i}" 1 6 key ]
              let union = Tasks.union (tasksOf sizes)
              Expect.equal union.Size (List.sum sizes) "size"
              let asked = Key.integers 0 union.Size (size "asked" 1 20 key) key
              let samples = union.Gather asked
              Expect.equal (integers samples.Labels) asked "labels"
              Expect.equal (rows samples.Images |> Array.map Array.head) (Array.map float asked) "images")

          property "cumulative tasks grow by one task each" (fun key ->
              let sizes = [ for i in 0 .. size "tasks" 0 4 key -> size $"size {i}" 1 6 key ]

              for count, task in List.indexed (Tasks.cumulative (tasksOf sizes)) do
                  let expected = List.sum (List.truncate (count + 1) sizes)
                  Expect.equal (labelsOf task) [| 0 .. expected - 1 |] "all so far")

          property "interleaved tasks are even, share no sample, and mix what they are made of" (fun key ->
              let parts = Tasks.interleaved key (tasksOf [ 40; 40; 40 ])
              Expect.equal (parts |> List.map _.Size) [ 40; 40; 40 ] "even"
              let labels = parts |> List.map labelsOf
              Expect.equal (Array.sort (Array.concat labels)) [| 0..119 |] "every sample once"

              for part in labels do
                  let owners = part |> Array.countBy (fun label -> label / 40)
                  Expect.equal owners.Length 3 "of every task") ]
