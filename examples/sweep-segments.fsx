// A sweep of a gate of one's own: two worker processes, a table and a plot at the end.
// Run: dotnet fsi examples/sweep-segments.fsx   (a minute or two; a second time it has nothing left to do)
// It ends with the table of eight rows, the best settings first, and the path of the plot.
#load "../dendrites.fsx"

open Dendrites

/// Attention over segments, the sharper the nearer to the published arg-max.
let sharpened (sharpness: float) =
    Custom(fun activations ->
        let weights = dsharp.softmax (dsharp.abs activations * sharpness, 2)
        dsharp.sigmoid ((weights * activations).sum 2))

/// What is learned for a row: three small tasks, and the mean accuracy over them at the end.
let learn (settings: Map<string, string>) =
    let config =
        { Train.preset "quick" with
            Hidden = [ 128; 128 ]
            Segments = int settings["segments"]
            Gate = "sharpened", sharpened (float settings["sharpness"])
            LearningRate = 2e-3
            Seed = int settings["seed"] }

    let run = Data.permutedMnist 3 |> Data.take 5000 1000 |> Train.stream config
    let last = Metrics.row 2 run.Matrix

    [ "accuracy", List.average last; "first task", last.Head ]

let folder =
    match fsi.CommandLineArgs with
    | [| _; folder |] -> folder
    | _ -> "sweeps/segments"

let rows =
    Sweep.one
    |> Sweep.grid [ "segments", [ "1"; "4" ]; "sharpness", [ "1"; "10" ] ]
    |> Sweep.seeds [ 1; 2 ]
    |> Sweep.run folder 2 learn

printfn "%s" (Sweep.table "accuracy" rows)

Sweep.response "segments" "accuracy" rows
|> Plot.save (System.IO.Path.Combine(folder, "segments.svg"))
