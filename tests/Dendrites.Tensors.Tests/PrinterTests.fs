module Dendrites.Tests.PrinterTests

open System
open Dendrites
open Dendrites.Tests.Naive
open Expecto

let private lines (text: string list) = String.Join("\n", text)

[<Tests>]
let tests =
    testList
        "Printer"
        [ testCase "a matrix shows its figures, then its values in columns"
          <| fun () ->
              Expect.equal
                  (string (dsharp.tensor [ [ 0.0; -1.25 ]; [ 10.5; 0.001 ] ]))
                  (lines
                      [ "Tensor [2; 2] float32 · 75.0 % non-zero · min -1.25 mean 2.313 max 10.5"
                        "[[ 0.000  -1.250]"
                        " [10.500   0.001]]" ])
                  "matrix"

          testCase "scalars, Bool, whole numbers and nothing"
          <| fun () ->
              Expect.equal (string (dsharp.tensor 3.25)) "Tensor [] float32 · 3.2500" "scalar"
              Expect.equal (string (dsharp.zeros [ 2; 0 ])) "Tensor [2; 0] float32 · empty" "nothing"

              Expect.equal
                  (string (dsharp.tensor [ true; false ]))
                  "Tensor [2] bool · 50.0 % true\n[ true  false]"
                  "Bool"

              Expect.equal
                  (string (dsharp.tensor [ 1L; -20L ]))
                  "Tensor [2] int64 · 100.0 % non-zero · min -20 mean -9.5 max 1\n[  1  -20]"
                  "whole numbers"

          testCase "what is not finite is counted, and left out of the figures"
          <| fun () ->
              Expect.equal
                  (string (dsharp.tensor [ nan; infinity; -infinity; 0.5 ]))
                  (lines
                      [ "Tensor [4] float32 · 100.0 % non-zero · 1 nan · 2 infinite · min 0.5 mean 0.5 max 0.5"
                        "[   nan     inf    -inf  0.5000]" ])
                  "not finite"

              Expect.equal
                  (string (dsharp.tensor [ nan ]))
                  "Tensor [1] float32 · 100.0 % non-zero · 1 nan\n[nan]"
                  "nothing finite"

          testCase "very small and very large values are written with exponents"
          <| fun () ->
              Expect.equal
                  (string (dsharp.tensor ([ 1.5e-7; -2e-6 ], dtype = Dtype.Float64)))
                  (lines
                      [ "Tensor [2] float64 · 100.0 % non-zero · min -2e-06 mean -9.25e-07 max 1.5e-07"
                        "[ 1.5000e-07  -2.0000e-06]" ])
                  "small"

          testCase "long dimensions show their ends"
          <| fun () ->
              Expect.equal
                  (string (dsharp.arange 100))
                  "Tensor [100] int32 · 99.0 % non-zero · min 0 mean 49.5 max 99\n[ 0   1   2  …  97  98  99]"
                  "a vector"

              let matrix = (string ((dsharp.arange 1000).view [ 100; 10 ])).Split '\n'
              Expect.hasLength matrix 8 "a header and seven lines"
              Expect.equal matrix[1] "[[  0    1    2  …    7    8    9]" "first"
              Expect.equal matrix[4] " …" "the ellipsis"
              Expect.equal matrix[7] " [990  991  992  …  997  998  999]]" "last"

          testCase "matrices of a higher tensor stand apart"
          <| fun () ->
              Expect.equal
                  (string ((dsharp.arange 8).view [ 2; 2; 2 ]))
                  (lines
                      [ "Tensor [2; 2; 2] int32 · 87.5 % non-zero · min 0 mean 3.5 max 7"
                        "[[[0  1]"
                        "  [2  3]]"
                        ""
                        " [[4  5]"
                        "  [6  7]]]" ])
                  "rank 3"

          prop "a print is short, however large the tensor"
          <| fun key ->
              let t = dsharp.zeros (Key.integers 1 12 (whole 1 4 "rank" key) key)
              Expect.isLessThan (string t).Length 20_000 "characters"

          testCase "a freed tensor says so"
          <| fun () ->
              let t = dsharp.ones [ 2 ]
              (t :> IDisposable).Dispose()
              Expect.equal (string t) "Tensor (freed)" "freed" ]

// Other tests make tensors too, so this does not run beside them.
[<Tests>]
let memory =
    testSequenced
    <| testList
        "Printer memory"
        [ testCase "a print leaves no tensor behind, and prints inside a derivative"
          <| fun () ->
              let t = dsharp.rand [ 20; 20 ]
              GC.Collect()
              GC.WaitForPendingFinalizers()
              let before = Scope.live ()
              let text = string t
              Expect.equal (Scope.live () - before) 0L "tensors"
              Expect.stringStarts text "Tensor [20; 20]" "text"

              let gradient =
                  dsharp.grad
                      (fun x ->
                          Expect.stringStarts (string (x * x)) "Tensor [1] float32" "inside"
                          (x * x).sum())
                      (dsharp.tensor [ 3.0 ])

              Expect.equal (numbers gradient) [| 6.0 |] "the derivative is not disturbed" ]
