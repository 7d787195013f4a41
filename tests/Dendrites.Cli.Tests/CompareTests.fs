/// `dendrites compare`, on run folders that are made up.
module Dendrites.Tests.CompareTests

open System.IO
open Expecto
open Dendrites.Tests.Running
open Dendrites.Tests.RunFolders
open Dendrites.Tests.Support

let private compare folder runs =
    List.iter (write folder) runs
    call folder ("compare" :: [ for run in runs -> run.Name ])

let private groups folder runs =
    List.iter (write folder) runs

    let outcome = call folder ("compare" :: "--json" :: [ for run in runs -> run.Name ])

    ok outcome
    json outcome.Out |> field "groups" |> elements

let private number key row =
    (field key row: System.Text.Json.JsonElement).GetDouble()

let private text key row =
    match (field key row: System.Text.Json.JsonElement).GetString() with
    | null -> failtestf "%s is null" key
    | text -> text

let private close expected actual message =
    Expect.floatClose { absolute = 1e-9; relative = 0.0 } actual expected message

[<Tests>]
let tests =
    testList
        "compare"
        [ test "runs that differ by seed only are one line, with their mean and an interval that holds it" {
              inFolder (fun folder ->
                  match
                      groups folder [ two "a" 1 [ 80; 90 ]; two "b" 2 [ 90; 94 ]; two "c" 3 [ 86; 88 ] ]
                  with
                  | [ group ] ->
                      let accuracy = field "accuracy" group
                      let mean = (0.85 + 0.92 + 0.87) / 3.0
                      close mean (number "mean" accuracy) "the mean"
                      Expect.isLessThan (number "low" accuracy) mean "the mean is above the low end"
                      Expect.isGreaterThan (number "high" accuracy) mean "and below the high end"

                      Expect.isGreaterThanOrEqual
                          (number "low" accuracy)
                          0.85
                          "no lower than the lowest seed"

                      Expect.equal (group |> field "seeds" |> elements |> List.map whole) [ 1; 2; 3 ] "seeds"
                      close (mean - number "published" group) (number "difference" group) "the difference"
                      let metrics = field "metrics" group
                      let loss = (0.10 + 0.00 + 0.04) / 3.0
                      close loss (metrics |> field "forgetting.max-earlier" |> number "mean") "forgetting"
                      close -loss (metrics |> field "bwt.lopez-paz" |> number "mean") "transfer"
                      Expect.stringContains (text "information" group) "which task is learned" "told"
                  | groups -> failtestf "%d groups" groups.Length)
          }

          test "runs that differ by a key are lines of their own, named by it" {
              inFolder (fun folder ->
                  let other =
                      { two "b" 1 [ 70; 80 ] with
                          Keys = [ "segments", "5" ] }

                  Expect.equal
                      (groups folder [ two "a" 1 [ 80; 90 ]; other ] |> List.map (text "name"))
                      [ "prototype-2 segments=2"; "prototype-2 segments=5" ]
                      "their names")
          }

          test "the table is in percent, and says what a figure was published with" {
              inFolder (fun folder ->
                  let other =
                      { two "near" 7 [ 80; 90 ] with
                          Keys = [ "epochs", "9" ] }

                  let outcome = compare folder [ other ]
                  ok outcome
                  Expect.stringContains outcome.Out "85.00" "accuracy"
                  Expect.stringContains outcome.Out "97.47*" "the published figure"
                  Expect.stringContains outcome.Out "published with epochs=1" "with what"
                  Expect.stringContains outcome.Out "1:01" "time")
          }

          test "an unfinished run shows what it has" {
              inFolder (fun folder ->
                  let run =
                      { two "a" 1 [] with
                          Preset = "prototype-5"
                          Rows = [ [ 90 ]; [ 80; 94 ] ]
                          Finished = false }

                  let begun =
                      { run with
                          Name = "b"
                          Preset = "prototype-10"
                          Rows = [] }

                  let outcome = compare folder [ run; begun ]
                  ok outcome
                  Expect.stringContains outcome.Out "0 of 1" "seeds that are finished"
                  Expect.stringContains outcome.Out "87.00 after 2" "so far"
                  Expect.stringContains outcome.Out "no task yet" "nothing so far")
          }

          test "a run that is older than a metric has it from its matrix" {
              inFolder (fun folder ->
                  let run =
                      { two "a" 1 [ 80; 90 ] with
                          Unknown = [ "accuracy.area" ] }

                  let metrics = groups folder [ run ] |> List.head |> field "metrics"
                  close ((0.9 + 0.85) / 2.0) (metrics |> field "accuracy.area" |> number "mean") "area")
          }

          test "keys of another version do not hide what a method is told" {
              inFolder (fun folder ->
                  write folder (two "a" 1 [ 80; 90 ])
                  let path = Path.Combine(folder, "a/run.json")

                  let changed =
                      File.ReadAllText(path).Replace("\"tasks\":", "\"flux\":\"on\",\"tasks\":")

                  File.WriteAllText(path, changed)
                  let outcome = call folder [ "compare"; "a" ]
                  ok outcome
                  Expect.stringContains outcome.Out "which task is learned" "told")
          }

          test "a run from before there was dropout had none" {
              inFolder (fun folder ->
                  let run name seed keys =
                      { two name seed [ 80; 90 ] with
                          Preset = "xdg-2"
                          Keys = keys }

                  List.iter
                      (write folder)
                      [ run "then" 1 []; run "without" 2 [ "dropout", "0" ]; run "with" 3 [] ]

                  let path = Path.Combine(folder, "then/run.json")
                  File.WriteAllText(path, File.ReadAllText(path).Replace("dropout\":", "flux\":"))
                  let outcome = call folder [ "compare"; "then"; "without"; "with"; "--json" ]
                  ok outcome

                  let seeds =
                      [ for group in json outcome.Out |> field "groups" |> elements ->
                            group |> field "seeds" |> elements |> List.map whole ]

                  Expect.equal (List.sort seeds) [ [ 1; 2 ]; [ 3 ] ] "groups")
          }

          test "a folder that is given twice, or a seed that was run twice, does not count as two" {
              inFolder (fun folder ->
                  for run in [ two "a" 1 [ 80; 90 ]; two "b" 1 [ 80; 90 ] ] do
                      write folder run

                  let twice = call folder [ "compare"; "a"; "./a/"; "--json" ]
                  ok twice
                  let again = call folder [ "compare"; "a"; "b"; "--json" ]
                  Expect.equal again.Code 0 again.Error
                  Expect.stringContains again.Error "left out" "why there is one only"

                  for outcome in [ twice; again ] do
                      let group = json outcome.Out |> field "groups" |> elements |> List.exactlyOne
                      Expect.equal (group |> field "finished" |> whole) 1 "runs")
          }

          test "what is no run, and a run that cannot be read, end with 3 and one line that names them" {
              inFolder (fun folder ->
                  write folder (two "a" 1 [ 80; 90 ])
                  Directory.CreateDirectory(Path.Combine(folder, "empty")) |> ignore
                  write folder (two "torn" 2 [ 80; 90 ])
                  File.WriteAllText(Path.Combine(folder, "torn/summary.json"), "{ \"accuracy\": ")

                  for bad in [ "empty"; "torn"; "nowhere" ] do
                      let outcome = call folder [ "compare"; "a"; bad ]
                      Expect.equal outcome.Code 3 outcome.Error
                      Expect.equal outcome.ErrorLines.Length 1 outcome.Error
                      Expect.stringContains outcome.Error bad "which"
                      Expect.equal outcome.Out "" "nothing on standard output")
          } ]
