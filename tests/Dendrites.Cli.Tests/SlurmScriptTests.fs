/// Scripts, parts and submissions of job arrays: what needs no Slurm.
module Dendrites.Tests.SlurmScriptTests

open System
open System.Diagnostics
open System.IO
open Expecto
open Dendrites
open Dendrites.Cli
open Dendrites.Tests.Running
open Dendrites.Tests.Support

let private plain: SweepSlurmArguments =
    { File = "sweep.toml"
      Out = null
      Partition = null
      Time = null
      Cpus = Nullable()
      Memory = null
      Gpus = Nullable()
      ArrayLimit = Nullable()
      Pack = Nullable()
      DataDir = null
      DryRun = false
      Json = false }

let private script arguments folder elements =
    let folder = SweepFolder.Of("sweep.toml", folder)
    use _ = Submission.Turn folder
    SlurmScript.Array(arguments, folder, Submission.Next folder, elements)

let private directives (script: string) =
    script.Split '\n'
    |> Array.filter (fun line -> line.StartsWith("#SBATCH ", StringComparison.Ordinal))
    |> Array.map (fun line ->
        let at = line.IndexOf '='
        line[8 .. at - 1], line[at + 1 ..])
    |> Map

let private perform (folder: string) (program: string) (words: string list) =
    let info =
        ProcessStartInfo(
            program,
            words,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        )

    use running = new Process(StartInfo = info)
    running.Start() |> ignore
    finish running

/// The words that a shell reads, each in <>.
let private read (text: string) =
    (perform "/" "bash" [ "-c"; $"printf '<%%s>' {text}" ]).Out

[<Tests>]
let tests =
    testList
        "slurm scripts"
        [ test "a script says what was asked for, and nothing that was not" {
              inFolder (fun folder ->
                  let asked =
                      { plain with
                          Time = "2:00:00"
                          Memory = "4G"
                          Gpus = Nullable 1
                          Cpus = Nullable 3
                          ArrayLimit = Nullable 5 }

                  let text = script asked folder 9
                  let said = directives text
                  Expect.equal said["--array"] "0-8%5" "elements, and how many at a time"
                  Expect.equal said["--time"] "2:00:00" "the time limit"
                  Expect.equal said["--mem"] "4G" "memory"
                  Expect.equal said["--gpus"] "1" "GPUs"
                  Expect.equal said["--cpus-per-task"] "3" "cores"
                  Expect.stringContains text "--threads 3" "a run has the cores of its job"

                  for name in [ "--time"; "--mem"; "--gpus"; "--partition" ] do
                      Expect.isFalse
                          ((directives (script plain folder 1)).ContainsKey name)
                          $"{name} is the cluster's")
          }

          test "no word and no folder can break a script" {
              for word in [ "a b"; "it's"; "x\"y"; "$(touch broken)"; "a#b"; "back\\slash"; "-; exit" ] do
                  inFolder (fun folder ->
                      let place = Path.Combine(folder, word)

                      let text =
                          script
                              { plain with
                                  Partition = word
                                  Time = word
                                  Memory = word
                                  DataDir = place }
                              place
                              1

                      let said = directives text

                      for name in [ "--partition"; "--time"; "--mem" ] do
                          Expect.equal (read said[name]) $"<{word}>" $"{name} is one word"

                      Expect.equal (read said["--job-name"]) $"<dendrites-{word}>" "the sweep's name"
                      let path = Path.Combine(folder, "script.sh")
                      File.WriteAllText(path, text)
                      ok (perform folder "bash" [ "-n"; path ]))
          }

          test "a % of the folder's own is none of the log's pattern" {
              inFolder (fun folder ->
                  let text = script plain (Path.Combine(folder, "90%j")) 1

                  let output = (directives text)["--output"]
                  Expect.stringContains output "90%%j/logs/slurm-%A_%a.log" "written twice")
          }

          test "jobs read the copy of the table that was submitted with them" {
              inFolder (fun folder ->
                  let sweep = SweepFolder.Of("sweep.toml", folder)
                  use _ = Submission.Turn sweep
                  let submission = Submission.Next sweep

                  for text in
                      [ SlurmScript.Array(plain, sweep, submission, 1)
                        SlurmScript.Collect(plain, sweep, submission) ] do
                      Expect.stringContains text (Path.Combine(folder, "slurm", "0001.toml")) "the copy")
          }

          test "without Slurm the scripts can be written; to submit them is refused in one line" {
              inFolder (fun folder ->
                  File.WriteAllText(Path.Combine(folder, "sweep.toml"), "seeds = [1, 2, 3]\n")

                  let slurm words =
                      perform
                          folder
                          "env"
                          ([ "PATH=/nowhere"; program; "sweep"; "slurm"; "sweep.toml"; "--out"; "out" ]
                           @ words)

                  let written = slurm [ "--dry-run"; "--pack"; "2" ]
                  ok written

                  Expect.stringContains
                      written.Out
                      "2 elements, 3 runs; nothing was submitted"
                      "what it says"

                  let path = Path.Combine(folder, "out/slurm/0001.sh")
                  Expect.stringContains written.Out (File.ReadAllText path) "the script"

                  let refused = slurm []
                  Expect.equal refused.Code ExitCode.BadConfig "its exit code"
                  Expect.equal refused.ErrorLines.Length 1 refused.Error
                  Expect.stringContains refused.Error "sbatch was not found" "what is missing")
          }

          test "parts come back as they were written; a part that is not there is one line" {
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "parts")
                  let parts = [| [| "a"; "b" |]; [| "c" |] |]
                  Batches.Write(path, parts)
                  Expect.equal (Batches.ReadAll path) parts "all"
                  Expect.equal (Batches.Read(path, 1) |> List.ofSeq) [ "c" ] "the second"

                  fails ExitCode.BadConfig [ "2 parts"; "--index 0 to 1" ] (fun () ->
                      Batches.Read(path, 2) |> ignore))
          }

          test "submissions that are made at once have numbers of their own" {
              inFolder (fun folder ->
                  let sweep = SweepFolder.Of("sweep.toml", folder)

                  let names =
                      Array.Parallel.init 16 (fun _ ->
                          use _ = Submission.Turn sweep
                          let next = Submission.Next sweep
                          Batches.Write(next.Batches, [| [| "a" |] |])
                          next.Name)

                  Expect.equal (Array.sort names) [| for number in 1..16 -> $"%04d{number}" |] "each once")
          }

          test "submissions stand in their order, and have a job once Slurm gave one" {
              inFolder (fun folder ->
                  let sweep = SweepFolder.Of("sweep.toml", folder)

                  use _ = Submission.Turn sweep

                  for number in 1..12 do
                      let next = Submission.Next sweep
                      Expect.equal next.Name $"%04d{number}" "the next number"
                      Batches.Write(next.Batches, [| [| "a" |] |])
                      Expect.isNull next.Job "not submitted"

                      if number % 2 = 0 then
                          next.Submitted $"{number}"

                  Expect.equal
                      [ for submission in Submission.All sweep -> Option.ofObj submission.Job ]
                      [ for number in 1..12 -> if number % 2 = 0 then Some $"{number}" else None ]
                      "the oldest first")
          } ]
