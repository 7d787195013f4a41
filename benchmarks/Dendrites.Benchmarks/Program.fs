/// The two managed kernels beside the tensor operations they stand for; `dendrites bench` times whole steps.
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

[<EntryPoint>]
let main _ =
    Native.load ()
    printfn $"threads: {torch.get_num_threads ()}; median [least .. most] and ratio to the first row"
    selection ()
    adam ()
    0
