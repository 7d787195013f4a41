module Dendrites.Tests.TensorTests

open System
open System.IO
open System.Text.RegularExpressions
open Dendrites
open Dendrites.Tests.Naive
open Expecto
open TorchSharp

/// A call of every function of the dialect, by name; what it returns, as tensors.
let private calls: (string * (unit -> Tensor list)) list =
    let x =
        dsharp.tensor ([ [ 0.1; 0.2; 0.3 ]; [ 0.4; 0.5; 0.7 ] ], dtype = Dtype.Float64)

    let y = x + 0.1
    let square = dsharp.tensor ([ [ 2.0; 0.5 ]; [ 0.5; 3.0 ] ], dtype = Dtype.Float64)
    let index, narrow = dsharp.tensor [ [ 0L; 1L; 0L ] ], dsharp.tensor [ 0; 1 ]
    let weight = dsharp.tensor ([ 1.0; 2.0; 3.0 ], dtype = Dtype.Float64)
    let single, ones, mask = x.cast Dtype.Float32, dsharp.onesLike x, x.gt 0.3
    let transposed, row, total = x.transpose (), x[0], x.sum ()
    let squares, batch = square.unsqueeze 0, x.unsqueeze 0
    let one name f = name, (fun () -> [ f () ])
    let unary name (f: Tensor -> Tensor) = one name (fun () -> f x)

    let nothing name (f: unit -> unit) =
        name,
        (fun () ->
            f ()
            [])

    [ one "tensor" (fun () -> dsharp.tensor ([ 1.0; 2.0 ], dtype = Dtype.Float64))
      one "tensor" (fun () -> dsharp.tensor ([ x; y ], dtype = Dtype.Float32))
      one "tensor" (fun () -> dsharp.tensor [ [ 1.0 ] ])
      one "zeros" (fun () -> dsharp.zeros [ 2 ])
      one "ones" (fun () -> dsharp.ones [ 2 ])
      one "full" (fun () -> dsharp.full ([ 2 ], 3))
      one "scalar" (fun () -> dsharp.scalar 1.0)
      one "zero" (fun () -> dsharp.zero ())
      one "one" (fun () -> dsharp.one ())
      one "eye" (fun () -> dsharp.eye 3)
      one "onehot" (fun () -> dsharp.onehot (3, 1))
      one "arange" (fun () -> dsharp.arange 3)
      one "arange" (fun () -> dsharp.arange 3.0)
      one "linspace" (fun () -> dsharp.linspace (0.0, 1.0, 3))
      one "logspace" (fun () -> dsharp.logspace (0.0, 1.0, 3))
      unary "zerosLike" dsharp.zerosLike
      unary "onesLike" dsharp.onesLike
      one "fullLike" (fun () -> dsharp.fullLike (x, 2))
      one "like" (fun () -> dsharp.like (x, [ 1.0 ]))
      one "rand" (fun () -> dsharp.rand [ 2 ])
      one "randn" (fun () -> dsharp.randn [ 2 ])
      one "randint" (fun () -> dsharp.randint (0, 2, [ 2 ]))
      unary "randLike" dsharp.randLike
      unary "randnLike" dsharp.randnLike
      unary "bernoulli" dsharp.bernoulli
      one "multinomial" (fun () -> dsharp.multinomial (x, 3))
      unary "dropout" dsharp.dropout
      one "dropout" (fun () -> dsharp.dropout (x, p = 1.0))
      one "lt" (fun () -> dsharp.lt (x, y))
      one "lt" (fun () -> dsharp.lt (x, 0.3))
      one "gt" (fun () -> dsharp.gt (x, y))
      one "le" (fun () -> dsharp.le (x, y))
      one "ge" (fun () -> dsharp.ge (x, y))
      one "eq" (fun () -> dsharp.eq (x, y))
      one "ne" (fun () -> dsharp.ne (x, y))
      unary "isinf" dsharp.isinf
      unary "isnan" dsharp.isnan
      nothing "hasinf" (fun () -> dsharp.hasinf x |> ignore)
      nothing "hasnan" (fun () -> dsharp.hasnan x |> ignore)
      nothing "argmax" (fun () -> dsharp.argmax x |> ignore)
      one "argmax" (fun () -> dsharp.argmax (x, 1))
      nothing "argmin" (fun () -> dsharp.argmin x |> ignore)
      one "argmin" (fun () -> dsharp.argmin (x, 1))
      one "max" (fun () -> dsharp.max x)
      one "max" (fun () -> dsharp.max (x, 1))
      one "max" (fun () -> dsharp.max (x, y))
      one "min" (fun () -> dsharp.min x)
      one "min" (fun () -> dsharp.min (x, 1))
      one "min" (fun () -> dsharp.min (x, y))
      one "view" (fun () -> dsharp.view (x, [ 3; 2 ]))
      one "view" (fun () -> dsharp.view (x, 6))
      one "viewAs" (fun () -> dsharp.viewAs (x, y))
      unary "flatten" dsharp.flatten
      one "unflatten" (fun () -> dsharp.unflatten (x, 1, [ 3; 1 ]))
      one "expand" (fun () -> dsharp.expand (x, [ 2; 2; 3 ]))
      one "expandAs" (fun () -> dsharp.expandAs (weight, x))
      unary "squeeze" dsharp.squeeze
      one "unsqueeze" (fun () -> dsharp.unsqueeze (x, 0))
      unary "transpose" dsharp.transpose
      one "transpose" (fun () -> dsharp.transpose (x, 0, 1))
      one "permute" (fun () -> dsharp.permute (x, [ 1; 0 ]))
      one "repeat" (fun () -> dsharp.repeat (x, 0, 2))
      one "flip" (fun () -> dsharp.flip (x, [ 0 ]))
      "split", (fun () -> dsharp.split (x, [ 1; 1 ]) |> List.ofArray)
      "unstack", (fun () -> dsharp.unstack x |> List.ofArray)
      unary "diagonal" dsharp.diagonal
      unary "trace" dsharp.trace
      one "pad" (fun () -> dsharp.pad (x, [ 1; 0 ]))
      one "cat" (fun () -> dsharp.cat [ x; y ])
      one "stack" (fun () -> dsharp.stack [ x; y ])
      one "gather" (fun () -> dsharp.gather (x, 0, index))
      one "gather" (fun () -> dsharp.gather (row, 0, narrow))
      one "scatter" (fun () -> dsharp.scatter (x, 0, index, [ 2; 3 ]))
      one "indexSelect" (fun () -> dsharp.indexSelect (x, 0, narrow))
      unary "neg" dsharp.neg
      unary "abs" dsharp.abs
      unary "sign" dsharp.sign
      unary "floor" dsharp.floor
      unary "ceil" dsharp.ceil
      unary "round" dsharp.round
      one "clamp" (fun () -> dsharp.clamp (x, low = 0.2, high = 0.4))
      unary "relu" dsharp.relu
      unary "leakyRelu" dsharp.leakyRelu
      unary "sigmoid" dsharp.sigmoid
      unary "softplus" dsharp.softplus
      unary "exp" dsharp.exp
      unary "log" dsharp.log
      unary "safelog" dsharp.safelog
      unary "log10" dsharp.log10
      unary "sqrt" dsharp.sqrt
      unary "sin" dsharp.sin
      unary "cos" dsharp.cos
      unary "tan" dsharp.tan
      unary "sinh" dsharp.sinh
      unary "cosh" dsharp.cosh
      unary "tanh" dsharp.tanh
      unary "asin" dsharp.asin
      unary "acos" dsharp.acos
      unary "atan" dsharp.atan
      one "pow" (fun () -> dsharp.pow (x, y))
      one "pow" (fun () -> dsharp.pow (x, 2))
      one "pow" (fun () -> dsharp.pow (2.0, x))
      one "sum" (fun () -> dsharp.sum x)
      one "sum" (fun () -> dsharp.sum (x, 0))
      one "mean" (fun () -> dsharp.mean x)
      one "mean" (fun () -> dsharp.mean (x, 0))
      one "var" (fun () -> dsharp.var x)
      one "var" (fun () -> dsharp.var (x, 0))
      one "std" (fun () -> dsharp.std x)
      one "std" (fun () -> dsharp.std (x, 0))
      one "logsumexp" (fun () -> dsharp.logsumexp (x, 0))
      one "softmax" (fun () -> dsharp.softmax (x, 0))
      one "logsoftmax" (fun () -> dsharp.logsoftmax (x, 0))
      unary "normalize" dsharp.normalize
      one "normalize" (fun () -> dsharp.normalize ones)
      unary "standardize" dsharp.standardize
      unary "cov" dsharp.cov
      unary "corrcoef" dsharp.corrcoef
      one "matmul" (fun () -> dsharp.matmul (square, x))
      one "dot" (fun () -> dsharp.dot (weight, weight))
      one "det" (fun () -> dsharp.det square)
      one "inv" (fun () -> dsharp.inv square)
      one "solve" (fun () -> dsharp.solve (square, x))
      one "mseLoss" (fun () -> dsharp.mseLoss (x, y))
      one "bceLoss" (fun () -> dsharp.bceLoss (x, y))
      one "nllLoss" (fun () -> dsharp.nllLoss (x, narrow, weight = weight))
      one "crossEntropyLoss" (fun () -> dsharp.crossEntropyLoss (x, narrow, weight = weight))
      one "cast" (fun () -> dsharp.cast (x, Dtype.Float32))
      one "cast" (fun () -> dsharp.cast (x, Dtype.Float64))
      one "move" (fun () -> dsharp.move (x, dtype = Dtype.Float32))
      unary "cpu" dsharp.cpu
      nothing "allclose" (fun () -> dsharp.allclose (x, y) |> ignore)
      "save",
      (fun () ->
          let path = Path.GetTempFileName()

          try
              dsharp.save (transposed, path)
              [ dsharp.load path ]
          finally
              File.Delete path)
      one "kthLargest" (fun () -> dsharp.kthLargest (x, 2))
      one "kthLargest" (fun () -> dsharp.kthLargest (index, 2))
      one "topkMask" (fun () -> dsharp.topkMask (single, 2))
      one "topkMask" (fun () -> dsharp.topkMask (index, 2))
      one "where" (fun () -> dsharp.where (mask, x, y))
      one "bmm" (fun () -> dsharp.bmm (squares, batch))
      one "linear" (fun () -> dsharp.linear (x, y))
      one "addcmul" (fun () -> dsharp.addcmul (x, y, y, 0.5))
      one "addcdiv" (fun () -> dsharp.addcdiv (x, y, y, 0.5))
      one "lerp" (fun () -> dsharp.lerp (x, y, 0.5))
      one "cholesky" (fun () -> dsharp.cholesky square)
      unary "pinv" dsharp.pinv
      one "noGrad" (fun () -> dsharp.noGrad (fun () -> x + x))
      one "amax" (fun () -> dsharp.amax (x, 0))
      one "operators" (fun () -> x + y)
      one "operators" (fun () -> -x)
      one "operators" (fun () -> 1.0 - x)
      one "operators" (fun () -> 2 / x)
      one "operators" (fun () -> x ** 2.0)
      one "slices" (fun () -> x[0..0, 1..])
      one "slices" (fun () -> x[1, 2])
      one "items" (fun () -> x[1])
      nothing "toArray" (fun () -> transposed.toArray () |> ignore)
      nothing "toDouble" (fun () -> total.toDouble () |> ignore)
      nothing "toScalar" (fun () -> total.toScalar () |> ignore)
      nothing "summary" (fun () -> x.summary () |> ignore) ]

