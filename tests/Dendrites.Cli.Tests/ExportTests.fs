/// `dendrites export RUN --to FILE.csv`: what happened, a row an event.
module Dendrites.Tests.ExportTests

open System
open System.Globalization
open System.IO
open Expecto
open FsCheck
open Dendrites
open Dendrites.Cli
open Dendrites.Tests.Running
open Dendrites.Tests.Support

let private metrics folder =
    Path.Combine(folder, "run", "metrics.jsonl")

/// A made-up run with these lines.
let private told folder (lines: string) =
    RunFolders.write folder (RunFolders.two "run" 1 [ 80; 90 ])
    File.WriteAllText(metrics folder, lines)

/// The table's rows, each a map from the header's names.
let private rows (path: string) =
    match List.ofArray (File.ReadAllLines path) with
    | [] -> failtest "no header"
    | header :: rows ->
        let names = header.Split ','

        [ for row in rows do
              let cells = row.Split ','
              Expect.equal cells.Length names.Length $"as many cells as columns: {row}"
              Map(Array.zip names cells) ]

let private export folder =
    let path = Path.Combine(folder, "events.csv")
    EventTable.Write(Path.Combine(folder, "run"), path) |> ignore
    path

let private cell name (row: Map<string, string>) = row[name]

let private continual =
    testList
        "of continual learning"
        [ test "every event is a row with what it says, and nothing else" {
              inFolder (fun folder ->
                  told
                      folder
                      """{"event":"task","task":2,"total":234}
{"event":"step","task":2,"epoch":1,"step":10,"total":244,"loss":0.1}
{"event":"evaluation","after":2,"on":1,"correct":80,"of":100,"accuracy":0.8}
{"event":"end","total":300,"metrics":{"accuracy.average":0.75,"fwt.lopez-paz":null}}
{"event":"step","task":2,"ep"""

                  Expect.sequenceEqual
                      (File.ReadAllLines(export folder))
                      [ "event,task,epoch,step,total,loss,after,on,correct,of,accuracy,metric,value"
                        "task,2,,,234,,,,,,,,"
                        "step,2,1,10,244,0.1,,,,,,,"
                        "evaluation,,,,,,2,1,80,100,0.8,,"
                        "end,,,,300,,,,,,,accuracy.average,0.75"
                        "end,,,,300,,,,,,,fwt.lopez-paz," ]
                      "the table, without the line that is half written")
          }

          prop "a loss comes back as it was"
          <| fun (losses: NormalFloat list) ->
              inFolder (fun folder ->
                  let losses = losses |> List.map float

                  told
                      folder
                      (String.concat
                          ""
                          [ for loss in losses do
                                let text = loss.ToString("R", CultureInfo.InvariantCulture)

                                $"{{\"event\":\"step\",\"task\":1,\"epoch\":1,\"step\":1,\"total\":1,\"loss\":{text}}}\n" ])

                  let read =
                      rows (export folder)
                      |> List.map (fun row -> Double.Parse(cell "loss" row, CultureInfo.InvariantCulture))

                  Expect.equal read losses "the losses")

          test "a line that cannot be read is named, and leaves no table" {
              inFolder (fun folder ->
                  told
                      folder
                      "{\"event\":\"task\",\"task\":1,\"total\":0}\n{\"event\":\"task\",\"task\":true}\n"

                  fails ExitCode.BadData [ "metrics.jsonl"; "line 2" ] (fun () -> export folder |> ignore)
                  Expect.isEmpty (Directory.GetFiles folder) "nothing is left")
          }

          test "a file of another ending is misuse, and a table that is there stays" {
              match CommandLine.parse [| "export"; "run"; "--to"; "events.txt" |] with
              | Misused reason -> Expect.stringContains reason "'events.txt'; accepted: a file" "what and why"
              | other -> failtest $"not misuse: {other}"

              inFolder (fun folder ->
                  told folder ""
                  let words = [ "export"; "run"; "--to"; "events.csv" ]
                  ok (call folder words)
                  let again = call folder words
                  Expect.equal again.Code ExitCode.BadConfig again.Error

                  Expect.equal
                      (call folder [ "export"; "run"; "--to"; "events.txt" ]).Code
                      ExitCode.Usage
                      "2"

                  let nowhere = call folder [ "export"; "nowhere"; "--to"; "new.csv" ]
                  Expect.equal nowhere.Code ExitCode.BadConfig nowhere.Error
                  Expect.stringContains nowhere.Error "nowhere is no run folder" "where")
          } ]

let private control =
    test "of reinforcement learning: rounds and tests by task, updates with the loss of each critic" {
        inFolder (fun folder ->
            let words =
                "run points --threads 1 --out run --quiet --set hidden=16,16 steps=1400 updates=0.05 batch=16 \
                 random-steps=80 evaluate-every=5 evaluation-episodes=2 final-episodes=3"

            ok (call folder (List.ofArray (words.Split ' ')))
            let table = rows (export folder)

            let of' kind =
                table |> List.filter (fun row -> cell "event" row = kind)

            let lines kind =
                File.ReadAllLines(metrics folder)
                |> Seq.filter _.StartsWith($"{{\"event\":\"{kind}\"")

            let success =
                [ for row in File.ReadAllLines(Path.Combine(folder, "run", "success.csv")) |> Seq.skip 1 do
                      row.Split ',' |> List.ofArray ]

            Expect.equal
                [ for row in of' "test" do
                      [ for name in [ "steps"; "task"; "successes"; "episodes"; "return" ] -> cell name row ] ]
                success
                "the tests are those of success.csv"

            Expect.hasLength (of' "update") (Seq.length (lines "update")) "updates"
            Expect.hasLength (of' "end") 1 "one end"
            let tasks = success |> List.map (fun row -> row[1]) |> List.distinct

            Expect.hasLength
                (of' "temperatures")
                (tasks.Length * Seq.length (lines "temperatures"))
                "temperatures"

            Expect.equal (of' "round" |> List.map (cell "task") |> set) (set tasks) "every task was met"

            for row in of' "update" do
                for name in [ "loss_critic_1"; "loss_critic_2"; "loss_actor"; "entropy" ] do
                    Expect.isTrue
                        (Double.IsFinite(Double.Parse(cell name row, CultureInfo.InvariantCulture)))
                        name)
    }

[<Tests>]
let tests = testList "export of events" [ continual; control ]
