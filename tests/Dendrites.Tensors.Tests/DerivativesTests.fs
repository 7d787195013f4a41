module Dendrites.Tests.DerivativesTests

open System
open Dendrites
open Expecto
open FsCheck
open TorchSharp

let private wrap = Tensor.ofTorch
let private total (t: Tensor) = wrap (t.torch.sum ())
let private sine (t: Tensor) = wrap (t.torch.sin ())
let private exponential (t: Tensor) = wrap (t.torch.exp ())
let private at (i: int) (t: Tensor) = wrap (t.torch.select (0L, int64 i))

let private vector (xs: Tensor list) =
    wrap (torch.stack (xs |> List.map _.torch |> List.toArray))

let private scalar (x: float) =
    Native.load ()
    wrap (torch.tensor x)

let private ofArray (xs: float[]) =
    Native.load ()
    wrap (torch.tensor xs)

let private number (t: Tensor) = t.torch.item<float>()

let private numbers (t: Tensor) =
    t.torch.contiguous().data<float>().ToArray()

let private close (actual: float[]) (expected: float[]) what =
    Expect.hasLength actual expected.Length what

    for a, e in Array.zip actual expected do
        Expect.isLessThanOrEqual
            (abs (a - e))
            (1.0e-9 * (1.0 + abs e))
            $"{what}: %A{actual}, expected %A{expected}"

let private closeTo (actual: Tensor) (expected: Tensor) what =
    Expect.equal actual.shape expected.shape $"{what}: shape"
    close (numbers actual) (numbers expected) what

/// A smooth scalar function of a vector in which every variable meets every other.
let private energy (x: Tensor) =
    sine (total (x * x)) + total (exponential (x * 0.5)) * at 0 x

/// A smooth function of a vector `[n]` to a vector `[m]`, by a fixed matrix.
let private field (m: int) (x: Tensor) =
    let weights = Key.normal [ m; x.nelement ] Dtype.Float64 (Key.ofSeed 77)
    sine (wrap (torch.mv (weights.torch, x.torch))) * total (x * x)

let private draw size seed =
    Key.normal [ size ] Dtype.Float64 (Key.ofSeed seed)

let private forSeeds name (law: int -> unit) =
    testPropertyWithConfig
        { FsCheckConfig.defaultConfig with
            maxTest = 20 }
        name
    <| fun (seed: int) -> Scope.run (fun () -> law seed)

