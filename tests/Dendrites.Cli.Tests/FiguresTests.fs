/// Figures as shapes and as SVG.
module Dendrites.Tests.FiguresTests

open System
open System.Xml.Linq
open Expecto
open FsCheck
open Dendrites.Cli
open Dendrites.Tests.RasterTests
open Dendrites.Tests.Support

/// The points of everything that a drawing draws.
let private points (drawing: Drawing) =
    [ for shape in drawing.Shapes do
          match shape with
          | :? Stroke as line -> yield! line.Points
          | :? Area as area -> yield! area.Points
          | :? Box as box ->
              struct (box.X, box.Y)
              struct (box.X + box.Width, box.Y + box.Height)
          | :? Disc as disc -> struct (disc.X, disc.Y)
          | :? Label as label -> struct (label.X, label.Y)
          | _ -> () ]

let private labels (drawing: Drawing) =
    [ for shape in drawing.Shapes do
          match shape with
          | :? Label as label -> label.Text
          | _ -> () ]

let private onPaper (drawing: Drawing) =
    for struct (x, y) in points drawing do
        Expect.isTrue
            (x >= 0.0 && x <= drawing.Width && y >= 0.0 && y <= drawing.Height)
            $"({x}, {y}) is on the paper"

let private curve name (values: (float * float) list) =
    Curve(name, [| for x, y in values -> struct (x, y) |])

[<Tests>]
let tests =
    testList
        "figures"
        [ prop "ticks are even, few, and hold both ends"
          <| fun a b wide whole ->
              let far = if wide then 1000.0 else 3.0
              let low, high = within -far far a, within -far far b
              let low, high = min low high, max low high
              let ticks = Ticks.Of(low, high, whole)
              let values = List.ofSeq ticks.Values
              Expect.isTrue (ticks.Low <= low + 1e-6 && ticks.High >= high - 1e-6) $"{ticks.Low} {ticks.High}"
              Expect.isTrue (values.Length >= 2 && values.Length <= 9) $"{values.Length} ticks"
              let steps = values |> List.pairwise |> List.map (fun (one, next) -> next - one)
              close 1e-6 (List.min steps) (List.max steps) "even"

              if whole then
                  Expect.all values Double.IsInteger "whole"

          prop "curves stay on the paper, whatever they are"
          <| fun (values: (NormalFloat * NormalFloat) list) log identity ->
              let values =
                  [ for x, y in values -> within 1.0 100.0 x, within 0.0 1.0 y ] |> List.sort

              onPaper (LineFigure.Draw("t", "x", "y", [| curve "c" values |], log, identity))

          test "fractions along an axis have their ticks" {
              let drawing =
                  LineFigure.Draw("t", "x", "y", [| curve "c" [ 0.05, 0.5; 0.2, 0.6 ] |])

              Expect.containsAll (labels drawing) [ "0.05"; "0.1"; "0.15"; "0.2" ] "ticks"
          }

          test "a logarithmic axis has 1, 2 and 5" {
              let drawing =
                  LineFigure.Draw("t", "x", "y", [| curve "c" [ 1.0, 0.5; 100.0, 0.6 ] |], true)

              Expect.containsAll (labels drawing) [ "1"; "2"; "5"; "10"; "20"; "50"; "100" ] "ticks"
          }

          prop "a heat map tells every cell that is known, and stays on the paper"
          <| fun (NonEmptyArray(rows: NonEmptyArray<NormalFloat option>[])) ->
              let rows =
                  rows
                  |> Array.map (fun (NonEmptyArray row) -> row |> Array.map (Option.map (within 0.0 1.0)))

              let map =
                  HeatMap(
                      Title = "t",
                      X = "on",
                      Y = "after",
                      Rows =
                          [| for row in rows ->
                                 row |> Array.map Option.toNullable :> Collections.Generic.IReadOnlyList<_> |],
                      Low = 0.0,
                      High = 1.0
                  )

              let drawing = map.Draw()

              let told =
                  drawing.Shapes
                  |> Seq.filter (function
                      | :? Box as box -> (Option.ofObj box.Told).IsSome
                      | _ -> false)

              Expect.equal (Seq.length told) (rows |> Array.sumBy (Array.choose id >> Array.length)) "cells"
              onPaper drawing

          test "rows are numbered by the task after which they were measured" {
              let rows =
                  [| for count in [ 2; 5 ] ->
                         Array.create count (Nullable 0.5) :> Collections.Generic.IReadOnlyList<_> |]

              let map =
                  HeatMap(
                      Title = "t",
                      X = "on",
                      Y = "after",
                      Rows = rows,
                      RowNumbers = [| 20; 50 |],
                      Low = 0.0,
                      High = 1.0
                  )

              let svg = Svg.Inline(map.Draw())
              Expect.stringContains svg ">50</text>" "beside the row"
              Expect.stringContains svg "after 50, on 5: 0.50" "in the cell"
          }

          prop "a histogram counts every value once, the least in its first part and the most in its last"
          <| fun (NonEmptyArray(values: NormalFloat[])) ->
              let values = values |> Array.map (within 0.0 1.0)
              let drawing = Histogram.Draw("t", "x", values)

              let counts =
                  [ for shape in drawing.Shapes do
                        match shape with
                        | :? Box as box -> int ((string box.Told).Split(": ")[1])
                        | _ -> () ]

              Expect.equal (List.sum counts) values.Length "values"
              Expect.isGreaterThan counts.Head 0 "the least"

              if Array.max values > Array.min values then
                  Expect.isGreaterThan (List.last counts) 0 "the most"

              onPaper drawing

          prop "any text makes well-formed SVG with a title"
          <| fun (letters: char list) ->
              let text =
                  letters
                  |> List.filter (fun letter ->
                      not (Char.IsControl letter || Char.IsSurrogate letter) && letter < '\uFFFE')
                  |> String.Concat

              let drawing =
                  Drawing(text, 10.0, 10.0)
                      .Text(1.0, 1.0, text)
                      .Rectangle(0.0, 0.0, 1.0, 1.0, "#000000", text)

              for svg in [ Svg.Inline drawing; Svg.Alone drawing ] do
                  let root =
                      XDocument.Parse(svg, LoadOptions.PreserveWhitespace).Root
                      |> Option.ofObj
                      |> Option.get

                  let named name =
                      root.Elements()
                      |> Seq.filter (fun e -> e.Name.LocalName = name)
                      |> Seq.map _.Value
                      |> List.ofSeq

                  Expect.equal (named "title") [ text ] "title"
                  Expect.equal (named "text") [ text ] "text"

          prop "scales grow lighter, and text on them can be read"
          <| fun a b ->
              let a, b = within 0.0 1.0 a, within 0.0 1.0 b
              let light share = Palette.Luminance(Palette.Scale share)
              Expect.isTrue ((a <= b) = (light a <= light b) || abs (a - b) < 0.02) "lighter"

              for colour in [ Palette.Scale a; Palette.Diverging a ] do
                  let text = if Palette.On colour = "#fff" then 1.0 else 0.0
                  let one, other = text + 0.05, Palette.Luminance colour + 0.05
                  // WCAG 2.2, success criterion 1.4.3.
                  Expect.isGreaterThanOrEqual (max one other / min one other) 4.5 "contrast" ]
