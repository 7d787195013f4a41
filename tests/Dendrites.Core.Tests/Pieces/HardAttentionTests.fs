module Dendrites.Tests.HardAttentionTests

open Dendrites
open Dendrites.Tests.PieceCases
open Expecto

let private config: HardAttention.Config =
    { Scale = 50.0
      Strength = 0.75
      Batch = 8
      SharedHead = true }

/// Two hidden layers of one segment a unit, for five tasks.
let private parameters key : Network.Parameters =
    let layer units inputs key : Network.Layer =
        { Weight = normal [ units; inputs ] (Key.fork 0 key)
          Bias = normal [ units ] (Key.fork 1 key)
          Segments = Some(normal [ units; 1; 5 ] (Key.fork 2 key)) }

    { Hidden = [ layer 6 3 (Key.fork 3 key); layer 4 6 (Key.fork 4 key) ]
      Heads =
        [ { Weight = normal [ 2; 4 ] (Key.fork 5 key)
            Bias = normal [ 2 ] (Key.fork 6 key) } ] }

let private drawn (name: string) key = parameters (Key.named name key)

/// After tasks whose parameters were drawn.
let private after tasks key =
    (HardAttention.init (parameters key), [ 1..tasks ])
    ||> List.fold (fun state task -> HardAttention.endTask config (drawn $"task {task}" key) state)

let private number (t: Tensor) = t.toDouble ()

