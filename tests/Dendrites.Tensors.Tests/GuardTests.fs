module Dendrites.Tests.GuardTests

open System
open System.Text.RegularExpressions
open Dendrites
open Expecto

let private zeros (shape: int list) = dsharp.zeros shape

let private whole (shape: int list) =
    dsharp.zeros (shape, dtype = Dtype.Int64)

let private bools (shape: int list) =
    dsharp.zeros (shape, dtype = Dtype.Bool)

/// A call of a function with tensors that do not fit: the function's name, the shapes that its error must name.
let private misfits: (string * int list list * (unit -> Tensor)) list =
    let two, three = [ 2; 3 ], [ 3; 2 ]

    let pair name (f: Tensor * Tensor -> Tensor) =
        name, [ two; three ], (fun () -> f (zeros two, zeros three))

    [ pair "+" (fun (a, b) -> a + b)
      pair "-" (fun (a, b) -> a - b)
      pair "*" (fun (a, b) -> a * b)
      pair "/" (fun (a, b) -> a / b)
      pair "**" (fun (a, b) -> a ** b)
      pair "pow" (fun (a, b) -> dsharp.pow (a, b))
      pair "lt" (fun (a, b) -> dsharp.lt (a, b))
      pair "gt" (fun (a, b) -> dsharp.gt (a, b))
      pair "le" (fun (a, b) -> dsharp.le (a, b))
      pair "ge" (fun (a, b) -> dsharp.ge (a, b))
      pair "eq" (fun (a, b) -> dsharp.eq (a, b))
      pair "ne" (fun (a, b) -> dsharp.ne (a, b))
      pair "max" (fun (a, b) -> dsharp.max (a, b))
      pair "min" (fun (a, b) -> dsharp.min (a, b))
      pair "allclose" (fun (a, b) -> dsharp.tensor (dsharp.allclose (a, b)))
      pair "lerp" (fun (a, b) -> dsharp.lerp (a, b, 0.5))
      pair "mseLoss" (fun (a, b) -> dsharp.mseLoss (a, b))
      pair "bceLoss" (fun (a, b) -> dsharp.bceLoss (a, b))
      pair "stack" (fun (a, b) -> dsharp.stack [ a; b ])
      pair "tensor" (fun (a, b) -> dsharp.tensor [ a; b ])
      pair "cat" (fun (a, b) -> dsharp.cat [ a; b ])
      pair "dot" (fun (a, b) -> dsharp.dot (a, b))
      "dot", [ [ 2 ]; [ 3 ] ], (fun () -> dsharp.dot (zeros [ 2 ], zeros [ 3 ]))
      "cat", [ two; [ 2 ] ], (fun () -> dsharp.cat [ zeros two; zeros [ 2 ] ])
      "viewAs", [ two; [ 4 ] ], (fun () -> dsharp.viewAs (zeros two, zeros [ 4 ]))
      "expand", [ two; [ 3; 3 ] ], (fun () -> dsharp.expandAs (zeros two, zeros [ 3; 3 ]))
      "matmul", [ two; two ], (fun () -> dsharp.matmul (zeros two, zeros two))
      "matmul", [ two; [ 2 ] ], (fun () -> dsharp.matmul (zeros two, zeros [ 2 ]))
      "matmul", [ [ 2 ]; [ 3 ] ], (fun () -> dsharp.matmul (zeros [ 2 ], zeros [ 3 ]))
      "matmul", [ []; two ], (fun () -> dsharp.matmul (zeros [], zeros two))
      "matmul", [ [ 2; 3; 4 ]; [ 3; 4; 2 ] ], (fun () -> dsharp.matmul (zeros [ 2; 3; 4 ], zeros [ 3; 4; 2 ]))
      "bmm", [ [ 2; 3; 4 ]; [ 2; 3; 4 ] ], (fun () -> dsharp.bmm (zeros [ 2; 3; 4 ], zeros [ 2; 3; 4 ]))
      "bmm", [ [ 2; 3; 4 ]; [ 4; 3 ] ], (fun () -> dsharp.bmm (zeros [ 2; 3; 4 ], zeros [ 4; 3 ]))
      "solve", [ [ 2; 2 ]; [ 3 ] ], (fun () -> dsharp.solve (zeros [ 2; 2 ], zeros [ 3 ]))
      "solve", [ [ 2; 2 ]; three ], (fun () -> dsharp.solve (zeros [ 2; 2 ], zeros three))
      "solve", [ [ 4; 2; 2 ]; [ 3; 2; 1 ] ], (fun () -> dsharp.solve (zeros [ 4; 2; 2 ], zeros [ 3; 2; 1 ]))
      "solve", [ [ 4; 2; 2 ]; [ 2 ] ], (fun () -> dsharp.solve (zeros [ 4; 2; 2 ], zeros [ 2 ]))
      "linear", [ two; three ], (fun () -> dsharp.linear (zeros two, zeros three))
      "linear", [ [ 2 ]; [ 3; 3 ] ], (fun () -> dsharp.linear (zeros two, zeros [ 3; 3 ], bias = zeros [ 2 ]))
      "gather", [ two; [ 3; 2 ] ], (fun () -> dsharp.gather (zeros two, 1, whole [ 3; 2 ]))
      "gather", [ two; [ 2 ] ], (fun () -> dsharp.gather (zeros two, 1, whole [ 2 ]))
      "scatter", [ [ 2; 4 ]; two ], (fun () -> dsharp.scatter (zeros two, 1, whole [ 2; 4 ], [ 2; 9 ]))
      "scatter", [ two; [ 1; 9 ] ], (fun () -> dsharp.scatter (zeros two, 1, whole two, [ 1; 9 ]))
      "indexSelect", [ two; [ 1; 1 ] ], (fun () -> dsharp.indexSelect (zeros two, 0, whole [ 1; 1 ]))
      "where", [ two; three; [ 2; 2 ] ], (fun () -> dsharp.where (bools two, zeros three, zeros [ 2; 2 ]))
      "where", [ [ 4 ]; two ], (fun () -> dsharp.where (bools [ 4 ], zeros two, zeros two))
      "addcmul", [ two; three ], (fun () -> dsharp.addcmul (zeros two, zeros three, zeros two, 1.0))
      "addcdiv", [ two; three ], (fun () -> dsharp.addcdiv (zeros two, zeros two, zeros three, 1.0))
      "nllLoss", [ two; [ 3 ] ], (fun () -> dsharp.nllLoss (zeros two, whole [ 3 ]))
      "nllLoss", [ two; [ 2 ] ], (fun () -> dsharp.nllLoss (zeros two, whole [ 2 ], weight = zeros [ 2 ]))
      "crossEntropyLoss", [ two; two ], (fun () -> dsharp.crossEntropyLoss (zeros two, whole two))
      "crossEntropyLoss", [ []; [] ], (fun () -> dsharp.crossEntropyLoss (zeros [], whole []))
      "crossEntropyLoss",
      [ two; [ 4 ] ],
      (fun () -> dsharp.crossEntropyLoss (zeros two, whole [ 2 ], weight = zeros [ 4 ]))
      "bceLoss", [ two; [ 4 ] ], (fun () -> dsharp.bceLoss (zeros two, zeros two, weight = zeros [ 4 ]))
      "bceLoss", [ [ 3 ]; two ], (fun () -> dsharp.bceLoss (zeros [ 3 ], zeros [ 3 ], weight = zeros two))
      "cov", [ two; [ 2 ] ], (fun () -> dsharp.cov (zeros two, fweights = whole [ 2 ]))
      "cov", [ two; [ 4 ] ], (fun () -> dsharp.cov (zeros two, aweights = zeros [ 4 ])) ]

