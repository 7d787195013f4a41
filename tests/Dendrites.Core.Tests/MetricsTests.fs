module Dendrites.Tests.MetricsTests

open Expecto
open Dendrites

let private score percent : Score = { Correct = percent; Total = 100 }

/// A full lower triangle of percentages.
let private triangle (percent: int[][]) =
    (Metrics.empty, Array.indexed percent)
    ||> Array.fold (fun matrix (after, row) ->
        Array.indexed row
        |> Array.fold (fun matrix (on, percent) -> Metrics.add after on (score percent) matrix) matrix)

let private random key =
    let tasks = size "tasks" 1 7 key
    [| for after in 0 .. tasks - 1 -> Key.integers 0 101 (after + 1) (Key.fork after key) |]

let private close name expected actual =
    match actual with
    | Some actual -> Expect.floatClose { absolute = 1e-12; relative = 0.0 } actual expected name
    | None -> failtestf "%s was not measured" name

let private example = triangle [| [| 90 |]; [| 70; 80 |]; [| 75; 60; 95 |] |]

[<Tests>]
let tests =
    testList
        "Metrics"
        [ test "the example worked by hand" {
              close "average" (0.75 + 0.60 + 0.95 |> fun sum -> sum / 3.0) (Metrics.averageAccuracy example)
              close "learning" ((0.90 + 0.80 + 0.95) / 3.0) (Metrics.learningAccuracy example)
              close "area" ((0.90 + 0.75 + (0.75 + 0.60 + 0.95) / 3.0) / 3.0) (Metrics.area example)
              // Task 0: best of .90 and .70, now .75; task 1: best of .80, now .60.
              close "max earlier" ((0.15 + 0.20) / 2.0) (Metrics.forgettingMaxEarlier example)
              close "first minus last" ((0.15 + 0.20) / 2.0) (Metrics.forgettingFirstMinusLast example)
              close "transfer" -0.175 (Metrics.backwardTransfer example)
          }

          test "a task that improved before it was forgotten tells the two forgettings apart" {
              let matrix = triangle [| [| 50 |]; [| 90; 80 |]; [| 60; 70; 95 |] |]
              close "max earlier" ((0.30 + 0.10) / 2.0) (Metrics.forgettingMaxEarlier matrix)
              close "first minus last" ((-0.10 + 0.10) / 2.0) (Metrics.forgettingFirstMinusLast matrix)
          }

          test "a row that is measured in part has no average" {
              let partly = Metrics.empty |> Metrics.add 2 0 (score 50)
              Expect.isNone (Metrics.averageAccuracy partly) "average"
              Expect.equal (Metrics.row 2 partly) [ 0.5 ] "what there is"
          }

          property "every metric is its formula"
          <| fun key ->
              let percent = random key
              let last = percent.Length - 1
              let a after on = float (percent[after][on]) / 100.0
              let matrix = triangle percent

              close
                  "average"
                  (Seq.average (seq { for on in 0..last -> a last on }))
                  (Metrics.averageAccuracy matrix)

              close
                  "learning"
                  (Seq.average (seq { for on in 0..last -> a on on }))
                  (Metrics.learningAccuracy matrix)

              Expect.equal (Metrics.row last matrix) [ for on in 0..last -> a last on ] "row"
              Expect.equal (Metrics.lastRow matrix) (Some last) "last row"

              let overEarlier f =
                  Seq.average (seq { for on in 0 .. last - 1 -> f on })

              if last = 0 then
                  for metric in
                      [ Metrics.forgettingMaxEarlier
                        Metrics.forgettingFirstMinusLast
                        Metrics.backwardTransfer ] do
                      Expect.isNone (metric matrix) "one task has no earlier one"
              else
                  let best on =
                      Seq.max (seq { for t in on .. last - 1 -> a t on })

                  close
                      "max earlier"
                      (overEarlier (fun on -> best on - a last on))
                      (Metrics.forgettingMaxEarlier matrix)

                  close
                      "first minus last"
                      (overEarlier (fun on -> a on on - a last on))
                      (Metrics.forgettingFirstMinusLast matrix)

                  close
                      "transfer"
                      (overEarlier (fun on -> a last on - a on on))
                      (Metrics.backwardTransfer matrix)

          test "a metric whose cells were not measured is nothing" {
              let matrix =
                  Metrics.empty
                  |> Metrics.add 2 0 (score 50)
                  |> Metrics.add 2 1 (score 60)
                  |> Metrics.add 2 2 (score 70)

              close "average" 0.6 (Metrics.averageAccuracy matrix)
              Expect.isNone (Metrics.learningAccuracy matrix) "learning"
              Expect.isNone (Metrics.forgettingMaxEarlier matrix) "max earlier"
              Expect.isNone (Metrics.forgettingFirstMinusLast matrix) "first minus last"
              Expect.isNone (Metrics.backwardTransfer matrix) "transfer"

              for name, metric in Metrics.named do
                  Expect.isNone (metric Metrics.empty) name

              Expect.isNone (Metrics.lastRow Metrics.empty) "no row"
          }

          test "a cell is the right answers over those asked" {
              let matrix = Metrics.add 1 0 { Correct = 3; Total = 4 } Metrics.empty
              Expect.equal (Metrics.accuracy 1 0 matrix) (Some 0.75) "cell"
              Expect.isNone (Metrics.accuracy 0 1 matrix) "transposed"
          }

          test "names give the metrics that they say" {
              let named = Map.ofList Metrics.named
              let improved = triangle [| [| 50 |]; [| 90; 80 |]; [| 60; 70; 95 |] |]

              for name, metric in
                  [ "accuracy.average", Metrics.averageAccuracy
                    "accuracy.learning", Metrics.learningAccuracy
                    "accuracy.area", Metrics.area
                    "forgetting.max-earlier", Metrics.forgettingMaxEarlier
                    "forgetting.first-minus-last", Metrics.forgettingFirstMinusLast
                    "bwt.lopez-paz", Metrics.backwardTransfer ] do
                  Expect.equal (named[name] improved) (metric improved) name

              Expect.hasLength Metrics.named 6 "names"
          } ]
