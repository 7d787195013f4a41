module Dendrites.Tests.OptimiserTests

open Expecto
open Dendrites

type private Leaf =
    { Slope: Tensor; Offset: Tensor option }

type private Weights = { First: Tensor; Rest: Leaf list }

let private weights key : Weights =
    let tensor purpose =
        let rank = size (purpose + " rank") 0 3 key
        normal [ for dim in 1..rank -> size $"{purpose} {dim}" 1 4 key ] (Key.named purpose key)

    { First = tensor "first"
      Rest =
        [ for i in 1 .. size "rest" 0 3 key ->
              { Slope = tensor $"slope {i}"
                Offset = if i % 2 = 0 then None else Some(tensor $"offset {i}") } ] }

let private like key (tree: Weights) : Weights =
    let mutable index = 0

    tree
    |> Tree.map (fun t ->
        index <- index + 1
        normal (List.ofArray t.shape) (Key.fork index key))

let private flat (tree: Weights) =
    Tree.tensors tree |> Array.collect values

/// Kingma and Ba 2015, algorithm 1, over flat arrays.
let private naiveAdam beta1 beta2 epsilon lr (gradients: float[] list) (start: float[]) =
    let step (theta, m, v, t) g =
        let m = Array.map2 (fun m g -> beta1 * m + (1.0 - beta1) * g) m g
        let v = Array.map2 (fun v g -> beta2 * v + (1.0 - beta2) * g * g) v g
        let corrected1 = m |> Array.map (fun m -> m / (1.0 - beta1 ** t))
        let corrected2 = v |> Array.map (fun v -> v / (1.0 - beta2 ** t))
        let move = Array.map2 (fun m v -> lr * m / (sqrt v + epsilon)) corrected1 corrected2
        Array.map2 (-) theta move, m, v, t + 1.0

    let zeros = Array.map (fun _ -> 0.0) start
    let theta, m, v, _ = List.fold step (start, zeros, zeros, 1.0) gradients
    theta, m, v

let private naiveSgd momentum lr (gradients: float[] list) (start: float[]) =
    let step (theta, velocity) g =
        let velocity = Array.map2 (fun v g -> momentum * v + g) velocity g
        Array.map2 (fun theta v -> theta - lr * v) theta velocity, velocity

    List.fold step (start, Array.map (fun _ -> 0.0) start) gradients

let private train config gradients start =
    gradients
    |> List.fold (fun (p, state) g -> Optimiser.update config g state p) (start, Optimiser.init)

let private trial key =
    let start = weights key

    let gradients =
        [ for step in 1 .. size "steps" 1 8 key -> like (Key.fork step key) start ]

    start, gradients

