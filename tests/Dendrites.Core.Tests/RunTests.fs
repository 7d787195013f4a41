module Dendrites.Tests.RunTests

open Expecto
open Dendrites

let inputs, classes = 10, 10

/// A run small enough to do in milliseconds: 3 tasks, 2 epochs of 4 steps, 3 samples of 35 dropped from each.
let small =
    [ "tasks", "3"
      "epochs", "2"
      "batch", "8"
      "hidden", "12,10"
      "density", "0.25"
      "segments", "3"
      "lr", "0.01"
      "evaluation-batch", "9" ]

let planOf pairs : Run.Plan<Learner.State> =
    let train = labelled 35 inputs classes (Key.ofSeed 1)
    let test = labelled 20 inputs classes (Key.ofSeed 2)
    Run.plan (configured "quick" (small @ pairs)) train test

let private eventsOf plan =
    Run.start plan |> Run.events plan ignore |> List.ofSeq

let private losses events =
    events
    |> List.choose (function
        | Stepped report -> Some report.Loss
        | _ -> None)

/// The learner's tensors as plain numbers, for a comparison that outlives them.
let private bits (plan: Run.Plan<_>) (state: Run.State<_>) =
    plan.Method.Save state.Learner
    |> List.map (fun (name, t) -> name, t.shape, values t)

/// The whole stream of a plan, with every place that is asked of a task's training samples told to `watch`.
let private watching watch (plan: Run.Plan<_>) =
    let watched task (inner: Task) =
        { inner with
            Gather =
                fun places ->
                    watch task places
                    inner.Gather places }

    { plan with
        Stream =
            { plan.Stream with
                Train = plan.Stream.Train |> List.mapi watched } }

/// Events with what a method decides left out.
let private outline =
    List.map (function
        | TaskBegan task -> $"began {task}"
        | Stepped report ->
            $"step {report.Task}.{report.Epoch}.{report.Step} of {report.Steps}, {report.Total}"
        | Evaluated(after, on, score) -> $"tested {after} on {on} with {score.Total}"
        | TaskEnded task -> $"ended {task}"
        | Ended -> "over")

/// A method that learns nothing and remembers, newest first, what it was told to do.
let private diary: Method<string list> =
    { Init = fun _ -> []
      BeginTask = fun task _ places state -> $"begin {task} with {places.Length}" :: state
      BeginEpoch = fun state -> "epoch" :: state
      Step = fun task batch state -> $"step {task} of {batch.Count}" :: state, 0.5
      Predict = fun _ images _ -> dsharp.zeros [ images.shape[0]; classes ]
      EndTask = fun _ _ _ state -> "end" :: state
      Save = fun _ -> []
      Restore = fun _ _ -> Ok []
      Free = ignore }

let private expected tasks epochs steps evaluates =
    [ for task in 0 .. tasks - 1 do
          $"began {task}"

          for epoch in 0 .. epochs - 1 do
              for step in 1..steps do
                  $"step {task}.{epoch}.{step} of {steps}, {(task * epochs + epoch) * steps + step}"

          if evaluates (task + 1) then
              for on in 0..task do
                  $"tested {task} on {on} with 20"

          $"ended {task}"
      "over" ]

