module Dendrites.Tests.OpsElementwiseTests

open System
open Dendrites
open Dendrites.Tests.Naive
open Expecto

/// Function, its naive form, and the range in which both are compared.
let private functions: (string * (Tensor -> Tensor) * (float -> float) * float * float) list =
    [ "neg", dsharp.neg, (~-), -3.0, 3.0
      "abs", dsharp.abs, abs, -3.0, 3.0
      "sign", dsharp.sign, (fun x -> float (sign x)), -3.0, 3.0
      "floor", dsharp.floor, floor, -3.0, 3.0
      "ceil", dsharp.ceil, ceil, -3.0, 3.0
      "round", dsharp.round, Math.Round, -3.0, 3.0
      "clamp to both", (fun t -> dsharp.clamp (t, low = -1.0, high = 0.5)), max -1.0 >> min 0.5, -3.0, 3.0
      "clamp from below", (fun t -> dsharp.clamp (t, low = -1.0)), max -1.0, -3.0, 3.0
      "clamp from above", (fun t -> dsharp.clamp (t, high = 0.5)), min 0.5, -3.0, 3.0
      "clamp to nothing", (fun t -> dsharp.clamp t), id, -3.0, 3.0
      "relu", dsharp.relu, max 0.0, -3.0, 3.0
      "leakyRelu", (fun t -> dsharp.leakyRelu t), (fun x -> if x > 0.0 then x else 0.01 * x), -3.0, 3.0
      "leakyRelu of a slope",
      (fun t -> dsharp.leakyRelu (t, negativeSlope = 0.2)),
      (fun x -> if x > 0.0 then x else 0.2 * x),
      -3.0,
      3.0
      "sigmoid", dsharp.sigmoid, (fun x -> 1.0 / (1.0 + exp -x)), -30.0, 30.0
      "softplus", dsharp.softplus, (fun x -> max x 0.0 + log (1.0 + exp -(abs x))), -30.0, 50.0
      "exp", dsharp.exp, exp, -3.0, 3.0
      "log", dsharp.log, log, 1e-3, 3.0
      "safelog", (fun t -> dsharp.safelog t), max 1e-12 >> log, -1.0, 3.0
      "safelog of an epsilon", (fun t -> dsharp.safelog (t, epsilon = 0.1)), max 0.1 >> log, -1.0, 3.0
      "log10", dsharp.log10, log10, 1e-3, 3.0
      "sqrt", dsharp.sqrt, sqrt, 0.0, 3.0
      "sin", dsharp.sin, sin, -3.0, 3.0
      "cos", dsharp.cos, cos, -3.0, 3.0
      "tan", dsharp.tan, tan, -1.0, 1.0
      "sinh", dsharp.sinh, sinh, -3.0, 3.0
      "cosh", dsharp.cosh, cosh, -3.0, 3.0
      "tanh", dsharp.tanh, tanh, -3.0, 3.0
      "asin", dsharp.asin, asin, -1.0, 1.0
      "acos", dsharp.acos, acos, -1.0, 1.0
      "atan", dsharp.atan, atan, -3.0, 3.0
      "pow", (fun t -> dsharp.pow (t, 1.7)), (fun x -> x ** 1.7), 0.0, 3.0
      "a number to the power", (fun t -> dsharp.pow (1.7, t)), (fun x -> 1.7 ** x), -3.0, 3.0 ]