let private nestingTests =
    testList
        "nesting"
        [ testCase "an inner derivative is not confused with an outer one"
          <| fun () ->
              // Siskind and Pearlmutter 2005: d/dx (x · d/dy (x + y)) = 1, not 2.
              let nested (x: Tensor) =
                  x * dsharp.diff (fun y -> x + y) (scalar 1.0)

              Expect.equal (number (dsharp.diff nested (scalar 1.0))) 1.0 "by diff"

              let nested (x: Tensor) = x * dsharp.grad (fun y -> x + y) x
              Expect.equal (number (dsharp.grad nested (scalar 3.0))) 1.0 "by grad, at x itself"

              let nested (x: Tensor) = dsharp.grad (fun y -> x * y) x
              Expect.equal (number (dsharp.grad nested (scalar 3.0))) 1.0 "the inner derivative is x, not 2x"

              let nested (x: Tensor) =
                  x * dsharp.jacobianv (fun y -> x * y * y) x x

              Expect.equal (number (dsharp.grad nested (scalar 2.0))) 64.0 "2x⁴ by forward in reverse"

          testCase "levels three deep keep their variables apart"
          <| fun () ->
              // d/dx [∂/∂y (∂/∂z (z³x) at y) at x] = d/dx 6x² = 12x
              let f (x: Tensor) =
                  dsharp.grad (fun y -> dsharp.grad (fun z -> z * z * z * x) y) x

              Expect.equal (number (dsharp.grad f (scalar 0.5))) 6.0 "12x"

              // The middle level's variable in the innermost function: ∂/∂y (y · ∂/∂z (z²y) at x) = ∂/∂y 2xy² = 4xy
              let g (x: Tensor) =
                  dsharp.grad (fun y -> y * dsharp.grad (fun z -> z * z * y) x) x

              Expect.equal (number (dsharp.grad g (scalar 0.5))) 4.0 "d/dx 4x² = 8x"

          testCase "an inner derivative of constants and of other variables is differentiated through"
          <| fun () ->
              let c = scalar 5.0

              let f (x: Tensor) = dsharp.grad (fun y -> y * y * x * c) c // 2c²x

              Expect.equal
                  (number (dsharp.grad f (scalar 0.3)))
                  50.0
                  "a constant argument, an outer variable inside"

              let g (x: Tensor) = x * dsharp.grad (fun y -> y * y * c) c // 2c²x

              Expect.equal
                  (number (dsharp.grad g (scalar 0.3)))
                  50.0
                  "an inner derivative without outer variables"

              let h (x: Tensor) =
                  dsharp.grad (fun y -> y * y * y) (x * x) // 3x⁴

              Expect.equal (number (dsharp.grad h (scalar 2.0))) 96.0 "an argument that is computed"

          testCase "every operator nests in every other"
          <| fun () ->
              let x = draw 3 5
              let v = draw 3 6
              let cube (x: Tensor) = total (x * x * x)
              let xs, vs = numbers x, numbers v

              let inner: (string * (Tensor -> Tensor) * float[]) list =
                  // Scalar functions of x and their gradients, by hand.
                  [ "grad", (fun x -> total (dsharp.grad cube x)), xs |> Array.map (fun x -> 6.0 * x)
                    "gradv", (fun x -> dsharp.gradv cube x v), Array.map2 (fun x v -> 6.0 * x * v) xs vs
                    "hessian",
                    (fun x -> total (dsharp.hessian cube x) * at 0 x),
                    [| 6.0 * (2.0 * xs[0] + xs[1] + xs[2]); 6.0 * xs[0]; 6.0 * xs[0] |]
                    "hessianv",
                    (fun x -> total (x * dsharp.hessianv cube x v)),
                    Array.map2 (fun x v -> 12.0 * x * v) xs vs
                    "laplacian", (fun x -> dsharp.laplacian cube x), Array.create 3 6.0
                    "jacobian",
                    (fun x -> total (dsharp.jacobian (fun y -> y * y * y) x)),
                    xs |> Array.map (fun x -> 6.0 * x)
                    "jacobianv",
                    (fun x -> total (dsharp.jacobianv (fun y -> y * y * y) x v)),
                    Array.map2 (fun x v -> 6.0 * x * v) xs vs
                    "jacobianTv",
                    (fun x -> total (dsharp.jacobianTv (fun y -> y * y * y) x x)),
                    xs |> Array.map (fun x -> 9.0 * x * x)
                    "divergence",
                    (fun x -> dsharp.divergence (fun y -> y * y * y) x),
                    xs |> Array.map (fun x -> 6.0 * x)
                    "diff",
                    (fun x -> dsharp.diff (fun t -> cube (x * t)) (scalar 1.0)),
                    xs |> Array.map (fun x -> 9.0 * x * x)
                    "diff2",
                    (fun x -> dsharp.diff2 (fun t -> cube (x * t)) (scalar 1.0)),
                    xs |> Array.map (fun x -> 18.0 * x * x)
                    "Tree.grad", (fun x -> total (snd (Tree.grad cube x))), xs |> Array.map (fun x -> 6.0 * x) ]

              for name, f, expected in inner do
                  close (numbers (dsharp.grad f x)) expected $"grad of {name}"
                  close (numbers (snd (Tree.grad f x))) expected $"Tree.grad of {name}"

                  close
                      (numbers (dsharp.jacobianTv f x (scalar 2.0)))
                      (expected |> Array.map ((*) 2.0))
                      $"jacobianTv of {name}"

                  let along = Array.map2 (*) expected vs |> Array.sum
                  close [| number (dsharp.jacobianv f x v) |] [| along |] $"jacobianv of {name}"

                  close
                      [| number (dsharp.diff (fun t -> f (x + v * t)) (scalar 0.0)) |]
                      [| along |]
                      $"diff of {name}"

          testCase "derivatives on threads do not disturb each other"
          <| fun () ->
              let results =
                  Array.Parallel.init 64 (fun i ->
                      Scope.run (fun () ->
                          let x = scalar (float i)
                          let d3 = dsharp.diffn 3 (fun x -> x * x * x * x) x
                          number d3, d3.torch.requires_grad))

              Expect.equal results (Array.init 64 (fun i -> 24.0 * float i, false)) "24x, no graph" ]

