/// What the program answers, and what it refuses.
module Dendrites.Tests.ProgramTests

open System.IO
open Expecto
open Dendrites.Tests.Running
open Dendrites.Tests.Support

/// `words` end with `code` and one line on standard error that holds `fragment`.
let private refused code fragment words =
    let line = words |> String.concat " "

    test $"`dendrites {line}` ends with {code} and one line" {
        inFolder (fun folder ->
            let outcome = call folder words
            Expect.equal outcome.Code code outcome.Error
            Expect.equal outcome.ErrorLines.Length 1 outcome.Error
            Expect.stringStarts outcome.Error "dendrites: " "who speaks"
            Expect.stringContains outcome.Error fragment "what was wrong"
            Expect.equal outcome.Out "" "nothing on standard output"
            Expect.isEmpty (Directory.GetFileSystemEntries folder) "nothing is left")
    }

[<Tests>]
let answers =
    testList
        "program"
        [ for words in
              [ [ "--help" ]
                [ "run"; "--help" ]
                [ "data"; "get"; "-h" ]
                [ "doctor"; "--help" ]
                [ "--version" ] ] do
              let line = String.concat " " words

              test $"`dendrites {line}` answers" {
                  let outcome = inFolder (fun folder -> call folder words)
                  ok outcome
                  Expect.isNotEmpty outcome.Out "an answer"
              }

          refused 2 "a command" []
          refused 2 "fly" [ "fly" ]
          refused 2 "experiment" [ "run" ]
          refused 2 "permuted-mnist" [ "run"; "letters" ]
          refused 3 "prototype-10" [ "run"; "permuted-mnist"; "--preset"; "prototype-1" ]
          refused 3 "'tasks'" [ "run"; "permuted-mnist"; "--set"; "task=3" ]
          refused 3 "tasks was '-1'" [ "run"; "permuted-mnist"; "--set"; "tasks=-1" ]
          refused 3 "seed was '-1'" [ "run"; "permuted-mnist"; "--seed"; "-1" ]
          refused 3 "threads" [ "run"; "permuted-mnist"; "--threads"; "0" ]
          refused 3 "threads" [ "run"; "permuted-mnist"; "--threads"; "5000" ]
          refused 2 "--out" [ "run"; "permuted-mnist"; "--out"; "" ]
          refused 2 "--data-dir" [ "data"; "list"; "--data-dir"; "" ]
          refused 2 "--config" [ "run"; "permuted-mnist"; "--config="; "--dry-run" ]
          refused 3 "60000" [ "run"; "permuted-mnist"; "--set"; "batch=60001"; "--dry-run" ]
          refused 3 "density" [ "run"; "permuted-mnist"; "--set"; "hidden=8"; "--dry-run" ]
          refused 3 "fused" [ "run"; "permuted-mnist"; "--engine"; "turbo" ]
          refused 3 "tpu" [ "run"; "permuted-mnist"; "--device"; "tpu" ]
          refused 3 "nowhere.toml" [ "run"; "permuted-mnist"; "--config"; "nowhere.toml" ]
          refused 3 "segments" [ "run"; "permuted-mnist"; "--set"; "segments=0" ]
          refused 4 "/nowhere" [ "run"; "permuted-mnist"; "--set"; "data=/nowhere" ]
          refused 3 "mnist" [ "data"; "get"; "nothing" ]
          refused 4 "missing" [ "data"; "verify"; "mnist"; "--data-dir"; "/nowhere" ]

          test "a truncated image file ends with 4 and one line that names it" {
              inFolder (fun folder ->
                  let data = Path.Combine(folder, "images")
                  Directory.CreateDirectory data |> ignore

                  for images, labels in
                      [ "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
                        "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte" ] do
                      File.WriteAllBytes(
                          Path.Combine(data, images),
                          (idx [ 300; 28; 28 ] (Array.zeroCreate (300 * 784)))[..999]
                      )

                      File.WriteAllBytes(Path.Combine(data, labels), idx [ 300 ] (Array.zeroCreate 300))

                  let outcome = call folder [ "run"; "permuted-mnist"; "--set"; $"data={data}" ]
                  Expect.equal outcome.Code 4 outcome.Error
                  Expect.equal outcome.ErrorLines.Length 1 outcome.Error
                  Expect.stringContains outcome.Error "train-images-idx3-ubyte" "the file")
          }

          test "--dry-run touches nothing and its JSON is one document" {
              inFolder (fun folder ->
                  let outcome =
                      call folder [ "run"; "permuted-mnist"; "--seeds"; "0..2"; "--dry-run"; "--json" ]

                  ok outcome
                  let plan = json outcome.Out
                  Expect.equal ((field "preset" plan).GetString()) "prototype-10" "the preset"
                  Expect.equal (plan |> field "config" |> field "tasks" |> whole) 10 "the keys"
                  Expect.equal (plan |> field "cost" |> field "steps" |> whole) (10 * 3 * 234) "the steps"
                  Expect.equal (plan |> field "runs" |> elements).Length 3 "a run for each seed"
                  Expect.isEmpty (Directory.GetFileSystemEntries folder) "nothing is left")
          }

          test "tasks count for the segments of a method whichever stands first, in a file or on the line" {
              inFolder (fun folder ->
                  File.WriteAllText(
                      Path.Combine(folder, "c.toml"),
                      "tasks = 50\nweight-sparsity = 0.25\npreset = \"mlp-3-layer-10\"\n"
                  )

                  let outcome =
                      call
                          folder
                          [ "run"
                            "permuted-mnist"
                            "--config"
                            "c.toml"
                            "--set"
                            "method=active-dendrites"
                            "--dry-run"
                            "--json" ]

                  ok outcome
                  let config = json outcome.Out |> field "config"
                  Expect.equal (config |> field "segments" |> whole) 50 "segments"

                  Expect.equal
                      ((field "weight-sparsity" config).GetDouble())
                      0.5
                      "the line's method counts more than the file's keys")
          }

          test "a folder with other things is refused and left as it was" {
              inFolder (fun folder ->
                  File.WriteAllText(Path.Combine(folder, "thesis.txt"), "mine")
                  let outcome = call folder (tiny @ [ "--out"; "." ])
                  Expect.equal outcome.Code 3 outcome.Error
                  Expect.equal (Directory.GetFileSystemEntries folder).Length 1 "nothing is added")
          }

          test "doctor finds the engine working" {
              let outcome = inFolder (fun folder -> call folder [ "doctor"; "--json" ])
              Expect.equal outcome.Code 0 outcome.Error
              let healthy = json outcome.Out |> field "healthy"
              Expect.isTrue (healthy.GetBoolean()) outcome.Out
          } ]
