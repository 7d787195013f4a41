/// Sweeps as job arrays of a real Slurm, on a node of its own.
module Dendrites.Tests.SlurmTests

open System
open System.IO
open Expecto
open Dendrites.Cli
open Dendrites.Tests.Running
open Dendrites.Tests.SlurmCluster
open Dendrites.Tests.Support

let private table =
    """experiment = "permuted-mnist"
preset = "quick"
seeds = [1, 2]

[set]
subset = 4096
test-subset = 500
tasks = 40
hidden = [128, 128]
density = 0.1

[grid]
lr = [5e-4, 1e30]
segments = [1, 2]
"""

let private parts folder =
    File.ReadAllLines(Path.Combine(folder, "cluster/slurm/0001.batches"))
    |> Array.map (fun line -> List.ofArray (line.Split ' '))

/// Whether one of these runs goes on from a checkpoint, with at most so many of its forty tasks behind it.
let private isUnderWay folder most ids =
    ids
    |> List.exists (fun id ->
        let checkpoint = Path.Combine(folder, "cluster/runs", id, "checkpoint")

        let last =
            if Directory.Exists checkpoint then
                DirectoryInfo(checkpoint).GetFiles "task-*.json"
                |> Array.fold (fun last file -> max last (int file.Name[5..8])) 0
            else
                0

        last > 0
        && last <= most
        && not (File.Exists(Path.Combine(folder, "cluster/runs", id, "summary.json")))
        && File.Exists(Path.Combine(folder, "cluster/claims", $"{id}.json")))

[<Tests>]
let tests =
    testList
        "slurm"
        [ test
              "an array that is stopped before its time, whose node then fails and of which half fails, ends with a local sweep's table" {
              inFolder (fun folder ->
                  inCluster folder (fun cluster ->
                      File.WriteAllText(Path.Combine(folder, "sweep.toml"), table)

                      let sweep (words: string list) =
                          ask cluster folder (program :: "sweep" :: words @ [ "--out"; "cluster" ])

                      let both =
                          Array.Parallel.init 2 (fun _ ->
                              sweep [ "slurm"; "sweep.toml"; "--pack"; "2"; "--json" ])

                      Array.iter ok both

                      let submitted =
                          [ for one in both do
                                match (json one.Out).TryGetProperty "job" with
                                | true, job -> string (job.GetString())
                                | _ -> () ]

                      Expect.hasLength
                          submitted
                          1
                          "of two at once, one submits, and the other finds all in the queue"

                      let job = submitted.Head
                      let runs = parts folder
                      Expect.equal (Array.map List.length runs) [| 2; 2; 2; 2 |] "two runs an element"

                      // The jobs have the table as it was submitted.
                      File.WriteAllText(
                          Path.Combine(folder, "sweep.toml"),
                          table.Replace("seeds = [1, 2]", "seeds = [3]")
                      )

                      await cluster "its first element learns" (fun () -> isUnderWay folder 20 runs[0])

                      /// How often an element was put back in the queue, also by Slurm itself, when a launch took too long on a busy machine.
                      let restarts element =
                          let told =
                              (ask cluster folder [ "scontrol"; "show"; "job"; $"{job}_{element}" ]).Out

                          let found = Text.RegularExpressions.Regex.Match(told, @"Restarts=(\d+)")
                          if found.Success then int found.Groups[1].Value else 0

                      let before = restarts 0, restarts 1

                      ask cluster folder [ "scancel"; "--signal=USR1"; "--batch"; $"{job}_0" ] |> ok

                      await cluster "it is back in the queue" (fun () -> restarts 0 > fst before)

                      await cluster "an element learns" (fun () -> isUnderWay folder 30 (List.concat runs))
                      failNode cluster

                      await cluster "all jobs are over" (fun () ->
                          jobs cluster
                          |> List.forall (fun job -> job.Contains "|COMPLETED" || job.Contains "|FAILED"))

                      Expect.isGreaterThan
                          (restarts 0 + restarts 1)
                          (fst before + snd before + 1)
                          $"requeued by itself, and by Slurm: %A{jobs cluster}"

                      let states = sweep [ "status"; "cluster/sweep.toml"; "--json" ]
                      ok states

                      for run in json states.Out |> field "runs" |> elements do
                          let lr = (run |> field "axes" |> field "lr").GetString()

                          Expect.equal
                              ((field "state" run).GetString(), (field "slurm" run).GetString())
                              (if lr = "1E+30" then
                                   "failed", "FAILED"
                               else
                                   "done", "COMPLETED")
                              $"what the folder and Slurm say of lr {lr}"

                      let local =
                          call
                              folder
                              [ "sweep"
                                "run"
                                "cluster/sweep.toml"
                                "--out"
                                "local"
                                "--threads"
                                "1"
                                "--quiet" ]

                      Expect.equal local.Code ExitCode.Failed local.Error

                      for name in [ "runs.csv"; "runs.jsonl"; "cells.csv" ] do
                          Expect.equal
                              (File.ReadAllText(Path.Combine(folder, "cluster", name)))
                              (File.ReadAllText(Path.Combine(folder, "local", name)))
                              $"{name}, as the job that collects wrote it"))
          } ]
