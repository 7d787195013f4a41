/// What is read of run folders, and what is made of it: compare, report, reproduce, inspect, export.
module Dendrites.Tests.ReportsTests

open System
open System.IO
open System.Text.RegularExpressions
open Expecto
open Dendrites.Tests.Running
open Dendrites.Tests.Support

/// Two seeds of one configuration, one of another, in a folder that the tests share.
let private runs =
    lazy
        (let folder = (Directory.CreateTempSubdirectory "dendrites-test-").FullName
         AppDomain.CurrentDomain.ProcessExit.Add(fun _ -> Directory.Delete(folder, true))

         for out, seed, settings in [ "a", "1", []; "b", "2", []; "c", "1", [ "density=0.2" ] ] do
             ok (call folder (tiny @ settings @ [ "--seed"; seed; "--out"; out; "--quiet" ]))

         folder)

let private accuracy (folder: string) run =
    let summary = Path.Combine(folder, run, "summary.json")
    (json (File.ReadAllText summary) |> field "accuracy").GetDouble()

let private refused folder words code (said: string) =
    let outcome = call folder words
    Expect.equal outcome.Code code outcome.Error
    Expect.equal outcome.ErrorLines.Length 1 outcome.Error
    Expect.stringContains outcome.Error said "what was wrong"

