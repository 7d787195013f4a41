module Dendrites.Tests.SweepFileTests

open Expecto
open Dendrites.Cli
open Dendrites.Tests.Support

let private plan (text: string) =
    SweepPlan.Of(SweepFile.Parse(text, "sweep.toml"))

let private ids text =
    [ for run in (plan text).Runs -> run.Id ]

let private only text = List.exactlyOne (ids text)

/// What a run's configuration says under a key, as JSON.
let private value (key: string) (run: PlannedRun) =
    match run.Config[key] with
    | null -> failtest $"no {key}"
    | node -> node.ToJsonString()

let private refused name (text: string) (words: string list) =
    test $"{name} is refused with exit code 3 and one line" {
        fails ExitCode.BadConfig ("sweep.toml" :: words) (fun () -> plan text |> ignore)
    }

[<Tests>]
let tests =
    testList
        "sweep.toml"
        [ test "a run for every combination, named by its axes" {
              let plan =
                  plan
                      "preset = \"quick\"\nseeds = \"7..8\"\n[set]\ntasks = 2\n[grid]\nsegments = [1, 2]\n[zip]\nlr = [1e-3, 1e-4]\nepochs = [1, 3]\n"

              Expect.equal plan.Runs.Count 8 "2 x 2 x 2"
              Expect.equal plan.Runs[0].Name "segments=1 lr=0.001 epochs=1 seed=7" "the first"
              Expect.equal plan.Runs[7].Name "segments=2 lr=0.0001 epochs=3 seed=8" "the last"
              Expect.equal plan.Runs[7].Seed 8 "its seed"
              Expect.equal (value "tasks" plan.Runs[7]) "2" "what all runs have"
              Expect.equal (value "segments" plan.Runs[7]) "2" "what the axis says"
          }

          test "an id is what is run: not its spelling, its preset's name or its place" {
              let first, second =
                  match ids "[grid]\nlr = [1e-3, 5e-4]\nsegments = [10]\n" with
                  | [ first; second ] -> first, second
                  | others -> failtest $"{others}"

              Expect.equal (ids "[grid]\nsegments = [10]\nlr = [0.0005, 0.001]\n") [ second; first ] "order"

              let spelt =
                  "preset = \"prototype-10\"\n[set]\nsegments = 10\n[grid]\nlr = [\"1e-3\"]\n"

              Expect.equal (only spelt) first "spelling"
              Expect.equal (only "preset = \"prototype-10\"\n") second "5e-4 is the preset's own"
              let slow = only "engine = \"reference\"\n[grid]\nlr = [1e-3]\n"
              Expect.notEqual slow first "the engine counts"

              Expect.notEqual
                  (only "experiment = \"rotated-mnist\"\n")
                  (only "experiment = \"permuted-mnist\"\n")
                  "the experiment counts"

              for id in [ first; second ] do
                  Expect.isTrue (id.Length = 12 && id |> Seq.forall System.Char.IsAsciiHexDigitLower) id
          }

          test "a bigger grid keeps the runs that it had" {
              let small = ids "seeds = [1, 2]\n[grid]\nsegments = [1, 2]\n"
              let big = ids "seeds = [1, 2, 3]\n[grid]\nsegments = [1, 2, 4]\n"
              Expect.isTrue (Set.isSubset (set small) (set big)) "all of them"
              Expect.equal big.Length 9 "and more"
          }

          test "rows that are the same run are one" {
              let plan = plan "[grid]\nlr = [\"0.001\", \"1e-3\"]\n"
              Expect.equal plan.Runs.Count 1 "one run"
              Expect.equal plan.Repeated 1 "and it says so"
          }

          test "a list is a value of a list of lists, and presets are an axis" {
              let plan =
                  plan "[grid]\npreset = [\"quick\", \"prototype-2\"]\nhidden = [[64, 32], [16]]\n"

              Expect.equal
                  [ for run in plan.Runs -> run.Preset ]
                  [ "quick"; "quick"; "prototype-2"; "prototype-2" ]
                  "presets"

              Expect.equal (value "hidden" plan.Runs[0]) "[64,32]" "two layers"
              Expect.equal (value "hidden" plan.Runs[1]) "[16]" "one"
          }

          test "draws are of the seed, within their bounds" {
              let text seed =
                  $"[random]\ndraws = 20\nseed = {seed}\nlr = {{ log-uniform = [1e-5, 1e-2] }}\nepochs = {{ integer = [1, 3] }}\ndensity = {{ uniform = [0.1, 0.2] }}\ngate = {{ choice = [\"max\", \"bias\"] }}\n"

              Expect.equal (ids (text 3)) (ids (text 3)) "the same again"
              Expect.notEqual (ids (text 3)) (ids (text 4)) "another seed"

              for run in (plan (text 3)).Runs do
                  let value key = float (value key run)
                  Expect.isTrue (value "lr" >= 1e-5 && value "lr" <= 1e-2) "lr"
                  Expect.isTrue (value "epochs" >= 1.0 && value "epochs" <= 3.0) "epochs"
                  Expect.isTrue (value "density" >= 0.1 && value "density" <= 0.2) "density"
          }

          test "settings that do not go together are that run's refusal, and no other's" {
              let plan = plan "[grid]\ngate = [\"max\", \"none\"]\n"
              Expect.isNull plan.Runs[0].Refusal "max goes"
              Expect.stringContains (string plan.Runs[1].Refusal) "none" "none does not"
          }

          test "reinforcement learning is swept too" {
              let plan =
                  plan "experiment = \"points\"\n[grid]\nmethod = [\"mlp\", \"active-dendrites\"]\n"

              Expect.equal
                  [ for run in plan.Runs -> value "method" run ]
                  [ "\"mlp\""; "\"active-dendrites\"" ]
                  "both"
          }

          refused "an unknown key" "[grid]\nsegmnts = [1]\n" [ "line 2"; "segmnts"; "segments" ]
          refused "a value that the key does not take" "[grid]\nlr = [1e-3, \"fast\"]\n" [ "line 2"; "fast" ]
          refused "an empty axis" "[grid]\nlr = []\n" [ "line 2"; "lr"; "at least one" ]
          refused "a number that is none" "[grid]\nlr = [1e-3, nan]\n" [ "line 2"; "lr"; "finite" ]
          refused "infinity" "[zip]\nlr = [inf]\n" [ "line 2"; "lr"; "finite" ]
          refused
              "an infinite bound"
              "[random]\ndraws = 1\nlr = { uniform = [0, inf] }\n"
              [ "line 3"; "lr"; "finite" ]
          refused "two axes on one key" "[grid]\nlr = [1e-3]\n[zip]\nlr = [1e-4]\n" [ "lr"; "2 axes" ]
          refused "one key twice in a table" "[grid]\nlr = [1e-3]\nlr = [1e-4]\n" [ "lr" ]
          refused "an axis that is set for all" "[set]\nlr = 1e-3\n[grid]\nlr = [1e-4]\n" [ "line 2"; "lr" ]
          refused
              "rows of different lengths"
              "[zip]\nlr = [1e-3, 1e-4]\nepochs = [1]\n"
              [ "lr 2"; "epochs 1" ]
          refused "another table" "[grids]\nlr = [1]\n" [ "line 1"; "grids" ]
          refused "a setting outside of a table" "lr = 1\n" [ "line 1"; "lr"; "[set]" ]
          refused "draws that are not counted" "[random]\nlr = { uniform = [0.1, 0.2] }\n" [ "draws" ]
          refused
              "another way to draw"
              "[random]\ndraws = 1\nlr = { normal = [0, 1] }\n"
              [ "line 3"; "normal"; "log-uniform" ]
          refused "a preset of another experiment" "preset = \"split-5\"\n" [ "split-mnist" ]
          refused "seeds from high to low" "seeds = \"3..1\"\n" [ "line 1"; "3..1" ]
          refused "rungs that do not rise" "[halving]\nrungs = [2, 2]\n" [ "line 2"; "rungs" ]
          refused "all kept at a rung" "[halving]\nrungs = [1]\nkeep = 1.0\n" [ "line 3"; "keep" ] ]