/// Functions that make no tensors, or that `save` above calls.
let private elsewhere =
    set [ "seed"; "config"; "isCudaAvailable"; "devices"; "load"; "gpu" ]

let private dialect () =
    typeof<Tensor>.Assembly.GetExportedTypes()
    |> Seq.filter (fun t -> t.Name.StartsWith "Ops" || t.Name = "Supplement")
    |> Seq.collect _.GetMethods()
    |> Seq.map (fun m -> Regex.Match(m.Name, @"^dsharp\.(\w+)\.Static$"))
    |> Seq.filter _.Success
    |> Seq.map (fun found -> found.Groups[1].Value)
    |> Set.ofSeq

// Other tests make tensors too, so this does not run beside them.
[<Tests>]
let memory =
    testSequenced
    <| testList
        "Tensor memory"
        [ for i, (name, call) in List.indexed calls do
              testCase $"{name} frees all that it makes but its result, {i}"
              <| fun () ->
                  // What other tests left to the finalisers must not go meanwhile.
                  GC.Collect()
                  GC.WaitForPendingFinalizers()
                  let before = Scope.live ()
                  let results = call ()
                  let added = int (Scope.live () - before)
                  Expect.equal added results.Length "tensors"

          testCase "every function of the dialect is among them"
          <| fun () ->
              let tried = calls |> List.map fst |> Set.ofList
              Expect.isEmpty (dialect () - tried - elsewhere) "not tried"
              Expect.isGreaterThan (dialect ()).Count 100 "the search finds them" ]

