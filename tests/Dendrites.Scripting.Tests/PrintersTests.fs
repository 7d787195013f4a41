module Dendrites.Tests.PrintersTests

open System
open Dendrites
open Dendrites.Tests.Support
open Expecto
open FsCheck

let private lines (text: string list) = String.Join("\n", text)

let private cells =
    [ (0, 0), 9; (1, 0), 8; (1, 1), 10; (2, 0), 4 ]
    |> List.fold
        (fun matrix ((after, on), correct) -> Metrics.add after on { Correct = correct; Total = 10 } matrix)
        Metrics.empty

let private ramp rows columns =
    Array.init rows (fun row -> Array.init columns (fun column -> float (row + column)))

let private layer (active: Tensor) : Representation.Layer =
    { Active = active
      Positive = active
      Mean = active
      Overlap = active
      Iou = active
      Cosine = active
      Segments = None }

[<Tests>]
let tests =
    testList
        "Printers"
        [ testCase "a short vector is drawn number by number, from the least to the greatest"
          <| fun () ->
              let text =
                  Printers.tensor (dsharp.tensor [ 0.0; 1.0; 2.0; 3.0; 4.0; 5.0; 6.0; 7.0 ])

              Expect.stringContains text "max 7 · ▕▁▂▃▄▅▆▇█▏\n" "rising"
              Expect.stringContains (Printers.tensor (dsharp.tensor [ 5.0; nan; -5.0 ])) "▕█ ▁▏" "no number"

          testCase "any other tensor by how its values are spread, zeros left out"
          <| fun () ->
              let two =
                  Array2D.init 20 10 (fun row _ ->
                      if row < 10 then 0.0f
                      elif row < 18 then 1.0f
                      else 3.0f)

              let text = Printers.tensor (dsharp.tensor two)

              Expect.stringContains
                  text
                  $"▕█{String(' ', 18)}▃▏"
                  "eighty ones, twenty threes, a quarter as high"

          prop "but for the picture a print is what it was"
          <| fun (DoNotSize(seed: int)) ->
              let key = Key.ofSeed seed
              let rank = int (Key.integers 0 4 1 (Key.named "rank" key) |> Seq.head)

              let shape =
                  Key.integers 1 7 rank (Key.named "shape" key) |> Seq.map int |> List.ofSeq

              let t = Key.normal shape Dtype.Float32 key
              let text = Printers.tensor t
              let start, stop = text.IndexOf " · ▕", text.IndexOf '▏'

              let without =
                  if start < 0 then
                      text
                  else
                      text.Remove(start, stop + 1 - start)

              Expect.equal without (string t) "the rest"
              Expect.equal (start < 0) (t.nelement < 2 || t.dim = 0) "a picture of two numbers or more"

          testCase "a freed tensor says so, and nothing is drawn of nothing"
          <| fun () ->
              let t = dsharp.ones [ 3 ]
              (t :> IDisposable).Dispose()
              Expect.equal (Printers.tensor t) "Tensor (freed)" "freed"
              Expect.equal (Printers.tensor (dsharp.zeros [ 0; 2 ])) (string (dsharp.zeros [ 0; 2 ])) "empty"

          testCase "an accuracy matrix is a table with the means of whole rows"
          <| fun () ->
              Expect.equal
                  (Printers.matrixOn Terminal.plain cells)
                  (lines
                      [ "accuracy, % on     1     2  mean"
                        "after task 1    90.0     ·  90.0"
                        "after task 2    80.0 100.0  90.0"
                        "after task 3    40.0     ·" ])
                  "table"

              Expect.stringContains (Printers.matrixOn Terminal.plain Metrics.empty) "nothing" "empty"

          testCase "colours change nothing but colours, and the best cell is the lightest"
          <| fun () ->
              for colours in [ Indexed; TrueColours ] do
                  let text = Printers.matrixOn (terminal colours 80) cells
                  Expect.equal (withoutColours text) (Printers.matrixOn Terminal.plain cells) "the same words"

              let text = Printers.matrixOn (terminal TrueColours 80) cells
              Expect.stringContains text "48;2;253;231;37m 100.0" "1 is yellow"
              Expect.stringContains text "48;2;68;1;84m  40.0" "the least is violet"

          testCase "a heat map without colours is a line of shades for each row"
          <| fun () ->
              let drawn =
                  Heat.draw Terminal.plain 0.0 4.0 [| [| 0.0; 1.0; 2.0; 3.0; 4.0 |]; [| 4.0; 0.0 |] |]

              Expect.equal drawn (lines [ "1  ░▒▓█"; "2 █" ]) "shades"

          testCase "in colour two rows are a line, the upper in the letters and the lower behind them"
          <| fun () ->
              let drawn =
                  Heat.draw
                      (terminal TrueColours 80)
                      0.0
                      1.0
                      [| [| 0.0; 1.0 |]; [| 1.0; 0.0 |]; [| 1.0; 1.0 |] |]

              let dark, light = "2;68;1;84", "2;253;231;37"
              let line = (drawn.Split '\n')[0]
              Expect.stringStarts line $"1-2 \u001b[38;{dark};48;{light}m▀" "first column"
              Expect.stringContains line $"38;{light};48;{dark}m▀" "second column"
              Expect.equal (withoutColours drawn) (lines [ "1-2 ▀▀"; "3     " ]) "two and one"

          prop "however many columns there are, no line is longer than the terminal"
          <| fun (PositiveInt rows) (PositiveInt columns) ->
              for colours in [ NoColours; TrueColours ] do
                  let drawn = Heat.draw (terminal colours 40) 0.0 1.0 (ramp rows (17 * columns))

                  for line in (withoutColours drawn).Split '\n' do
                      Expect.isLessThanOrEqual line.Length 40 "characters"

          testCase "a layer shows its density and its winners by task"
          <| fun () ->
              let drawn =
                  Printers.layerOn Terminal.plain (layer (dsharp.tensor [ [ 1.0; 0.0 ]; [ 0.5; 0.5 ] ]))

              Expect.equal
                  drawn
                  (lines
                      [ "2 units, 50.0 % active; how often each of the first 2 is, by task:"
                        "1 █"
                        "2 ▒▒" ])
                  "layer"

          testCase "a heat map is drawn of a matrix alone"
          <| fun () -> refuses [ "[2]"; "[rows; columns]" ] (fun () -> Printers.heat (dsharp.ones [ 2 ]))

          testCase "a stream tells what its tasks are"
          <| fun () ->
              Expect.equal
                  (Printers.stream tasks.Value)
                  "Stream of 3 tasks, each of 70 training and 40 test samples [12], 4 classes"
                  "stream" ]

// Other tests make tensors too, so this does not run beside them.
[<Tests>]
let memory =
    testSequenced (
        testCase "a picture leaves no tensor behind, and is drawn of a large or strided tensor too"
        <| fun () ->
            let large, strided =
                dsharp.ones [ 3; 1_000_000 ], (dsharp.arange 60).view([ 6; 10 ]).transpose()

            GC.Collect()
            GC.WaitForPendingFinalizers()
            let before = Scope.live ()
            Expect.stringContains (Printers.tensor large) "▕█▏" "all the same"
            Expect.stringContains (Printers.tensor strided) "▕" "strided"
            // Fewer where the collector came late to what was there before.
            Expect.isLessThanOrEqual (Scope.live () - before) 0L "tensors"
    )
