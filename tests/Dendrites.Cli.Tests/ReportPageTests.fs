/// `dendrites report`, on run folders that are made up.
module Dendrites.Tests.ReportPageTests

open System
open System.IO
open System.Text.RegularExpressions
open System.Xml.Linq
open Expecto
open Dendrites.Tests.Running
open Dendrites.Tests.RunFolders
open Dendrites.Tests.Support

/// The page as XML: what HTML leaves open is closed.
let private parsed (page: string) =
    let closed =
        Regex.Replace(page.Replace("<!doctype html>", ""), "<meta([^>]*)>", "<meta$1/>")

    XDocument.Parse closed

let private report folder runs options =
    List.iter (write folder) runs
    call folder ("report" :: [ for run in runs -> run.Name ] @ options)

let private page folder runs =
    ok (report folder runs [ "--out"; "page.html" ])
    File.ReadAllText(Path.Combine(folder, "page.html"))

let private named name (document: XDocument) =
    document.Descendants()
    |> Seq.filter (fun element -> element.Name.LocalName = name)
    |> List.ofSeq

let private titles document =
    named "svg" document
    |> List.map (fun svg -> svg.Elements() |> Seq.find (fun e -> e.Name.LocalName = "title") |> _.Value)

let private has name (element: XElement) =
    element.Descendants() |> Seq.exists (fun inner -> inner.Name.LocalName = name)

