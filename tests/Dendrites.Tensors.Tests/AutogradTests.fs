module Dendrites.Tests.AutogradTests

open Dendrites
open Expecto
open TorchSharp

[<Tests>]
let tests =
    testList
        "Autograd"
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
                    (fun x -> total (dsharp.hessian cube x) * x[0]),
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

              Expect.equal results (Array.init 64 (fun i -> 24.0 * float i, false)) "24x, no graph"

          testCase "a graph made by TorchSharp outside does not leak in"
          <| fun () ->
              let leaf = torch.tensor([| 1.0; 2.0; 3.0 |]).requires_grad_ true
              let x = Tensor.ofTorch (leaf.mul leaf)
              let value, gradient = dsharp.fgrad energy x
              Expect.isFalse (value.torch.requires_grad || gradient.torch.requires_grad) "no graph"

              closeTo
                  gradient
                  (dsharp.grad energy (ofArray (numbers (Tensor.ofTorch (x.torch.detach ())))))
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
                  "a constant to the outer derivative" ]
