module Dendrites.Tests.DialectDerivativesTests

open Dendrites
open Expecto

/// Where the arguments of a function may lie. All arguments of one call are distinct by at least 0.15 and stay 0.07
/// away from every multiple of a quarter, so that no kink, step or tie of the dialect is near.
type private Domain =
    /// About 0, both signs.
    | Signed
    /// From 0.6 upwards.
    | Positive
    /// Within (-0.85, 0.85).
    | Unit
    /// Within (0.05, 0.95).
    | Probability

/// A function of the dialect with the shapes of its arguments.
type private Entry =
    {
        Name: string
        Shapes: int list list
        Domain: Domain
        Function: Tensor[] -> Tensor
        /// The order from which on all derivatives are zero; 4 stands for none that is tested.
        FlatFrom: int
    }

let private entry name domain flatFrom shapes f =
    { Name = name
      Shapes = shapes
      Domain = domain
      Function = f
      FlatFrom = flatFrom }

let private ofOne name domain f =
    entry name domain 4 [ [ 2; 3 ] ] (fun (p: Tensor[]) -> f p[0])

/// Linear in its argument.
let private linear name shape f =
    entry name Signed 2 [ shape ] (fun (p: Tensor[]) -> f p[0])

let private ofTwo name domain flatFrom f =
    entry name domain flatFrom [ [ 2; 3 ]; [ 3 ] ] (fun (p: Tensor[]) -> f p[0] p[1])

let private index (places: int list) =
    dsharp.tensor (places, dtype = Dtype.Int64)

let private rowsIndex (places: int list list) =
    dsharp.tensor (places, dtype = Dtype.Int64)

let private eye n = dsharp.eye (n, dtype = Dtype.Float64)

let private constant shape =
    Key.uniform 0.1 0.9 shape Dtype.Float64 (Key.ofSeed 99)

let private elementwise =
    [ ofOne "exp" Signed dsharp.exp
      ofOne "log" Positive dsharp.log
      ofOne "safelog" Positive dsharp.safelog
      ofOne "log10" Positive dsharp.log10
      ofOne "sqrt" Positive dsharp.sqrt
      ofOne "sin" Signed dsharp.sin
      ofOne "cos" Signed dsharp.cos
      ofOne "tan" Unit dsharp.tan
      ofOne "sinh" Signed dsharp.sinh
      ofOne "cosh" Signed dsharp.cosh
      ofOne "tanh" Signed dsharp.tanh
      ofOne "asin" Unit dsharp.asin
      ofOne "acos" Unit dsharp.acos
      ofOne "atan" Signed dsharp.atan
      ofOne "sigmoid" Signed dsharp.sigmoid
      ofOne "softplus" Signed dsharp.softplus
      ofOne "pow, number exponent" Positive (fun x -> dsharp.pow (x, 2.5))
      ofOne "pow, number base" Signed (fun x -> dsharp.pow (2.5, x))
      ofOne "number / tensor" Positive (fun x -> 2.0 / x)
      ofOne "int / tensor" Positive (fun x -> 2 / x)
      ofTwo "pow" Positive 4 (fun a b -> dsharp.pow (a, b))
      ofTwo "/" Positive 4 (/)
      ofTwo "*" Signed 3 (*)
      ofTwo "+" Signed 2 (+)
      ofTwo "-" Signed 2 (-)
      ofTwo "max of two" Signed 2 (fun a b -> dsharp.max (a, b))
      ofTwo "min of two" Signed 2 (fun a b -> dsharp.min (a, b))
      ofTwo "where" Signed 2 (fun a b -> dsharp.where (dsharp.gt (a, 0.0), a, b))
      ofTwo "lerp" Signed 2 (fun a b -> dsharp.lerp (a, b, 0.3))
      entry "addcmul" Signed 3 [ [ 2; 3 ]; [ 3 ]; [ 2; 1 ] ] (fun p -> dsharp.addcmul (p[0], p[1], p[2], 0.7))
      entry "addcdiv" Positive 4 [ [ 2; 3 ]; [ 3 ]; [ 2; 1 ] ] (fun p ->
          dsharp.addcdiv (p[0], p[1], p[2], 0.7))
      linear "neg" [ 2; 3 ] dsharp.neg
      linear "unary minus" [ 2; 3 ] (~-)
      linear "numbers on either side" [ 2; 3 ] (fun x -> 1.0 - (3.0 * x + 2.0) * 4.0 / 5.0 - 6.0)
      linear "ints on either side" [ 2; 3 ] (fun x -> 1 - (3 * x + 2) * 4 / 5 - 6)
      linear "abs" [ 2; 3 ] dsharp.abs
      linear "relu" [ 2; 3 ] dsharp.relu
      linear "leakyRelu" [ 2; 3 ] (fun x -> dsharp.leakyRelu (x, 0.2))
      linear "clamp" [ 2; 3 ] (fun x -> dsharp.clamp (x, low = -0.5, high = 0.5))
      linear "clamp from below" [ 2; 3 ] (fun x -> dsharp.clamp (x, low = -0.25))
      entry "sign" Signed 1 [ [ 2; 3 ] ] (fun p -> dsharp.sign p[0])
      entry "floor" Signed 1 [ [ 2; 3 ] ] (fun p -> dsharp.floor p[0])
      entry "ceil" Signed 1 [ [ 2; 3 ] ] (fun p -> dsharp.ceil p[0])
      entry "round" Signed 1 [ [ 2; 3 ] ] (fun p -> dsharp.round p[0]) ]

