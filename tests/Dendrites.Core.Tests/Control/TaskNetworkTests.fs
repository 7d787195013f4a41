module Dendrites.Tests.TaskNetworkTests

open Expecto
open Dendrites
open Dendrites.Tests.ControlCases

let private drawn key (config: TaskNetwork.Config) =
    let masks = Network.initMasks (Key.named "masks" key) config.Network
    masks, TaskNetwork.init (Key.named "parameters" key) config masks

/// A small network for three numbers and heads of two and one, its parameters, inputs and tasks.
let private trial told key =
    let config = small told 4 [ 6; 8 ] Dtype.Float64 |> TaskNetwork.over 3 [ 2; 1 ]

    Expect.isEmpty (TaskNetwork.validate config) "problems"
    let _, parameters = drawn key config
    let tasks = Key.integers 0 4 7 (Key.named "tasks" key)
    config, parameters, normal [ 7; 3 ] (Key.named "x" key), tasks

let private largest (t: Tensor) = values t |> Array.map abs |> Array.max

/// The weights of each layer and head from the input upwards, with their fan-in and fan-out.
let private layers (parameters: TaskNetwork.Parameters) =
    [ for layer in parameters.Network.Hidden -> layer.Weight, layer.Bias ]
    @ [ for head in parameters.Network.Heads -> head.Weight, head.Bias ]

