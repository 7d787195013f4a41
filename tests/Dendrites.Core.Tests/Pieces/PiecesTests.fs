module Dendrites.Tests.PiecesTests

open Dendrites
open Expecto

let private settings =
    [ "hidden", "20,16"
      "tasks", "3"
      "epochs", "3"
      "batch", "20"
      "lr", "0.01"
      "density", "0.3"
      "ewc-samples", "8"
      "memory", "15"
      "memory-batch", "6"
      "si-from", "2" ]

/// `method'` may have a context behind a colon.
let private planOf (method': string) =
    let named =
        match List.ofArray (method'.Split ':') with
        | [ name; context ] -> [ "method", name; "context", context ]
        | _ -> [ "method", method' ]

    let config = configured "quick" (named @ settings)
    let samples = labelled 40 12 10 (Key.ofSeed 5)
    Run.plan config samples samples

/// Every piece, alone and joined to others, on networks of every kind.
let private methods =
    [ "si+active-dendrites"
      "ewc+active-dendrites"
      "lwf+active-dendrites"
      "er+active-dendrites"
      "der+k-winners"
      "agem+dendrites"
      "si+ewc+lwf+er+der+agem+active-dendrites"
      "packnet+k-winners"
      "packnet+er+mlp"
      "packnet+xdg"
      "hat+mlp"
      "hat+si+k-winners"
      "xdg"
      "si+xdg"
      "er+xdg"
      "attention"
      "mlp-context"
      "er+mlp-context"
      "er+active-dendrites:sparse-binary"
      "ewc+active-dendrites:own-prototype"
      "er+active-dendrites:cluster"
      "lwf+active-dendrites:input"
      "der+active-dendrites:pooled"
      "mlp-context:one-hot"
      "mlp-context:cluster" ]

let private parametersAfter method' =
    let plan = planOf method'
    let mutable latest = Run.start plan
    Run.events plan (fun state -> latest <- state) latest |> Seq.iter ignore
    latest.Learner

[<Tests>]
let tests =
    testList
        "Pieces"
        [ testList
              "a run goes on from what was saved to the same bits"
              [ for method' in methods do
                    case method'
                    <| fun () ->
                        let plan = planOf method'
                        let key = Run.learnerKey plan.Config

                        let again (state: Run.State<Learner.State>) =
                            let saved = Map.ofList (plan.Method.Save state.Learner)

                            { state with
                                Learner =
                                    plan.Method.Restore key (fun name -> Map.tryFind name saved)
                                    |> expectOk "restored" }

                        let rec toEnd change (state: Run.State<Learner.State>) =
                            if state.Position = Over then
                                state
                            else
                                let next, events = Run.next plan state

                                toEnd
                                    change
                                    (if events |> List.exists _.IsTaskEnded then
                                         change next
                                     else
                                         next)

                        let whole = toEnd id (Run.start plan)
                        let resumed = toEnd again (Run.start plan)
                        expectSame whole.Learner resumed.Learner "learner"
                        Expect.equal resumed.Matrix whole.Matrix "scores" ]

          testList
              "every piece changes what is learned"
              [ for piece in [ "si"; "ewc"; "lwf"; "er"; "der"; "agem"; "packnet" ] do
                    case piece
                    <| fun () ->
                        let plain = parametersAfter "k-winners"
                        let joined = parametersAfter (piece + "+k-winners")

                        Expect.notEqual
                            (Tree.tensors joined.Parameters |> Array.collect values)
                            (Tree.tensors plain.Parameters |> Array.collect values)
                            "parameters" ]

          case "what a task switches is not learned, and differs from task to task"
          <| fun () ->
              let plan = planOf "xdg"
              let before = plan.Method.Init(Run.learnerKey plan.Config)
              let after = parametersAfter "xdg"

              for before, after in List.zip before.Parameters.Hidden after.Parameters.Hidden do
                  expectSame before.Segments after.Segments "switches"

                  Expect.equal
                      before.Segments.Value.shape
                      [| before.Bias.shape[0]; 1; 3 |]
                      "one for each task"

                  Expect.all (values before.Segments.Value) (fun on -> on = 0.0 || on = 1.0) "0 or 1"

              let config =
                  RunConfig.network 784 10 (configured "quick" [ "method", "xdg"; "tasks", "10" ])

              let drawn =
                  Network.init (Key.ofSeed 1) config (Network.initMasks (Key.ofSeed 1) config)

              let on = drawn.Hidden[0].Segments.Value.mean().toDouble()
              Expect.floatClose { absolute = 0.02; relative = 0.0 } on 0.2 "share"

          testList
              "what must be told where a task ends is refused where nobody says"
              [ for name, told in
                    [ "si", true
                      "ewc", true
                      "lwf", true
                      "er", false
                      "der", false
                      "agem", false ] do
                    test name {
                        let config = configured "quick" [ "pieces", name; "boundaries", "none" ]

                        Expect.equal
                            (RunConfig.validate config |> List.map _.Where)
                            [ if told then
                                  "boundaries" ]
                            "problems"
                    } ]

          case "hard attention is refused without its gates, which its method sets"
          <| fun () ->
              let problems pairs =
                  RunConfig.validate (configured "quick" pairs) |> List.map _.Where

              Expect.equal (problems [ "pieces", "hat" ]) [ "pieces" ] "prototypes"
              Expect.equal (problems [ "method", "hat" ]) [] "its method"
              Expect.equal (problems [ "method", "hat+k-winners" ]) [] "with winners"
              Expect.equal (problems [ "method", "hat"; "boundaries", "none" ]) [ "boundaries" ] "untold" ]
