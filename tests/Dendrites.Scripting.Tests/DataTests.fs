module Dendrites.Tests.DataTests

open Dendrites
open Dendrites.Tests.Support
open Expecto

let private labels (task: Task) count =
    (TensorMemory.longs (task.Gather [| 0 .. count - 1 |]).Labels).ToArray()
    |> List.ofArray

[<Tests>]
let tests =
    testList
        "Data"
        [ testCase "permutedMNIST has MNIST's sizes, and its first task the pixels as they are"
          <| fun () ->
              let stream = Data.permutedMnist 2
              let sizes (tasks: Task list) = tasks |> List.map _.Size

              Expect.equal
                  (sizes stream.Train, sizes stream.Test)
                  ([ 60000; 60000 ], [ 10000; 10000 ])
                  "sizes"

              Expect.equal (stream.Inputs, stream.Classes, stream.Choices) (784, 10, 10) "shapes"

              let first, second =
                  (stream.Train[0].Gather [| 0 |]).Images, (stream.Train[1].Gather [| 0 |]).Images

              Expect.isTrue (first[0, 0].toDouble() = first[0, 783].toDouble()) "corners are background"

              let sorted (t: Tensor) =
                  (TensorMemory.floats t).ToArray() |> Array.sort

              Expect.isTrue (sorted first = sorted second) "the same pixels"

              Expect.isFalse
                  ((TensorMemory.floats first).ToArray() = (TensorMemory.floats second).ToArray())
                  "elsewhere"
              // The first labels of MNIST's training set.
              Expect.equal (labels stream.Train[0] 6) [ 5L; 0L; 4L; 1L; 9L; 2L ] "labels"

          testCase "what is read stays, whatever scope it is read in"
          <| fun () ->
              let stream = Scope.run (fun () -> Data.rotatedMnist 3 |> Data.take 50 20)
              Expect.hasLength stream.Train 3 "tasks"

              for task in stream.Train @ stream.Test do
                  Expect.isTrue
                      ((task.Gather [| 3; 4 |]).Images.sum().toDouble() |> System.Double.IsFinite)
                      "alive"

          testCase "split MNIST has digits of its own in every task"
          <| fun () ->
              let stream = Data.splitMnist 5
              Expect.equal (stream.Classes, stream.Choices) (2, 2) "two digits a task"

              for task in stream.Train do
                  Expect.equal (List.distinct (labels task 100) |> List.sort) [ 0L; 1L ] "by their order"

              let sum = stream.Train |> List.sumBy _.Size
              Expect.equal sum 60000 "every image is in one task"

          testCase "take keeps the first of every task, and no more than there are"
          <| fun () ->
              let few = Data.take 30 1000 tasks.Value
              Expect.equal (few.Train |> List.map _.Size) [ 30; 30; 30 ] "training"
              Expect.equal (few.Test |> List.map _.Size) [ 40; 40; 40 ] "test"
              Expect.equal (labels few.Train[1] 30) (labels tasks.Value.Train[1] 30) "the first"
              refuses [ "train"; "0" ] (fun () -> Data.take 0 5 tasks.Value)
              refuses [ "test"; "-1" ] (fun () -> Data.take 5 -1 tasks.Value)

          testCase "images that cannot be had, and tasks that cannot be, are told in a line"
          <| fun () ->
              refuses [ "/no/such/folder"; "mnist | fashion-mnist | kmnist" ] (fun () ->
                  Data.stream
                      { Train.preset "quick" with
                          Data = "/no/such/folder" })

              refuses [ "tasks"; "3" ] (fun () -> Data.splitMnist 3)
              refuses [ "tasks"; "0" ] (fun () -> Data.permutedMnist 0) ]