[<Tests>]
let tests =
    testList
        "reports"
        [ test "compare: seeds of one configuration are one line, another configuration says what differs" {
              let folder = runs.Value
              let outcome = call folder [ "compare"; "a"; "b"; "c"; "--json" ]
              ok outcome
              let groups = json outcome.Out |> field "groups" |> elements
              let names = groups |> List.map (fun group -> (field "name" group).GetString())
              Expect.equal names [ "prototype-10 density=0.05"; "prototype-10 density=0.2" ] "names"
              let mean = (groups[0] |> field "accuracy" |> field "mean").GetDouble()
              let expected = (accuracy folder "a" + accuracy folder "b") / 2.0
              Expect.floatClose Accuracy.high mean expected "mean over seeds"
              let low = (groups[0] |> field "accuracy" |> field "low").GetDouble()

              Expect.floatClose
                  Accuracy.high
                  low
                  (min (accuracy folder "a") (accuracy folder "b"))
                  "interval of two"

              let text = call folder [ "compare"; "a"; "b"; "c" ]
              ok text
              Expect.stringContains text.Out "which task is learned" "what the method is told"
          }

          test "report: one page that needs nothing else, and its figures beside it" {
              let folder = runs.Value
              ok (call folder [ "report"; "a"; "b"; "c"; "--out"; "out/page.html" ])
              let page = File.ReadAllText(Path.Combine(folder, "out/page.html"))

              let outside =
                  Regex.Matches(page, "src=|href=\"(?!#)|url\\(|@import|https?://(?!www\\.w3\\.org/2000/svg)")

              Expect.isEmpty outside "no address"
              let figures = Directory.GetFiles(Path.Combine(folder, "out/figures"), "*.svg")
              Expect.isGreaterThan figures.Length 20 "figures"

              for figure in figures do
                  let root = Xml.Linq.XDocument.Load(figure).Root |> Option.ofObj
                  Expect.equal (root |> Option.map _.Name.LocalName) (Some "svg") figure
                  Expect.isFalse ((File.ReadAllText figure).Contains "NaN") figure

              for title in
                  [ "Accuracy as tasks are learned"
                    "Accuracy by fraction of units that win"
                    "Accuracy matrix, seed 1"
                    "Hidden units by task, layer 2, seed 1"
                    "Segments of unit 5, layer 1, after training"
                    "prefers-color-scheme: dark" ] do
                  Expect.stringContains page title "in the page"
          }

          test "report of one run lies in its folder, and an unfinished run is no obstacle" {
              inFolder (fun other ->
                  let copy = Path.Combine(other, "run")
                  Directory.CreateDirectory copy |> ignore

                  for name in [ "run.json"; "accuracy.csv" ] do
                      File.Copy(Path.Combine(runs.Value, "a", name), Path.Combine(copy, name))

                  ok (call other [ "report"; "run" ])
                  Expect.isTrue (File.Exists(Path.Combine(copy, "report.html"))) "in the folder"
                  let outcome = call other [ "compare"; "run" ]
                  ok outcome
                  Expect.stringContains outcome.Out "after 3" "how far it got")
          }

          test "report --tensorboard: every loss and accuracy of a run, as metrics.jsonl has them" {
              let folder = runs.Value
              ok (call folder [ "report"; "a"; "--out"; "board.html"; "--tensorboard"; "--json" ])

              let file =
                  Directory.GetFiles(Path.Combine(folder, "a", "tensorboard")) |> Array.exactlyOne

              Expect.stringContains file "events.out.tfevents" "its name"
              let _, found = EventFileTests.scalars (File.ReadAllBytes file)

              let told happened =
                  File.ReadAllLines(Path.Combine(folder, "a", "metrics.jsonl"))
                  |> Array.toList
                  |> List.map json
                  |> List.filter (fun line -> (field "event" line).GetString() = happened)

              let losses =
                  [ for line in told "step" ->
                        (field "total" line).GetInt64(),
                        "loss",
                        float (float32 ((field "loss" line).GetDouble())) ]

              Expect.equal (found |> List.filter (fun (_, tag, _) -> tag = "loss")) losses "losses"
              let cells = told "evaluation"

              let accuracies =
                  Set
                      [ for line in cells ->
                            (field "after" line).GetInt64(),
                            "accuracy/task " + string ((field "on" line).GetInt32()),
                            float (float32 ((field "accuracy" line).GetDouble())) ]

              Expect.equal
                  (Set(found |> List.filter (fun (_, tag, _) -> tag.StartsWith "accuracy/task")))
                  accuracies
                  "accuracies"

              let mean =
                  found
                  |> List.filter (fun (_, tag, _) -> tag.StartsWith "accuracy/mean")
                  |> List.last

              let _, _, last = mean
              Expect.floatClose Accuracy.medium last (accuracy folder "a") "the mean after the last"
          }

          test "a run.json that is none is one line, whatever is wrong with it" {
              inFolder (fun other ->
                  let head = """"experiment":"a","preset":"x","seed":1,"started":"2026-01-01","""

                  for text, said in
                      [ "{", "cannot be read"
                        "null", "it is null"
                        "{}", "it has no config"
                        "{" + head + "\"config\":{\"tasks\":\"2\"}}", "no method"
                        "{" + head + "\"config\":{\"method\":\"mlp\",\"tasks\":\"many\"}}", "many" ] do
                      File.WriteAllText(Path.Combine(other, "run.json"), text)
                      refused other [ "compare"; "." ] 3 said
                      refused other [ "report"; "."; "--out"; "page.html" ] 3 said)
          }

          test "reproduce writes every published row, and only between its marks" {
              inFolder (fun other ->
                  let words =
                      [ "reproduce"
                        "--table-only"
                        "--runs"
                        "runs"
                        "--out"
                        "table.md"
                        "--quiet" ]

                  ok (call other words)
                  let table = Path.Combine(other, "table.md")
                  let text = File.ReadAllText table
                  Expect.stringContains text "| `prototype-10` | active-dendrites | 10 |" "a row"
                  Expect.stringContains text "not run" "what is missing says so"
                  File.WriteAllText(table, "before\n" + text + "after\n")
                  ok (call other words)
                  Expect.equal (File.ReadAllText table) ("before\n" + text + "after\n") "the rest stays"
                  let csv = Path.Combine(other, "table.csv")

                  let known =
                      "prototype-10,42,0.94736,,81,2026-11-22\nprototype-10,43,0.95021,,90,2026-11-23\n"

                  File.WriteAllText(csv, File.ReadAllText csv + known)
                  ok (call other words)
                  Expect.stringEnds (File.ReadAllText csv) known "what was known stays"

                  Expect.stringContains
                      (File.ReadAllText table)
                      "| 94.88 (94.74 to 95.02) | 94.55 | +0.33 | 0.5 | inside | 42 43 | 1:25 | 2026-11-23 |"
                      "and is in the table"

                  File.WriteAllText(
                      csv,
                      "preset,seed,accuracy,clusters,seconds,date\nprototype-10,4x,0.9,,1,2026-11-22\n"
                  )

                  refused other words 3 "line 2"
                  File.Delete csv
                  File.WriteAllText(table, "a letter")
                  refused other words 3 "another file"
                  Expect.equal (File.ReadAllText table) "a letter" "as it was"
                  refused other [ "reproduce"; "--rows"; "prototyp-10"; "--table-only" ] 3 "prototype-10")
          }

          test "inspect says what a checkpoint holds, and export writes it under the names of its tree" {
              let folder = runs.Value
              let outcome = call folder [ "inspect"; "a"; "--json" ]
              ok outcome
              let held = json outcome.Out

              let densities (document: Text.Json.JsonElement) =
                  field "tensors" document
                  |> elements
                  |> List.map (fun tensor ->
                      string ((field "name" tensor).GetString()),
                      float ((field "nonZero" tensor).GetInt64())
                      / float ((field "count" tensor).GetInt64()))
                  |> Map.ofList

              Expect.floatClose
                  Accuracy.medium
                  (Map.find "parameters.hidden.0.weight" (densities held))
                  0.5
                  "half of the weights"

              Expect.equal (field "tasksDone" held |> whole) 3 "tasks"

              Expect.floatClose
                  Accuracy.high
                  ((field "accuracy" held).GetDouble())
                  (accuracy folder "a")
                  "accuracy"

              inFolder (fun other ->
                  let source = Path.Combine(folder, "a")
                  ok (call other [ "export"; source; "--to"; "net.safetensors" ])
                  let exported = call other [ "inspect"; "net.safetensors"; "--json" ]
                  ok exported
                  let names = densities (json exported.Out)

                  Expect.equal
                      (Map.find "hidden.0.segments" names)
                      (Map.find "parameters.hidden.0.segments" (densities held))
                      "the same numbers"

                  Expect.isTrue (names.ContainsKey "prototypes.rows") "contexts"
                  Expect.isFalse (names |> Map.exists (fun name _ -> name.StartsWith "masks")) "no masks"

                  let stored document =
                      (field "parametersStored" document).GetInt64()

                  Expect.equal (stored (json exported.Out)) (stored held) "parameters"

                  Expect.equal
                      ((json exported.Out |> field "metadata" |> field "preset").GetString())
                      "prototype-10"
                      "metadata"

                  refused other [ "export"; source; "--to"; "net.safetensors" ] 3 "is there already"
                  let path = Path.Combine(other, "net.safetensors")
                  let bytes = File.ReadAllBytes path
                  File.WriteAllBytes(path, bytes[.. bytes.Length - 9])
                  refused other [ "inspect"; "net.safetensors" ] 4 "cannot be used")
          }

          test "a damaged newest checkpoint is told, and the one before is read" {
              inFolder (fun other ->
                  let source = Path.Combine(runs.Value, "a", "checkpoint")
                  let copy = Path.Combine(other, "checkpoint")
                  Directory.CreateDirectory copy |> ignore

                  for file in Directory.GetFiles source do
                      File.Copy(file, Path.Combine(copy, string (Path.GetFileName file)))

                  let newest = Path.Combine(copy, "task-0003.safetensors")
                  let bytes = File.ReadAllBytes newest
                  bytes[bytes.Length / 2] <- bytes[bytes.Length / 2] ^^^ 1uy
                  File.WriteAllBytes(newest, bytes)
                  let outcome = call other [ "inspect"; "."; "--json" ]
                  Expect.equal outcome.Code 0 outcome.Error
                  Expect.equal outcome.ErrorLines.Length 1 outcome.Error
                  Expect.stringContains outcome.Error "task-0003" "which one"
                  Expect.equal (json outcome.Out |> field "tasksDone" |> whole) 2 "the one before"
                  refused other [ "inspect"; "checkpoint/task-0003.safetensors" ] 4 "SHA-256")
          }

          test "what is no run is refused" {
              inFolder (fun other ->
                  refused other [ "compare"; "." ] 3 "no run folder"
                  refused other [ "compare" ] 2 "run folders"
                  refused other [ "inspect"; "nothing" ] 3 "nothing"
                  refused other [ "export"; "x" ] 2 "--to")
          } ]
