module Dendrites.Tests.EnvironmentVectorTests

open System
open Expecto
open Dendrites
open Dendrites.MuJoCo
open Dendrites.MetaWorld
open Dendrites.Tests.Simulated

/// Tasks of the rows, some twice.
let private tasks =
    [| "push"; "window-open"; "door-open"; "push"; "peg-insert-side" |]

/// Runs `body` with a vector of these tasks on so many threads, each row at a goal of its own.
let private inVector
    threads
    (tasks: string[])
    (body: TaskEnvironment[] -> Crew -> EnvironmentVector -> 'r)
    : 'r =
    needsSimulator ()
    use crew = new Crew(threads)

    let environments =
        [| for name in tasks -> new TaskEnvironment(EnvironmentConfig.usual Fast (taskOf name)) |]

    try
        let vector = EnvironmentVector(environments, crew)
        vector.Begin(fun row -> environments[row].Reset(goal tasks[row] row) |> ignore)
        body environments crew vector
    finally
        for environment in environments do
            (environment :> IDisposable).Dispose()

/// Wild actions of a step, `[rows; 4]`.
let private asked rows step : float32[] =
    Key.uniforms (4 * rows) (Key.fork step (Key.ofSeed 8))
    |> Array.map (fun u -> float32 (2.0 * u - 1.0))

/// All that thirty wild steps show.
let private played threads =
    inVector threads tasks (fun _ _ vector ->
        [ Array.copy vector.Observations, [||], [||]
          for step in 1..30 do
              vector.Act(asked vector.Count step)
              Array.copy vector.Observations, Array.copy vector.Rewards, Array.copy vector.Successes ])

[<Tests>]
let tests =
    testList
        "EnvironmentVector"
        [ test "one, two and three threads show the same bits" {
              let alone = played 1

              for threads in [ 2; 3 ] do
                  Expect.equal (played threads) alone $"{threads} threads"
          }

          test "a row is an environment by itself, in single precision" {
              let shown = played 2

              for row, name in Array.indexed tasks do
                  inEnvironment Fast name (fun environment ->
                      environment.Reset(goal name row) |> ignore

                      for step, (observations, rewards, successes) in List.indexed shown do
                          let message = $"{name}, step {step}"

                          if step > 0 then
                              let outcome =
                                  environment.Act(ReadOnlySpan(asked tasks.Length step, 4 * row, 4))

                              Expect.equal rewards[row] (float32 outcome.Reward) message
                              Expect.equal successes[row] outcome.Success message

                          let seen = observe environment |> Array.map float32
                          Expect.equal (Array.sub observations (39 * row) 39) seen message)
          }

          test "another beginning pays nothing yet" {
              inVector 1 [| "reach" |] (fun environments _ vector ->
                  vector.Act(Array.zeroCreate 4)
                  Expect.isGreaterThan vector.Rewards[0] 0.0f "a step pays"
                  vector.Begin(fun row -> environments[row].Reset(goal "reach" 1) |> ignore)
                  Expect.equal vector.Rewards[0] 0.0f "a beginning"
                  Expect.isFalse vector.Successes[0] "not done")
          }

          for threads in [ 1; 2 ] do
              // Alone, since what all threads of the process allocate is counted.
              testSequenced
              <| test $"on {threads} threads, a step allocates nothing on any" {
                  inVector threads [| "push"; "door-open"; "window-close"; "reach" |] (fun _ _ vector ->
                      let actions = [| for step in 1..50 -> asked vector.Count step |]

                      let allocated () =
                          let before = GC.GetTotalAllocatedBytes true

                          for action in actions do
                              vector.Act action

                          GC.GetTotalAllocatedBytes true - before

                      // What the runtime does beside it, such as compiling anew, is not there every time.
                      let least = List.min [ for _ in 1..6 -> allocated () ]
                      Expect.isLessThan least 50L "bytes in fifty steps")
              }

          test "what is no action of a row is refused before anything moves" {
              inVector 2 tasks (fun _ _ vector ->
                  let before = Array.copy vector.Observations

                  for wrong, told in
                      [ Array.zeroCreate 19, "5 rows take 20 numbers, got 19"
                        Array.zeroCreate 21, "5 rows take 20 numbers, got 21"
                        Array.init 20 (fun i -> if i = 14 then nanf else 1.0f), "number 2 of row 3 was NaN"
                        Array.init 20 (fun i -> if i = 3 then infinityf else 1.0f), "number 3 of row 0 was" ] do
                      let message =
                          try
                              vector.Act wrong
                              "nothing"
                          with :? ArgumentException as e ->
                              e.Message

                      Expect.stringContains message told "told"

                  vector.Begin ignore
                  Expect.equal vector.Observations before "nothing moved")
          }

          test "rows that show different numbers are refused" {
              needsSimulator ()
              use crew = new Crew(1)
              let usual = EnvironmentConfig.usual Fast (taskOf "reach")
              use plain = new TaskEnvironment(usual)
              use coded = new TaskEnvironment({ usual with OneHot = Some(0, 10) })

              Expect.throwsT<ArgumentException>
                  (fun () -> EnvironmentVector([| plain; coded |], crew) |> ignore)
                  "39 and 49"
          } ]
