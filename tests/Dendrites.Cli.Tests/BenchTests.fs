/// `dendrites bench`: what it prints; how long things take is not for tests.
module Dendrites.Tests.BenchTests

open Expecto
open Dendrites
open Dendrites.Cli
open Dendrites.Tests.Running
open Dendrites.Tests.Support

/// A network so small that five processes take some seconds.
let private small =
    [ "bench"
      "--threads"
      "1"
      "--segments"
      "2"
      "--repetitions"
      "2"
      "--set"
      "hidden=64,64"
      "batch=32"
      "subset=500"
      "test-subset=200" ]

let private number key row =
    let value = (field key row).GetDouble()
    Expect.isTrue (System.Double.IsFinite value && value > 0.0) $"{key} was {value}"
    value

[<Tests>]
let tests =
    testList
        "bench"
        [ test "a row for every engine, each with all that is measured, and the floor" {
              let outcome =
                  inFolder (fun folder -> call folder (small @ [ "--json"; "--phases" ]))

              ok outcome
              let document = json outcome.Out
              let rows = document |> field "rows" |> elements

              Expect.equal
                  [ for row in rows -> (field "engine" row).GetString(), (field "segments" row).ToString() ]
                  [ "dense-mlp", ""
                    "dense-mlp-own-adam", ""
                    "dense-mlp-fused", ""
                    "per-sample", "2"
                    "reference", "2"
                    "fused", "2" ]
                  "the rows"

              for row in rows do
                  let step = number "stepMilliseconds" row
                  Expect.isLessThanOrEqual (number "stepLeast" row) step "the median is among the repetitions"
                  Expect.isLessThanOrEqual step (number "stepMost" row) "the median is among the repetitions"

                  for key in
                      [ "stepRatio"
                        "evaluationSamplesPerSecond"
                        "evaluationRatio"
                        "peakMegabytes" ] do
                      number key row |> ignore

              Expect.equal (number "stepRatio" rows.Head) 1.0 "the dense network is what is compared with"
              Expect.isNonEmpty (rows |> List.last |> field "phases" |> elements) "where the step goes"

              for key in [ "multiplyAdds"; "bytes"; "milliseconds"; "fusedRatio" ] do
                  document |> field "floor" |> number key |> ignore

              Expect.equal (document |> field "threads" |> whole) 1 "threads"
              Expect.isTrue ((field "blas" document).ToString().Length > 0) "the linear algebra library"

              for key in [ "machine"; "cpuFeatures"; "libraries" ] do
                  field key document |> ignore
          }

          test "what cannot be measured is refused before anything is" {
              for words, code, fragment in
                  [ [ "--threads"; "0" ], 3, "threads"
                    [ "--set"; "lyer=3" ], 3, "lyer"
                    [ "--set"; "density=2" ], 3, "density"
                    [ "--row"; "fast" ], 2, "fast" ] do
                  let outcome = inFolder (fun folder -> call folder ("bench" :: words))
                  Expect.equal outcome.Code code outcome.Error
                  Expect.stringContains outcome.Error fragment "what was wrong"
                  Expect.equal outcome.Out "" "nothing on standard output"
          }

          test "the published way computes what the reference engine does" {
              Scope.run (fun () ->
                  let preset =
                      match Presets.find "prototype-2" with
                      | Ok preset -> preset.Config
                      | Error problem -> failtest (string problem)

                  let learner = Learner.ofRun 20 5 { preset with Hidden = [ 40; 30 ] }
                  let key = Key.ofSeed 3

                  let batch =
                      { Images = Key.normal [ 16; 20 ] Dtype.Float32 key
                        Labels = dsharp.tensor (Array.init 16 (fun i -> int64 (i % 5))) }

                  let task =
                      { Size = 16
                        Gather =
                          fun places ->
                              { Images = batch.Images[.. places.Length - 1]
                                Labels = batch.Labels } }

                  use published = new PublishedNetwork(learner, key, 1)
                  published.Meet(0, task)
                  let reference = Learner.asMethod learner
                  let mutable state = reference.BeginTask 0 task [| 0 |] (reference.Init key)

                  for _ in 1..5 do
                      published.Step(0, batch)
                      state <- fst (reference.Step 0 batch state)

                  let expected = reference.Predict 0 batch.Images state
                  let answers = Tensor.ofTorch (published.Answer batch.Images.torch)
                  Expect.isLessThan ((expected - answers).abs().max().toDouble()) 1e-4 "scores")
          }

          prop "a median stands between the least and the most"
          <| fun (FsCheck.NonEmptyArray(values: FsCheck.NormalFloat[])) ->
              let values = values |> Array.map _.Get
              let spread = Spread.Of values
              let below = values |> Array.filter (fun value -> value < spread.Median)
              let above = values |> Array.filter (fun value -> value > spread.Median)
              Expect.equal spread.Least (Array.min values) "least"
              Expect.equal spread.Most (Array.max values) "most"
              Expect.isLessThanOrEqual below.Length (values.Length / 2) "at most half are below"
              Expect.isLessThanOrEqual above.Length (values.Length / 2) "at most half are above" ]
