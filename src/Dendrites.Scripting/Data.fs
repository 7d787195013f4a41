namespace Dendrites

open System
open System.Collections.Concurrent
open System.Threading
open Dendrites.Cli

/// Streams of tasks from images that are read from the data folder, or fetched first; each is what `Train` and `Run` learn.
/// Images are read once and stay. Every function raises ScriptException, in one line, when they cannot be had.
[<RequireQualifiedAccess>]
module Data =

    let private preset name =
        (Script.accept (Presets.find name)).Config

    /// What was read, by what the key `data` names and how many images of it.
    let private read = ConcurrentDictionary<string * int * int, RunData>()

    /// Runs `f` on a thread of its own, so that no scope of the caller's frees what stays.
    let private apart (f: unit -> 'a) : 'a =
        let mutable result = Unchecked.defaultof<Result<'a, exn>>

        let work () =
            result <-
                try
                    Ok(Script.shell f)
                with error ->
                    Error error

        let thread = Thread(work, IsBackground = true)
        thread.Start()
        thread.Join()

        match result with
        | Ok value -> value
        | Error error -> raise error

    let private images (config: RunConfig) : RunData =
        read.GetOrAdd(
            (config.Data, config.Subset, config.TestSubset),
            fun _ ->
                apart (fun () ->
                    RunData.Read(
                        config,
                        DataFolder.Locate null,
                        (fun (line: string) -> Console.Out.WriteLine line),
                        CancellationToken.None
                    ))
        )

    /// The stream that a configuration describes: its experiment, data, subsets, tasks, order and reading. `{ Train.preset "quick" with
    /// Data = "fashion-mnist" }` is one of other images, and `Data` may name a folder with four IDX files.
    let stream (config: RunConfig) : Stream =
        Script.refuse (RunConfig.validate config)
        let data = images config
        apart (fun () -> Scenario.stream data.Scale config data.Train data.Test)

    /// permutedMNIST: `tasks` tasks of 60 000 training and 10 000 test images `[784]`, ten classes, each with its pixels in an order of
    /// its own, the first as they are.
    let permutedMnist (tasks: int) : Stream =
        stream { preset "quick" with Tasks = tasks }

    /// MNIST turned by 180° t/T for task t of T: `tasks` tasks of 60 000 training and 10 000 test images `[784]`, ten classes.
    let rotatedMnist (tasks: int) : Stream =
        stream
            { preset "rotated-10" with
                Tasks = tasks }

    /// MNIST split by digit: `tasks` tasks (1, 2 or 5) of as many digits each, told apart by their order in the task, outputs shared.
    /// For other readings see `stream`.
    let splitMnist (tasks: int) : Stream =
        stream { preset "split-5" with Tasks = tasks }

    /// The first `train` training and `test` test images of every task, or all where there are fewer: a stream for quick looks.
    let take (train: int) (test: int) (stream: Stream) : Stream =
        for name, count in [ "train", train; "test", test ] do
            Script.refuse (Problem.atLeast 1 name count)

        let first count (task: Task) =
            Tasks.select [| 0 .. min count task.Size - 1 |] task

        { stream with
            Train = List.map (first train) stream.Train
            Test = List.map (first test) stream.Test }
