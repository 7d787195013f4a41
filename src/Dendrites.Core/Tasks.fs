namespace Dendrites

open System

/// Tasks made of tasks.
[<RequireQualifiedAccess>]
module Tasks =

    /// The samples at some places of a task.
    let select (places: int[]) (task: Task) : Task =
        { Size = places.Length
          Gather = fun asked -> task.Gather(asked |> Array.map (fun at -> places[at])) }

    /// A task whose samples are changed as they are gathered.
    let map (change: Samples -> Samples) (task: Task) : Task =
        { task with
            Gather = task.Gather >> change }

    /// The samples of several tasks, one after another.
    let union (tasks: Task list) : Task =
        let ends = tasks |> List.scan (fun sum task -> sum + task.Size) 0 |> Array.ofList
        let tasks = Array.ofList tasks

        let gather (asked: int[]) =
            let owner at =
                let found = Array.BinarySearch(ends, at)
                if found >= 0 then found else ~~~found - 1

            // Task by task, then back into the order that was asked for.
            let order = Array.init asked.Length id |> Array.sortBy (fun i -> owner asked[i])

            let pieces =
                order
                |> Array.groupBy (fun i -> owner asked[i])
                |> Array.map (fun (task, own) ->
                    tasks[task].Gather(own |> Array.map (fun i -> asked[i] - ends[task])))

            let back = Array.zeroCreate<int64> asked.Length
            order |> Array.iteri (fun place i -> back[i] <- int64 place)
            let back = dsharp.tensor back

            let arrange (rows: Tensor seq) =
                dsharp.indexSelect (dsharp.cat (rows, 0), 0, back)

            { Images = pieces |> Seq.map _.Images |> arrange
              Labels = pieces |> Seq.map _.Labels |> arrange }

        { Size = Array.last ends
          Gather = gather }

    /// Each task together with all before it: cumulative training, the upper bound of replay.
    let cumulative (tasks: Task list) : Task list =
        [ for last in 1 .. tasks.Length -> union (List.truncate last tasks) ]

    /// As many tasks of even shares of all samples, drawn by the key: joint training, the upper bound of continual learning, with as
    /// many updates.
    let interleaved (key: Key) (tasks: Task list) : Task list =
        let all = union tasks
        let share = all.Size / tasks.Length
        let order = Key.permutation all.Size key
        [ for part in 0 .. tasks.Length - 1 -> select order[part * share .. (part + 1) * share - 1] all ]
