module Dendrites.Tests.DistillationTests

open Dendrites
open Dendrites.Tests.PieceCases
open Expecto

let private softmax (scores: float[]) =
    let powers = scores |> Array.map exp
    powers |> Array.map (fun power -> power / Array.sum powers)

[<Tests>]
let tests =
    testList
        "Distillation"
        [ property "the loss is zero where teacher and student agree, and λ τ² KL elsewhere" (fun key ->
              let batch, classes = size "batch" 1 5 key, size "classes" 2 6 key
              let teacher = normal [ batch; classes ] (Key.named "teacher" key)
              let student = normal [ batch; classes ] (Key.named "student" key)
              let config: Distillation.Config = { Strength = 0.7; Temperature = 2.5 }

              let loss student =
                  (Distillation.loss config teacher student).toDouble()

              expectClose 1e-12 [| 0.0 |] [| loss teacher |] "agree"
              // Scores that differ by a constant say the same.
              expectClose 1e-12 [| 0.0 |] [| loss (teacher + 3.0) |] "shifted"

              let expected =
                  Array.map2
                      (fun teacher student ->
                          let soft row =
                              row |> Array.map (fun x -> x / 2.5) |> softmax

                          Array.fold2
                              (fun sum p q -> sum + p * log (p / q))
                              0.0
                              (soft teacher)
                              (soft student))
                      (rows teacher)
                      (rows student)
                  |> Array.average

              Expect.isGreaterThan expected 0.0 "disagree"
              expectClose 1e-9 [| 0.7 * 2.5 * 2.5 * expected |] [| loss student |] "KL")

          property "it teaches once a task has ended, what was known then" (fun key ->
              let first, later = parameters (Key.fork 1 key), parameters (Key.fork 2 key)
              let start = Distillation.init first
              Expect.isFalse (Distillation.teaches start) "before"
              let ended = Distillation.endTask later start
              Expect.isTrue (Distillation.teaches ended) "after"
              Expect.equal (numbers ended.Teacher) (numbers later) "teacher")

          forgetsLess [ "pieces", "lwf" ] ]