let private protocol =
    testList
        "protocol"
        [ testList
              "events come in the order of the protocol"
              [ for name, pairs, evaluates in
                    [ "tested after every task", [], (fun _ -> true)
                      "tested after the last", [ "evaluate", "last" ], (fun count -> count = 3)
                      "tested after the second and the last", [ "evaluate", "2" ], (fun count -> count >= 2) ] do
                    case name
                    <| fun () ->
                        Expect.equal (outline (eventsOf (planOf pairs))) (expected 3 2 4 evaluates) "events"

                case "one task, one epoch"
                <| fun () ->
                    let events = eventsOf (planOf [ "tasks", "1"; "epochs", "1"; "batch", "35" ])
                    Expect.equal (outline events) (expected 1 1 1 (fun _ -> true)) "events" ]

          testList
              "the last incomplete batch is dropped"
              [ for batch, steps in [ 8, 4; 7, 5; 35, 1; 20, 1; 1, 35; 36, 0 ] do
                    case $"{steps} steps of {batch} from 35 samples"
                    <| fun () ->
                        let plan = planOf [ "batch", string batch ]
                        Expect.equal (Run.stepsPerEpoch plan 0) steps "steps" ]

          case "an epoch is the front of a random order of its own; no sample comes twice"
          <| fun () ->
              let asked = ResizeArray()
              let plan = planOf [] |> watching (fun task places -> asked.Add(task, places))
              eventsOf plan |> ignore
              // A task's first two gathers form the prototype: one for its shape, one of all places of an epoch.
              let perTask =
                  asked |> List.ofSeq |> List.groupBy fst |> List.map (snd >> List.map snd)

              Expect.hasLength perTask 3 "tasks"

              let orders =
                  [ for gathers in perTask do
                        let prototype, batches = List.splitAt (gathers.Length - 8) gathers
                        List.last prototype

                        for epoch in List.chunkBySize 4 batches do
                            Array.concat epoch ]

              for order in orders do
                  Expect.hasLength order 32 "places"
                  Expect.hasLength (Array.distinct order) 32 "no place twice"
                  Expect.all order (fun place -> place >= 0 && place < 35) "places of the task"

              Expect.hasLength (List.distinct orders) 9 "orders differ between passes and tasks"
              let dropped = orders |> List.map (fun order -> List.except order [ 0..34 ])
              Expect.isGreaterThan (List.distinct dropped).Length 1 "what is dropped differs"

          case "a method is told to begin tasks and epochs, to step, and to end tasks, in this order"
          <| fun () ->
              let whole = planOf [ "tasks", "2" ]

              let plan: Run.Plan<string list> =
                  { Config = whole.Config
                    Stream = whole.Stream
                    Method = diary }

              let mutable last = Run.start plan
              Run.events plan (fun state -> last <- state) last |> Seq.iter ignore

              let expected =
                  [ for task in 0..1 do
                        $"begin {task} with 32"

                        for _ in 1..2 do
                            "epoch"

                            for _ in 1..4 do
                                $"step {task} of 8"

                        "end" ]

              Expect.equal (List.rev last.Learner) expected "diary"

          case "scores are right answers out of the whole test set, and fill the matrix"
          <| fun () ->
              let plan = planOf []
              let mutable last = Run.start plan
              let events = last |> Run.events plan (fun state -> last <- state) |> List.ofSeq

              let scores =
                  events
                  |> List.choose (function
                      | Evaluated(after, on, score) -> Some((after, on), score)
                      | _ -> None)

              Expect.equal last.Matrix.Cells (Map.ofList scores) "matrix"
              Expect.equal last.Position Over "position"
              Expect.equal last.Steps 24 "steps"

              for on in 0..2 do
                  let samples = plan.Stream.Test[on].Gather [| 0..19 |]

                  let answers =
                      integers (dsharp.argmax (plan.Method.Predict on samples.Images last.Learner, 1))

                  let right =
                      Array.map2 (=) answers (integers samples.Labels)
                      |> Array.filter id
                      |> Array.length

                  Expect.equal (Metrics.accuracy 2 on last.Matrix) (Some(float right / 20.0)) $"task {on}"

          case "the size of an evaluation batch changes no answer"
          <| fun () ->
              let scores size =
                  eventsOf (planOf [ "evaluation-batch", size ])

              Expect.equal (scores "1") (scores "1000") "events"

          case "what it learns is learned: accuracy on the first task rises above chance"
          <| fun () ->
              let train, test =
                  labelled 200 inputs 3 (Key.ofSeed 1), labelled 60 inputs 3 (Key.ofSeed 1)

              let plan =
                  Run.plan
                      (configured "quick" (small @ [ "tasks", "1"; "epochs", "15"; "hidden", "64,64" ]))
                      train
                      test

              let accuracy =
                  eventsOf plan
                  |> List.pick (function
                      | Evaluated(_, _, score) -> Some score.Accuracy
                      | _ -> None)

              Expect.isGreaterThan accuracy 0.9 "accuracy" ]

