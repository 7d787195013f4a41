module Dendrites.Tests.ExamplesTests

open System.Diagnostics
open System.IO
open System.Xml.Linq
open Expecto

/// The folder that holds the solution.
let root =
    let rec up (folder: string) =
        if File.Exists(Path.Combine(folder, "Dendrites.slnx")) then
            folder
        else
            up (Path.GetDirectoryName folder |> string)

    up System.AppContext.BaseDirectory

/// What `dotnet fsi` printed, and its exit code.
let private script (arguments: string list) =
    let info =
        ProcessStartInfo(
            "dotnet",
            "fsi" :: arguments,
            WorkingDirectory = root,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        )

    match Process.Start info with
    | null -> failtest "dotnet does not start"
    | child ->
        use child = child
        let errors = child.StandardError.ReadToEndAsync()
        let output = child.StandardOutput.ReadToEnd()
        child.WaitForExit()
        output + errors.Result, child.ExitCode

/// The number behind `label` in what a script printed.
let private figure (label: string) (output: string) =
    let line = output.Split '\n' |> Array.find _.StartsWith(label)

    System.Double.Parse(
        (Array.last (line.Split ' ')).Trim(),
        System.Globalization.CultureInfo.InvariantCulture
    )

let private elements (name: string) (drawing: string) =
    [ for element in XDocument.Parse(drawing).Descendants() do
          if element.Name.LocalName = name then
              element ]

let private attribute (name: string) (element: XElement) =
    match element.Attribute(XName.Get name) with
    | null -> ""
    | found -> found.Value

let private number name element = int (attribute name element)