[<Tests>]
let tests =
    testList
        "TaskNetwork"
        [ testList
              "the published networks have their published parameters"
              [ for name, dendritic, inputs, heads, nonZero in
                    [ "MLP policy", false, 39, [ 4; 4 ], 8_005_208L
                      "MLP critic", false, 43, [ 1 ], 7_996_801L
                      "Active Dendrites policy", true, 39, [ 4; 4 ], 7_459_768L
                      "Active Dendrites critic", true, 43, [ 1 ], 7_453_321L ] do
                    case name
                    <| fun () ->
                        let config = published dendritic |> TaskNetwork.over inputs heads
                        Expect.isEmpty (TaskNetwork.validate config) "problems"
                        let count = TaskNetwork.count config
                        Expect.equal count.NonZero nonZero "non-zero"
                        Expect.equal count.SegmentsNonZero (if dendritic then 280_000L else 0L) "dendritic" ]

          testList
              "what is drawn is what was counted"
              [ for told in allTold do
                    propertyOf 10 $"{told}" (fun key ->
                        let config, parameters, _, _ = trial told key
                        let stored = Tree.tensors parameters |> Array.sumBy (fun t -> int64 t.nelement)

                        let zeros =
                            Tree.tensors parameters |> Array.collect values |> Array.filter ((=) 0.0)

                        let count = TaskNetwork.count config
                        Expect.equal stored count.Stored "stored"
                        Expect.equal (stored - int64 zeros.Length) count.NonZero "non-zero") ]

          property "one-hot beside the input is the network of the input and the one-hot vector"
          <| fun key ->
              let config, parameters, x, tasks = trial BesideInput key

              let oneHots =
                  [ for task in tasks -> OneHot.context 4 task Dtype.Float64 ]
                  |> fun rows -> dsharp.stack (rows, 0)

              let expected, _ =
                  Network.applyHeads
                      config.Network
                      Inference
                      parameters.Network
                      (Network.initState config.Network)
                      (dsharp.cat ([ x; oneHots ], 1))
                      NoContext

              let actual = TaskNetwork.apply config parameters x (indices tasks)
              List.iter2 (fun e a -> expectTensor 1e-12 e a "head") expected actual

          testList
              "segments read the one-hot vector of each row's task, or what a layer makes of it"
              [ for told in [ ByDendrites; ByPreprocessedDendrites ] do
                    property $"{told}" (fun key ->
                        let config, parameters, x, tasks = trial told key

                        let context task =
                            let oneHot = OneHot.context 4 task Dtype.Float64

                            match parameters.Preprocess with
                            | Some layer -> dsharp.relu (dsharp.linear (oneHot, layer.Weight, layer.Bias))
                            | None -> oneHot

                        let expected, _ =
                            Network.applyHeads
                                config.Network
                                Inference
                                parameters.Network
                                (Network.initState config.Network)
                                x
                                (PerSample(dsharp.stack ([ for task in tasks -> context task ], 0)))

                        let actual = TaskNetwork.apply config parameters x (indices tasks)
                        List.iter2 (fun e a -> expectTensor 1e-12 e a "head") expected actual) ]

          property "with heads of its own, a row is read by its task's, and only that one learns"
          <| fun key ->
              let config, parameters, x, tasks = trial ByHeads key

              let last =
                  TaskNetwork.hidden config parameters x (indices tasks) |> List.last |> rows

              let outputs = TaskNetwork.apply config parameters x (indices tasks)

              for head, outputs in List.zip parameters.Network.Heads outputs do
                  let whole = NetworkCases.linear head.Weight head.Bias last
                  let width, actual = outputs.shape[1], rows outputs

                  for row in 0 .. tasks.Length - 1 do
                      let own = whole[row][tasks[row] * width .. (tasks[row] + 1) * width - 1]
                      expectClose 1e-12 own actual[row] "own outputs"

              let _, gradients =
                  Tree.grad
                      (fun parameters ->
                          TaskNetwork.apply config parameters x (indices tasks)
                          |> List.map (fun (t: Tensor) -> (t * t).sum())
                          |> List.reduce (+))
                      parameters

              let first = gradients.Network.Heads[0]

              for task in 0..3 do
                  let moved = first.Bias[task * 2 .. task * 2 + 1] |> largest
                  Expect.equal (moved > 0.0) (Array.contains task tasks) $"task {task}"

          property "a layer before the segments learns"
          <| fun key ->
              let config, initial, x, tasks = trial ByPreprocessedDendrites key
              let first = initial.Preprocess.Value

              // Weights and biases are drawn within 1/2, so every unit of this layer answers.
              let parameters =
                  { initial with
                      Preprocess = Some { first with Bias = first.Bias + 2.0 } }

              let _, gradients =
                  Tree.grad
                      (fun parameters -> (TaskNetwork.apply config parameters x (indices tasks)).Head.sum())
                      parameters

              Expect.isGreaterThan (largest gradients.Preprocess.Value.Weight) 0.0 "gradient"

          testList
              "weights are drawn as their initialisation says"
              [ let drawnBy initialisation told =
                    let config =
                        { small told 4 [ 40; 50 ] Dtype.Float64 with
                            Initialisation = initialisation }
                        |> TaskNetwork.over 30 [ 20 ]

                    layers (snd (drawn (Key.ofSeed 5) config))

                // Fan-in, and fan-out as a task sees it.
                let fans told =
                    [ (if told = BesideInput then 34.0 else 30.0), 40.0; 40.0, 50.0; 50.0, 20.0 ]

                for told in [ BesideInput; ByHeads ] do
                    case $"Xavier uniform, {told}"
                    <| fun () ->
                        for (weight, bias), (fanIn, fanOut) in
                            List.zip (drawnBy TaskNetwork.XavierUniform told) (fans told) do
                            let bound = sqrt (6.0 / (fanIn + fanOut))
                            Expect.isLessThanOrEqual (largest weight) bound "within"
                            Expect.isGreaterThan (largest weight) (0.98 * bound) "up to"
                            Expect.equal (largest bias) 0.0 "bias"

                case "Xavier normal"
                <| fun () ->
                    for (weight, bias), (fanIn, fanOut) in
                        List.zip (drawnBy TaskNetwork.XavierNormal BesideInput) (fans BesideInput) do
                        let all = values weight
                        let spread = sqrt (Array.averageBy (fun w -> w * w) all)
                        Expect.isLessThan (abs (spread / sqrt (2.0 / (fanIn + fanOut)) - 1.0)) 0.1 "spread"
                        Expect.equal (largest bias) 0.0 "bias"

                case "He uniform, heads small"
                <| fun () ->
                    match drawnBy (TaskNetwork.HeUniform 1e-3) BesideInput with
                    | [ first; second; head ] ->
                        for (weight, bias), fanIn in [ first, 34.0; second, 40.0 ] do
                            let bound = sqrt (6.0 / fanIn)
                            Expect.isLessThanOrEqual (largest weight) bound "within"
                            Expect.isGreaterThan (largest weight) (0.98 * bound) "up to"
                            Expect.equal (largest bias) 0.0 "bias"

                        for t in [ fst head; snd head ] do
                            Expect.isLessThanOrEqual (largest t) 1e-3 "within"
                            Expect.isGreaterThan (largest t) 0.8e-3 "up to"
                    | others -> failtestf "%d layers" others.Length ]

          property "missing weights are drawn as zero, whatever the initialisation"
          <| fun key ->
              for initialisation in
                  [ TaskNetwork.XavierUniform
                    TaskNetwork.XavierNormal
                    TaskNetwork.HeUniform 0.1 ] do
                  let config =
                      { small ByDendrites 4 [ 6; 8 ] Dtype.Float64 with
                          Initialisation = initialisation }
                      |> TaskNetwork.over 3 [ 2 ]

                  let masks, parameters = drawn key config
                  expectSame (TaskNetwork.rezero masks parameters) parameters "zero where missing"

                  Expect.isTrue
                      (values masks.Hidden[1].Weight.Value |> Array.contains 0.0)
                      "something is missing"

          testList
              "what cannot work is a problem"
              [ let good = small BesideInput 4 [ 6 ] Dtype.Float64 |> TaskNetwork.over 3 [ 2 ]

                for where, config in
                    [ "tasks", { good with Tasks = 0 }
                      "task", { good with Beside = false }
                      "preprocess",
                      { good with
                          Preprocess = Some { Width = 3; Activation = Network.Relu } }
                      "head bound",
                      { good with
                          Initialisation = TaskNetwork.HeUniform 0.0 }
                      "hidden",
                      { good with
                          Network =
                              { good.Network with
                                  Hidden = []
                                  Gates = [] } } ] do
                    case where
                    <| fun () ->
                        Expect.isEmpty (TaskNetwork.validate good) "without"
                        Expect.equal (TaskNetwork.validate config |> List.map _.Where) [ where ] "problem" ] ]