[<Tests>]
let tests =
    testList
        "report page"
        [ test "it is well-formed, without a script, and every table and figure says what it is" {
              inFolder (fun folder ->
                  let text = page folder [ two "a" 1 [ 80; 90 ]; two "b" 2 [ 90; 94 ] ]
                  Expect.isFalse (text.Contains "<script") "no script"
                  let document = parsed text
                  Expect.isNonEmpty (named "table" document) "tables"
                  Expect.all (named "table" document) (has "caption") "a caption"
                  Expect.all (named "table" document) (has "th") "heads"
                  Expect.isNonEmpty (named "figure" document) "figures"
                  Expect.all (named "figure" document) (has "figcaption") "a caption"
                  Expect.all (titles document) (fun title -> title <> "") "a title"
                  Expect.stringContains text "88.50 (85.00 to 92.00)" "the mean over seeds, and its interval"
                  Expect.stringContains text "not measured" "a metric that has no cells"
                  Expect.stringContains text "which task is learned" "what the method is told")
          }

          test "figures lie beside it, each as SVG and as PNG" {
              inFolder (fun folder ->
                  page folder [ two "a" 1 [ 80; 90 ] ] |> ignore

                  let names ending =
                      Directory.GetFiles(Path.Combine(folder, "figures"), ending)
                      |> Array.map (fun file -> string (Path.GetFileNameWithoutExtension file))
                      |> Array.sort

                  Expect.isNonEmpty (names "*.svg") "SVG"
                  Expect.equal (names "*.png") (names "*.svg") "PNG"

                  for file in Directory.GetFiles(Path.Combine(folder, "figures"), "*.png") do
                      Expect.equal ((File.ReadAllBytes file)[1..3]) "PNG"B "what it is")
          }

          test "runs that differ in one key have it as a sweep, whatever other runs stand beside them" {
              inFolder (fun folder ->
                  let runs =
                      [ for density in [ "0.05"; "0.1"; "0.2" ] ->
                            { two ("d" + density) 1 [ 80; 90 ] with
                                Keys = [ "density", density ] } ]

                  let other =
                      { two "other" 1 [ 70; 90 ] with
                          Keys = [ "epochs", "7"; "lr", "0.1"; "density", "0.3" ] }

                  let found = titles (parsed (page folder (other :: runs)))
                  Expect.contains found "Accuracy by fraction of units that win" "density"

                  Expect.isFalse
                      (List.contains "Accuracy by segments per unit" found)
                      "segments do not differ")
          }

          test "streams of several lengths are one curve, and the keys that differ one table" {
              inFolder (fun folder ->
                  let five =
                      { two "five" 1 [] with
                          Preset = "prototype-5"
                          Rows =
                              [ [ 90 ]
                                [ 80; 90 ]
                                [ 80; 90; 90 ]
                                [ 80; 90; 90; 90 ]
                                [ 70; 80; 90; 90; 90 ] ] }

                  let document = parsed (page folder [ two "two" 1 [ 80; 90 ]; five ])
                  Expect.contains (titles document) "Accuracy by the length of the stream" "the figure"

                  let table =
                      named "table" document
                      |> List.find (fun table -> table.Value.Contains "The keys in which")

                  let heads =
                      table.Descendants()
                      |> Seq.filter (fun e ->
                          string (
                              e.Attribute(XName.Get "scope")
                              |> Option.ofObj
                              |> Option.map _.Value
                              |> Option.toObj
                          )
                              =
                              "col")
                      |> Seq.map _.Value
                      |> List.ofSeq

                  Expect.equal heads [ "run"; "tasks"; "segments" ] "the keys")
          }

          test "a run that has only begun has a page" {
              inFolder (fun folder ->
                  let begun =
                      { two "a" 1 [] with
                          Rows = []
                          Finished = false }

                  ok (report folder [ begun ] [])
                  let text = File.ReadAllText(Path.Combine(folder, "a/report.html"))
                  Expect.stringContains text "no task yet" "so it says"
                  Expect.isEmpty (named "figure" (parsed text)) "nothing to draw")
          }

          test
              "an analysis that cannot be read is left out, and one with parts missing is drawn as far as it goes" {
              inFolder (fun folder ->
                  write folder (two "a" 1 [ 80; 90 ])
                  let path = Path.Combine(folder, "a/analysis.json")
                  File.WriteAllText(path, "{ \"layers\": [ { \"units\": ")
                  let outcome = call folder [ "report"; "a" ]
                  Expect.equal outcome.Code 0 outcome.Error
                  Expect.equal outcome.ErrorLines.Length 1 outcome.Error
                  Expect.stringContains outcome.Error "analysis.json" "which file"

                  File.WriteAllText(
                      path,
                      """{ "layers": [ { "units": [], "dutyCycles": [0.1, 0.2], "overlapIou": [[]], "segments": [ { "unit": 3, "before": [] } ] } ], "inference": [] }"""
                  )

                  ok (call folder [ "report"; "a" ])

                  let found =
                      titles (parsed (File.ReadAllText(Path.Combine(folder, "a/report.html"))))

                  Expect.contains found "Duty cycles, layer 1" "what is there"
                  Expect.isFalse (found |> List.exists _.Contains("Segments of unit 3")) "what is not")
          }

          test "--out is a page or its folder, and --json one document" {
              inFolder (fun folder ->
                  let outcome =
                      report folder [ two "a" 1 [ 80; 90 ] ] [ "--out"; "new/pages"; "--json" ]

                  ok outcome
                  let written = (json outcome.Out |> field "page").GetString() |> string

                  Expect.equal
                      (Path.GetFullPath written)
                      (Path.Combine(folder, "new/pages/report.html"))
                      "where"

                  Expect.isTrue (File.Exists written) "there"
                  Expect.hasLength (json outcome.Out |> field "groups" |> elements) 1 "groups"
                  File.WriteAllText(Path.Combine(folder, "thesis.txt"), "mine")
                  let refused = call folder [ "report"; "a"; "--out"; "thesis.txt" ]
                  Expect.equal refused.Code 3 refused.Error
                  Expect.stringContains refused.Error ".html" "what is accepted"
                  Expect.equal (File.ReadAllText(Path.Combine(folder, "thesis.txt"))) "mine" "as it was")
          }

          test "names from run folders are text, not markup" {
              inFolder (fun folder ->
                  let run =
                      { two "a<b>&c" 1 [ 80; 90 ] with
                          Keys = [ "data", "/img<i>/&" ] }

                  let document = parsed (page folder [ run ])
                  Expect.isEmpty (named "b" document |> List.filter (fun b -> b.Value = "&c")) "no element"
                  let cells = named "td" document @ named "th" document |> List.map _.Value
                  Expect.contains cells "a<b>&c" "the folder"
                  Expect.contains cells "/img<i>/&" "the value")
          } ]
