/// Sweeps of a script's own function, learned in this process as at the prompt; examples/sweep-segments.fsx has the workers.
module Dendrites.Tests.SweepTests

open System.IO
open Expecto
open Dendrites

let private inFolder (f: string -> unit) =
    let folder = Directory.CreateTempSubdirectory("dendrites-sweep-").FullName

    try
        f folder
    finally
        Directory.Delete(folder, true)

let private table =
    Sweep.one |> Sweep.grid [ "x", [ "1"; "2"; "3" ] ] |> Sweep.seeds [ 1; 2 ]

let private square (settings: Map<string, string>) =
    [ "square", float settings["x"] ** 2.0 + float settings["seed"] / 10.0 ]

[<Tests>]
let tests =
    testList
        "Sweep"
        [ test "every row is learned once, and stands there for the next time" {
              inFolder (fun folder ->
                  let mutable learned = 0

                  let learn settings =
                      learned <- learned + 1
                      square settings

                  let rows = Sweep.run folder 1 learn table
                  Expect.equal learned 6 "six rows"

                  Expect.equal
                      [ for row in rows -> row["x"], row["seed"] ]
                      [ for x in 1..3 do
                            for seed in 1..2 -> string x, string seed ]
                      "in the table's order"

                  Expect.equal
                      [ for row in rows -> row.Figure "square" ]
                      [ for x in 1..3 do
                            for seed in 1..2 -> Some(float (x * x) + float seed / 10.0) ]
                      "figures"

                  Expect.equal (Sweep.run folder 1 learn table) rows "the same again"
                  Expect.equal learned 6 "nothing is learned again"
                  let bigger = table |> Sweep.grid [ "y", [ "0" ] ]
                  Expect.equal (Sweep.run folder 1 learn bigger).Length 6 "other rows"
                  Expect.equal learned 12 "which are new")
          }

          test "a row whose function raises, or gives no number, has failed, and is tried again" {
              inFolder (fun folder ->
                  let learn broken (settings: Map<string, string>) =
                      match settings["x"] with
                      | "1" when broken -> failwith "no such x\nand more"
                      | "2" when broken -> [ "square", nan ]
                      | _ -> square settings

                  let failures rows =
                      [ for row in rows do
                            match row.Outcome with
                            | Error reason -> row["x"], reason
                            | Ok _ -> () ]

                  let broken = Sweep.run folder 1 (learn true) table |> failures
                  Expect.equal (List.distinct (List.map fst broken)) [ "1"; "2" ] "which"
                  Expect.equal (snd broken[0]) "no such x" "one line"
                  Expect.stringContains (snd broken[2]) "finite" "why"
                  Expect.isEmpty (Sweep.run folder 1 (learn false) table |> failures) "tried again")
          }

          test "cells are means over seeds, the best first, and the table tells failures" {
              inFolder (fun folder ->
                  let rows =
                      Sweep.run
                          folder
                          1
                          (fun settings ->
                              if settings["x"] = "2" then
                                  failwith "no"
                              else
                                  square settings)
                          table

                  let cells = Sweep.cells "square" rows

                  Expect.equal
                      [ for settings, _, _ in cells -> settings ]
                      [ [ "x", "3" ]; [ "x", "1" ] ]
                      "without the seed"

                  let _, mean, interval = cells.Head
                  Expect.floatClose Accuracy.high mean 9.15 "mean"
                  let low, high = Option.get interval
                  Expect.isTrue (9.1 <= low && low <= mean && mean <= high && high <= 9.2) "interval"
                  let text = Sweep.table "square" rows
                  Expect.stringContains text "9.1500" "the mean"
                  Expect.stringContains text "failed: x=2 seed=1: no" "the failure"

                  Expect.throwsT<ScriptException>
                      (fun () -> Sweep.response "z" "square" rows |> ignore)
                      "no such key"

                  Expect.stringContains (string (Sweep.response "x" "square" rows)) "Response to x" "a plot")
          }

          test "what is no table is refused" {
              inFolder (fun folder ->
                  Expect.throwsT<System.ArgumentException>
                      (fun () -> Sweep.run folder 1 square (Sweep.one |> Sweep.grid [ "x", [] ]) |> ignore)
                      "an empty axis")
          } ]
