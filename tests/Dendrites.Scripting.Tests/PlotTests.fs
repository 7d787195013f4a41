module Dendrites.Tests.PlotTests

open System
open System.IO
open System.Xml.Linq
open Dendrites
open Dendrites.Tests.Support
open Expecto

let private elements (name: string) (file: string) =
    [ for element in XDocument.Load(file).Descendants() do
          if element.Name.LocalName = name then
              element ]

let private texts (file: string) =
    elements "text" file |> List.map _.Value

let private saved (look: string -> 'r) (plot: Plot) =
    inFolder (fun folder ->
        let file = Path.Combine(folder, "figure.svg")
        Plot.save file plot
        look file)

/// As many files as a run folder needs to be read.
let private runFolder folder =
    File.WriteAllText(
        Path.Combine(folder, "run.json"),
        """{"experiment": "permuted-mnist", "preset": "quick", "seed": 3, "started": "2025-01-02T03:04:05Z",
            "config": {"method": "mlp", "tasks": 2}}"""
    )

    File.WriteAllLines(
        Path.Combine(folder, "metrics.jsonl"),
        [ for after, on, correct in [ 1, 1, 9; 2, 1, 7; 2, 2, 8 ] ->
              $$"""{"event":"evaluation","after":{{after}},"on":{{on}},"correct":{{correct}},"of":10,"accuracy":0.{{correct}}}""" ]
    )

    File.WriteAllText(
        Path.Combine(folder, "analysis.json"),
        """{"layers": [{"units": [[0.5, 0.25], [0.75, 1]]}]}"""
    )

[<Tests>]
let tests =
    testList
        "Plot"
        [ testCase "a run's accuracy is its mean and a curve for each task, its matrix a cell for each score"
          <| fun () ->
              let run = Train.stream small.Value tasks.Value

              // The mean, its mark in the legend, three tasks and the axes and their ticks.
              let curves file =
                  elements "polyline" file
                  |> List.filter (fun line ->
                      (nonNull (line.Attribute(XName.Get "stroke"))).Value <> "currentColor")

              Plot.accuracy run
              |> saved (fun file -> Expect.hasLength (curves file) 5 "curves")

              Plot.accuracy [ "one", run; "other", run ]
              |> saved (fun file ->
                  Expect.hasLength (curves file) 4 "two curves and their marks"
                  Expect.containsAll (texts file) [ "one"; "other" ] "names")

              Plot.matrix run
              |> saved (fun file ->
                  let told = elements "title" file |> List.map _.Value
                  let cells = told |> List.filter _.StartsWith("after task")
                  Expect.hasLength cells 6 "cells"

                  let last =
                      (Metrics.accuracy 2 0 run.Matrix)
                          .Value.ToString("0.00", Globalization.CultureInfo.InvariantCulture)

                  Expect.contains cells $"after task 3, on task 1: {last}" "the last row")

              for layer, units in [ 1, 16; 2, 12 ] do
                  Plot.winners (run, layer = layer)
                  |> saved (fun file ->
                      let cells = elements "title" file |> List.filter _.Value.StartsWith("task ")

                      Expect.hasLength cells (3 * units) "a cell for each unit and task")

              refuses [ "layer was 3"; "1 to 2" ] (fun () -> Plot.winners (run, layer = 3))

              Plot.losses run
              |> saved (fun file -> Expect.contains (texts file) "cross-entropy, nats" "units of the axis")

          testCase "a run folder is drawn as a run is"
          <| fun () ->
              inFolder (fun folder ->
                  runFolder folder

                  Plot.matrix folder
                  |> saved (fun file ->
                      let told = elements "title" file |> List.map _.Value
                      Expect.contains told "after task 2, on task 1: 0.70" "a cell")

                  Plot.accuracy folder
                  |> saved (fun file -> Expect.contains (texts file) "mean" "named")

                  Plot.winners folder
                  |> saved (fun file ->
                      let told = elements "title" file |> List.map _.Value
                      Expect.contains told "task 2, unit 1: 0.75" "a unit")

                  refuses [ folder; "layer 2" ] (fun () -> Plot.winners (folder, layer = 2)))

              inFolder (fun folder -> refuses [ folder; "run.json" ] (fun () -> Plot.accuracy folder))

          testCase "what was not tested yet cannot be drawn"
          <| fun () ->
              let run = Train.start small.Value tasks.Value
              refuses [ "not tested" ] (fun () -> Plot.accuracy run)
              refuses [ "not tested" ] (fun () -> Plot.matrix run)

          testCase "lines are series of any kind, heat maps matrices, histograms whatever has numbers"
          <| fun () ->
              Plot.lines ([ "a", [ 1.0; nan; 3.0 ]; "b", [ 2.0; 2.0; 2.0 ] ], title = "Two", x = "step")
              |> saved (fun file ->
                  Expect.containsAll (texts file) [ "a"; "b"; "step" ] "names"
                  Expect.equal (elements "title" file).Head.Value "Two" "title"
                  // Dots are drawn on short curves; a number that is none has no dot.
                  Expect.hasLength (elements "circle" file) 5 "dots")

              Plot.curves [ "c", [| 0.0, 1.0; 10.0, 2.0 |] ]
              |> saved (fun file -> Expect.hasLength (elements "circle" file) 2 "dots")

              Plot.heat (dsharp.tensor [ [ 1.0; 2.0; 3.0 ]; [ 4.0; 5.0; 6.5 ] ])
              |> saved (fun file ->
                  Expect.contains (elements "title" file |> List.map _.Value) "row 2, column 3: 6.5" "a cell")

              Plot.histogram (dsharp.arange 60)
              |> saved (fun file -> Expect.isNonEmpty (elements "rect" file) "bars")

              refuses [ "[2; 2; 2]" ] (fun () -> Plot.heat (dsharp.ones [ 2; 2; 2 ]))
              refuses [ "finite" ] (fun () -> Plot.histogram (dsharp.tensor [ nan ]))

          testCase "a figure is kept as SVG or PNG, and elsewhere refused"
          <| fun () ->
              let plot = Plot.lines [ "a", [ 1.0; 2.0 ] ]

              inFolder (fun folder ->
                  let file = Path.Combine(folder, "figure.PNG")
                  Plot.save file plot
                  let bytes = File.ReadAllBytes file
                  Expect.equal bytes[1..3] "PNG"B "its first bytes"

                  refuses [ "figure.gif"; ".svg or .png" ] (fun () ->
                      Plot.save (Path.Combine(folder, "figure.gif")) plot)

                  refuses [ "cannot be written" ] (fun () ->
                      Plot.save (Path.Combine(folder, "no", "figure.svg")) plot))

          testCase "a file is opened where there is a desktop and a program, which may fail"
          <| fun () ->
              inFolder (fun folder ->
                  let program = Path.Combine(folder, "xdg-open")

                  let find variables =
                      Opener.find (fun name -> Map.tryFind name (Map.ofList variables) |> Option.toObj)

                  let desktop, path = ("DISPLAY", ":0"), ("PATH", $"/nowhere:{folder}")
                  Expect.isNone (find [ desktop; path ]) "no program"

                  File.WriteAllText(
                      program,
                      $"#!/bin/sh\necho opening\nprintf '%%s' \"$1\" > {folder}/told\n"
                  )

                  Expect.equal (find [ desktop; path ]) (Some program) "both"
                  Expect.equal (find [ "WAYLAND_DISPLAY", "wayland-0"; path ]) (Some program) "the newer one"
                  Expect.isNone (find [ path ]) "no desktop"
                  Expect.isNone (find [ desktop ]) "no path"

                  // Not executable yet.
                  Opener.start "a file.svg" program
                  File.SetUnixFileMode(program, UnixFileMode.UserRead ||| UnixFileMode.UserExecute)
                  Opener.start "a file.svg" program
                  let told = Path.Combine(folder, "told")

                  let arrived () =
                      File.Exists told && FileInfo(told).Length > 0

                  Threading.SpinWait.SpinUntil(arrived, TimeSpan.FromMinutes 1.0) |> ignore

                  Expect.equal (File.ReadAllText told) "a file.svg" "one argument") ]
