/// What `dendrites watch` sees of a run folder that others write.
module Dendrites.Tests.WatchTests

open System
open System.IO
open System.Text
open Expecto
open Dendrites.Cli
open Dendrites.Tests.Running
open Dendrites.Tests.Support

let private moment = DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)

let private append (path: string) (text: string) =
    use file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read)
    file.Write(Encoding.UTF8.GetBytes text)

let private metrics folder = Path.Combine(folder, "metrics.jsonl")

let private step task epoch step loss =
    $"{{\"event\":\"step\",\"task\":{task},\"epoch\":{epoch},\"step\":{step},\"total\":0,\"loss\":{loss}}}\n"

/// A run of two tasks of 234 steps that was tested after the first, and is not finished.
let private unfinished folder =
    RunFolders.write
        folder
        { RunFolders.two "run" 1 [] with
            Rows = [ [ 90 ] ]
            Keys = [ "epochs", "1" ]
            Finished = false }

    Path.Combine(folder, "run")

let private look (run: WatchedRun) = run.Look moment

let private standing (sighting: Sighting) =
    match sighting.Standing with
    | null -> failtest "no standing"
    | standing -> standing

let private doing sighting = (standing sighting).Doing
let private scores sighting = List.ofSeq (standing sighting).Scores

/// Text that is there.
let private text (given: string | null) =
    match given with
    | null -> failtest "nothing is said"
    | text -> text

let private files =
    testList
        "what others write"
        [ prop "whole lines are read once each, in order, however the file grows"
          <| fun (lines: uint8 list list) ->
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "log")
                  let tail = Tail path

                  let read () =
                      snd (tail.Read().ToTuple()) |> List.ofArray

                  // Each write ends in the middle of a line, which the next one ends.
                  let seen =
                      [ for lines in lines do
                            append path (String.concat "" [ for line in lines -> $"é{line}\nü" ])
                            yield! read () ]

                  append path "\n"
                  let all = seen @ read ()

                  let written =
                      if File.Exists path then
                          List.ofArray (File.ReadAllLines path)
                      else
                          []

                  Expect.equal all (written |> List.filter (fun line -> line <> "")) "the lines")

          test "half a line waits, and a file that was cut is read anew" {
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "log")
                  let tail = Tail path
                  Expect.equal (tail.Read().ToTuple()) (false, [||]) "no file"
                  append path "one\ntw"
                  Expect.equal (tail.Read().ToTuple()) (false, [| "one" |]) "half"
                  append path "o\n"
                  Expect.equal (tail.Read().ToTuple()) (false, [| "two" |]) "whole"
                  File.WriteAllText(path, "one\n")
                  Expect.equal (tail.Read().ToTuple()) (true, [| "one" |]) "cut"
                  File.Delete path
                  Expect.equal (tail.Read().ToTuple()) (true, [||]) "gone")
          }

          prop "a curve has a bar for each number, and larger numbers have no lower bars"
          <| fun (values: int16 list) ->
              let bars = Sparkline.Of(ResizeArray(List.map float values))
              Expect.equal bars.Length values.Length "bars"

              for one, a in Seq.zip values bars do
                  for other, b in Seq.zip values bars do
                      if one <= other then
                          Expect.isTrue (a <= b) $"{one} and {other}"

              if Seq.distinct values |> Seq.length > 1 then
                  Expect.equal (Seq.min bars, Seq.max bars) ('▁', '█') "from the floor to the ceiling" ]

