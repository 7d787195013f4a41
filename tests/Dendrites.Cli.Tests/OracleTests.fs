/// `dendrites oracle`: what it prints; what the policies reach is for the tests of Dendrites.MetaWorld.
module Dendrites.Tests.OracleTests

open Expecto
open Dendrites.Cli
open Dendrites.Tests.Running
open Dendrites.Tests.Support

/// What the program says; skips the test where it has no simulator.
let private said words =
    let outcome = inFolder (fun folder -> call folder ("oracle" :: words))

    if outcome.Code = 4 && outcome.Error.Contains "libmujoco" then
        skiptest outcome.Error

    outcome

let private oracle words = said ("--model" :: "fast" :: words)

let private refused code words (hint: string) =
    let line = String.concat " " words

    test $"`dendrites oracle {line}` is refused" {
        let outcome = said words
        Expect.equal outcome.Code code "exit code"
        Expect.stringContains outcome.Error hint "why"
        Expect.equal outcome.Out "" "nothing on standard output"
    }

[<Tests>]
let tests =
    testList
        "oracle"
        [ test "a line for every task, in the order that was given, and the mean" {
              let outcome = oracle [ "--tasks"; "window-close,reach"; "--goals"; "2" ]
              ok outcome

              let lines =
                  outcome.Out.Trim().Split '\n'
                  |> Array.map (fun line -> line.Split(' ', System.StringSplitOptions.RemoveEmptyEntries))

              Expect.equal lines[1..2] [| [| "window-close"; "2/2" |]; [| "reach"; "2/2" |] |] "tasks"
              Expect.equal lines[3] [| "mean"; "100.0"; "%" |] "mean"
          }

          test "a trace says of every goal how it went" {
              let outcome =
                  oracle [ "--tasks"; "reach"; "--goals"; "2"; "--seed"; "42"; "--trace"; "--json" ]

              ok outcome
              let document = json outcome.Out
              Expect.equal ((field "model" document).GetString()) "fast" "model"
              Expect.equal ((field "seed" document).GetInt32()) 42 "seed"
              Expect.equal ((field "success" document).GetDouble()) 1.0 "mean"
              let task = document |> field "tasks" |> elements |> List.exactlyOne
              Expect.equal ((field "name" task).GetString()) "reach" "name"
              Expect.equal ((field "successes" task).GetInt32()) 2 "successes"

              let goals = task |> field "trace" |> elements
              Expect.equal [ for goal in goals -> (field "goal" goal).GetInt32() ] [ 0; 1 ] "goals"
              let vector = [ for x in goals.Head |> field "vector" |> elements -> x.GetDouble() ]
              Expect.hasLength vector 6 "the object and the goal"
              Expect.floatClose Accuracy.low vector[0] 0.066489 "the benchmark's own"

              for goal in goals do
                  Expect.isGreaterThan ((field "stillReward" goal).GetDouble()) 1.0 "reward of standing still"
                  Expect.isGreaterThan ((field "firstSuccess" goal).GetInt32()) 20 "first success"
                  Expect.isGreaterThan ((field "return" goal).GetDouble()) 4000.0 "return"
          }

          test "another seed has other goals" {
              let vectors seed =
                  let outcome =
                      oracle [ "--tasks"; "reach"; "--goals"; "1"; "--seed"; seed; "--trace"; "--json" ]

                  ok outcome
                  (json outcome.Out |> field "tasks").ToString()

              Expect.notEqual (vectors "1") (vectors "2") "seeds"
          }

          refused ExitCode.BadConfig [ "--tasks"; "reech" ] "the nearest is reach"
          refused ExitCode.BadConfig [ "--model"; "slow" ] "faithful, fast, genuine"
          refused ExitCode.BadConfig [ "--goals"; "0" ] "1 to 50"
          refused ExitCode.BadConfig [ "--seed"; "-1" ] "from 0"
          refused ExitCode.Usage [ "--model"; "genuine" ] "--assets"
          refused ExitCode.BadData [ "--model"; "genuine"; "--assets"; "." ] "sawyer_reach_v3.xml" ]
