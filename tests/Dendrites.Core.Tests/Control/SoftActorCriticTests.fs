module Dendrites.Tests.SoftActorCriticTests

open Expecto
open Dendrites
open Dendrites.Tests.ControlCases
open Dendrites.Tests.SoftActorCriticCases

/// Fails unless the gradient of `loss` along a random direction is its slope there. The loss bends and jumps
/// where another unit or segment wins; such a place lies between the steps when the slopes of the two halves
/// differ, and shorter steps are taken.
let private expectSlope key (loss: 'p -> Tensor) (at: 'p) =
    let value, gradients = Tree.grad loss at
    let here = value.toDouble ()
    let mutable index = 0

    let direction =
        at
        |> Tree.map (fun t ->
            index <- index + 1
            normal (List.ofArray t.shape) (Key.fork index key))

    let along step =
        (loss (Tree.map2 (fun t d -> t + d * step) at direction)).toDouble()

    let expected =
        Tree.map2 (fun (g: Tensor) d -> (g * d).sum()) gradients direction
        |> Tree.tensors
        |> Array.sumBy _.toDouble()

    let within slope =
        1e-5 * max 1.0 (max (abs slope) (abs expected))

    let slopes =
        [ 1e-6; 1e-7; 1e-8 ]
        |> Seq.map (fun step -> (here - along -step) / step, (along step - here) / step)

    match
        slopes
        |> Seq.tryFind (fun (before, after) -> abs (after - before) < within after)
    with
    | None -> failtest "the loss is not smooth here"
    | Some(before, after) ->
        let slope = (before + after) / 2.0
        Expect.isLessThan (abs (slope - expected)) (within slope) "slope"

