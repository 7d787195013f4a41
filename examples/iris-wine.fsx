// Two tables, one small network: it learns Iris, then Wine. What is left of Iris, with and without dendrites?
// Run: dotnet fsi examples/iris-wine.fsx   (half a minute)
// It ends with the accuracy on flowers and on wines of both networks after each task, mean of five seeds: with dendrites more of Iris
// stays.
// Data: examples/data/README.md. After the authors' demonstration: hidden layers 8-8-8, normalised and rectified, then gated; five
// segments half of whose weights are missing read the task as two bits; one output for each of the six classes. The task is given:
// loss and answer look at its three classes (where it is not, both networks forget every flower).
#load "../dendrites.fsx"

open System.Globalization
open System.IO
open Dendrites

Native.setThreads 1

/// Rows of a class and features; `columns` of these, each stretched to [0, 1].
let table (name: string) (columns: string list) =
    let lines =
        File.ReadAllLines(Path.Combine(__SOURCE_DIRECTORY__, "data", name))
        |> Array.map _.Split(',')

    let places =
        columns |> List.map (fun column -> System.Array.IndexOf(lines[0], column))

    let rows =
        [| for line in lines[1..] ->
               int line[0],
               [| for place in places -> System.Double.Parse(line[place], CultureInfo.InvariantCulture) |] |]

    let ends pick =
        Array.init places.Length (fun i -> rows |> Array.map (fun (_, x) -> x[i]) |> pick)

    let low, high = ends Array.min, ends Array.max
    [| for label, x in rows -> label, Array.mapi (fun i x -> (x - low[i]) / (high[i] - low[i])) x |]

/// Every fifth row of a class is asked; of the others, 40 are learned, the first ones twice where there are fewer.
let shared (offset: int) rows =
    let asked, learned =
        rows
        |> Array.groupBy fst
        |> Array.map (fun (_, members) ->
            let asked, others =
                Array.indexed members |> Array.partition (fun (i, _) -> i % 5 = 4)

            let others = Array.map snd others
            Array.map snd asked, Array.init 40 (fun i -> others[i % others.Length]))
        |> Array.unzip

    let samples rows : Samples =
        { Images = dsharp.tensor [ for _, x in rows -> List.ofArray x ]
          Labels = dsharp.tensor [| for label, _ in rows -> int64 (label + offset) |] }

    samples (Array.concat learned), samples (Array.concat asked)

let iris =
    table "iris.csv" [ "sepal length"; "sepal width"; "petal length"; "petal width" ]
    |> shared 0
// Four of the thirteen, so that both tables fit the same inputs.
let wine =
    table "wine.csv" [ "alcohol"; "flavanoids"; "colour intensity"; "proline" ]
    |> shared 3

/// A layer: weight [units; inputs], bias [units], segments [units; 5; 2].
type Layer =
    { Weight: Tensor
      Bias: Tensor
      Segments: Tensor }

let segments, choices = 5, 3

let layer inputs units key =
    let uniform purpose shape bound =
        Key.uniform -bound bound shape Dtype.Float32 (Key.named purpose key)

    let mask =
        SparseMask.init (Key.named "mask" key) 0.5 (units * segments) 2 Dtype.Float32

    { Weight = uniform "weight" [ units; inputs ] (1.0 / sqrt (float inputs))
      Bias = uniform "bias" [ units ] (1.0 / sqrt (float inputs))
      Segments = uniform "segments" [ units; segments; 2 ] 1.0 * mask.view [ units; segments; 2 ] }

let network key =
    [ for i, (inputs, units) in List.indexed [ 4, 8; 8, 8; 8, 8; 8, 6 ] -> layer inputs units (Key.fork i key) ]

/// Scores of x [batch; 4]: each hidden layer normalised over the batch, rectified, gated; the last is plain.
let scores gate (task: int) (layers: Layer list) (x: Tensor) =
    let context = Shared(OneHot.context 2 task Dtype.Float32)

    let hidden (x: Tensor) layer =
        let y = dsharp.linear (x, layer.Weight, layer.Bias)
        let centred = y - y.mean 0
        let normal = centred / ((centred * centred).mean 0 + 1e-5).sqrt()
        Gate.modulate gate (dsharp.relu normal) (Segments.response gate layer.Segments context)

    let last = List.last layers
    let top = List.fold hidden x (List.truncate 3 layers)
    dsharp.linear (top, last.Weight, last.Bias)

let descent: Optimiser.Config =
    { Rule = Optimiser.Sgd 0.0
      LearningRate = 0.01 }

/// Sixty epochs of a task in batches of ten. A missing segment weight has no say and stays missing.
let learn gate task (samples: Samples) key layers =
    let exists (t: Tensor) =
        dsharp.cast (dsharp.ne (t, dsharp.zerosLike t), Dtype.Float32)

    let masks = layers |> List.map (fun layer -> exists layer.Segments)

    let step layers places =
        let at (t: Tensor) =
            dsharp.indexSelect (t, 0, dsharp.tensor (Array.map int64 places))

        let loss layers =
            Answers.entropy choices (at samples.Labels) (scores gate task layers (at samples.Images))

        let _, gradients = Tree.grad loss layers
        let layers, _ = Optimiser.update descent gradients Optimiser.init layers

        List.map2
            (fun (layer: Layer) mask ->
                { layer with
                    Segments = layer.Segments * mask })
            layers
            masks

    seq {
        for epoch in 1..60 do
            yield! Key.permutation samples.Count (Key.fork epoch key) |> Array.chunkBySize 10
    }
    |> Seq.fold (fun layers places -> Scope.advance (fun layers -> step layers places) layers) layers

let accuracy gate task (samples: Samples) layers =
    Scope.run (fun () ->
        float (Answers.correct choices samples.Labels (scores gate task layers samples.Images))
        / float samples.Count)

let run gate seed =
    let key = Key.ofSeed seed

    let flowers =
        learn gate 0 (fst iris) (Key.named "iris" key) (network (Key.named "network" key))

    let first = accuracy gate 0 (snd iris) flowers
    let both = learn gate 1 (fst wine) (Key.named "wine" key) flowers
    [ first; accuracy gate 0 (snd iris) both; accuracy gate 1 (snd wine) both ]

for name, gate in [ "without dendrites", NoGate; "with dendrites", AbsMax ] do
    let runs = [ for seed in 1..5 -> run gate seed ]
    let mean i = List.averageBy (List.item i) runs
    printfn "%s, iris: %.3f" name (mean 0)
    printfn "%s, wine: %.3f" name (mean 2)
    printfn "%s, iris after wine: %.3f" name (mean 1)
