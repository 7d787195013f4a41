/// What a training step of the reference engine costs, beside a dense MLP's and beside the published way of giving
/// every sample its own copy of the context; and the two managed kernels beside the tensor operations they stand for.
module Dendrites.Benchmarks.Program

open Dendrites
open TorchSharp

let private key = Key.ofSeed 1
let private images = Key.uniform -0.42 2.82 [ 256; 784 ] Dtype.Float32 key

let private batch =
    { Images = images
      Labels = dsharp.tensor (Array.init 256 (fun i -> int64 (i % 10))) }

let private config preset pairs =
    match
        Presets.find preset
        |> Result.mapError List.singleton
        |> Result.bind (fun found -> RunConfig.setAll pairs found.Config)
    with
    | Ok config -> Learner.ofRun 784 10 config
    | Error problems -> failwith (string problems.Head)

/// A learner that has met one task and made one update, so that its moments stand.
let private ready (learner: Learner.Config) =
    let state = Learner.init learner key

    let met =
        { state with
            Prototypes = Prototypes.add (images.mean 0) state.Prototypes }

    fst (Learner.step learner 0 batch met)

let private step name learner =
    let state = ready learner
    Timing.contender name (fun () -> Learner.step learner 0 batch state)

/// A step whose context is repeated for each sample, as the published code does it.
let private perSample name (learner: Learner.Config) =
    let state = ready learner
    let row = images.mean 0
    let contexts = PerSample(row.unsqueeze(0).expand [ 256; 784 ])

    let loss parameters =
        let logits, winners =
            Network.apply learner.Network Training parameters state.Winners images contexts

        dsharp.crossEntropyLoss (logits, batch.Labels), winners

    Timing.contender name (fun () ->
        let _, _, gradients = Tree.gradWith loss state.Parameters

        let parameters, _ =
            Optimiser.update learner.Optimiser gradients state.Optimiser state.Parameters

        Network.rezero state.Masks parameters)

let private steps () =
    Timing.compare
        "a training step, 784-2048-2048-10, batch 256"
        15
        [ step "dense MLP" (config "mlp-3-layer-10" [])
          step "Active Dendrites, 10 segments, shared context" (config "prototype-10" [])
          perSample "Active Dendrites, 10 segments, per sample" (config "prototype-10" []) ]

let private selection () =
    let layer = Key.normal [ 256; 2048 ] Dtype.Float32 key

    Timing.compare
        "the 102nd largest of each row of [256; 2048]"
        31
        [ Timing.contender "libtorch's topk" (fun () ->
              let struct (values: torch.Tensor, places: torch.Tensor) =
                  layer.torch.topk (102, -1, true, true)

              values.Dispose()
              places.Dispose())
          Timing.contender "dsharp.kthLargest" (fun () -> dsharp.kthLargest (layer, 102)) ]

let private adam () =
    let make seed =
        Key.uniform 0.0 1.0 [ 2048; 10; 784 ] Dtype.Float32 (Key.ofSeed seed)

    let p, g, m, v = make 1, make 2, make 3, make 4

    let scalars =
        { Beta1 = 0.9
          Beta2 = 0.999
          Rate = 1e-4
          Epsilon = 1e-8 }

    Timing.compare
        "Adam's update of the segments of a layer, [2048; 10; 784]"
        15
        [ Timing.contender "dsharp.adamDefinition" (fun () -> dsharp.adamDefinition (scalars, p, g, m, v))
          Timing.contender "dsharp.adam" (fun () -> dsharp.adam (scalars, p, g, m, v)) ]

[<EntryPoint>]
let main _ =
    Native.load ()
    printfn $"threads: {torch.get_num_threads ()}; median [least .. most] and ratio to the first row"
    selection ()
    adam ()
    steps ()
    0
