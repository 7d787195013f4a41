(**
# A tour

From a tensor to a plot of what a network has forgotten, step by step.
Run it with `dotnet fsi docs/tour.fsx`, or start the prompt, `dotnet fsi --use:repl.fsx`, and type along: there every value
is printed by itself, and `;;` ends what is typed.
*)
#load "../dendrites.fsx"

open Dendrites

(**
## Tensors and derivatives

`dsharp` makes tensors and computes with them. A print tells the shape, how much is not zero, the range, and how the values are spread.
Randomness comes from a key, so a script gives the same numbers wherever it is run.
*)
let x = Key.normal [ 4; 3 ] Dtype.Float32 (Key.ofSeed 1)

Show.tensor x

(** Derivatives are functions of functions, to any order. The slope of σ at 0 is a quarter, and its curvature there is nothing: *)
let sigmoid (t: Tensor) = dsharp.sigmoid t

Show.tensor (dsharp.diff sigmoid (dsharp.tensor 0.0))
Show.tensor (dsharp.diff (dsharp.diff sigmoid) (dsharp.tensor 0.0))

(**
## A gate of one's own

A unit with dendrites has segments, vectors of weights that read a context. A gate turns what a unit's segments say,
`[batch; units; segments]`, into what its drive is multiplied with, `[batch; units]`. The published gate listens to the segment
that speaks the loudest. This one listens to their mean:
*)
let softer = Custom(fun activations -> dsharp.sigmoid (activations.mean 2))

let said = Key.normal [ 1; 4; 3 ] Dtype.Float32 (Key.ofSeed 2)
let drive = dsharp.ones [ 1; 4 ]

Show.tensor (Gate.apply softer drive said)

(** Nothing has to be registered for it to be differentiated: every segment of a unit gets the same share of the slope. *)
Show.tensor (dsharp.grad (fun said -> (Gate.apply softer drive said).sum()) said)

(**
## Laws

`Laws` has what every variant must satisfy, as values. What comes back are the laws that are broken, with the numbers that break them.
*)
printfn "laws broken by the gate: %d" (Law.violations 100 (Key.ofSeed 3) (Laws.gate softer)).Length

let leaky k (x: Tensor) =
    dsharp.where (dsharp.ge (x, dsharp.kthLargest (x, k)), x, x * 0.01)

for claim, _ in Law.violations 100 (Key.ofSeed 3) (Laws.selection leaky) do
    printfn "a leaky selection breaks: %s" claim

(**
## A network and its winners

A network is a configuration, and parameters that are a record of tensors. Of every hidden layer only the largest outputs stay, its
winners; here five in a hundred.
*)
let network =
    { Dendrites.publishedNetwork 3 with
        Hidden = [ 200; 200 ]
        Gates = [ softer; softer ] }

let key = Key.ofSeed 4
let masks = Network.initMasks (Key.named "masks" key) network
let parameters = Network.init (Key.named "parameters" key) network masks
let images = Key.normal [ 8; 784 ] Dtype.Float32 (Key.named "images" key)

(**
## A context

The segments read a context, `[784]` here. While a task is learned it is the task's prototype, the mean of its images; at test it is the
nearest prototype, so nobody says which task an image is of. Two contexts choose two sub-networks, for the same images:
*)
let winners context =
    let outputs, _ =
        Network.hiddenOutputs network Inference parameters (Network.initState network) images (Shared context)

    outputs.Head

let one = winners (Key.normal [ 784 ] Dtype.Float32 (Key.named "one" key))
let other = winners (Key.normal [ 784 ] Dtype.Float32 (Key.named "other" key))

Show.tensor one

let active (y: Tensor) =
    dsharp.cast (dsharp.ne (y, dsharp.zerosLike y), Dtype.Float32)

printfn
    "winners of one context that win in the other too: %.0f %%"
    (100.0 * ((active one * active other).sum() / (active one).sum()).toDouble())

(**
## Training

Settings are a record; a preset's are changed with `with`. A stream is a value too. Here are three permutations of MNIST's pixels, 2000
images of each, learned one after another; no image is seen again once its task is over. (MNIST is fetched if it is not here.)
*)
let settings =
    { Train.preset "quick" with
        Hidden = [ 256; 256 ]
        Segments = 3
        Batch = 64
        LearningRate = 2e-3 }

let tasks = Data.permutedMnist 3 |> Data.take 2000 1000

let published = Train.stream settings tasks

(**
Of the accuracy matrix a row is a task that was learned, a column a task that was asked about: a column that fades is forgotten.
`Metrics` names every number that can be made of it by its formula.
*)
Show.run published

for name, metric in Metrics.named do
    match metric published.Matrix with
    | Some value -> printfn "%-30s %.3f" name value
    | None -> ()

(** The winners by task: light where a unit is active for most of a task's images. Sub-networks overlap, and differ. *)
Show.winners published

(**
The gate from above is trained in the same way. A variant is learned by automatic differentiation, the published family by
kernels that use its structure, to the same numbers; `Train` takes the quicker one that can.
*)
let own =
    Train.stream
        { settings with
            Gate = "softer", softer }
        tasks

printfn "abs-max gate: accuracy %.3f" published.Accuracy.Value
printfn "softer gate:  accuracy %.3f" own.Accuracy.Value

(**
What training gives is a value, to be asked and to be gone on from. One may learn task by task:
*)
let first = Train.start settings tasks |> Train.task

printfn
    "after one task: accuracy %.3f on the first, %.3f on the second"
    (Train.accuracy 0 first)
    (Train.accuracy 1 first)

(**
## A plot

`Plot.show` writes a drawing, says where, and opens it where there is a desktop; `Plot.save "figure.svg"` keeps it.
*)
Plot.accuracy [ "abs-max", published; "softer", own ] |> Plot.show
Plot.winners published |> Plot.show

(**
## Ctrl-C

Training that takes too long is stopped by Ctrl-C. At the prompt what was learned so far is still the value, so that

    let run = Train.stream settings (Data.permutedMnist 10);;     // Ctrl-C in the middle
    run.Matrix;;                                                  // what is known so far
    let run = Train.rest run;;                                    // goes on where it stopped

From here: [write a variant](write-a-variant.md) has methods and regularisers of one's own, and `examples/` more scripts.
*)
printfn "the tour is over"
