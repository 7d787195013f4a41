module Dendrites.Tests.DerivativesTests

open System
open Dendrites
open Expecto
open FsCheck

let private forSeeds name (law: int -> unit) =
    testPropertyWithConfig
        { FsCheckConfig.defaultConfig with
            maxTest = 20 }
        name
    <| fun (seed: int) -> Scope.run (fun () -> law seed)

[<Tests>]
let tests =
    testList
        "Derivatives"
        [ testCase "diffn gives every order"
          <| fun () ->
              let x = 0.7

              for n in 0..6 do
                  close
                      [| number (dsharp.diffn n dsharp.sin (scalar x)) |]
                      [| sin (x + float n * Math.PI / 2.0) |]
                      $"dsharp.sin, order {n}"

              Expect.equal
                  (dsharp.ffdiffn 6 (fun x -> x * x * x * x * x) (scalar 2.0) |> Array.map number)
                  [| 32.0; 80.0; 160.0; 240.0; 240.0; 120.0; 0.0 |]
                  "x⁵ and beyond its degree"

              let value, second = dsharp.fdiff2 dsharp.sin (scalar x)
              close [| number value; number second |] [| sin x; -(sin x) |] "fdiff2"
              close [| number (dsharp.diff2 dsharp.sin (scalar x)) |] [| -(sin x) |] "diff2"
              let value, first = dsharp.fdiff dsharp.sin (scalar x)
              close [| number value; number first |] [| sin x; cos x |] "fdiff"

          testCase "diff of a curve is its velocity"
          <| fun () ->
              let curve (t: Tensor) =
                  vector [ dsharp.sin t; t * t; t * 0.0 + 4.0 ]

              let value, velocity = dsharp.fdiff curve (scalar 0.3)
              close (numbers value) [| sin 0.3; 0.09; 4.0 |] "value"
              close (numbers velocity) [| cos 0.3; 0.6; 0.0 |] "velocity"
              close (numbers (dsharp.diffn 2 curve (scalar 0.3))) [| -(sin 0.3); 2.0; 0.0 |] "acceleration"

          forSeeds "grad is the gradient of central differences, and the fgrad value is the value"
          <| fun seed ->
              let x = draw 4 seed
              let value, gradient = dsharp.fgrad energy x
              closeTo value (energy x) "value"
              let h = 1.0e-5

              for i in 0..3 do
                  let shifted by =
                      number (energy (x + ofArray (Array.init 4 (fun j -> if i = j then by else 0.0))))

                  let difference = (shifted h - shifted -h) / (2.0 * h)
                  let actual = (numbers gradient)[i]

                  Expect.isLessThan
                      (abs (actual - difference))
                      (1.0e-6 * (1.0 + abs difference))
                      $"component {i}"

          forSeeds "gradv is ∇f·v"
          <| fun seed ->
              let x, v = draw 4 seed, draw 4 (seed + 1)
              let value, slope = dsharp.fgradv energy x v
              closeTo value (energy x) "value"
              closeTo slope (total (dsharp.grad energy x * v)) "slope"
              closeTo (dsharp.gradv energy x v) slope "gradv"

          forSeeds "jacobianv is J·v and jacobianTv is Jᵀ·v, for tall, square and wide Jacobians"
          <| fun seed ->
              for n, m in [ 2, 5; 3, 3; 5, 2; 1, 4; 4, 1 ] do
                  let x, v, u = draw n seed, draw n (seed + 1), draw m (seed + 2)
                  let value, jacobian = dsharp.fjacobian (field m) x
                  Expect.equal jacobian.shape [| m; n |] "shape of J"
                  closeTo value (field m x) "value"
                  let value, jv = dsharp.fjacobianv (field m) x v
                  closeTo value (field m x) "value of fjacobianv"
                  closeTo jv (jacobian.matmul v) "J·v"
                  let value, jtu = dsharp.fjacobianTv (field m) x u
                  closeTo value (field m x) "value of fjacobianTv"
                  closeTo jtu (jacobian.transpose().matmul u) "Jᵀ·u"
                  let rows = [ for i in 0 .. m - 1 -> dsharp.grad (fun x -> (field m x)[i]) x ]
                  closeTo jacobian (vector rows) "rows are gradients"

          forSeeds "the Hessian is the Jacobian of the gradient, symmetric, and H·v its product"
          <| fun seed ->
              let x, v = draw 4 seed, draw 4 (seed + 1)
              let value, gradient, hessian = dsharp.fgradhessian energy x
              closeTo value (energy x) "value"
              closeTo gradient (dsharp.grad energy x) "gradient"
              closeTo hessian (dsharp.jacobian (dsharp.grad energy) x) "J of ∇"
              closeTo (hessian.transpose ()) hessian "symmetric"
              closeTo (dsharp.hessian energy x) hessian "hessian"
              closeTo (snd (dsharp.fhessian energy x)) hessian "fhessian"
              closeTo (snd (dsharp.gradhessian energy x)) hessian "gradhessian"
              let value, gv, hv = dsharp.fgradhessianv energy x v
              closeTo value (energy x) "value"
              closeTo gv (dsharp.gradv energy x v) "∇f·v"
              closeTo hv (hessian.matmul v) "H·v"
              closeTo (dsharp.hessianv energy x v) hv "hessianv"
              closeTo (snd (dsharp.fhessianv energy x v)) hv "fhessianv"
              closeTo (snd (dsharp.gradhessianv energy x v)) hv "gradhessianv"
              closeTo (dsharp.laplacian energy x) (hessian.trace ()) "Laplacian"
              closeTo (fst (dsharp.flaplacian energy x)) (energy x) "value of flaplacian"

          forSeeds "curl and divergence have their closed forms"
          <| fun seed ->
              // F = (x²y, yz, xz²): ∇×F = (−y, −z², −x²), ∇·F = 2xy + z + 2xz
              let swirl (p: Tensor) =
                  let x, y, z = p[0], p[1], p[2]
                  vector [ x * x * y; y * z; x * z * z ]

              let p = draw 3 seed
              let x, y, z = (numbers p)[0], (numbers p)[1], (numbers p)[2]
              let value, curl, divergence = dsharp.fcurldivergence swirl p
              closeTo value (swirl p) "value"
              close (numbers curl) [| -y; -(z * z); -(x * x) |] "curl"
              close [| number divergence |] [| 2.0 * x * y + z + 2.0 * x * z |] "divergence"
              closeTo (dsharp.curl swirl p) curl "curl alone"
              closeTo (dsharp.divergence swirl p) divergence "divergence alone"
              closeTo (fst (dsharp.curldivergence swirl p)) curl "the pair"

          forSeeds "a gradient has no curl, and a curl no divergence"
          <| fun seed ->
              let p = draw 3 seed
              close (numbers (dsharp.curl (dsharp.grad energy) p)) [| 0.0; 0.0; 0.0 |] "curl grad"
              close [| number (dsharp.divergence (dsharp.curl (field 3)) p) |] [| 0.0 |] "div curl"

          testCase "what does not depend on its argument has derivative zero"
          <| fun () ->
              let x, v = draw 3 1, draw 3 2
              let constant = fun (_: Tensor) -> scalar 5.0
              let constants = fun (_: Tensor) -> ofArray [| 1.0; 2.0; 3.0 |]
              let stepped (x: Tensor) = dsharp.floor x

              let counted (x: Tensor) =
                  (x.cast Dtype.Int64).cast(Dtype.Float64).sum()

              let zero (t: Tensor) shape what =
                  Expect.equal t.shape shape $"{what}: shape"
                  Expect.allEqual (numbers t) 0.0 what

              zero (dsharp.grad constant x) [| 3 |] "grad"
              zero (dsharp.grad counted x) [| 3 |] "grad through integers"
              zero (dsharp.gradv constant x v) [||] "gradv"
              zero (dsharp.hessian constant x) [| 3; 3 |] "hessian"
              zero (dsharp.hessian total x) [| 3; 3 |] "hessian of what is linear"
              zero (dsharp.hessianv total x v) [| 3 |] "hessianv of what is linear"
              zero (dsharp.laplacian constant x) [||] "laplacian"
              zero (dsharp.jacobian constants x) [| 3; 3 |] "jacobian"
              zero (dsharp.jacobian (fun _ -> ofArray [| 1.0; 2.0; 3.0; 4.0 |]) x) [| 4; 3 |] "a tall one"
              zero (dsharp.jacobian stepped x) [| 3; 3 |] "jacobian of steps"
              zero (dsharp.jacobianv constants x v) [| 3 |] "jacobianv"
              zero (dsharp.jacobianv stepped x v) [| 3 |] "jacobianv of steps"
              zero (dsharp.jacobianTv constants x v) [| 3 |] "jacobianTv"
              zero (dsharp.curl constants x) [| 3 |] "curl"
              zero (dsharp.divergence constants x) [||] "divergence"
              zero (dsharp.diff constants (scalar 1.0)) [| 3 |] "diff"
              zero (dsharp.diffn 4 constant (scalar 1.0)) [||] "diffn"
              zero (dsharp.grad (fun x -> dsharp.grad constant x |> total) x) [| 3 |] "nested"
              zero (dsharp.grad (fun x -> dsharp.grad total x |> total) x) [| 3 |] "nested and linear"

          testCase "at the outermost level no result carries a graph"
          <| fun () ->
              let x, v, t = draw 3 1, draw 3 2, scalar 0.5

              let bare name (results: Tensor list) =
                  Expect.isFalse (results |> List.exists _.torch.requires_grad) name

              let pair (a, b) = [ a; b ]
              let triple (a, b, c) = [ a; b; c ]
              bare "fgrad" (pair (dsharp.fgrad energy x))
              bare "fgradv" (pair (dsharp.fgradv energy x v))
              bare "fgradhessian" (triple (dsharp.fgradhessian energy x))
              bare "fgradhessianv" (triple (dsharp.fgradhessianv energy x v))
              bare "flaplacian" (pair (dsharp.flaplacian energy x))
              bare "fjacobian, square" (pair (dsharp.fjacobian (field 3) x))
              bare "fjacobian, tall" (pair (dsharp.fjacobian (field 7) x))
              bare "fjacobianv" (pair (dsharp.fjacobianv (field 3) x v))
              bare "fjacobianTv" (pair (dsharp.fjacobianTv (field 3) x v))
              bare "fcurldivergence" (triple (dsharp.fcurldivergence (field 3) x))
              bare "ffdiffn" (List.ofArray (dsharp.ffdiffn 3 dsharp.sin t))
              bare "Tree.grad" (pair (Tree.grad energy x))
              bare "the arguments" [ x; v; t ]

          testCase "evalReverseDiff pulls back as often as asked"
          <| fun () ->
              let x = draw 3 9
              let value, pull = dsharp.evalReverseDiff (field 4) x
              closeTo value (field 4 x) "value"

              for seed in 1..3 do
                  let u = draw 4 seed
                  closeTo (pull u) (dsharp.jacobianTv (field 4) x u) "Jᵀ·u"

              Expect.throwsT<ShapeException>
                  (fun () -> pull (draw 3 1) |> ignore)
                  "a cotangent of another shape"

          testCase "float32 stays float32"
          <| fun () ->
              let x = Key.normal [ 3 ] Dtype.Float32 (Key.ofSeed 1)

              for t in
                  [ dsharp.grad energy x
                    dsharp.hessian energy x
                    dsharp.jacobian (fun x -> x * x) x
                    dsharp.jacobianv (fun x -> x * x) x (draw 3 2) // a float64 direction is converted
                    dsharp.laplacian energy x ] do
                  Expect.equal t.dtype Dtype.Float32 "dtype"

          testCase "what cannot be differentiated is refused in managed code, and the next derivative works"
          <| fun () ->
              let x, v = draw 3 1, draw 4 2

              let refused what (f: unit -> Tensor) =
                  Expect.throwsT<ShapeException> (fun () -> f () |> ignore) what

              refused "grad of a vector" (fun () -> dsharp.grad (fun x -> x * x) x)
              refused "gradv along another shape" (fun () -> dsharp.gradv energy x v)
              refused "hessian of a vector function" (fun () -> dsharp.hessian (fun x -> x * x) x)
              refused "hessian by a matrix" (fun () -> dsharp.hessian total (x.view [ 1; 3 ]))
              refused "hessianv along another shape" (fun () -> dsharp.hessianv energy x v)
              refused "jacobian of a scalar" (fun () -> dsharp.jacobian energy x)
              refused "jacobianv along another shape" (fun () -> dsharp.jacobianv (field 4) x v)
              refused "jacobianTv along another shape" (fun () -> dsharp.jacobianTv (field 4) x x)
              refused "curl in two dimensions" (fun () -> dsharp.curl (field 2) (draw 2 1))
              refused "divergence of a wide Jacobian" (fun () -> dsharp.divergence (field 2) x)
              refused "diff by a vector" (fun () -> dsharp.diff dsharp.sin x)

              Expect.throwsT<ArgumentException>
                  (fun () -> dsharp.diffn -1 dsharp.sin (scalar 1.0) |> ignore)
                  "a negative order"

              Expect.throwsT<ArgumentException>
                  (fun () -> dsharp.grad total (dsharp.arange 3) |> ignore)
                  "integers"

              Expect.throwsT<InvalidOperationException>
                  (fun () -> dsharp.grad (fun _ -> invalidOp "no") x |> ignore)
                  "the function's own error"

              Expect.isFalse (dsharp.grad energy x).torch.requires_grad "the depth is back at zero" ]
