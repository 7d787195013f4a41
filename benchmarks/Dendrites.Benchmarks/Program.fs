/// What `dendrites bench` does not time: managed kernels beside the tensor operations they stand for, soft actor-critic, simulation.
module Dendrites.Benchmarks.Program

open Dendrites
open TorchSharp

let private key = Key.ofSeed 1

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

/// An update of soft actor-critic over ten tasks, as Meta-World has them: 39 numbers seen, 4 actions.
let private actorCritic (method: ControlMethod) hidden rows repetitions =
    let config =
        ControlMethods.set
            method
            { (ControlPresets.find "laptop" |> Result.defaultWith (string >> failwith)).Config with
                Hidden = hidden }

    let tasks = [ for task in 1..10 -> $"task {task}" ]
    let agent = ControlConfig.agent tasks.Length 39 4 config

    let normal purpose shape =
        Key.normal shape Dtype.Float32 (Key.named purpose key)

    let batch: Transitions =
        { Observations = normal "observations" [ rows; 39 ]
          Actions = Key.uniform -1.0 1.0 [ rows; 4 ] Dtype.Float32 key
          Rewards = normal "rewards" [ rows ]
          Next = normal "next" [ rows; 39 ]
          Terminals = dsharp.zeros [ rows ]
          Tasks = dsharp.tensor (Array.init rows (fun row -> int64 (row % 10))) }

    let threads = torch.get_num_threads ()
    let plain = TorchActorCritic(agent, key)
    let mutable reference = SoftActorCritic.init agent key
    let mutable fused = FusedActorCritic.init threads rows agent key

    Timing.compare
        $"an update of soft actor-critic, {method} {hidden}, batch {rows}"
        repetitions
        [ Timing.contender "TorchSharp's modules and Adam" (fun () -> plain.Update batch)
          { Name = "reference engine"
            Work =
              fun () -> reference <- Scope.advance (SoftActorCritic.update agent key batch >> fst) reference }
          { Name = "fused engine"
            Work = fun () -> fused <- Scope.advance (FusedActorCritic.update agent key batch >> fst) fused } ]

    FusedActorCritic.free fused
    Tree.dispose reference

/// A comparison that needs MuJoCo.
let private simulated (compare: unit -> unit) () =
    try
        Dendrites.MuJoCo.MuJoCoLibrary.Load() |> ignore
        compare ()
    with :? Dendrites.MuJoCo.MuJoCoLoadException as e ->
        printfn $"\nMeta-World is left out: {e.Message}"

/// The comparisons by name.
let private comparisons =
    [ "selection", selection
      "adam", adam
      "actor-critic",
      fun () ->
          for method in [ ControlMethod.Mlp; ControlMethod.ActiveDendrites ] do
              actorCritic method [ 256; 256 ] 500 21
              actorCritic method [ 400; 400; 400 ] 1280 11
      "meta-world", simulated MetaWorldRate.rates
      "meta-world-memory", simulated MetaWorldRate.memory ]

/// Times the comparisons that are named, or all.
[<EntryPoint>]
let main names =
    Native.load ()
    printfn $"threads: {torch.get_num_threads ()}; median [least .. most] and ratio to the first row"

    for name, compare in comparisons do
        if Array.isEmpty names || Array.contains name names then
            compare ()

    0