let private operators: (string * (Tensor -> Tensor -> Tensor) * (float -> float -> float)) list =
    [ "+", (+), (+); "-", (-), (-); "*", (*), (*); "/", (/), (/) ]

[<Tests>]
let tests =
    testList
        "Tensor"
        [ for name, op, naive in operators do
              prop $"{name} of two tensors broadcasts"
              <| fun key ->
                  let shape = shapeOf 0 3 key
                  let a = draw (partner shape key) "a" key
                  let b = between 0.5 2.0 shape "b" key
                  expectSame (op a b) (map2 naive (ofTensor a) (ofTensor b)) name

          prop "operators take numbers on either side, whole or not"
          <| fun key ->
              let t = between 0.5 2.0 (shapeOf 0 3 key) "t" key
              let is f actual = expectSame actual (map f (ofTensor t))
              is (fun x -> x + 1.5) (t + 1.5) "t + float"
              is (fun x -> x + 1.5) (1.5 + t) "float + t"
              is (fun x -> x + 2.0) (t + 2) "t + int"
              is (fun x -> x + 2.0) (2 + t) "int + t"
              is (fun x -> x - 1.5) (t - 1.5) "t - float"
              is (fun x -> 1.5 - x) (1.5 - t) "float - t"
              is (fun x -> x - 2.0) (t - 2) "t - int"
              is (fun x -> 2.0 - x) (2 - t) "int - t"
              is (fun x -> x * 1.5) (t * 1.5) "t * float"
              is (fun x -> x * 1.5) (1.5 * t) "float * t"
              is (fun x -> x * 2.0) (t * 2) "t * int"
              is (fun x -> x * 2.0) (2 * t) "int * t"
              is (fun x -> x / 1.5) (t / 1.5) "t / float"
              is (fun x -> 1.5 / x) (1.5 / t) "float / t"
              is (fun x -> x / 2.0) (t / 2) "t / int"
              is (fun x -> 2.0 / x) (2 / t) "int / t"
              is (fun x -> x ** 1.5) (t ** 1.5) "t ** float"
              is (fun x -> x ** 2.0) (t ** 2) "t ** int"
              is (~-) -t "-t"
              expectSame (t ** t) (map2 ( ** ) (ofTensor t) (ofTensor t)) "t ** t"

          testCase "whole numbers stay whole under whole numbers, and become floats by division"
          <| fun () ->
              let t = dsharp.tensor [ 1L; 2L ]
              Expect.equal (t * 3).dtype Dtype.Int64 "times"
              Expect.equal (numbers (3 - t)) [| 2.0; 1.0 |] "minus"
              Expect.equal (t / 2).dtype Dtype.Float32 "divided"
              Expect.equal (numbers (t / 2)) [| 0.5; 1.0 |] "divided"
              Expect.equal (t * 0.5).dtype Dtype.Float32 "times a half"

          testCase "Bool has no difference"
          <| fun () ->
              let t = dsharp.tensor [ true; false ]
              Expect.throwsT<DtypeException> (fun () -> t - t |> ignore) "of tensors"
              Expect.throwsT<DtypeException> (fun () -> t - 1 |> ignore) "of a number"
              Expect.throwsT<DtypeException> (fun () -> 1.0 - t |> ignore) "from a number"
              Expect.throwsT<DtypeException> (fun () -> -t |> ignore) "of nothing"

          testCase "a tensor knows its shape, rank, size, dtype and place"
          <| fun () ->
              let t = dsharp.zeros ([ 2; 3 ], dtype = Dtype.Int32)

              Expect.equal
                  (t.shape, t.dim, t.nelement, t.dtype, t.device)
                  ([| 2; 3 |], 2, 6, Dtype.Int32, Device.CPU)
                  "properties"

          testCase "TorchSharp's tensor goes in and out"
          <| fun () ->
              Native.load ()
              let inner = torch.ones [| 2L |]
              let t = Tensor.ofTorch inner
              Expect.isTrue (obj.ReferenceEquals(t.torch, inner)) "the same object"
              (t :> IDisposable).Dispose()
              Expect.isTrue inner.IsInvalid "whose memory it owns"

          testCase "an element type that the dialect lacks is named"
          <| fun () ->
              Native.load ()
              use half = torch.ones ([| 2L |], dtype = Nullable torch.ScalarType.Float16)

              Expect.throwsC (fun () -> (Tensor.ofTorch half).dtype |> ignore) (fun e ->
                  Expect.stringContains e.Message "Float16" "the type") ]
