/// What the tests of `SoftActorCritic` share.
module Dendrites.Tests.SoftActorCriticCases

open Dendrites
open Dendrites.Tests.ControlCases

let rowsOf = 9

let least (q: float[] list) row =
    min (List.item 0 q |> Array.item row) (List.item 1 q |> Array.item row)

let tasks = 3

let configOf told =
    agent told tasks [ 6; 8 ] 3 2 Dtype.Float64 0.01

/// A state some updates old, so that targets, temperatures and moments are not as they began.
let moved (config: SoftActorCritic.Config) (key: Key) =
    (SoftActorCritic.init config key, [ 1..3 ])
    ||> List.fold (fun state step ->
        let key = Key.fork step key
        fst (SoftActorCritic.update config key (batch rowsOf tasks Dtype.Float64 key) state))

let trial told key =
    let config = configOf told
    config, moved config (Key.named "state" key), batch rowsOf tasks Dtype.Float64 (Key.named "batch" key)

let noise purpose key =
    Key.normal [ rowsOf; 2 ] Dtype.Float64 (Key.named purpose key)

let told' key = pick "told" allTold key
