module Dendrites.Tests.CommandLineTests

open System
open System.Collections.Generic
open System.Text.RegularExpressions
open Expecto
open Dendrites

let private parse (line: string) =
    CommandLine.parse (line.Split(' ', StringSplitOptions.RemoveEmptyEntries))

let private run line =
    match parse line with
    | Command.Run arguments -> arguments
    | other -> failtest $"{line} is a run, not {other}"

let private pairs (arguments: RunArguments) =
    [ for pair in arguments.Settings -> pair.Key, pair.Value ]

/// `line` is misused, and the complaint holds `word`.
let private misused (line: string) (word: string) =
    test $"`dendrites {line}` is misuse, told in one line" {
        match parse line with
        | Command.Misused reason ->
            Expect.stringContains reason word "what was wrong"
            Expect.stringContains reason "--help" "where to read on"
            Expect.isFalse (reason.Contains '\n') "one line"
        | other -> failtest $"not misuse: {other}"
    }

[<Tests>]
let tests =
    testList
        "command line"
        [ test "the unions can be arguments" { CommandLine.check () }

          test "what is not given is null, empty or false" {
              let arguments = run "run permuted-mnist"
              Expect.equal arguments.Experiment "permuted-mnist" "the experiment"
              Expect.isNull arguments.Preset "no preset"
              Expect.isEmpty arguments.Settings "no settings"
              Expect.isEmpty arguments.Seeds "no seeds"

              Expect.isFalse
                  (arguments.Resume || arguments.DryRun || arguments.Quiet || arguments.Json)
                  "no switch"
          }

          test "every option arrives" {
              let arguments =
                  run
                      "run x --preset quick --config a.toml --seed 3 --engine auto --device cpu --threads 2 --out d \
                     --data-dir e --resume --until 2 --dry-run --quiet --json"

              Expect.equal
                  { arguments with
                      Settings = [||]
                      Seeds = [||] }
                  { Experiment = "x"
                    Preset = "quick"
                    Config = "a.toml"
                    Settings = [||]
                    Seeds = [||]
                    ManySeeds = false
                    Engine = "auto"
                    Device = "cpu"
                    Threads = Nullable 2
                    Out = "d"
                    DataDir = "e"
                    Resume = true
                    Until = Nullable 2
                    DryRun = true
                    Quiet = true
                    Json = true }
                  "all of them"

              Expect.equal arguments.Seeds [| 3 |] "the seed"
          }

          test "--set takes several pairs, may be repeated, and keeps their order" {
              let arguments = run "run x --set a=1 b=2 --quiet --set c=3"
              Expect.equal (pairs arguments) [ "a", "1"; "b", "2"; "c", "3" ] "the pairs"
          }

          test "the experiment may stand behind the pairs of --set" {
              let arguments = run "run --set a=1 b=2 x"
              Expect.equal arguments.Experiment "x" "the experiment"
              Expect.equal (pairs arguments) [ "a", "1"; "b", "2" ] "the pairs"
          }

          test "a value may be negative or hold an equals sign" {
              Expect.equal
                  (pairs (run "run x --set tasks=-1 data=a=b"))
                  [ "tasks", "-1"; "data", "a=b" ]
                  "the pairs"
          }

          test "--name=value is --name value" {
              Expect.equal (run "run x --preset=quick").Preset "quick" "the preset"
              Expect.equal (pairs (run "run x --set=a=1")) [ "a", "1" ] "the pair"
          }

          Support.prop "--seeds A..B is every seed from A to B"
          <| fun (a: uint8) (b: uint8) ->
              let first, last = int (min a b), int (max a b)
              let arguments = run $"run x --seeds {first}..{last}"
              Expect.equal arguments.Seeds [| first..last |] "the seeds"
              Expect.equal (run $"run x --seeds {first}").Seeds [| first |] "one of them"
              Expect.isTrue arguments.ManySeeds "many, even if one"

          test "data and doctor are understood" {
              Expect.equal
                  (parse "data list --json")
                  (Command.DataList { DataDir = null; Json = true })
                  "list"

              Expect.equal
                  (parse "data get mnist --data-dir d -q")
                  (Command.DataGet
                      { Name = "mnist"
                        DataDir = "d"
                        Quiet = true })
                  "get"

              Expect.equal
                  (parse "data verify mnist")
                  (Command.DataVerify
                      { Name = "mnist"
                        DataDir = null
                        Quiet = false })
                  "verify"

              Expect.equal (parse "doctor") (Command.Doctor { DataDir = null; Json = false }) "doctor"
              Expect.equal (parse "--version") Command.Version "version"
          }

          test "every option of bench arrives" {
              match
                  parse
                      "bench --threads 2 --segments 10,50 --repetitions 3 --set a=1 b=2 --data-dir d --phases --json"
              with
              | Command.Bench arguments ->
                  Expect.equal arguments.Threads (Nullable 2) "threads"
                  Expect.equal arguments.Segments [| 10; 50 |] "segments"
                  Expect.equal arguments.Repetitions (Nullable 3) "repetitions"

                  Expect.equal
                      [ for pair in arguments.Settings -> pair.Key, pair.Value ]
                      [ "a", "1"; "b", "2" ]
                      "settings"

                  Expect.equal arguments.DataDir "d" "data"
                  Expect.isTrue (arguments.Phases && arguments.Json) "switches"
                  Expect.isNull arguments.Row "every row"
              | other -> failtest $"not a bench: {other}"
          }

          test "every option of oracle arrives" {
              Expect.equal
                  (parse
                      "oracle --tasks reach,door-open --model genuine --assets d --seed 7 --goals 3 --trace --json")
                  (Command.Oracle
                      { Tasks = [| "reach"; "door-open" |]
                        Model = "genuine"
                        Assets = "d"
                        Seed = Nullable 7
                        Goals = Nullable 3
                        Trace = true
                        Json = true })
                  "all"

              Expect.equal
                  (parse "oracle")
                  (Command.Oracle
                      { Tasks = [||]
                        Model = null
                        Assets = null
                        Seed = Nullable()
                        Goals = Nullable()
                        Trace = false
                        Json = false })
                  "none"
          }

          test "the help of bench says how it measures" {
              match parse "bench --help" with
              | Command.Help text -> Expect.stringContains text "HOW IT IS MEASURED" "how"
              | other -> failtest $"not help: {other}"
          }

          for level in
              [ ""
                "run"
                "data"
                "data list"
                "data get"
                "data verify"
                "bench"
                "oracle"
                "doctor" ] do
              for flag in [ "--help"; "-h" ] do
                  test $"`dendrites {level} {flag}` is help with the exit codes" {
                      match parse $"{level} {flag}" with
                      | Command.Help text ->
                          Expect.stringContains text "USAGE: dendrites" "usage"
                          Expect.stringContains text "5 interrupted" "exit codes"
                      | other -> failtest $"not help: {other}"
                  }

          test "the help of run names every preset" {
              match parse "run --help" with
              | Command.Help text ->
                  // Words may be broken over lines at their spaces only.
                  let words = HashSet(text.Split([| ' '; '\n'; '\r'; '|'; '.'; ',' |]))

                  for preset in Presets.all do
                      let family = Regex.Replace(preset.Name, "-[0-9]+$", "-T")
                      Expect.isTrue (words.Contains family || words.Contains preset.Name) preset.Name
              | other -> failtest $"not help: {other}"
          }

          misused
              ""
              "run | compare | report | reproduce | sweep | watch | inspect | export | data | bench | oracle | play | doctor"
          misused "fly" "fly"
          misused "run" "permuted-mnist"
          misused "run a b" "b"
          misused "run a --set b" "KEY=VALUE"
          misused "run a --fly" "--fly"
          misused "run a --seed" "--seed"
          misused "run a --seed x" "--seed"
          misused "run a --seed 1 --seed 2" "--seed"
          misused "run a --seed 1 --seeds 1..2" "--seeds"
          misused "run a --seeds 2..1" "2..1"
          misused "run a --seeds 1..2..3" "1..2..3"
          misused "run a --seeds 0..99999999" "A..B"
          misused "bench --segments 10,x" "10,x"
          misused "bench --segments 0" "whole numbers from 1"
          misused "bench --repetitions 0" "--repetitions"
          misused "bench --set fly" "KEY=VALUE"
          misused "oracle --model genuine" "--assets"
          misused "oracle --assets d" "--model genuine"
          misused "oracle reach" "reach"
          misused "data" "list | get | verify"
          misused "data get" "mnist"

          Support.prop "no words make it raise"
          <| fun (words: FsCheck.NonEmptyString list) ->
              CommandLine.parse (words |> List.map _.Get |> Array.ofList) |> ignore ]
