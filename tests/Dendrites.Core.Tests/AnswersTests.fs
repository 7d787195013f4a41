module Dendrites.Tests.AnswersTests

open Expecto
open Dendrites

[<Tests>]
let tests =
    testList
        "Answers"
        [ property "only the group of the label counts: in the loss, in its gradient and in the answer"
          <| fun key ->
              let choices, groups = size "choices" 1 4 key, size "groups" 1 4 key
              let batch, classes = size "batch" 1 6 key, choices * groups
              let scores = normal [ batch; classes ] (Key.named "scores" key)
              let drawn = Key.integers 0 classes batch (Key.named "labels" key)
              let labels = indices drawn

              // By hand: softmax over the label's own group.
              let own =
                  Array.zip (rows scores) drawn
                  |> Array.map (fun (row, label) ->
                      let first = label / choices * choices
                      row[first .. first + choices - 1], label - first)

              let entropy (row: float[], label: int) = log (Array.sumBy exp row) - row[label]

              let loss = Answers.entropy choices labels scores
              expectClose 1e-9 [| Array.averageBy entropy own |] (values loss) "loss"

              let gradient =
                  dsharp.grad (fun scores -> Answers.entropy choices labels scores) scores |> rows

              let byHand =
                  Array.zip own drawn
                  |> Array.map (fun ((row, label), whole) ->
                      let total = Array.sumBy exp row

                      Array.init classes (fun c ->
                          if c / choices <> whole / choices then
                              0.0
                          else
                              let i = c % choices
                              (exp row[i] / total - (if i = label then 1.0 else 0.0)) / float batch))

              expectClose 1e-9 (Array.concat byHand) (Array.concat gradient) "gradient"

              let right =
                  own
                  |> Array.filter (fun (row, label) -> Array.max row = row[label])
                  |> Array.length

              Expect.equal (Answers.correct choices labels scores) right "answers"

          case
              "a sure score outside the group does not count where the task is given, and does where it is not"
          <| fun () ->
              let scores = tensorOf [ 1; 4 ] [| 0.0; 1.0; 9.0; 0.0 |]
              Expect.equal (Answers.correct 2 (indices [| 1 |]) scores) 1 "given"
              Expect.equal (Answers.correct 4 (indices [| 1 |]) scores) 0 "not given" ]
