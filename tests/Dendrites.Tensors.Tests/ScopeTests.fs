module Dendrites.Tests.ScopeTests

open System
open System.Diagnostics
open Dendrites
open Expecto
open TorchSharp

let private normal shape seed =
    Key.normal shape Dtype.Float32 (Key.ofSeed seed)

let private total (t: Tensor) = Tensor.ofTorch (t.torch.sum ())

/// Tensors that `work` adds to those the process holds.
let private growth (work: unit -> unit) =
    // What other tests left to the finalisers must not go meanwhile.
    GC.Collect()
    GC.WaitForPendingFinalizers()
    let before = Scope.live ()
    work ()
    Scope.live () - before

type private Model =
    { Weight: Tensor
      Momentum: Tensor
      Step: int }

/// One step of gradient descent with momentum on a quadratic: many intermediates of 64 kB,
/// each below the size at which libtorch starts threads.
let private step (x: Tensor) (model: Model) =
    let loss weight =
        let error = weight.Weight * x - 1.0
        total (error * error)

    let _, gradients = Tree.grad loss model
    let momentum = model.Momentum * 0.9 + gradients.Weight

    { Weight = model.Weight - momentum * 1.0e-9
      Momentum = momentum
      Step = model.Step + 1 }

// Other tests make tensors too, so these do not run beside them.
[<Tests>]
let tests =
    testSequenced
    <| testList
        "Scope"
        [ testCase "run frees all but what it returns"
          <| fun () ->
              let x = normal [ 4 ] 1

              let added =
                  growth (fun () ->
                      let kept, label =
                          Scope.run (fun () ->
                              let doubled = x + x
                              [ doubled * 3.0; doubled - 1.0 ], "two")

                      Expect.equal (kept.Length, label) (2, "two") "the result"
                      Expect.isFalse (kept |> List.exists _.torch.IsInvalid) "still there")

              Expect.equal added 2L "two tensors more"
              Expect.isFalse x.torch.IsInvalid "a tensor from outside is left alone"

          testCase "what an inner scope returns belongs to the outer one"
          <| fun () ->
              let mutable inner = Unchecked.defaultof<Tensor>

              let added =
                  growth (fun () ->
                      Scope.run (fun () ->
                          inner <- Scope.run (fun () -> normal [ 4 ] 1 + 1.0)
                          Expect.isFalse inner.torch.IsInvalid "alive in the outer scope"))

              Expect.equal added 0L "nothing left"
              Expect.isTrue inner.torch.IsInvalid "freed with the outer scope"

          testCase "a tensor of an outer scope that passes through an inner one stays where it was"
          <| fun () ->
              let added =
                  growth (fun () ->
                      Scope.run (fun () ->
                          let outer = normal [ 4 ] 1
                          let same = Scope.run (fun () -> Scope.run (fun () -> outer))
                          Expect.isTrue (obj.ReferenceEquals(same, outer)) "itself"
                          Expect.isFalse outer.torch.IsInvalid "alive"))

              Expect.equal added 0L "freed by the scope that made it"

          testCase "if the function raises, all that it made is freed"
          <| fun () ->
              let added =
                  growth (fun () ->
                      Expect.throwsT<InvalidOperationException>
                          (fun () ->
                              Scope.run (fun () ->
                                  let x = normal [ 4 ] 1

                                  Scope.run (fun () ->
                                      let y = x * x
                                      if y.dim = 1 then invalidOp "no" else y))
                              |> ignore)
                          "the error passes through")

              Expect.equal added 0L "nothing left"

              Expect.equal
                  (growth (fun () -> Scope.run (fun () -> normal [ 1 ] 1) |> Tree.dispose))
                  0L
                  "and scopes still work"

          testCase "derivatives leave nothing behind in a scope"
          <| fun () ->
              let x = normal [ 5 ] 2
              let cube (x: Tensor) = total (x * x * x)

              let added =
                  growth (fun () ->
                      Scope.run (fun () ->
                          dsharp.hessian cube x |> ignore
                          dsharp.jacobianv (fun x -> x * x) x x |> ignore
                          dsharp.grad (fun x -> total (dsharp.grad cube x)) x |> ignore))

              Expect.equal added 0L "nothing left"

          testCase "advance frees the old state except what the new one still holds"
          <| fun () ->
              let state =
                  {| Fixed = normal [ 2 ] 1
                     Moving = normal [ 2 ] 2 |}

              let added =
                  growth (fun () ->
                      let next =
                          Scope.advance
                              (fun (s: {| Fixed: Tensor; Moving: Tensor |}) ->
                                  {| s with Moving = s.Moving * 2.0 |})
                              state

                      Expect.isTrue (obj.ReferenceEquals(next.Fixed, state.Fixed)) "kept"
                      Expect.isFalse next.Fixed.torch.IsInvalid "and alive"
                      Expect.isTrue state.Moving.torch.IsInvalid "the old one is freed"
                      Expect.isFalse next.Moving.torch.IsInvalid "the new one lives")

              Expect.equal added 0L "one for one"

          testCase "advance leaves the old state whole if the step raises"
          <| fun () ->
              let state = normal [ 2 ] 1

              let added =
                  growth (fun () ->
                      Expect.throwsT<InvalidOperationException>
                          (fun () ->
                              Scope.advance
                                  (fun (s: Tensor) -> if (s * s).dim = 1 then invalidOp "no" else s)
                                  state
                              |> ignore)
                          "the error passes through")

              Expect.equal added 0L "nothing left"
              Expect.isFalse state.torch.IsInvalid "the state is alive"

          testCase "two thousand steps of training hold memory flat"
          <| fun () ->
              let x = normal [ 128 ] 1

              let mutable model =
                  { Weight = normal [ 128; 128 ] 2
                    Momentum = normal [ 128; 128 ] 3 * 0.0
                    Step = 0 }

              let steps count =
                  for _ in 1..count do
                      model <- Scope.advance (step x) model

              steps 100 // the allocator and the thread pool reach their size

              let memory () =
                  Process.GetCurrentProcess().WorkingSet64

              let memoryBefore = memory ()
              let added = growth (fun () -> steps 2000)
              Expect.equal added 0L "the same number of tensors, exactly"
              // One tensor a step that stayed would add 131 MB.
              Expect.isLessThan (memory () - memoryBefore) 48_000_000L "resident bytes"
              Expect.equal model.Step 2100 "all steps were done" ]
