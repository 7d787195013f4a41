/// How a soft actor-critic begins, acts, and what it refuses.
module Dendrites.Tests.BeginningsTests

open Expecto
open Dendrites
open Dendrites.Tests.ControlCases
open Dendrites.Tests.SoftActorCriticCases

[<Tests>]
let tests =
    testList
        "SoftActorCritic, beginnings"
        [ propertyOf 30 "critics differ, targets are their critics, and share no memory with them"
          <| fun key ->
              let state = SoftActorCritic.init (configOf (told' key)) key

              for critic in state.Critics do
                  expectSame critic.Learned.Parameters critic.Target "target"

                  for learned, target in
                      Array.zip (Tree.tensors critic.Learned.Parameters) (Tree.tensors critic.Target) do
                      Expect.isFalse (System.Object.ReferenceEquals(learned, target)) "its own memory"

              let weights =
                  [ for critic in state.Critics -> values critic.Learned.Parameters.Network.Hidden.Head.Weight ]

              Expect.notEqual weights[0] weights[1] "critics"

          propertyOf 30 "the first log standard deviations can be given"
          <| fun key ->
              let config =
                  { configOf (told' key) with
                      LogStdBias = Some 1.0 }

              let heads = (SoftActorCritic.init config key).Actor.Parameters.Network.Heads
              Expect.all (values heads[1].Bias) ((=) 1.0) "log std"
              Expect.exists (values heads[0].Bias) ((<>) 1.0) "mean"

          propertyOf 30 "without chance the policy acts by its mean; with it, by the key"
          <| fun key ->
              let config, state, batch = trial (told' key) key

              let act acting =
                  SoftActorCritic.act config acting batch.Tasks batch.Observations state.Actor.Parameters

              let mean, raw =
                  SoftActorCritic.policy config state.Actor.Parameters batch.Observations batch.Tasks

              expectTensor 0.0 (dsharp.tanh mean) (act Deterministic) "mean"
              let noise = Key.normal [ rowsOf; 2 ] Dtype.Float64 key

              expectTensor
                  0.0
                  (fst (TanhGaussian.sample config.Policy noise mean raw))
                  (act (Stochastic key))
                  "drawn"

          testList
              "what cannot work is a problem"
              [ let good = configOf BesideInput

                for where, config in
                    [ "discount", { good with Discount = 1.0 }
                      "target-rate", { good with TargetRate = 0.0 }
                      "reward-factor", { good with RewardFactor = 0.0 }
                      "first-temperature", { good with FirstTemperature = 0.0 }
                      "critics", { good with Critics = 0 }
                      "clip", { good with Clip = Some -1.0 }
                      "lr-critic",
                      { good with
                          CriticOptimiser = Optimiser.adam 0.0 } ] do
                    case where
                    <| fun () ->
                        Expect.isEmpty (SoftActorCritic.validate good) "without"
                        Expect.equal (SoftActorCritic.validate config |> List.map _.Where) [ where ] "problem" ] ]