let private shapes =
    [ linear "view" [ 2; 3 ] (fun x -> x.view [ 3; -1 ])
      linear "viewAs" [ 2; 3 ] (fun x -> x.viewAs (constant [ 6 ]))
      linear "flatten" [ 2; 3 ] dsharp.flatten
      linear "unflatten" [ 6 ] (fun x -> x.unflatten (0, [ 2; 3 ]))
      linear "expand" [ 2; 1 ] (fun x -> x.expand [ 2; 2; 3 ])
      linear "expandAs" [ 2; 1 ] (fun x -> x.expandAs (constant [ 2; 3 ]))
      linear "squeeze" [ 2; 1; 3 ] dsharp.squeeze
      linear "unsqueeze" [ 2; 3 ] (fun x -> x.unsqueeze 1)
      linear "transpose" [ 2; 3 ] (fun x -> x.transpose ())
      linear "transpose of two dimensions" [ 2; 1; 3 ] (fun x -> x.transpose (0, 2))
      linear "permute" [ 2; 1; 3 ] (fun x -> x.permute [ 2; 0; 1 ])
      linear "repeat" [ 2; 3 ] (fun x -> x.repeat (1, 2))
      linear "flip" [ 2; 3 ] (fun x -> x.flip [ 0; 1 ])
      linear "split" [ 2; 3 ] (fun x -> let parts = x.split ([ 1; 2 ], 1) in parts[1])
      linear "unstack" [ 2; 3 ] (fun x -> let rows = x.unstack () in rows[0] - rows[1])
      linear "diagonal" [ 3; 3 ] dsharp.diagonal
      linear "trace" [ 3; 3 ] dsharp.trace
      linear "pad" [ 2; 3 ] (fun x -> x.pad [ 1; 2 ])
      linear "item" [ 2; 3 ] (fun x -> x[1])
      linear "slice" [ 2; 3 ] (fun x -> x[0.., 1..2])
      linear "column" [ 2; 3 ] (fun x -> x[*, 1])
      linear "gather" [ 2; 3 ] (fun x -> x.gather (1, rowsIndex [ [ 2; 0; 2 ]; [ 1; 1; 0 ] ]))
      linear "scatter" [ 2; 3 ] (fun x -> x.scatter (1, rowsIndex [ [ 3; 0; 1 ]; [ 1; 2; 0 ] ], [ 2; 4 ]))
      linear "indexSelect" [ 2; 3 ] (fun x -> dsharp.indexSelect (x, 1, index [ 2; 2; 0 ]))
      linear "cast" [ 2; 3 ] (fun x -> x.cast Dtype.Float64)
      linear "cpu" [ 2; 3 ] dsharp.cpu
      entry "cat" Signed 2 [ [ 2; 3 ]; [ 1; 3 ] ] dsharp.cat
      entry "stack" Signed 2 [ [ 2; 3 ]; [ 2; 3 ] ] (fun p -> dsharp.stack (p, 1)) ]