let private runs =
    testList
        "a run that is watched"
        [ test "is awaited, runs while its folder is held, and is stopped when it is not" {
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "run")
                  let run = WatchedRun path
                  Expect.equal (look run).Life Life.Awaited "nothing there"
                  unfinished folder |> ignore

                  do
                      use _ = RunFolder.Open path
                      let seen = look run
                      Expect.equal seen.Life Life.Running "held"
                      Expect.equal (scores seen) [ Nullable 0.9 ] "scores"
                      Expect.isNull seen.Resume "nothing to go on with"
                      Expect.throws (fun () -> (RunFolder.Open path).Dispose()) "looking took nothing away"

                  let stopped = look run
                  Expect.equal stopped.Life Life.Stopped "let go"

                  Expect.stringStarts
                      (text stopped.Resume)
                      "dendrites run permuted-mnist --out "
                      "how to go on"

                  (RunFolder.Open path).Dispose())
          }

          test "fails with its reason, and is finished with its table whatever else there is" {
              inFolder (fun folder ->
                  let path = unfinished folder
                  let run = WatchedRun path
                  File.WriteAllText(Path.Combine(path, "failed.json"), """{ "reason": "it rained" }""")
                  let failed = look run
                  Expect.equal (failed.Life, failed.Reason) (Life.Failed, "it rained") "the reason"

                  do
                      use _ = RunFolder.Open path
                      Expect.equal (look run).Life Life.Running "taken up again"

                  RunFolders.write folder (RunFolders.two "run" 1 [ 80; 90 ])
                  let finished = look run
                  Expect.equal finished.Life Life.Finished "finished"
                  Expect.floatClose Accuracy.high finished.Mean.Value 0.85 "the final figure"
                  Expect.stringContains (text finished.Table) "0.8500" "the table")
          }

          test "says task, epoch, step and loss as they come, and nothing of half a line" {
              inFolder (fun folder ->
                  let path = unfinished folder
                  let run = WatchedRun path

                  append
                      (metrics path)
                      ("{\"event\":\"task\",\"task\":2,\"total\":234}\n" + step 2 1 30 0.25)

                  Expect.equal (doing (look run)) "task 2/2, epoch 1/1, step 30/234, loss 0.2500" "learning"
                  let before = look run
                  append (metrics path) "{\"event\":\"step\",\"task\":2,\"ep"
                  Expect.equal (look run).Mark before.Mark "nothing new"
                  append (metrics path) "och\":1,\"step\":234,\"total\":0,\"loss\":0.5}\n"
                  Expect.equal (doing (look run)) "task 2/2, testing, loss 0.5000" "testing"
                  Expect.equal (List.ofSeq (look run).Losses) [ 0.5; 0.25; 0.5 ] "losses")
          }

          prop "is seen as by one who comes later, wherever its log was cut"
          <| fun (steps: uint8 list) (kept: uint8) ->
              inFolder (fun folder ->
                  let path = unfinished folder
                  let run = WatchedRun path
                  look run |> ignore

                  for number in steps do
                      append (metrics path) (step 2 1 (int number) 0.5)

                  look run |> ignore

                  do
                      use file = File.OpenWrite(metrics path)
                      file.SetLength(file.Length * int64 kept / 255L)

                  let late = look (WatchedRun path)
                  let seen = look run
                  Expect.equal (doing seen) (doing late) "what it does"
                  Expect.equal (List.ofSeq seen.Losses) (List.ofSeq late.Losses) "losses"
                  Expect.equal (scores seen) (scores late) "scores")

          test "takes as long as it took for what this process did" {
              inFolder (fun folder ->
                  let path = unfinished folder

                  // It went on at the beginning of the second task, and is through half of it.
                  append
                      (Path.Combine(path, "timings.jsonl"))
                      ("{\"event\":\"start\",\"at\":\"2020-01-01T00:00:00Z\",\"afterTasks\":0}\n"
                       + "{\"event\":\"resume\",\"at\":\"2026-01-01T00:00:00Z\",\"afterTasks\":1}\n")

                  append (metrics path) (step 2 1 117 0.5)
                  use _ = RunFolder.Open path
                  let seen = WatchedRun(path).Look(moment.AddSeconds 40.0)
                  Expect.floatClose Accuracy.medium seen.Left.Value.TotalSeconds 40.0 "as long again")
          }

          test "is one line beside others, and tells a change once" {
              inFolder (fun folder ->
                  let path = unfinished folder
                  let run = WatchedRun path

                  let lines before now alone =
                      List.ofSeq (WatchView.Changes(before, now, alone))

                  let first = look run
                  Expect.hasLength (lines null first false) 1 "a line"
                  Expect.stringContains (lines null first false).Head ", accuracy 0.9000" "the mean"
                  Expect.isEmpty (lines first (look run) false) "nothing new"
                  append (metrics path) (step 2 1 50 0.5)
                  let second = look run
                  Expect.hasLength (lines first second true) 1 "a line"
                  Expect.stringContains (lines first second true).Head "step 50/234" "what changed")
          } ]