let private repeatable =
    testList
        "repeatable"
        [ testList
              "the same configuration gives the same bits; another seed gives others"
              [ for name, pairs in
                    [ "active dendrites", []
                      "mlp", [ "method", "mlp" ]
                      "one-hot contexts", [ "context", "one-hot" ]
                      "sgd", [ "optimiser", "sgd:0.9" ] ] do
                    case name
                    <| fun () ->
                        let events = eventsOf (planOf pairs)
                        Expect.equal (eventsOf (planOf pairs)) events "same"

                        Expect.notEqual
                            (losses (eventsOf (planOf (("seed", "43") :: pairs))))
                            (losses events)
                            "other seed" ]

          case "next is pure: the same state gives the same twice, and is as it was"
          <| fun () ->
              let plan = planOf []

              let rec walk (state: Run.State<_>) count =
                  if state.Position <> Over && count > 0 then
                      let before = bits plan state
                      let once, happened = Run.next plan state
                      let twice, again = Run.next plan state
                      Expect.equal again happened "events"
                      Expect.equal (bits plan twice) (bits plan once) "states"
                      Expect.equal (bits plan state) before "old state"

                      Expect.equal
                          (once.Task, once.Position, once.Steps)
                          (twice.Task, twice.Position, twice.Steps)
                          "positions"

                      walk once (count - 1)

              walk (Run.start plan) 60

          case "next, repeated, is the sequence of events"
          <| fun () ->
              let plan = planOf []

              let stepwise =
                  Run.start plan
                  |> List.unfold (fun state ->
                      if state.Position = Over then
                          None
                      else
                          let state, happened = Run.next plan state
                          Some(happened, state))

              Expect.equal (List.concat stepwise) (eventsOf plan) "events"

          case "a run is read once"
          <| fun () ->
              let plan = planOf [ "tasks", "1" ]
              let events = Run.start plan |> Run.events plan ignore
              Expect.isNonEmpty (List.ofSeq events) "once"
              Expect.throwsT<System.InvalidOperationException> (fun () -> Seq.length events |> ignore) "twice"

          case "a plan that cannot be run to its end is refused, with every reason"
          <| fun () ->
              let plan = planOf []

              let refused change =
                  let plan: Run.Plan<_> =
                      { plan with
                          Config = change plan.Config }

                  Expect.throwsT<System.ArgumentException> (fun () -> Run.start plan |> ignore) "start"
                  Run.validate plan |> List.map _.Where

              Expect.isEmpty (Run.validate plan) "fine"
              Expect.equal (refused (fun c -> { c with Tasks = 99 })) [ "tasks" ] "more tasks than there are"
              Expect.contains (refused (fun c -> { c with Tasks = 0 })) "tasks" "no tasks"
              Expect.equal (refused (fun c -> { c with Batch = 60001 })) [ "batch" ] "more than there is"

              Expect.equal
                  (refused (fun c ->
                      { c with
                          Epochs = 0
                          EvaluationBatch = 0 }))
                  [ "epochs"; "evaluation-batch" ]
                  "numbers"

          case "a finished run does nothing more"
          <| fun () ->
              let plan = planOf []
              let over = { Run.start plan with Position = Over }
              Expect.isEmpty (snd (Run.next plan over)) "events"
              Expect.isEmpty (Run.events plan ignore over |> List.ofSeq) "events"

          case "the state is handed over before its events are told"
          <| fun () ->
              let plan = planOf [ "tasks", "2" ]
              let mutable handed = 0

              for event in Run.start plan |> Run.events plan (fun state -> handed <- state.Steps) do
                  match event with
                  | Stepped report -> Expect.equal handed report.Total "steps"
                  | _ -> ()

              Expect.equal handed 16 "all"

          testList
              "a run resumed from what was saved at a task's end goes on to the same bits"
              [ for name, pairs in
                    [ "active dendrites", []
                      "no boundaries", [ "boundaries", "none" ]
                      "momentum, no boundaries", [ "boundaries", "none"; "optimiser", "sgd:0.9" ]
                      "dendrites only", [ "method", "dendrites" ]
                      "dropout", [ "method", "mlp"; "dropout", "0.5"; "input-dropout", "0.25" ]
                      "synaptic intelligence", [ "pieces", "si"; "si-from", "2"; "boundaries", "kept" ]
                      "clusters, no boundaries", [ "context", "cluster"; "boundaries", "none" ] ] do
                    case name
                    <| fun () ->
                        let plan = planOf pairs
                        let whole = eventsOf plan

                        for task in 0..1 do
                            let mutable saved = None

                            let keep (state: Run.State<Learner.State>) =
                                if state.Position = Beginning && state.Task = task + 1 then
                                    saved <- Some(state, bits plan state)

                            let cut = whole |> List.findIndex ((=) (TaskEnded task))
                            Run.start plan |> Run.events plan keep |> Seq.take (cut + 1) |> Seq.iter ignore
                            let state, numbers = saved.Value

                            // Through plain numbers and back, as through a file.
                            let read =
                                Map.ofList
                                    [ for (name, shape, numbers), (_, like) in
                                          List.zip numbers (plan.Method.Save state.Learner) ->
                                          name,
                                          dsharp.cast (tensorOf (List.ofArray shape) numbers, like.dtype) ]

                            let learner =
                                plan.Method.Restore (Run.learnerKey plan.Config) (fun name ->
                                    Map.tryFind name read)
                                |> expectOk "restored"

                            let rest =
                                { state with Learner = learner } |> Run.events plan ignore |> List.ofSeq

                            Expect.equal rest (List.skip (cut + 1) whole) $"after task {task}" ]

          case "keys of the run and of the learner come from the seed"
          <| fun () ->
              let key seed =
                  Run.learnerKey (configured "quick" [ "seed", seed ])

              Expect.equal (key "7") (key "7") "same"
              Expect.notEqual (key "7") (key "8") "other seed"
              Expect.notEqual (key "7") (Run.key (configured "quick" [ "seed", "7" ])) "purposes" ]

[<Tests>]
let tests = testList "Run" [ protocol; repeatable ]