let private reductions =
    [ linear "sum" [ 2; 3 ] dsharp.sum
      linear "sum of a dimension" [ 2; 3 ] (fun x -> x.sum (1, keepDim = true))
      linear "mean" [ 2; 3 ] dsharp.mean
      linear "mean of a dimension" [ 2; 3 ] (fun x -> x.mean 0)
      linear "max" [ 2; 3 ] dsharp.max
      linear "max of a dimension" [ 2; 3 ] (fun x -> x.max (1, keepDim = true))
      linear "min" [ 2; 3 ] dsharp.min
      linear "min of a dimension" [ 2; 3 ] (fun x -> x.min 0)
      linear "amax" [ 2; 3 ] (fun x -> dsharp.amax (x, 1))
      entry "var" Signed 3 [ [ 2; 3 ] ] (fun p -> dsharp.var p[0])
      entry "var of a dimension" Signed 3 [ [ 2; 3 ] ] (fun p -> p[0].var(1, unbiased = false))
      ofOne "std" Signed dsharp.std
      ofOne "std of a dimension" Signed (fun x -> x.std (1, keepDim = true))
      ofOne "logsumexp" Signed (fun x -> x.logsumexp 1)
      ofOne "softmax" Signed (fun x -> x.softmax 1)
      ofOne "logsoftmax" Signed (fun x -> x.logsoftmax 0)
      ofOne "normalize" Signed dsharp.normalize
      ofOne "standardize" Signed dsharp.standardize
      entry "cov" Signed 3 [ [ 2; 4 ] ] (fun p -> dsharp.cov p[0])
      entry "cov, weighted" Signed 3 [ [ 2; 4 ] ] (fun p -> dsharp.cov (p[0], aweights = constant [ 4 ]))
      entry "corrcoef" Signed 4 [ [ 2; 4 ] ] (fun p -> dsharp.corrcoef p[0]) ]

let private algebra =
    [ entry "matmul" Signed 3 [ [ 2; 3 ]; [ 3; 2 ] ] (fun p -> dsharp.matmul (p[0], p[1]))
      entry "matmul, batches" Signed 3 [ [ 2; 1; 2 ]; [ 2; 3 ] ] (fun p -> dsharp.matmul (p[0], p[1]))
      entry "matmul, matrix and vector" Signed 3 [ [ 2; 3 ]; [ 3 ] ] (fun p -> dsharp.matmul (p[0], p[1]))
      entry "dot" Signed 3 [ [ 4 ]; [ 4 ] ] (fun p -> dsharp.dot (p[0], p[1]))
      entry "bmm" Signed 3 [ [ 2; 1; 3 ]; [ 2; 3; 2 ] ] (fun p -> dsharp.bmm (p[0], p[1]))
      entry "linear" Signed 3 [ [ 2; 3 ]; [ 2; 3 ]; [ 2 ] ] (fun p -> dsharp.linear (p[0], p[1], p[2]))
      entry "linear without bias" Signed 3 [ [ 2; 3 ]; [ 2; 3 ] ] (fun p -> dsharp.linear (p[0], p[1]))
      entry "det" Signed 4 [ [ 3; 3 ] ] (fun p -> dsharp.det (p[0] + 3.0 * eye 3))
      entry "inv" Signed 4 [ [ 3; 3 ] ] (fun p -> dsharp.inv (p[0] + 3.0 * eye 3))
      entry "solve" Signed 4 [ [ 2; 2 ]; [ 2; 3 ] ] (fun p -> dsharp.solve (p[0] + 3.0 * eye 2, p[1]))
      entry "cholesky" Signed 4 [ [ 3; 3 ] ] (fun p ->
          dsharp.cholesky (p[0].matmul(p[0].transpose()) + 2.0 * eye 3))
      entry "pinv" Signed 4 [ [ 3; 2 ] ] (fun p ->
          dsharp.pinv (p[0] + dsharp.eye (3, 2, dtype = Dtype.Float64))) ]

let private losses =
    let classes = index [ 2; 0 ]

    [ entry "mseLoss" Signed 3 [ [ 2; 3 ]; [ 2; 3 ] ] (fun p -> dsharp.mseLoss (p[0], p[1]))
      ofOne "bceLoss" Probability (fun x -> dsharp.bceLoss (x, constant [ 2; 3 ]))
      ofOne "bceLoss, weighted" Probability (fun x ->
          dsharp.bceLoss (x, constant [ 2; 3 ], weight = constant [ 3 ], reduction = "none"))
      linear "nllLoss" [ 2; 3 ] (fun x -> dsharp.nllLoss (x, classes, weight = constant [ 3 ]))
      ofOne "crossEntropyLoss" Signed (fun x -> dsharp.crossEntropyLoss (x, classes))
      ofOne "crossEntropyLoss, weighted sum" Signed (fun x ->
          dsharp.crossEntropyLoss (x, classes, weight = constant [ 3 ], reduction = "sum")) ]

