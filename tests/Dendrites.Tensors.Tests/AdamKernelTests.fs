module Dendrites.Tests.AdamKernelTests

open Dendrites
open Expecto

/// Scalars of step `t` with the field's defaults and a learning rate.
let private scalars (t: int) rate =
    let spread = sqrt (1.0 - 0.999 ** float t)

    { Beta1 = 0.9
      Beta2 = 0.999
      Rate = rate * spread / (1.0 - 0.9 ** float t)
      Epsilon = 1e-8 * spread }

let private draw (shape: int list) purpose key =
    Key.normal shape Dtype.Float32 (Key.named purpose key)

/// Parameter, gradient and moments of one shape; the second moment is not negative.
let private state shape key =
    let v = draw shape "v" key
    draw shape "p" key, draw shape "g" key, draw shape "m" key, v * v

let private apart (a: Tensor) (b: Tensor) =
    if a.nelement = 0 then
        0.0
    else
        let scale = max 1.0 (float (dsharp.max (dsharp.abs b)))
        float (dsharp.max (dsharp.abs (a - b))) / scale

let private agree (shape: int list) (t: int) key =
    Scope.run (fun () ->
        let p, g, m, v = state shape key
        let fast = dsharp.adam (scalars t 1e-3, p, g, m, v)
        let plain = dsharp.adamDefinition (scalars t 1e-3, p, g, m, v)
        let (p1, m1, v1), (p2, m2, v2) = fast, plain

        for name, a, b in [ "parameter", p1, p2; "first moment", m1, m2; "second moment", v1, v2 ] do
            Expect.equal a.shape b.shape $"shape of the {name}"
            Expect.isLessThan (apart a b) 1e-6 $"{name} of shape {shape} at step {t}")

[<Tests>]
let tests =
    testList
        "adam kernel"
        [ testProperty "the kernel says what the definition says, whatever the shape and the step"
          <| fun (rows: byte, columns: byte, step: byte, seed: int) ->
              agree [ int rows % 40; 1 + int columns % 70 ] (1 + int step) (Key.ofSeed seed)

          testCase "and across the borders of blocks and vectors"
          <| fun () ->
              for size in [ 0; 1; 7; 8; 9; 65535; 65536; 65537; 200003 ] do
                  agree [ size ] 3 (Key.ofSeed size)

          testCase "it leaves its inputs as they were"
          <| fun () ->
              Scope.run (fun () ->
                  let p, g, m, v = state [ 1000 ] (Key.ofSeed 1)
                  let before = [ for t in [ p; g; m; v ] -> t * 1.0 ]
                  dsharp.adam (scalars 1 0.1, p, g, m, v) |> ignore

                  for now, then' in List.zip [ p; g; m; v ] before do
                      Expect.equal (apart now then') 0.0 "an input")

          testCase "a transposed tensor is read by its meaning, not by its memory"
          <| fun () ->
              Scope.run (fun () ->
                  let p, g, m, v = state [ 30; 50 ] (Key.ofSeed 2)

                  let turned, _, _ =
                      dsharp.adam (
                          scalars 1 0.1,
                          p.transpose (),
                          g.transpose (),
                          m.transpose (),
                          v.transpose ()
                      )

                  let straight, _, _ = dsharp.adam (scalars 1 0.1, p, g, m, v)
                  Expect.equal (apart turned (straight.transpose ())) 0.0 "parameter")

          testCase "shapes that differ are named"
          <| fun () ->
              let p, g, m, v = state [ 3 ] (Key.ofSeed 3)

              let message =
                  try
                      dsharp.adam (scalars 1 0.1, p, dsharp.zeros [ 4 ], m, v) |> ignore
                      "nothing raised"
                  with ShapeException message ->
                      message

              ignore g
              Expect.stringContains message "[3]" "one shape"
              Expect.stringContains message "[4]" "the other" ]

[<Tests>]
let memory =
    testSequenced
    <| test "AdamKernel: the definition leaves nothing behind but its results" {
        System.GC.Collect()
        System.GC.WaitForPendingFinalizers()
        let p, g, m, v = state [ 3 ] (Key.ofSeed 4)
        let before = Scope.live ()
        let q, n, w = dsharp.adamDefinition (scalars 1 0.1, p, g, m, v)
        Expect.equal (Scope.live () - before) 3L "three tensors"
        Tree.dispose (q, n, w)
    }
