/// Times what decides how long a run takes. Usage: Dendrites.Benchmarks [--threads N] [--seconds S]
module Dendrites.Benchmarks.Program

open System
open Dendrites

let private key = Key.ofSeed 1

/// Random images and labels in MNIST's shape; the time of a step does not depend on what they show.
let private samples count : Samples =
    { Images = Key.normal [ count; 784 ] Dtype.Float32 (Key.named "images" key)
      Labels = dsharp.tensor (Key.named "labels" key |> Key.permutation count |> Array.map (fun i -> i % 10)) }

/// One update of the reference engine by a batch of 256, at the settings of a preset.
let private trainingStep seconds preset =
    match Presets.find preset with
    | Error problem -> failwith (problem.ToString())
    | Ok found ->
        let train = samples 512
        let plan = Run.permutedMnist found.Config train train
        let task = plan.Stream.Train[0]
        let batch = task.Gather [| 0..255 |]

        let mutable state =
            plan.Method.Init key |> plan.Method.BeginTask 0 task [| 0..511 |]

        let step () =
            state <- Scope.advance (fun state -> fst (plan.Method.Step 0 batch state)) state

        let measured =
            Measure.time seconds $"training step, reference engine, {preset}" step

        Tree.dispose state
        measured

let private pieces seconds =
    let activations =
        Key.normal [ 256; 2048 ] Dtype.Float32 (Key.named "activations" key)

    let config = KWinners.standard 0.05
    let winners = KWinners.init config 2048 Dtype.Float32

    let measure work act =
        Measure.time seconds work (fun () -> Scope.run (fun () -> act () |> ignore))

    [ measure "k-th largest of 256 rows of 2048" (fun () -> dsharp.kthLargest (activations, 102))
      measure "the same by libtorch's topk" (fun () ->
          let struct (values, places) = activations.torch.topk (102, 1)
          places.Dispose()
          Tensor.ofTorch values)
      measure "k-winners of 256 rows of 2048, forward" (fun () ->
          fst (KWinners.apply config Training winners activations))
      measure "k-winners of 256 rows of 2048, with gradient" (fun () ->
          dsharp.grad (fun x -> (fst (KWinners.apply config Training winners x)).sum()) activations)
      measure "16 million uniform numbers" (fun () -> Key.uniform 0.0 1.0 [ 4096; 4096 ] Dtype.Float32 key) ]

let private option (name: string) fallback (arguments: string[]) =
    match Array.IndexOf(arguments, name) with
    | -1 -> fallback
    | at when at + 1 < arguments.Length -> float arguments[at + 1]
    | _ -> failwith $"{name} needs a number"

[<EntryPoint>]
let main arguments =
    let threads = int (option "--threads" (float Environment.ProcessorCount) arguments)
    let seconds = option "--seconds" 5.0 arguments
    Native.setThreads threads
    printfn "%d threads of %d; batch 256\n" threads Environment.ProcessorCount
    printfn "%s" (Measure.row None)

    for measured in pieces seconds do
        printfn "%s" (Measure.row (Some measured))

    for preset in [ "mlp-3-layer-10"; "prototype-10" ] do
        printfn "%s" (Measure.row (Some(trainingStep seconds preset)))

    0
