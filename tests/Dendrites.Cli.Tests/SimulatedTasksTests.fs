/// Meta-World's tasks as learners act in them.
module Dendrites.Tests.SimulatedTasksTests

open Expecto
open Dendrites
open Dendrites.Cli
open Dendrites.Tests.Running
open Dendrites.Tests.Support

let private fast =
    match ControlPresets.find "smoke" with
    | Ok preset ->
        ControlConfiguration.Apply(preset.Config, [ Setting("model", "fast"); Setting("horizon", "40") ])
    | Error problem -> failtest $"{problem}"

let private simulated threads (f: Environments -> 'r) : 'r =
    try
        use tasks = new SimulatedTasks(fast, threads)
        f tasks.Environments
    with :? Failure as failure when failure.Code = ExitCode.BadData ->
        skiptest failure.Message

let private episode task goal : Episode =
    { Task = task
      Goal = goal
      Key = Key.ofSeed 0 }

/// What each row shows and earns at every step of episodes whose actions depend on the task only.
let private rows steps (environments: Environments) (episodes: Episode[]) =
    let width = environments.Observation
    let mutable rollout = Environments.start environments episodes

    let shown () =
        [| for row in 0 .. episodes.Length - 1 ->
               rollout.Frame.Observations[row * width .. (row + 1) * width - 1],
               rollout.Frame.Rewards[row],
               rollout.Frame.Successes[row] |]

    let action step (episode: Episode) =
        Key.uniforms32 4 (Key.ofSeed episode.Task |> Key.fork step)
        |> Array.map (fun u -> 2.0f * u - 1.0f)

    [| shown ()
       for step in 1..steps do
           rollout <- Environments.step environments (Array.collect (action step) episodes) rollout
           shown () |]
    |> Array.transpose

[<Tests>]
let tests =
    testList
        "simulated tasks"
        [ test "a row depends on its task, goal and actions; not on threads, its place, or what ran before" {
              let asked = [| for task in 0..9 -> episode task (5 * task) |]
              let one = simulated 1 (fun environments -> rows 40 environments asked)

              simulated 3 (fun environments ->
                  let other = [| episode 3 7; episode 0 1 |]
                  rows 17 environments other |> ignore
                  let turned = rows 40 environments (Array.rev asked) |> Array.rev
                  Expect.equal turned one "other threads, the other way round"
                  let again = rows 40 environments (Array.append other asked)
                  Expect.equal again[2..] one "begun again, beside others")
          }

          test "episodes of one task beside each other have the goals that they ask for" {
              simulated 2 (fun environments ->
                  let shown =
                      rows 1 environments [| episode 0 4; episode 0 9; episode 0 4 |]
                      |> Array.map (Array.map (fun (seen, _, _) -> seen))

                  let goal (row: float32[][]) = row[0][36..38]
                  Expect.equal (goal shown[2]) (goal shown[0]) "the same goal"
                  Expect.notEqual (goal shown[1]) (goal shown[0]) "another"

                  let vectors = MetaWorld.Goals.mt10 (uint32 fast.Seed)
                  let benchmark = vectors[0][9]

                  Expect.equal
                      (goal shown[1])
                      (Array.map float32 benchmark[3..5])
                      "as the benchmark draws them")
          }

          test "a run of simulated tasks ends, and says what it was simulated by" {
              inFolder (fun folder ->
                  let outcome =
                      call
                          folder
                          [ "run"
                            "mt10"
                            "--preset"
                            "smoke"
                            "--tasks"
                            "window-close,reach"
                            "--out"
                            "run"
                            "--json"
                            "--set"
                            "model=fast"
                            "horizon=20"
                            "steps=200"
                            "updates=0.05"
                            "batch=20"
                            "learn-from=20"
                            "random-steps=40" ]

                  if outcome.Code = ExitCode.BadData && outcome.Error.Contains "libmujoco" then
                      Expect.isEmpty
                          (System.IO.Directory.GetFileSystemEntries folder)
                          "nothing is left behind"

                      skiptest outcome.Error

                  ok outcome
                  let summary = json outcome.Out

                  Expect.equal
                      [ for task in summary |> field "tasks" |> elements -> task.GetString() ]
                      [ "window-close"; "reach" ]
                      "in the order that was asked for"

                  let record =
                      json (System.IO.File.ReadAllText(System.IO.Path.Combine(folder, "run/run.json")))

                  let library, digest =
                      (field "data" record).EnumerateObject()
                      |> Seq.exactlyOne
                      |> fun p -> p.Name, string (p.Value.GetString())

                  Expect.equal library "libmujoco.so.2.2.2" "the library"
                  Expect.equal digest.Length 64 "its SHA-256")
          } ]