let private show (shape: int list) = "[" + String.Join("; ", shape) + "]"

/// The names of the dialect's functions of two tensors or more (of those in `Ops.*` and `Supplement`).
let private functionsOfTensors () =
    let isTensor (t: Type) =
        t = typeof<Tensor> || t = typeof<Tensor option> || t = typeof<seq<Tensor>>

    let tensors (t: Type) =
        if t = typeof<seq<Tensor>> then 2 else 1

    typeof<Tensor>.Assembly.GetExportedTypes()
    |> Seq.filter (fun t -> t.Name.StartsWith "Ops" || t.Name = "Supplement")
    |> Seq.collect _.GetMethods()
    |> Seq.choose (fun m ->
        let found = Regex.Match(m.Name, @"^dsharp\.(\w+)\.Static$")

        let operands =
            m.GetParameters()
            |> Seq.map _.ParameterType
            |> Seq.filter isTensor
            |> Seq.sumBy tensors

        if found.Success && operands > 1 then
            Some found.Groups[1].Value
        else
            None)
    |> Seq.distinct
    |> List.ofSeq

[<Tests>]
let tests =
    testList
        "Guard"
        [ for i, (name, shapes, call) in List.indexed misfits do
              testCase $"{name} of unfit shapes is an error that names them, {i}"
              <| fun () ->
                  Scope.run (fun () ->
                      Expect.throwsC (fun () -> call () |> ignore) (fun e ->
                          Expect.isTrue (e :? ShapeException) $"{e.GetType()}"
                          Expect.stringStarts e.Message name "the function"

                          for shape in shapes do
                              Expect.stringContains e.Message (show shape) "a shape"))

          testCase "every function of several tensors is among them"
          <| fun () ->
              let tried = misfits |> List.map (fun (name, _, _) -> name) |> Set.ofList
              // The error of expandAs is that of expand.
              let missing =
                  functionsOfTensors ()
                  |> List.filter (fun name -> not (tried.Contains name) && name <> "expandAs")

              Expect.isEmpty missing "not tried"
              Expect.isGreaterThan (functionsOfTensors ()).Length 25 "the search finds them" ]
