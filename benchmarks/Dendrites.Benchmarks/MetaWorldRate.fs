/// Meta-World's ten tasks side by side, beside a bare loop over `mj_step`; beginning an episode; memory.
module Dendrites.Benchmarks.MetaWorldRate

open System
open System.Diagnostics
open System.IO
open Dendrites
open Dendrites.MuJoCo
open Dendrites.MetaWorld

/// Control steps of each task in a round of a comparison.
let private steps = 200

let private models =
    [ "faithful", Faithful
      "fast", Fast
      match Environment.GetEnvironmentVariable "DENDRITES_METAWORLD" with
      | null
      | "" -> ()
      | folder -> "genuine", Genuine folder ]

let private goals = lazy (Goals.mt10 42u)

let private wild rows step : float32[] =
    Key.uniforms (4 * rows) (Key.fork step (Key.ofSeed 1))
    |> Array.map (fun u -> float32 (2.0 * u - 1.0))

let private median (numbers: float list) =
    List.item (numbers.Length / 2) (List.sort numbers)

/// Runs `body` with an environment of each task.
let private inEnvironments model (body: TaskEnvironment[] -> unit) =
    let environments =
        [| for task in MT10.tasks -> new TaskEnvironment(EnvironmentConfig.usual model task) |]

    try
        body environments
    finally
        for environment in environments do
            (environment :> IDisposable).Dispose()

/// What a vector's steps ask of each simulation, `[steps; 5]`, and where they lead.
let private recorded (environments: TaskEnvironment[]) (starts: Start[]) (actions: float32[][]) =
    Array.init environments.Length (fun row ->
        let environment = environments[row]
        environment.Begin starts[row]

        let asked =
            actions
            |> Array.collect (fun action ->
                environment.Act(ReadOnlySpan(action, 4 * row, 4)) |> ignore

                Array.append
                    (environment.Simulation.MocapPos.ToArray())
                    (environment.Simulation.Ctrl.ToArray()))

        asked, environment.Simulation.Qpos.ToArray())

let private rate name model =
    inEnvironments model (fun environments ->
        let rows = environments.Length

        let starts =
            Array.init rows (fun row -> environments[row].Reset(goals.Value[row][0]))

        let actions = [| for step in 1..steps -> wild rows step |]
        let recorded = recorded environments starts actions

        let bare (crew: Crew) =
            let work =
                Action<int>(fun row ->
                    environments[row].Begin starts[row]
                    Bare.run environments[row].Simulation (fst recorded[row]))

            fun () -> crew.Each(rows, work)

        let together (crew: Crew) =
            let vector = EnvironmentVector(environments, crew)
            let enter = Action<int>(fun row -> environments[row].Begin starts[row])

            fun () ->
                vector.Begin enter

                for action in actions do
                    vector.Act action

        use one = new Crew(1)
        use two = new Crew(2)

        if Bare.isThere () then
            bare one ()

            for row in 0 .. rows - 1 do
                let ends = environments[row].Simulation.Qpos.ToArray()

                let apart =
                    Array.map2 (fun a b -> abs (a - b)) ends (snd recorded[row]) |> Array.max

                // mj_kinematics normalises the rotation of a free body: a last bit, which grows. Others are equal to the bit.
                let within =
                    match environments[row].Config.Task.Scene with
                    | Puck
                    | Peg -> 0.01
                    | Door
                    | Drawer
                    | Button
                    | Window -> 0.0

                if not (apart <= within) then
                    failwith $"{MT10.names[row]}: the bare loop ends {apart} from where the environment does"

        Timing.compare
            $"{name}: {steps} control steps of ten tasks, {rows * steps} in all"
            21
            [ if Bare.isThere () then
                  Timing.contender "mj_step in C, one thread" (bare one)
              Timing.contender "EnvironmentVector, one thread" (together one)
              if Bare.isThere () then
                  Timing.contender "mj_step in C, two threads" (bare two)
              Timing.contender "EnvironmentVector, two threads" (together two) ])

let private microseconds (work: unit -> unit) =
    let clock = Stopwatch.StartNew()
    work ()
    clock.Elapsed.TotalMicroseconds

let private beginnings name model =
    inEnvironments model (fun environments ->
        let times =
            [ for environment, vectors in Seq.zip environments goals.Value do
                  let start = environment.Reset(vectors[0])

                  let time repetitions work =
                      median [ for _ in 1..repetitions -> microseconds work ]

                  time 5 (fun () -> environment.Reset(vectors[0]) |> ignore),
                  time 101 (fun () -> environment.Begin start) ]

        let simulated, restored = List.unzip times

        printfn
            $"\n{name}: an episode's beginning, medians of the quickest and the slowest task: simulated {List.min simulated / 1000.0:F1} to {List.max simulated / 1000.0:F1} ms, from a snapshot {List.min restored:F1} to {List.max restored:F1} µs")

/// Steps and beginnings of every model that is there.
let rates () =
    for name, model in models do
        rate name model
        beginnings name model

let private residentMegabytes () =
    use current = Process.GetCurrentProcess()
    float current.WorkingSet64 / 1048576.0

/// Resident memory while ten tasks make a hundred thousand steps, in episodes from snapshots.
let memory () =
    printfn "\nfast: resident memory of ten tasks' simulations by control steps"

    inEnvironments Fast (fun environments ->
        let rows = environments.Length
        use crew = new Crew(2)
        let vector = EnvironmentVector(environments, crew)

        let starts =
            Array.init rows (fun row -> environments[row].Reset(goals.Value[row][0]))

        let actions = [| for step in 1..500 -> wild rows step |]

        for episode in 1..20 do
            vector.Begin(fun row -> environments[row].Begin starts[row])

            for action in actions do
                vector.Act action

            if episode % 2 = 0 then
                printfn $"  {episode * actions.Length * rows, 8}{residentMegabytes (), 10:F1} MiB")