[<Tests>]
let tests =
    testSequenced (
        testList
            "examples"
            [ testCase "the laws name what is wrong with a leaky selection, and hold for the published gate"
              <| fun () ->
                  let output, code = script [ "examples/laws-for-your-variant.fsx" ]
                  Expect.equal code 0 output
                  Expect.stringContains output "averaging gate: 6 of 6 laws hold" output
                  Expect.stringContains output "published gate: 7 of 7 laws hold" output
                  Expect.stringContains output "broken: exactly k units win where none tie" output

              testCase "a custom gate is written, differentiated and trained on a task of permutedMNIST"
              <| fun () ->
                  let output, code = script [ "examples/custom-gate.fsx" ]
                  Expect.equal code 0 output
                  Expect.isGreaterThan (figure "soft-max gate" output) 0.8 output
                  Expect.isGreaterThan (figure "abs-max gate" output) 0.8 output

              testCase "the figure of a run is a drawing with a cell for each score, in its row and column"
              <| fun () ->
                  let run = Directory.CreateTempSubdirectory("dendrites-").FullName

                  try
                      File.WriteAllText(
                          Path.Combine(run, "summary.json"),
                          """{ "method": "mlp", "tasks": 2, "accuracy": 0.875 }"""
                      )

                      File.WriteAllLines(
                          Path.Combine(run, "accuracy.csv"),
                          [ "after,on,accuracy"; "1,1,0.97"; "2,1,0.8"; "2,2,0.95" ]
                      )

                      let output, code = script [ "examples/accuracy-figure.fsx"; run ]
                      Expect.equal code 0 output
                      let texts = elements "text" output
                      Expect.contains (texts |> List.map _.Value) "mlp: 87.5 %" "title"

                      let rows =
                          texts
                          |> List.filter (fun (text: XElement) -> attribute "text-anchor" text = "end")

                      let cells = elements "rect" output
                      let x, y = cells |> List.map (number "x"), cells |> List.map (number "y")
                      Expect.equal (rows |> List.map _.Value) [ "1"; "2" ] "rows"

                      for label, cell in List.zip rows [ y[0]; y[1] ] do
                          let height = number "y" label
                          Expect.isTrue (height > cell && height < cell + 32) $"row {label.Value}"

                      Expect.equal (x[1], y[2]) (x[0], y[1]) "one below the other, then a step to the right"
                      Expect.equal (x[2] - x[1]) (y[1] - y[0]) "columns are as wide as rows are high"
                  finally
                      Directory.Delete(run, true)

              testCase
                  "dendrites are the routing task without learning, learn it, and a linear layer does not"
              <| fun () ->
                  let output, code = script [ "examples/routing.fsx" ]
                  Expect.equal code 0 output
                  Expect.isLessThan (figure "hard-coded segments" output) 1e-7 output
                  Expect.isLessThan (figure "segments learned at rate 10" output) 2e-2 output
                  Expect.isGreaterThan (figure "linear layer" output) 1e-1 output

              testCase "of two tables learned in a row, dendrites keep more of the first"
              <| fun () ->
                  let output, code = script [ "examples/iris-wine.fsx" ]
                  Expect.equal code 0 output

                  for name in [ "without dendrites"; "with dendrites" ] do
                      Expect.isGreaterThan (figure $"{name}, iris:" output) 0.85 output
                      Expect.isGreaterThan (figure $"{name}, wine:" output) 0.8 output

                  let kept name =
                      figure $"{name}, iris after wine" output

                  Expect.isGreaterThan (kept "with dendrites") (kept "without dendrites") output

              testCase "the tables of the examples are whole: rows, classes, and the means of every column"
              <| fun () ->
                  for name, classes, means in
                      [ "iris", [ 50; 50; 50 ], [ 5.843333; 3.057333; 3.758; 1.199333 ]
                        "wine",
                        [ 59; 71; 48 ],
                        [ 13.000618
                          2.336348
                          2.366517
                          19.494944
                          99.741573
                          2.295112
                          2.029270
                          0.361854
                          1.590899
                          5.058090
                          0.957449
                          2.611685
                          746.893258 ] ] do
                      let rows =
                          File.ReadAllLines(Path.Combine(root, "examples", "data", $"{name}.csv"))
                          |> Array.tail
                          |> Array.map (fun line ->
                              line.Split ','
                              |> Array.map (fun cell ->
                                  System.Double.Parse(
                                      cell,
                                      System.Globalization.CultureInfo.InvariantCulture
                                  )))

                      let counts = rows |> Array.countBy Array.head |> Array.map snd |> List.ofArray
                      Expect.equal counts classes name

                      for column, mean in List.indexed means do
                          let found = rows |> Array.averageBy (Array.item (column + 1))
                          Expect.isLessThan (abs (found - mean)) 1e-6 $"{name}, column {column + 1}: {found}"

              testCase
                  "a gate of one's own is swept by processes that run the script, and a second time nothing is left to learn"
              <| fun () ->
                  let folder = Directory.CreateTempSubdirectory("dendrites-").FullName

                  try
                      let output, code = script [ "examples/sweep-segments.fsx"; folder ]
                      Expect.equal code 0 output
                      let rows = Directory.GetFiles(Path.Combine(folder, "rows"))
                      Expect.equal rows.Length 8 output

                      Expect.equal
                          (output.Split('\n') |> Array.filter _.Contains(" to ")).Length
                          4
                          "four cells with an interval"

                      Expect.isFalse (output.Contains "failed") output
                      XDocument.Load(Path.Combine(folder, "segments.svg")) |> ignore
                      let written = rows |> Array.map File.GetLastWriteTimeUtc
                      let again, code = script [ "examples/sweep-segments.fsx"; folder ]
                      Expect.equal code 0 again
                      Expect.equal again output "the same table"

                      Expect.equal
                          (rows |> Array.map File.GetLastWriteTimeUtc)
                          written
                          "nothing was learned again"
                  finally
                      Directory.Delete(folder, true)

              testCase "the tour runs from tensors to plots, and says what it promises"
              <| fun () ->
                  let output, code = script [ "docs/tour.fsx" ]
                  Expect.equal code 0 output
                  Expect.stringContains output "Tensor [] float32 · 0.2500" output
                  Expect.stringContains output "laws broken by the gate: 0" output
                  Expect.stringContains output "a leaky selection breaks: exactly k units win" output
                  Expect.stringContains output "3 of 3 tasks learned" output
                  Expect.stringContains output "after task 3" output
                  Expect.stringContains output "256 units, 5." output
                  Expect.isGreaterThan (figure "abs-max gate" output) 0.5 output
                  Expect.isGreaterThan (figure "softer gate" output) 0.5 output
                  Expect.isGreaterThan (figure "accuracy.average" output) 0.5 output
                  Expect.isFalse (output.Contains '\u001b') "no colours where nobody sees them"

                  for name in
                      [ "01-accuracy-as-tasks-are-learned.svg"
                        "02-winners-by-task-hidden-layer-1.svg" ] do
                      let file = output.Split '\n' |> Array.find _.EndsWith(name)
                      XDocument.Load file |> ignore

                  Expect.stringEnds (output.TrimEnd()) "the tour is over" output ]
    )
