module Dendrites.Tests.PermutationTests

open Expecto
open Dendrites

let private published =
    lazy (Permutation.tasks Permutation.PublishedSeed 784 10 |> Array.ofList)

let private weighted (permutation: int[]) =
    permutation |> Array.mapi (fun i p -> int64 i * int64 p) |> Array.sum

[<Tests>]
let tests =
    testList
        "Permutation"
        [ test "the published permutations are those of the authors' data set" {
              let tasks = published.Value

              Expect.equal
                  (tasks[1][..9])
                  [| 470; 186; 370; 171; 190; 57; 202; 726; 334; 447 |]
                  "task 1 starts"

              Expect.equal (tasks[1][781..]) [| 379; 403; 62 |] "task 1 ends"

              Expect.equal
                  (tasks[2][..9])
                  [| 307; 62; 564; 544; 151; 618; 482; 532; 487; 676 |]
                  "task 2 starts"

              for task, sum in [ 1, 119587593L; 2, 120349157L; 9, 119130653L ] do
                  Expect.equal (weighted (tasks[task])) sum $"Σ i·p[i] of task {task}"
          }

          test "the first task is the identity" { Expect.equal published.Value[0] [| 0..783 |] "task 0" }

          property "every task is a permutation"
          <| fun key ->
              let length, tasks = size "length" 1 60 key, size "tasks" 1 6 key
              let drawn = Permutation.tasks (uint32 (size "seed" 0 1000000 key)) length tasks
              Expect.hasLength drawn tasks "tasks"

              Expect.all
                  drawn
                  (fun permutation -> Array.sort permutation = [| 0 .. length - 1 |])
                  "permutations"

          test "more tasks begin with the same tasks; another seed gives others" {
              Expect.equal (Permutation.tasks 42u 50 4) (List.take 4 (Permutation.tasks 42u 50 9)) "prefix"
              Expect.notEqual (Permutation.tasks 43u 50 2) (Permutation.tasks 42u 50 2) "seed"
              Expect.hasLength (List.distinct (Permutation.tasks 42u 50 9)) 9 "distinct"
          } ]