[<Tests>]
let tests =
    testList
        "Derivatives"
        [ nestingTests

          testCase "diffn gives every order"
          <| fun () ->
              let x = 0.7

              for n in 0..6 do
                  close
                      [| number (dsharp.diffn n sine (scalar x)) |]
                      [| sin (x + float n * Math.PI / 2.0) |]
                      $"sine, order {n}"

              Expect.equal
                  (dsharp.ffdiffn 6 (fun x -> x * x * x * x * x) (scalar 2.0) |> Array.map number)
                  [| 32.0; 80.0; 160.0; 240.0; 240.0; 120.0; 0.0 |]
                  "x⁵ and beyond its degree"

              let value, second = dsharp.fdiff2 sine (scalar x)
              close [| number value; number second |] [| sin x; -(sin x) |] "fdiff2"
              close [| number (dsharp.diff2 sine (scalar x)) |] [| -(sin x) |] "diff2"
              let value, first = dsharp.fdiff sine (scalar x)
              close [| number value; number first |] [| sin x; cos x |] "fdiff"

          testCase "diff of a curve is its velocity"
          <| fun () ->
              let curve (t: Tensor) = vector [ sine t; t * t; t * 0.0 + 4.0 ]
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
                  closeTo jv (wrap (torch.mv (jacobian.torch, v.torch))) "J·v"
                  let value, jtu = dsharp.fjacobianTv (field m) x u
                  closeTo value (field m x) "value of fjacobianTv"
                  closeTo jtu (wrap (torch.mv (jacobian.torch.t (), u.torch))) "Jᵀ·u"
                  let rows = [ for i in 0 .. m - 1 -> dsharp.grad (fun x -> at i (field m x)) x ]
                  closeTo jacobian (vector rows) "rows are gradients"

          forSeeds "the Hessian is the Jacobian of the gradient, symmetric, and H·v its product"
          <| fun seed ->
              let x, v = draw 4 seed, draw 4 (seed + 1)
              let value, gradient, hessian = dsharp.fgradhessian energy x
              closeTo value (energy x) "value"
              closeTo gradient (dsharp.grad energy x) "gradient"
              closeTo hessian (dsharp.jacobian (dsharp.grad energy) x) "J of ∇"
              closeTo (wrap (hessian.torch.t ())) hessian "symmetric"
              closeTo (dsharp.hessian energy x) hessian "hessian"
              closeTo (snd (dsharp.fhessian energy x)) hessian "fhessian"
              closeTo (snd (dsharp.gradhessian energy x)) hessian "gradhessian"
              let value, gv, hv = dsharp.fgradhessianv energy x v
              closeTo value (energy x) "value"
              closeTo gv (dsharp.gradv energy x v) "∇f·v"
              closeTo hv (wrap (torch.mv (hessian.torch, v.torch))) "H·v"
              closeTo (dsharp.hessianv energy x v) hv "hessianv"
              closeTo (snd (dsharp.fhessianv energy x v)) hv "fhessianv"
              closeTo (snd (dsharp.gradhessianv energy x v)) hv "gradhessianv"
              closeTo (dsharp.laplacian energy x) (wrap (hessian.torch.trace ())) "Laplacian"
              closeTo (fst (dsharp.flaplacian energy x)) (energy x) "value of flaplacian"

          forSeeds "curl and divergence have their closed forms"
          <| fun seed ->
              // F = (x²y, yz, xz²): ∇×F = (−y, −z², −x²), ∇·F = 2xy + z + 2xz
              let swirl (p: Tensor) =
                  let x, y, z = at 0 p, at 1 p, at 2 p
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
              let stepped (x: Tensor) = wrap (x.torch.floor ())

              let counted (x: Tensor) =
                  wrap (x.torch.``to``(torch.int64).``to``(torch.float64).sum())

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
              bare "ffdiffn" (List.ofArray (dsharp.ffdiffn 3 sine t))
              bare "Tree.grad" (pair (Tree.grad energy x))
              bare "the arguments" [ x; v; t ]

          testCase "a graph made by TorchSharp outside does not leak in"
          <| fun () ->
              let leaf = torch.tensor([| 1.0; 2.0; 3.0 |]).requires_grad_ true
              let x = wrap (leaf.mul leaf)
              let value, gradient = dsharp.fgrad energy x
              Expect.isFalse (value.torch.requires_grad || gradient.torch.requires_grad) "no graph"

              closeTo
                  gradient
                  (dsharp.grad energy (ofArray (numbers (wrap (x.torch.detach ())))))
                  "the same gradient"

          testCase "noDiff makes a constant"
          <| fun () ->
              let f (x: Tensor) = x * dsharp.noDiff x
              Expect.equal (number (dsharp.grad f (scalar 3.0))) 3.0 "x, not 2x"
              Expect.equal (number (dsharp.diffn 2 f (scalar 3.0))) 0.0 "and its derivative is zero"

          testCase "inside noGrad derivatives have values and no graph"
          <| fun () ->
              let slope (x: Tensor) =
                  use _ = torch.no_grad ()
                  dsharp.grad (fun y -> y * y * y) x

              Expect.equal (number (slope (scalar 2.0))) 12.0 "a value"

              Expect.equal
                  (number (dsharp.grad (fun x -> x * slope x) (scalar 2.0)))
                  12.0
                  "a constant to the outer derivative"

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
              refused "hessian by a matrix" (fun () -> dsharp.hessian total (wrap (x.torch.view (1L, 3L))))
              refused "hessianv along another shape" (fun () -> dsharp.hessianv energy x v)
              refused "jacobian of a scalar" (fun () -> dsharp.jacobian energy x)
              refused "jacobianv along another shape" (fun () -> dsharp.jacobianv (field 4) x v)
              refused "jacobianTv along another shape" (fun () -> dsharp.jacobianTv (field 4) x x)
              refused "curl in two dimensions" (fun () -> dsharp.curl (field 2) (draw 2 1))
              refused "divergence of a wide Jacobian" (fun () -> dsharp.divergence (field 2) x)
              refused "diff by a vector" (fun () -> dsharp.diff sine x)

              Expect.throwsT<ArgumentException>
                  (fun () -> dsharp.diffn -1 sine (scalar 1.0) |> ignore)
                  "a negative order"

              Expect.throwsT<ArgumentException>
                  (fun () -> dsharp.grad total (wrap (torch.arange 3L)) |> ignore)
                  "integers"

              Expect.throwsT<InvalidOperationException>
                  (fun () -> dsharp.grad (fun _ -> invalidOp "no") x |> ignore)
                  "the function's own error"

              Expect.isFalse (dsharp.grad energy x).torch.requires_grad "the depth is back at zero" ]