let private closedForms =
    testList
        "closed forms"
        [ propertyOf 30 "targets are r + γ (1 - terminal) (min Q' - α log π), rewards scaled, values cut"
          <| fun key ->
              let config, state, batch = trial (told' key) key

              let config =
                  { config with
                      RewardFactor = 2.5
                      Clip = if size "clip" 0 1 key = 0 then None else Some 0.4 }

              let e = noise "noise" key

              let mean, raw =
                  SoftActorCritic.policy config state.Actor.Parameters batch.Next batch.Tasks

              let actions, density = TanhGaussian.sample config.Policy e mean raw

              let q =
                  [ for critic in state.Critics ->
                        SoftActorCritic.value config critic.Target batch.Next actions batch.Tasks
                        |> values ]

              let r, d, p = values batch.Rewards, values batch.Terminals, values density
              let logAlpha, on = values state.LogAlpha, integers batch.Tasks

              let expected =
                  Array.init rowsOf (fun row ->
                      let alpha = exp (logAlpha[on[row]])
                      let ahead = least q row - alpha * p[row]
                      let y = 2.5 * r[row] + 0.9 * (1.0 - d[row]) * ahead
                      if config.Clip.IsSome then max -0.4 (min 0.4 y) else y)

              expectClose 1e-12 expected (values (SoftActorCritic.targets config e batch state)) "targets"

          propertyOf 30 "where nothing can follow, what would follow has no say"
          <| fun key ->
              let config, state, batch = trial (told' key) key
              let e = noise "noise" key
              let other = normal [ rowsOf; 3 ] (Key.named "other" key)
              let first = SoftActorCritic.targets config e batch state |> values

              let second =
                  SoftActorCritic.targets config e { batch with Next = other } state |> values

              let terminals, rewards = values batch.Terminals, values batch.Rewards

              for row in 0 .. rowsOf - 1 do
                  if terminals[row] = 1.0 then
                      Expect.equal first[row] second[row] "the same"
                      Expect.equal first[row] rewards[row] "the reward alone"
                  else
                      Expect.notEqual first[row] second[row] "another"

          propertyOf 30 "a critic's loss is the mean squared miss, its values cut where targets are"
          <| fun key ->
              let config, state, batch = trial (told' key) key
              let goals = normal [ rowsOf ] (Key.named "goals" key)
              let critic = state.Critics[0].Learned.Parameters

              let q =
                  SoftActorCritic.value config critic batch.Observations batch.Actions batch.Tasks
                  |> values

              let mean cut =
                  Array.map2 (fun q y -> (cut q - y) ** 2.0) q (values goals) |> Array.average

              let loss config =
                  (SoftActorCritic.criticLoss config None goals batch critic).toDouble()

              expectClose 1e-12 [| mean id |] [| loss config |] "plain"
              let cut = max -0.1 << min 0.1
              expectClose 1e-12 [| mean cut |] [| loss { config with Clip = Some 0.1 } |] "cut"

          propertyOf 30 "the policy's loss is the mean of α log π - min Q"
          <| fun key ->
              let config, state, batch = trial (told' key) key
              let e = noise "noise" key
              let critics = state.Critics |> List.map _.Learned.Parameters

              let loss, density =
                  SoftActorCritic.actorLoss config None e batch state.LogAlpha critics state.Actor.Parameters

              let mean, raw =
                  SoftActorCritic.policy config state.Actor.Parameters batch.Observations batch.Tasks

              let actions, p = TanhGaussian.sample config.Policy e mean raw
              expectTensor 1e-12 p density "log density"

              let q =
                  [ for critic in critics ->
                        SoftActorCritic.value config critic batch.Observations actions batch.Tasks
                        |> values ]

              let logAlpha, on, p = values state.LogAlpha, integers batch.Tasks, values p

              let expected =
                  Array.init rowsOf (fun row -> exp (logAlpha[on[row]]) * p[row] - least q row)
                  |> Array.average

              expectClose 1e-12 [| expected |] [| loss.toDouble () |] "loss"

          propertyOf
              30
              "the temperature's loss is -mean (log α (log π + target)), and its slope that of each task's rows"
          <| fun key ->
              let config, state, batch = trial BesideInput key
              let density = normal [ rowsOf ] (Key.named "density" key)
              let logAlpha, p, on = values state.LogAlpha, values density, integers batch.Tasks

              let loss, slope =
                  Tree.grad (SoftActorCritic.temperatureLoss config density batch.Tasks) state.LogAlpha

              let terms = Array.init rowsOf (fun row -> on[row], p[row] - 2.0)

              let expected =
                  -(terms |> Array.averageBy (fun (task, excess) -> logAlpha[task] * excess))

              expectClose 1e-12 [| expected |] [| loss.toDouble () |] "loss"

              let slopes =
                  Array.init tasks (fun task ->
                      -(terms |> Array.sumBy (fun (on, excess) -> if on = task then excess else 0.0))
                      / float rowsOf)

              expectClose 1e-12 slopes (values slope) "slope"

          propertyOf 30 "tasks whose temperature has fallen weigh more: tasks · softmax(-log α)"
          <| fun key ->
              let config, state, batch = trial BesideInput key
              Expect.isNone (SoftActorCritic.weights config state.LogAlpha batch.Tasks) "none unless asked"
              let config = { config with WeighTasks = true }

              let weights =
                  SoftActorCritic.weights config state.LogAlpha batch.Tasks |> Option.get

              let shares = values state.LogAlpha |> Array.map (fun l -> exp -l)
              let total = Array.sum shares

              let expected =
                  integers batch.Tasks
                  |> Array.map (fun task -> float tasks * shares[task] / total)

              expectClose 1e-12 expected (values weights) "weights"
              let goals = normal [ rowsOf ] (Key.named "goals" key)
              let critic = state.Critics[0].Learned.Parameters

              let q =
                  SoftActorCritic.value config critic batch.Observations batch.Actions batch.Tasks
                  |> values

              let mean =
                  Array.map3 (fun w q y -> w * (q - y) ** 2.0) expected q (values goals)
                  |> Array.average

              expectClose
                  1e-12
                  [| mean |]
                  [| (SoftActorCritic.criticLoss config (Some weights) goals batch critic).toDouble() |]
                  "loss" ]

let private gradients =
    testList
        "gradients are the slopes of the losses"
        [ for told in allTold do
              propertyOf 20 $"of a critic, {told}" (fun key ->
                  let config, state, batch = trial told key
                  let goals = normal [ rowsOf ] (Key.named "goals" key)

                  state.Critics[0].Learned.Parameters
                  |> expectSlope key (SoftActorCritic.criticLoss config None goals batch))

              propertyOf 20 $"of the policy, {told}" (fun key ->
                  let config, state, batch = trial told key
                  let critics = state.Critics |> List.map _.Learned.Parameters

                  let loss actor =
                      SoftActorCritic.actorLoss
                          config
                          None
                          (noise "noise" key)
                          batch
                          state.LogAlpha
                          critics
                          actor
                      |> fst

                  expectSlope key loss state.Actor.Parameters) ]

/// The update spelled out, from the losses and the optimiser alone.
let private byHand (config: SoftActorCritic.Config) key batch (state: SoftActorCritic.State) =
    let step optimiser loss (learned: SoftActorCritic.Learned) =
        let _, gradients = Tree.grad loss learned.Parameters

        let parameters, moments =
            Optimiser.update optimiser gradients learned.Optimiser learned.Parameters

        { learned with
            Parameters = TaskNetwork.rezero learned.Masks parameters
            Optimiser = moments }

    let goals = SoftActorCritic.targets config (noise "next actions" key) batch state

    let critics =
        [ for critic in state.Critics ->
              step config.CriticOptimiser (SoftActorCritic.criticLoss config None goals batch) critic.Learned ]

    let actorLoss =
        SoftActorCritic.actorLoss
            config
            None
            (noise "actions" key)
            batch
            state.LogAlpha
            [ for critic in critics -> critic.Parameters ]

    let _, density = actorLoss state.Actor.Parameters
    let actor = step config.ActorOptimiser (actorLoss >> fst) state.Actor

    let _, slope =
        Tree.grad (SoftActorCritic.temperatureLoss config density batch.Tasks) state.LogAlpha

    let logAlpha, temperature =
        Optimiser.update config.TemperatureOptimiser slope state.Temperature state.LogAlpha

    let result: SoftActorCritic.State =
        { Actor = actor
          Critics =
            [ for before, learned in List.zip state.Critics critics ->
                  { Learned = learned
                    Target = Tree.map2 (fun old now -> old * 0.9 + now * 0.1) before.Target learned.Parameters } ]
          LogAlpha = logAlpha
          Temperature = temperature }

    result

let private updates =
    testList
        "updates"
        [ testList
              "come in the published order"
              [ for told in allTold do
                    propertyOf 20 $"{told}" (fun key ->
                        let config, state, batch = trial told key
                        let expected = byHand config key batch state
                        let actual, _ = SoftActorCritic.update config key batch state

                        for e, a in Array.zip (Tree.tensors expected) (Tree.tensors actual) do
                            expectTensor 1e-12 e a "state") ]

          propertyOf
              30
              "a temperature falls where there is more entropy than asked for and rises where there is less"
          <| fun key ->
              let config, state, batch = trial BesideInput key
              let on = integers batch.Tasks |> Array.distinct

              for target, sign in [ -100.0, -1; 100.0, 1 ] do
                  let config = { config with TargetEntropy = target }
                  // Fresh moments: Adam's first step goes where the gradient points.
                  let state =
                      { state with
                          Temperature = Optimiser.init }

                  let after, _ = SoftActorCritic.update config key batch state
                  let before, after = values state.LogAlpha, values after.LogAlpha

                  for task in 0 .. tasks - 1 do
                      let expected = if Array.contains task on then sign else 0

                      Expect.equal (compare after[task] before[task]) expected $"task {task}"

          propertyOf 30 "one temperature for all, or one that stays"
          <| fun key ->
              let config = configOf BesideInput
              let batch = batch rowsOf tasks Dtype.Float64 key

              let after temperature =
                  let config =
                      { config with
                          Temperature = temperature }

                  let state, losses =
                      SoftActorCritic.update config key batch (SoftActorCritic.init config key)

                  values state.LogAlpha, losses.Temperature

              let logAlphas, loss = after SoftActorCritic.Shared
              Expect.hasLength logAlphas 1 "shared"
              Expect.notEqual logAlphas[0] (log 0.5) "learned"
              Expect.notEqual loss 0.0 "loss"
              Expect.equal (after SoftActorCritic.Fixed) ([| log 0.5 |], 0.0) "fixed"

          propertyOf 30 "missing weights stay zero, of targets too"
          <| fun key ->
              let _, state, _ = trial ByDendrites key

              let check (masks: Network.Masks) parameters =
                  expectSame (TaskNetwork.rezero masks parameters) parameters "zero"

              check state.Actor.Masks state.Actor.Parameters

              for critic in state.Critics do
                  check critic.Learned.Masks critic.Learned.Parameters
                  check critic.Learned.Masks critic.Target

          propertyOf 30 "an update leaves what it was given as it was, and is a function of its key"
          <| fun key ->
              let config, state, batch = trial (told' key) key
              let before = Tree.map TensorMemory.copy state
              let first = SoftActorCritic.update config key batch state
              expectSame before state "as it was"
              let again = SoftActorCritic.update config key batch state
              expectSame (fst first) (fst again) "again"
              Expect.equal (snd first) (snd again) "losses"

          case "float32 networks learn from float32 batches, and from wider ones"
          <| fun () ->
              let config = agent ByDendrites tasks [ 6; 8 ] 3 2 Dtype.Float32 0.01
              let state = SoftActorCritic.init config (Key.ofSeed 1)
              let wide = batch rowsOf tasks Dtype.Float64 (Key.ofSeed 2)
              let after, _ = SoftActorCritic.update config (Key.ofSeed 3) wide state

              Expect.isTrue
                  (Tree.tensors after.Actor.Parameters
                   |> Array.forall (fun t -> t.dtype = Dtype.Float32))
                  "dtype" ]

[<Tests>]
let tests = testList "SoftActorCritic" [ closedForms; gradients; updates ]
