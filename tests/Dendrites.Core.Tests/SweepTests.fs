module Dendrites.Tests.SweepTests

open Expecto
open Dendrites

/// A sweep of some axes, no key twice.
let private drawn key : Sweep =
    let draw name low high =
        (Key.integers low high 1 (Key.named name key))[0]

    let values name =
        [ for i in 1 .. draw name 1 4 -> $"{name}{i}" ]

    let rows = draw "rows" 1 4

    { Grid = [ for axis in 1 .. draw "axes" 0 3 -> $"g{axis}", values $"g{axis}" ]
      Zip = [ for axis in 1 .. draw "zips" 0 3 -> $"z{axis}", [ for row in 1..rows -> $"z{axis}{row}" ] ]
      Random =
        List.truncate
            (draw "drawn" 0 5)
            [ "a", OneOf [ "x"; "y" ]
              "b", Uniform(-2.0, 3.0)
              "c", LogUniform(1e-4, 1e-1)
              "d", WholeNumber(-1, 2) ]
      Draws = draw "draws" 1 5
      DrawSeed = draw "seed" 0 100
      Seeds = [ for seed in 1 .. draw "seeds" 0 4 -> seed ] }

let private refused name (sweep: Sweep) (hint: string) =
    test $"{name} is refused" {
        match Sweep.validate sweep with
        | [ problem ] -> Expect.stringContains (string problem) hint "why"
        | problems -> failtest $"{problems}"

        Expect.throwsT<System.ArgumentException> (fun () -> Sweep.runs sweep |> ignore) "no runs"
    }

[<Tests>]
let tests =
    testList
        "Sweep"
        [ property "every combination once, keys in order, the seed fastest" (fun key ->
              let sweep = drawn key
              Expect.isEmpty (Sweep.validate sweep) "valid"
              let runs = Sweep.runs sweep
              let count = List.fold (fun count (_, values) -> count * List.length values) 1

              let zipped =
                  sweep.Zip |> List.map (fun (_, values) -> values.Length) |> List.tryHead

              let drawn = if sweep.Random.IsEmpty then 1 else sweep.Draws

              Expect.equal
                  runs.Length
                  (count sweep.Grid * defaultArg zipped 1 * drawn * max 1 sweep.Seeds.Length)
                  "runs"

              for run in runs do
                  Expect.equal (List.map fst run) (Sweep.keys sweep) "keys"

                  let row =
                      run
                      |> List.filter (fun (key, _) -> key[0] = 'z')
                      |> List.map (fun (_, v) -> v[2..])

                  Expect.isLessThanOrEqual (List.distinct row).Length 1 "one row of the zip"

              if sweep.Random.IsEmpty then
                  Expect.equal (List.distinct runs) runs "distinct"

              let numbers = runs |> List.map (List.filter (fun (key, _) -> key[0] = 'g'))
              Expect.equal (List.sort numbers) numbers "the first axis slowest"
              let seeds = runs |> List.map (List.tryFind (fst >> (=) "seed") >> Option.map snd)

              if sweep.Seeds.Length > 1 then
                  Expect.equal
                      (List.truncate sweep.Seeds.Length seeds)
                      [ for seed in sweep.Seeds -> Some(string<int> seed) ]
                      "seeds fastest")

          property "draws are inside their bounds, and another key or more draws change none" (fun key ->
              let axes =
                  [ "a", OneOf [ "x"; "y" ]
                    "b", Uniform(-2.0, 3.0)
                    "c", LogUniform(1e-4, 1e-1)
                    "d", WholeNumber(-1, 2) ]

              let seed = (Key.integers 0 1000 1 key)[0]
              let runs = Sweep.one |> Sweep.random 20 seed axes |> Sweep.runs

              for run in runs do
                  let value name =
                      run |> List.find (fst >> (=) name) |> snd

                  Expect.contains [ "x"; "y" ] (value "a") "one of"
                  // To four digits, so a bound too.
                  Expect.isTrue (float (value "b") >= -2.0 && float (value "b") <= 3.0) "uniform"
                  Expect.isTrue (float (value "c") >= 1e-4 && float (value "c") <= 1e-1) "log-uniform"
                  Expect.contains [ -1; 0; 1; 2 ] (int (value "d")) "whole"

              let fewer = Sweep.one |> Sweep.random 7 seed [ axes[2] ] |> Sweep.runs

              Expect.equal
                  fewer
                  [ for run in List.truncate 7 runs -> List.filter (fst >> (=) "c") run ]
                  "the same")

          test "half of log-uniform draws lie below the geometric mean, and all whole numbers come" {
              let axes = [ "c", LogUniform(1e-4, 1e-1); "d", WholeNumber(1, 3) ]
              let runs = Sweep.one |> Sweep.random 2000 5 axes |> Sweep.runs

              let below =
                  runs
                  |> List.filter (fun run -> float (snd run[0]) < sqrt (1e-4 * 1e-1))
                  |> List.length

              Expect.isTrue (abs (below - 1000) < 110) $"{below} of 2000 below"
              let counts = runs |> List.countBy (fun run -> snd run[1]) |> List.sort
              Expect.equal (List.map fst counts) [ "1"; "2"; "3" ] "values"
              Expect.all counts (fun (_, count) -> abs (count - 667) < 110) "even"
          }

          refused "an empty axis" (Sweep.one |> Sweep.grid [ "lr", [] ]) "lr was empty"
          refused "a number that is none" (Sweep.one |> Sweep.grid [ "lr", [ "0.1"; "nan" ] ]) "finite"
          refused
              "a key on two axes"
              (Sweep.one |> Sweep.grid [ "lr", [ "1" ] ] |> Sweep.zip [ "lr", [ "2" ] ])
              "one axis for each key"
          refused
              "a seed beside seeds"
              (Sweep.one |> Sweep.grid [ "seed", [ "1" ] ] |> Sweep.seeds [ 2 ])
              "seed"
          refused
              "rows of different lengths"
              (Sweep.one |> Sweep.zip [ "a", [ "1" ]; "b", [ "1"; "2" ] ])
              "a 1, b 2"
          refused
              "bounds the wrong way round"
              (Sweep.one |> Sweep.random 2 1 [ "lr", Uniform(2.0, 1.0) ])
              "lower first"
          refused
              "a logarithm of nothing"
              (Sweep.one |> Sweep.random 2 1 [ "lr", LogUniform(0.0, 1.0) ])
              "above 0"
          refused "no draws" (Sweep.one |> Sweep.random 0 1 [ "lr", Uniform(0.0, 1.0) ]) "draws"
          refused "a seed twice" (Sweep.one |> Sweep.seeds [ 1; 2; 1 ]) "each seed once" ]