[<Tests>]
let tests =
    testList
        "Optimiser"
        [ property "Adam is Kingma and Ba's algorithm 1, over any tree"
          <| fun key ->
              let start, gradients = trial key

              let beta1, beta2 =
                  float (size "beta1" 0 9 key) / 10.0, float (size "beta2" 1 99 key) / 100.0

              let epsilon = if size "epsilon" 0 1 key = 0 then 1e-8 else 0.1

              let config: Optimiser.Config =
                  { Rule = Optimiser.Adam(beta1, beta2, epsilon)
                    LearningRate = 0.02 }

              let theta, m, v =
                  naiveAdam beta1 beta2 epsilon 0.02 (List.map flat gradients) (flat start)

              let parameters, state = train config gradients start
              expectClose 1e-12 theta (flat parameters) "parameters"
              Expect.hasLength state.Moments (Optimiser.moments config) "moments"
              expectClose 1e-12 m (flat state.Moments[0]) "first moment"
              expectClose 1e-12 v (flat state.Moments[1]) "second moment"
              Expect.equal state.Step gradients.Length "steps"

          property "gradient descent, plain and with momentum"
          <| fun key ->
              let start, gradients = trial key

              for momentum in [ 0.0; 0.9 ] do
                  let theta, velocity = naiveSgd momentum 0.1 (List.map flat gradients) (flat start)

                  let config: Optimiser.Config =
                      { Rule = Optimiser.Sgd momentum
                        LearningRate = 0.1 }

                  let parameters, state = train config gradients start
                  Expect.hasLength state.Moments (Optimiser.moments config) "moments"
                  expectClose 1e-12 theta (flat parameters) "parameters"
                  expectClose 1e-12 velocity (flat state.Moments[0]) "velocity"

          property "an update leaves what it was given as it was"
          <| fun key ->
              let start, gradients = trial key
              let config = Optimiser.adam 0.1
              let parameters, state = train config gradients start
              let before = flat parameters, List.map flat state.Moments, flat gradients[0]
              let once, _ = Optimiser.update config gradients[0] state parameters
              let twice, _ = Optimiser.update config gradients[0] state parameters
              Expect.equal (flat parameters, List.map flat state.Moments, flat gradients[0]) before "inputs"
              expectSame once twice "same inputs, same update"

          property "moments that are not there yet are zeros"
          <| fun key ->
              let start, gradients = trial key
              let zeros = Tree.map dsharp.zerosLike start

              for rule in [ Optimiser.Adam(0.9, 0.999, 1e-8); Optimiser.Sgd 0.5 ] do
                  let config: Optimiser.Config = { Rule = rule; LearningRate = 0.1 }
                  let absent = Optimiser.update config gradients[0] Optimiser.init start

                  let present =
                      Optimiser.update
                          config
                          gradients[0]
                          { Step = 0
                            Moments = List.replicate (Optimiser.moments config) zeros }
                          start

                  expectSame (fst present) (fst absent) "parameters"
                  Expect.isEmpty Optimiser.init<Weights>.Moments "none at first"

          case "a tensor large enough to be done block by block gets the same numbers"
          <| fun () ->
              let count = 200_001
              let start = normal [ count ] (Key.ofSeed 1), normal [ 3; 5 ] (Key.ofSeed 2)

              let gradients =
                  [ for step in 3..5 -> normal [ count ] (Key.ofSeed step), normal [ 3; 5 ] (Key.ofSeed -step) ]

              let flat (large, small) =
                  Array.append (values large) (values small)

              let naive = List.map flat gradients
              let adam, _, _ = naiveAdam 0.9 0.999 1e-8 0.01 naive (flat start)
              expectClose 1e-12 adam (flat (fst (train (Optimiser.adam 0.01) gradients start))) "Adam"
              let sgd, _ = naiveSgd 0.9 0.1 naive (flat start)

              let config: Optimiser.Config =
                  { Rule = Optimiser.Sgd 0.9
                    LearningRate = 0.1 }

              expectClose 1e-12 sgd (flat (fst (train config gradients start))) "momentum"

          case "Adam's first step is the learning rate against the gradient's sign, whatever its size"
          <| fun () ->
              let gradient = tensorOf [ 4 ] [| 1e-3; -1e3; 5.0; -0.2 |]

              let moved, _ =
                  Optimiser.update (Optimiser.adam 0.01) gradient Optimiser.init (dsharp.zerosLike gradient)

              expectClose 1e-6 [| -0.01; 0.01; -0.01; 0.01 |] (values moved) "first step"

          test "the field's defaults" {
              Expect.equal
                  (Optimiser.adam 0.5)
                  { Rule = Optimiser.Adam(0.9, 0.999, 1e-8)
                    LearningRate = 0.5 }
                  "defaults"
          }

          case "parameters keep their type"
          <| fun () ->
              let p = Key.normal [ 3 ] Dtype.Float32 (Key.ofSeed 1)

              for rule in [ Optimiser.Adam(0.9, 0.999, 1e-8); Optimiser.Sgd 0.9 ] do
                  let moved, state =
                      Optimiser.update { Rule = rule; LearningRate = 0.1 } p Optimiser.init p

                  Expect.equal moved.dtype Dtype.Float32 "parameters"
                  Expect.all state.Moments (fun moment -> moment.dtype = Dtype.Float32) "moments" ]
