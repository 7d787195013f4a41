module Dendrites.Tests.SacAgentTests

open Expecto
open Dendrites
open Dendrites.Tests.ControlCases

/// Pulls of both arms, actions uniform.
let private pulls count (key: Key) : Transitions =
    let actions =
        Key.uniform -1.0 1.0 [ count; 1 ] Dtype.Float32 (Key.named "actions" key)

    let tasks = Array.init count (fun i -> i % 2)

    let rewards =
        (values actions, tasks)
        ||> Array.map2 (fun action task -> float32 (1.0 - (action - (float task - 0.5)) ** 2.0))

    let ones shape =
        dsharp.ones (shape, dtype = Dtype.Float32)

    { Observations = ones [ count; 1 ]
      Actions = actions
      Rewards = dsharp.tensor rewards
      Next = ones [ count; 1 ]
      Terminals = ones [ count ]
      Tasks = indices tasks }

let private bandit told =
    SacAgent.make
        { agent told 2 [ 32; 32 ] 1 1 Dtype.Float32 3e-3 with
            FirstTemperature = 0.1
            TargetEntropy = -3.0 }

let private trained (agent: Agent<'s>) updates key state =
    (state, [ 1..updates ])
    ||> List.fold (fun state step ->
        let key = Key.fork step key
        Scope.advance (fun state -> fst (agent.Update key (pulls 64 key) state)) state)

[<Tests>]
let tests =
    testList
        "SacAgent"
        [ testList
              "learns which arm is which, however it is told"
              [ for told in allTold do
                    case $"{told}"
                    <| fun () ->
                        let agent = bandit told
                        let state = trained agent 500 (Key.ofSeed 2) (agent.Init(Key.ofSeed 1))

                        let actions =
                            dsharp.ones ([ 2; 1 ], dtype = Dtype.Float32)
                            |> fun seen ->
                                agent.Act Deterministic (indices [| 0; 1 |]) seen (agent.Actor state)
                            |> values

                        Expect.isLessThan (abs (actions[0] + 0.5)) 0.2 "left"
                        Expect.isLessThan (abs (actions[1] - 0.5)) 0.2 "right"
                        agent.Free state ]

          testList
              "saved and restored it goes on to the same bits"
              [ for told in allTold do
                    for before in [ 0; 2 ] do
                        case $"{told}, {before} updates old"
                        <| fun () ->
                            let agent = bandit told
                            let key = Key.ofSeed 4
                            let state = trained agent before (Key.ofSeed 3) (agent.Init key)
                            let saved = agent.Save state
                            let names = List.map fst saved
                            Expect.equal (List.distinct names) names "names"
                            // Another key: nothing may come from what is drawn anew.
                            let find name = Map.tryFind name (Map saved)
                            let again = agent.Restore (Key.ofSeed 99) find |> expectOk "restore"

                            expectSame
                                (trained agent 2 key (Tree.map TensorMemory.copy state))
                                (trained agent 2 key (Tree.map TensorMemory.copy again))
                                "two updates later" ]

          case "what is missing or of another shape is named"
          <| fun () ->
              let agent = bandit ByDendrites
              let state = trained agent 1 (Key.ofSeed 3) (agent.Init(Key.ofSeed 4))
              let saved = Map(agent.Save state)

              let problem saved =
                  match agent.Restore (Key.ofSeed 4) (fun name -> Map.tryFind name saved) with
                  | Error problem -> Some(problem.Where, problem.Was)
                  | Ok _ -> None

              Expect.isNone (problem saved) "whole"

              for name in saved.Keys do
                  Expect.equal (problem (Map.remove name saved)) (Some(name, "missing")) "missing"

              Expect.equal
                  (problem (Map.add "logAlpha" (dsharp.zeros ([ 3 ], dtype = Dtype.Float32)) saved))
                  (Some("logAlpha", "Float32 [3]"))
                  "shape"

          case "temperatures are told task by task"
          <| fun () ->
              let config = agent BesideInput 3 [ 4 ] 1 1 Dtype.Float64 1e-3

              for temperature, logAlpha, expected in
                  [ SoftActorCritic.PerTask, [| 0.0; log 2.0; log 0.5 |], [| 1.0; 2.0; 0.5 |]
                    SoftActorCritic.Shared, [| log 3.0 |], [| 3.0; 3.0; 3.0 |] ] do
                  let config =
                      { config with
                          Temperature = temperature }

                  let agent = SacAgent.make config

                  let state =
                      { agent.Init(Key.ofSeed 1) with
                          LogAlpha = tensorOf [ logAlpha.Length ] logAlpha }

                  expectClose 1e-12 expected (agent.Temperatures state) "temperatures" ]

/// Tensors are counted over the whole process, so nothing else may make any meanwhile.
[<Tests>]
let memory =
    testSequenced
    <| testList
        "SacAgent memory"
        [ test "stays flat over two thousand updates" {
              System.GC.Collect()
              System.GC.WaitForPendingFinalizers()
              let agent = bandit ByDendrites
              let mutable state = agent.Init(Key.ofSeed 1)
              let live, resident = ResizeArray(), ResizeArray()

              for step in 1..2000 do
                  let key = Key.fork step (Key.ofSeed 5)

                  state <- Scope.advance (fun state -> fst (agent.Update key (pulls 16 key) state)) state

                  if step >= 400 && step % 100 = 0 then
                      live.Add(Scope.live ())
                      resident.Add(System.Diagnostics.Process.GetCurrentProcess().WorkingSet64)

              Expect.equal live.Count 17 "measured"
              Expect.equal (Seq.distinct live |> List.ofSeq) [ live[0] ] "live tensors"
              Expect.isLessThan (Seq.max resident - resident[0]) 67_108_864L "resident bytes that were added"
              agent.Free state
          } ]
