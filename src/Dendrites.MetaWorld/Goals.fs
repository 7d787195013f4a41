namespace Dendrites.MetaWorld

open Dendrites

/// The random vectors of a benchmark, which say where objects and goals are.
[<RequireQualifiedAccess>]
module Goals =

    /// Vectors of each task.
    let count = 50

    /// One vector within the task's bounds. What is not accepted is drawn again; all of it uses up numbers.
    let rec private draw (generator: Mersenne) (task: Task) : float[] =
        let vector =
            Array.map2 (fun low high -> low + (high - low) * generator.Double()) task.Low task.High

        if task.Accepts vector then vector else draw generator task

    /// The vectors `[tasks; count]` of a benchmark of these tasks: drawn task by task, two for each, of which the second is kept, as
    /// each comes from a whole reset and a reset draws twice.
    let ofBenchmark (tasks: Task list) (seed: uint32) : float[][][] =
        let generator = Mersenne seed

        [| for task in tasks do
               [| for _ in 1..count do
                      draw generator task |> ignore
                      draw generator task |] |]

    /// The vectors of MT10, `[10; count]`.
    let mt10 (seed: uint32) = ofBenchmark MT10.tasks seed

    /// Which of a task's vectors episode `episode` begins with, each equally likely.
    let choose (key: Key) (episode: int) : int =
        (Key.integers 0 count 1 (Key.fork episode key))[0]