/// Distinct arguments of the entry's shapes in its domain, shuffled over all of them.
let private arguments (entry: Entry) (key: Key) : Tensor[] =
    let sizes = entry.Shapes |> List.map (List.fold (*) 1)
    let count = List.sum sizes
    let order = Key.permutation count (Key.fork 0 key)
    let jitter = Key.uniforms count (Key.fork 1 key)

    let values =
        Array.init count (fun i ->
            let place = float order[i]
            let within = 0.125 + 0.1 * (jitter[i] - 0.5)
            let signed = 0.25 * (place - float (count / 2)) + within

            match entry.Domain with
            | Signed -> signed
            | Positive -> 0.5 + 0.25 * place + within
            | Unit -> signed * 0.85 / (0.25 * float (count / 2 + 1))
            | Probability -> (place + 0.5 + 0.5 * (jitter[i] - 0.5)) / float count * 0.9 + 0.05)

    let starts = List.scan (+) 0 sizes

    Array.init sizes.Length (fun i ->
        dsharp
            .tensor(values[starts[i] .. starts[i + 1] - 1], dtype = Dtype.Float64)
            .view(Seq.ofList entry.Shapes[i]))

let private normalLike (t: Tensor) (key: Key) =
    Key.normal (List.ofArray t.shape) Dtype.Float64 key

let private inner (a: Tensor[]) (b: Tensor[]) =
    Array.map2 (fun (x: Tensor) (y: Tensor) -> (x * y).sum()) a b
    |> Array.reduce (+)

/// The tower of directional derivatives of one output: order 0 is the function along a random cotangent, order
/// k + 1 the derivative of order k along a random direction, taken by nesting.
let private tower (entry: Entry) (key: Key) (at: Tensor[]) =
    let cotangent = normalLike (entry.Function at) (Key.fork 0 key)

    let direction order =
        at |> Array.mapi (fun i t -> normalLike t (key |> Key.fork order |> Key.fork i))

    let rec derivative order (p: Tensor[]) : Tensor =
        if order = 0 then
            (entry.Function p * cotangent).sum()
        else
            inner (snd (Tree.grad (derivative (order - 1)) p)) (direction order)

    derivative, direction

let private agreesWithDifferences (entry: Entry) =
    testCase entry.Name
    <| fun () ->
        for seed in 1..4 do
            Scope.run (fun () ->
                let key = Key.named entry.Name (Key.ofSeed seed)
                let at = arguments entry (Key.named "arguments" key)
                let derivative, direction = tower entry (Key.named "directions" key) at
                let step = 1.0e-5

                for order in 1..3 do
                    let shifted by =
                        Array.map2 (fun (x: Tensor) (v: Tensor) -> x + v * by) at (direction order)
                        |> derivative (order - 1)
                        |> float

                    let difference = (shifted step - shifted -step) / (2.0 * step)
                    let actual = float (derivative order at)

                    Expect.isLessThan
                        (abs (actual - difference))
                        (2.0e-6 * (1.0 + abs difference))
                        $"order {order}, seed {seed}: derivative {actual}, difference {difference}"

                    if order >= entry.FlatFrom then
                        Expect.isLessThan (abs actual) 1.0e-9 $"order {order} vanishes"
                    else
                        Expect.isGreaterThan (abs actual) 1.0e-9 $"order {order} is there to be tested")

[<Tests>]
let tests =
    testList
        "Dialect derivatives"
        [ testList
              "agree with central differences to third order"
              (elementwise @ shapes @ reductions @ algebra @ losses
               |> List.map agreesWithDifferences)

          testCase "what has no gradient is a constant to a derivative"
          <| fun () ->
              let x = Key.normal [ 2; 6 ] Dtype.Float64 (Key.ofSeed 1)

              let total (f: Tensor -> Tensor) =
                  dsharp.grad (fun x -> (x * f x).sum()) x

              for name, f in
                  [ "kthLargest", (fun x -> dsharp.kthLargest (x, 2))
                    "topkMask", (fun x -> (dsharp.topkMask (x, 2)).cast Dtype.Float64)
                    "comparison", (fun x -> (dsharp.gt (x, 0.3)).cast Dtype.Float64)
                    "noGrad", (fun x -> dsharp.noGrad (fun () -> x * x)) ] do
                  let expected = (f x).expand [ 2; 6 ]
                  Expect.isTrue (dsharp.allclose (total f, expected)) $"d/dx (x · {name}) is {name}" ]