[<Tests>]
let tests =
    testList
        "OpsElementwise"
        [ for name, op, naive, low, high in functions do
              prop $"{name} is what it is for each number"
              <| fun key ->
                  let x = between low high (shapeOf 0 3 key) "x" key
                  expectSame (op x) (map naive (ofTensor x)) name

          prop "pow of two tensors broadcasts"
          <| fun key ->
              let shape = shapeOf 1 3 key
              let a = between 0.1 3.0 shape "a" key
              let b = draw (partner shape key) "b" key
              expectSame (a.pow b) (map2 ( ** ) (ofTensor a) (ofTensor b)) "pow"

          // libtorch's own second derivative of abs is a tensor without memory, which ends whoever reads it.
          prop "the second derivative of abs is zero, and can be read"
          <| fun key ->
              let x = draw [| 3; 4 |] "x" key

              let slope x =
                  dsharp.grad (fun x -> (dsharp.abs x).sum()) x

              let bend = dsharp.grad (fun x -> (slope x).sum()) x
              let zeros = ofTensor (dsharp.zerosLike x)
              expectSame bend zeros "the derivative"
              expectSame (bend * x) zeros "what is made of it"
              expectSame (dsharp.kthLargest (bend * x, 2)) (ofTensor (dsharp.zeros [ 3; 1 ])) "k-th largest"
              Expect.stringContains (string bend) "0.0 % non-zero" "a print"

          testCase "round takes halves to even"
          <| fun () ->
              Expect.equal
                  (numbers (dsharp.round (dsharp.tensor [ -1.5; -0.5; 0.5; 1.5; 2.5 ])))
                  [| -2.0; -0.0; 0.0; 2.0; 2.0 |]
                  "halves"

          testCase "clamp refuses bounds the wrong way round"
          <| fun () ->
              Expect.throwsT<ArgumentException>
                  (fun () -> dsharp.clamp (dsharp.ones [ 2 ], low = 1.0, high = 0.0) |> ignore)
                  "no number is both"

          testCase "functions of Bool that mean nothing are a DtypeException"
          <| fun () ->
              let t = dsharp.tensor [ true; false ]

              let calls: (Tensor -> Tensor) list =
                  [ dsharp.abs
                    dsharp.floor
                    dsharp.ceil
                    dsharp.round
                    dsharp.relu
                    dsharp.neg
                    (fun t -> dsharp.leakyRelu t)
                    dsharp.softplus
                    (fun t -> dsharp.safelog t)
                    (fun t -> dsharp.clamp (t, low = 0.0))
                    (fun t -> dsharp.pow (t, t)) ]

              for call in calls do
                  Expect.throwsT<DtypeException> (fun () -> call t |> ignore) "Bool"

          testList
              "operators with a number of any type, on either side"
              [ for dtype in [ Dtype.Float32; Dtype.Float64; Dtype.Int64; Dtype.Int32; Dtype.Byte ] do
                    prop $"{dtype}"
                    <| fun key ->
                        // Chosen so that no difference is below zero, which a Byte could not hold.
                        let middle = Key.integers 20 30 4 (Key.named "middle" key)
                        let t = dsharp.tensor (middle, dtype = dtype)
                        let below, above = whole 1 5 "below" key, whole 30 40 "above" key

                        let check what (expected: float -> float) (actual: Tensor) kept =
                            let same = if kept then dtype else Dtype.Float32
                            let promoted = if dtype = Dtype.Float64 then dtype else same
                            Expect.equal actual.dtype promoted $"{what}: dtype"
                            expectWithin 1e-6 actual (map expected (ofTensor t)) what

                        let number (x: scalar) = x
                        let floating = dtype = Dtype.Float32 || dtype = Dtype.Float64

                        for name, low, high, kept in
                            [ "int", number below, number above, true
                              "int64", number (int64 below), number (int64 above), true
                              "float", number (float below + 0.5), number (float above + 0.5), floating
                              "float32",
                              number (float32 below + 0.5f),
                              number (float32 above + 0.5f),
                              floating ] do
                            let l, h = low.ToDouble null, high.ToDouble null
                            check $"t + {name}" (fun x -> x + l) (t + low) kept
                            check $"{name} + t" (fun x -> h + x) (high + t) kept
                            check $"t - {name}" (fun x -> x - l) (t - low) kept
                            check $"{name} - t" (fun x -> h - x) (high - t) kept
                            check $"t * {name}" (fun x -> x * l) (t * low) kept
                            check $"{name} * t" (fun x -> l * x) (low * t) kept
                            check $"t / {name}" (fun x -> x / l) (t / low) floating
                            check $"{name} / t" (fun x -> h / x) (high / t) floating ]

          testCase "powers of numbers keep their fractions and whole numbers their type"
          <| fun () ->
              let check what (actual: Tensor) dtype (expected: float list) =
                  Expect.equal actual.dtype dtype what
                  Expect.equal (List.ofArray (numbers actual)) expected what

              let whole = dsharp.tensor [ 1; 2 ]
              check "2.5 ** [1; 2]" (dsharp.pow (2.5, whole)) Dtype.Float32 [ 2.5; 6.25 ]
              check "2 ** [1; 2]" (dsharp.pow (2, whole)) Dtype.Int32 [ 2.0; 4.0 ]
              check "2.0 ** [-1]" (dsharp.pow (2.0, dsharp.tensor [ -1 ])) Dtype.Float32 [ 0.5 ]
              check "0-d" (dsharp.pow (2.0, dsharp.scalar 3.0)) Dtype.Float32 [ 8.0 ]
              check "[5001] ** 2" (dsharp.pow (dsharp.tensor [ 5001L ], 2)) Dtype.Int64 [ 25010001.0 ]
              check "[2] ** -1" (dsharp.pow (dsharp.tensor [ 2 ], -1)) Dtype.Float32 [ 0.5 ]
              check "clamp" (dsharp.clamp (dsharp.tensor [ -1L; 5L ], low = 0)) Dtype.Int64 [ 0.0; 5.0 ]

          testCase "what is no number is refused beside a tensor"
          <| fun () ->
              Expect.throwsT<ArgumentException> (fun () -> dsharp.ones [ 1 ] * "2" |> ignore) "a string" ]