[<Tests>]
let tests =
    testList
        "HardAttention"
        [ case "the slope rises evenly from 1/s to s within each epoch"
          <| fun () ->
              let begun =
                  HardAttention.beginTask config 43 (HardAttention.init (parameters (Key.ofSeed 1)))

              let slopes =
                  (begun, [ 1..5 ])
                  ||> List.scan (fun state _ -> HardAttention.follow state)
                  |> List.map (HardAttention.slope config)

              // Five whole batches of eight; a sixth would stay at the top.
              let even = [ for b in 0.0 .. 4.0 -> 0.02 + (50.0 - 0.02) * b / 4.0 ] @ [ 50.0 ]

              for slope, expected in List.zip slopes even do
                  Expect.floatClose Accuracy.high slope expected "slope"

              let again =
                  (begun, [ 1..3 ]) ||> List.fold (fun state _ -> HardAttention.follow state)

              Expect.equal (HardAttention.slope config (HardAttention.beginEpoch again)) 0.02 "anew"

              let single = HardAttention.beginTask config 8 begun
              Expect.equal (HardAttention.slope config single) 50.0 "one batch"

          property "a task attends by the logistic function of what its segment says" (fun key ->
              let task = int (Key.bits key % 5UL)
              let drawn = parameters key

              for layer, attention in List.zip drawn.Hidden (HardAttention.attention 3.0 task drawn) do
                  let said = values layer.Segments.Value.[*, 0, task]
                  let expected = said |> Array.map (fun e -> 1.0 / (1.0 + exp (-3.0 * e)))

                  for a, b in Array.zip (values attention) expected do
                      Expect.floatClose Accuracy.high a b "attention")

          property "the penalty is the share of free units that are attended to" (fun key ->
              let drawn, state = drawn "now" key, after 1 key
              let now = HardAttention.attention (HardAttention.slope config state) 1 drawn

              let now, before =
                  Array.collect values (Array.ofList now), Array.collect values (Array.ofList state.Attended)

              let free = before |> Array.map (fun a -> 1.0 - a)
              let expected = Array.sum (Array.map2 (*) now free) / Array.sum free

              Expect.floatClose
                  Accuracy.high
                  (number (HardAttention.penalty config drawn state))
                  expected
                  "share"

              let all =
                  { state with
                      Attended = state.Attended |> List.map dsharp.onesLike }

              Expect.equal (number (HardAttention.penalty config drawn all)) 0.0 "nothing is left")

          property
              "what earlier tasks attend to, on both sides, does not move; what none attends to moves freely"
              (fun key ->
                  let hard (t: Tensor) =
                      dsharp.cast (dsharp.gt (t, 0.5), t.dtype)

                  let state = after 2 key

                  let state =
                      { state with
                          Attended = state.Attended |> List.map hard }

                  let before, moved = drawn "before" key, drawn "moved" key
                  let held = HardAttention.hold config before moved state
                  let first, second = values state.Attended[0], values state.Attended[1]

                  let expectHeld name (before: Tensor) (moved: Tensor) (held: Tensor) (isHeld: int -> bool) =
                      for i, value in Array.indexed (values held) do
                          let expected = if isHeld i then (values before)[i] else (values moved)[i]
                          Expect.floatClose Accuracy.high value expected $"{name} {i}"

                  let layer i (parameters: Network.Parameters) = parameters.Hidden[i]
                  let weight i p = (layer i p).Weight
                  let bias i p = (layer i p).Bias

                  let check name (part: Network.Parameters -> Tensor) isHeld =
                      expectHeld name (part before) (part moved) (part held) isHeld

                  check "first weights" (weight 0) (fun i -> first[i / 3] = 1.0)
                  check "first biases" (bias 0) (fun i -> first[i] = 1.0)
                  check "second weights" (weight 1) (fun i -> second[i / 6] = 1.0 && first[i % 6] = 1.0)
                  check "second biases" (bias 1) (fun i -> second[i] = 1.0)
                  check "head's weights" _.Heads.Head.Weight (fun i -> second[i % 4] = 1.0)
                  check "head's biases" _.Heads.Head.Bias (fun _ -> true)
                  check "others' segments" (fun p -> p.Hidden[1].Segments.Value) (fun i -> i % 5 <> 2)

                  for task in 0..1 do
                      let held =
                          HardAttention.hold
                              config
                              before
                              moved
                              { state with
                                  Task = dsharp.tensor (int64 task) }

                      // From the second task on the shared head is the first one's.
                      expectHeld
                          $"head's biases in task {task}"
                          before.Heads.Head.Bias
                          moved.Heads.Head.Bias
                          held.Heads.Head.Bias
                          (fun _ -> task = 1)

                  let own = HardAttention.hold { config with SharedHead = false } before moved state

                  expectHeld
                      "a head of one's own"
                      before.Heads.Head.Bias
                      moved.Heads.Head.Bias
                      own.Heads.Head.Bias
                      (fun _ -> false))

          case "embeddings stay within six"
          <| fun () ->
              let state = after 1 (Key.ofSeed 3)
              let wide = drawn "wide" (Key.ofSeed 3) |> Tree.map (fun p -> p * 100.0)
              let held = HardAttention.hold config wide wide state

              for layer in held.Hidden do
                  Expect.isTrue (values layer.Segments.Value |> Array.forall (fun e -> abs e <= 6.0)) "within"

              expectSame (Network.feedForward wide) (Network.feedForward held) "weights as they were"

          property
              "compensated, the gradient of an attention is that of the last slope without its saturation"
              (fun key ->
                  let drawn = drawn "now" key |> Tree.map (fun p -> p * 0.1)
                  let state = HardAttention.beginTask config 80 (after 1 key)
                  let steps = int (Key.bits key % 10UL)

                  let state =
                      (state, [ 1..steps ]) ||> List.fold (fun state _ -> HardAttention.follow state)

                  let slope = HardAttention.slope config state

                  let _, gradients =
                      Tree.grad
                          (fun parameters ->
                              HardAttention.attention slope 1 parameters
                              |> List.map (fun a -> a.sum ())
                              |> List.reduce (+))
                          drawn

                  let compensated = HardAttention.compensate config drawn gradients state

                  for layer, gradient in List.zip drawn.Hidden compensated.Hidden do
                      let e = values layer.Segments.Value[*, 0, 1]
                      let g = values gradient.Segments.Value[*, 0, 1]

                      for e, g in Array.zip e g do
                          // dσ(se)/de = s / (2 (cosh se + 1)): the slope at 0 alone stays, spread as σ(e)'s.
                          let expected = config.Scale / (2.0 * (cosh e + 1.0))
                          Expect.floatClose Accuracy.medium g expected "gradient")

          property "what a task attends to is never forgotten" (fun key ->
              let one, two = after 1 key, after 2 key
              let second = HardAttention.attention config.Scale 1 (drawn "task 2" key)

              for now, before, own in List.zip3 two.Attended one.Attended second do
                  expectSame now (dsharp.max (before, own)) "the larger"

              Expect.equal (number two.Task) 2.0 "tasks")

          forgetsLess [ "method", "hat+mlp" ] ]
