namespace Dendrites

/// A network that knows which task it works for: by a one-hot vector beside its input, by the context of its dendrites, by heads of
/// its own for each task, or by any of these together.
[<RequireQualifiedAccess>]
module TaskNetwork =

    /// How weights are drawn.
    type Initialisation =
        /// As the network says: `Network.Initialisation`.
        | AsNetwork
        /// Feed-forward U(±√(6/(inputs + outputs))), biases zero (Glorot and Bengio 2010): the published MLP policies.
        | XavierUniform
        /// Feed-forward N(0, 2/(inputs + outputs)), biases zero: the published MLP critics.
        | XavierNormal
        /// Hidden U(±√(6/inputs)), biases zero (He et al. 2015); heads and their biases U(±`heads`): Meta-World+.
        | HeUniform of heads: float

    /// A layer between the one-hot vector and the segments, which then read what it makes of the task.
    [<NoEquality; NoComparison>]
    type Preprocess =
        {
            /// Its units.
            Width: int
            /// What follows it.
            Activation: Network.Activation
        }

    /// The shape of a network and what it is told.
    [<NoEquality; NoComparison>]
    type Config =
        {
            /// The network. `Inputs` counts a one-hot vector beside the input too, `Heads` one part for each task where tasks have heads
            /// of their own, and `Context` is what segments read.
            Network: Network.Config
            /// Tasks that there are.
            Tasks: int
            /// Whether the one-hot vector goes beside the input.
            Beside: bool
            /// Whether every task has heads of its own.
            OwnHeads: bool
            /// What stands between the one-hot vector and the segments, if anything.
            Preprocess: Preprocess option
            /// How weights are drawn.
            Initialisation: Initialisation
        }

    /// Everything that is learned.
    type Parameters =
        {
            /// The network.
            Network: Network.Parameters
            /// The layer before the segments, weight `[width; tasks]`.
            Preprocess: Network.Linear option
        }

    /// Whether any layer has segments.
    let isGated (config: Config) =
        config.Network.Gates |> List.exists (fun gate -> not gate.IsNoGate)

    /// The network for inputs `inputs` wide and heads of these widths, whose other settings are `config`'s.
    let over (inputs: int) (heads: int list) (config: Config) : Config =
        { config with
            Network =
                { config.Network with
                    Inputs = inputs + (if config.Beside then config.Tasks else 0)
                    Heads =
                        if config.OwnHeads then
                            heads |> List.map ((*) config.Tasks)
                        else
                            heads
                    Context =
                        match config.Preprocess with
                        | Some preprocess -> preprocess.Width
                        | None -> config.Tasks } }

    /// Every reason why `config` cannot be used.
    let validate (config: Config) : Problem list =
        [ yield! Problem.atLeast 1 "tasks" config.Tasks
          if List.isEmpty config.Network.Hidden then
              Problem.at "hidden" "empty" "at least one hidden layer"
          match config.Preprocess with
          | Some preprocess ->
              yield! Problem.atLeast 1 "preprocess" preprocess.Width

              if not (isGated config) then
                  Problem.at "preprocess" (string preprocess.Width) "0 without dendrites"
          | None -> ()
          if config.Tasks > 1 && not (config.Beside || config.OwnHeads || isGated config) then
              Problem.at
                  "task"
                  "told to nothing"
                  "one-hot beside the input, dendrites, or heads of its own for each task"
          match config.Initialisation with
          | HeUniform heads -> yield! Problem.positive "head bound" heads
          | _ -> ()
          yield! Network.validate config.Network ]

    /// Weight and bias, drawn anew for a layer whose units have `outputs` siblings.
    let private redraw (config: Config) (key: Key) isHead outputs (weight: Tensor) (bias: Tensor) =
        let shape, dtype = List.ofArray weight.shape, config.Network.Dtype
        let inputs = weight.shape[1]

        let uniform bound shape key =
            Key.uniform -bound bound shape dtype key

        match config.Initialisation with
        | AsNetwork -> weight, bias
        | XavierUniform -> uniform (sqrt (6.0 / float (inputs + outputs))) shape key, dsharp.zerosLike bias
        | XavierNormal ->
            Key.normal shape dtype key * sqrt (2.0 / float (inputs + outputs)), dsharp.zerosLike bias
        | HeUniform heads when isHead ->
            uniform heads shape (Key.named "weight" key),
            uniform heads [ bias.nelement ] (Key.named "bias" key)
        | HeUniform _ -> uniform (sqrt (6.0 / float inputs)) shape key, dsharp.zerosLike bias

    /// Parameters that `key` draws, missing weights zero.
    let init (key: Key) (config: Config) (masks: Network.Masks) : Parameters =
        let network = Network.init (Key.named "network" key) config.Network masks

        let redraw purpose index isHead outputs weight bias =
            redraw config (key |> Key.named purpose |> Key.fork index) isHead outputs weight bias

        let hidden index (layer: Network.Layer) : Network.Layer =
            let weight, bias =
                redraw "hidden" index false layer.Bias.nelement layer.Weight layer.Bias

            { layer with
                Weight = weight
                Bias = bias }

        let head index (head: Network.Linear) : Network.Linear =
            let outputs = head.Bias.nelement / (if config.OwnHeads then config.Tasks else 1)
            let weight, bias = redraw "head" index true outputs head.Weight head.Bias
            { Weight = weight; Bias = bias }

        { Network =
            Network.rezero
                masks
                { Hidden = network.Hidden |> List.mapi hidden
                  Heads = network.Heads |> List.mapi head }
          Preprocess =
            config.Preprocess
            |> Option.map (fun preprocess ->
                let bound = 1.0 / sqrt (float config.Tasks)
                let key = Key.named "preprocess" key

                let draw purpose shape =
                    Key.uniform -bound bound shape config.Network.Dtype (Key.named purpose key)

                { Weight = draw "weight" [ preprocess.Width; config.Tasks ]
                  Bias = draw "bias" [ preprocess.Width ] }) }

    /// The parameters with every missing weight set to zero.
    let rezero (masks: Network.Masks) (parameters: Parameters) : Parameters =
        { parameters with
            Network = Network.rezero masks parameters.Network }

    /// The context of each task, `[tasks; context]`: a table of as many rows as there are tasks, whatever the batch.
    let contexts (config: Config) (parameters: Parameters) : Tensor =
        let oneHots = dsharp.eye (config.Tasks, dtype = config.Network.Dtype)

        match config.Preprocess, parameters.Preprocess with
        | Some { Activation = activation }, Some layer ->
            let drive = dsharp.linear (oneHots, layer.Weight, layer.Bias)

            match activation with
            | Network.Relu -> dsharp.relu drive
            | Network.KWinners winners ->
                let state = KWinners.init winners drive.shape[1] config.Network.Dtype
                fst (KWinners.apply winners Inference state drive)
        | _ -> oneHots

    /// The outputs of every hidden layer, each `[batch; units]`, for inputs `x: [batch; inputs]` (without one-hot vectors) and tasks
    /// `[batch]` int64; its network's winners are those of inference.
    let hidden (config: Config) (parameters: Parameters) (x: Tensor) (tasks: Tensor) : Tensor list =
        let context =
            if isGated config then
                Rows(contexts config parameters, tasks)
            else
                NoContext

        let x =
            if config.Beside then
                let oneHots = dsharp.eye (config.Tasks, dtype = config.Network.Dtype)
                dsharp.cat ([ x; dsharp.indexSelect (oneHots, 0, tasks) ], 1)
            else
                x

        let state = Network.initState config.Network
        fst (Network.hiddenOutputs config.Network Inference parameters.Network state x context)

    /// The outputs of each head, `[batch; outputs]`, for inputs `x: [batch; inputs]` (without one-hot vectors) and tasks `[batch]`
    /// int64; of heads of its own, those of the row's task.
    let apply (config: Config) (parameters: Parameters) (x: Tensor) (tasks: Tensor) : Tensor list =
        let last = hidden config parameters x tasks |> List.last

        [ for head in parameters.Network.Heads do
              let outputs = dsharp.linear (last, head.Weight, head.Bias)

              if config.OwnHeads then
                  let batch, width = outputs.shape[0], outputs.shape[1] / config.Tasks
                  let index = tasks.view([ batch; 1; 1 ]).expand [ batch; 1; width ]

                  dsharp.gather(outputs.view [ batch; config.Tasks; width ], 1, index).squeeze 1
              else
                  outputs ]

    /// Parameters in memory and those that take part; a layer before the segments counts as feed-forward.
    let count (config: Config) : Network.Count =
        let count = Network.count config.Network

        let before =
            match config.Preprocess with
            | Some preprocess -> int64 preprocess.Width * int64 (config.Tasks + 1)
            | None -> 0L

        { count with
            FeedForwardStored = count.FeedForwardStored + before
            FeedForwardNonZero = count.FeedForwardNonZero + before }
