// A gate of one's own: written, differentiated, trained on one task of permutedMNIST.
// Run: dotnet fsi examples/custom-gate.fsx   (about a minute; needs `./dendrites data get mnist` once)
// It ends with `soft-max gate: accuracy` above 0.8, and the published gate's beside it.
#load "../dendrites.fsx"
#load "mnist.fsx"

open Dendrites

// A unit listens to all its segments, to the strong ones most: attention instead of arg-max.
let attentive =
    Custom(fun activations ->
        let weights = dsharp.softmax (dsharp.abs activations, 2)
        dsharp.sigmoid ((weights * activations).sum 2))

// What it says and how it changes: activations [units; segments], slope of each gate value.
let activations = dsharp.tensor [ [ [ 2.0; -1.0; 0.5 ]; [ -3.0; 1.0; 0.1 ] ] ]
let drive = dsharp.ones [ 1; 2 ]
printfn "gated drive: %O" (Gate.apply attentive drive activations)
printfn "its gradient: %O" (dsharp.grad (fun a -> (Gate.apply attentive drive a).sum()) activations)

// The same small network under two gates, one task, 78 updates.
let train, test = Mnist.load ()

let accuracy gate =
    let set =
        [ "tasks", "1"
          "segments", "5"
          "hidden", "512,512"
          "epochs", "1"
          "subset", "20000" ]

    match
        Presets.find "quick"
        |> Result.mapError List.singleton
        |> Result.bind (fun preset -> RunConfig.setAll set preset.Config)
    with
    | Error problems -> failwithf "%A" problems
    | Ok config ->
        let plan =
            Run.plan { config with Gate = "attentive", gate } (train config.Subset) (test 0)

        Run.start plan
        |> Run.events plan ignore
        |> Seq.choose (function
            | Evaluated(_, _, score) -> Some score.Accuracy
            | _ -> None)
        |> Seq.last

printfn "soft-max gate: accuracy %.3f" (accuracy attentive)
printfn "abs-max gate:  accuracy %.3f" (accuracy AbsMax)