let private commands =
    testList
        "dendrites watch"
        [ test "waits for a run, tells what it does, and ends with its table" {
              inFolder (fun folder ->
                  use watching = start folder [ "watch"; "run"; "--every"; "0.1" ]
                  let first = watching.StandardOutput.ReadLine()
                  Expect.equal first "run: no run yet" "it waits"
                  let outcome = call folder (tiny @ [ "--out"; "run"; "--quiet" ])
                  ok outcome
                  let seen = finish watching
                  ok seen
                  Expect.stringEnds seen.Out outcome.Out "the final table"
                  let again = call folder [ "watch"; "run"; "--once" ]
                  ok again
                  Expect.equal again.Out outcome.Out "and nothing else once it is over"

                  // A run that was stopped after its second task.
                  File.Delete(Path.Combine(folder, "run", "summary.json"))
                  let stopped = call folder [ "watch"; "run"; "--once"; "--json" ]
                  ok stopped
                  let one = json stopped.Out |> field "runs" |> elements |> List.exactlyOne
                  Expect.equal ((field "state" one).GetString()) "stopped" "the state"
                  Expect.hasLength (field "tasks" one |> elements) 3 "a score for each task"
                  let command = text ((field "resume" one).GetString())
                  let resumed = call folder (command.Split ' ' |> List.ofArray |> List.tail)
                  Expect.equal resumed.Code 0 resumed.Error)
          }

          test "ends with 1 and the reason of a run that failed, and with 3 where --once finds none" {
              inFolder (fun folder ->
                  let path = unfinished folder
                  File.WriteAllText(Path.Combine(path, "failed.json"), """{ "reason": "it rained" }""")

                  for words in [ []; [ "--once" ] ] do
                      let outcome = call folder ([ "watch"; "run" ] @ words)
                      Expect.equal outcome.Code ExitCode.Failed outcome.Error
                      Expect.equal outcome.ErrorLines.Length 1 outcome.Error
                      Expect.stringContains outcome.Error "it rained" "why"

                  let nowhere = call folder [ "watch"; "nowhere"; "--once" ]
                  Expect.equal nowhere.Code ExitCode.BadConfig nowhere.Error
                  Expect.stringContains nowhere.Error "nowhere is no run folder" "where")
          }

          test "without runs, with no time between looks, or with --json of many looks it is misuse" {
              for words, why in
                  [ "watch", "run folders"
                    "watch run --every 0", "--every was '0'"
                    "watch run --every NaN", "0.1 to 3600"
                    "watch run --json", "--once" ] do
                  match Dendrites.CommandLine.parse (words.Split ' ') with
                  | Dendrites.Misused reason -> Expect.stringContains reason why words
                  | other -> failtest $"not misuse: {other}"
          }

          test "a run of reinforcement learning has steps, and success on each task" {
              inFolder (fun folder ->
                  let words = [ "run"; "points"; "--set"; "steps=2000"; "--out"; "run"; "--quiet" ]
                  ok (call folder words)
                  let table = call folder [ "watch"; "run"; "--once" ]
                  Expect.stringContains table.Out "success" "its table"
                  File.Delete(Path.Combine(folder, "run", "summary.json"))
                  let seen = look (WatchedRun(Path.Combine(folder, "run")))
                  Expect.equal seen.Life Life.Stopped "not finished"
                  Expect.stringContains (doing seen) "2,000 steps of 2,000" "steps"
                  Expect.isNonEmpty seen.Losses "losses"
                  Expect.isNonEmpty (scores seen) "success")
          } ]

[<Tests>]
let tests = testList "watch" [ files; runs; commands ]
