namespace Dendrites.Benchmarks

open System
open Dendrites
open TorchSharp
open TorchSharp.Modules

/// A network as one writes it with TorchSharp's modules. A gate is looked up for the row's task in a table that is made once a pass;
/// what is not won is zeroed.
type private Net
    (config: TaskNetwork.Config, own: torch.Tensor -> Parameter, parameters: TaskNetwork.Parameters) =
    let linear (weight: Tensor) (bias: Tensor) =
        let layer = torch.nn.Linear(weight.shape[1], weight.shape[0])
        layer.weight <- own weight.torch
        layer.bias <- own bias.torch
        layer

    let hidden =
        [ for layer in parameters.Network.Hidden ->
              linear layer.Weight layer.Bias,
              layer.Segments |> Option.map (fun segments -> own segments.torch) ]

    let heads = [ for head in parameters.Network.Heads -> linear head.Weight head.Bias ]

    let winners =
        match config.Network.Activation with
        | Network.KWinners winners -> Some(fun units -> KWinners.winners winners Inference units)
        | Network.Relu -> None

    let gate (segments: Parameter) (tasks: torch.Tensor) =
        // One-hot contexts: what segments say to task t is their column t.
        let winner = segments.abs().argmax(1L, keepdim = true)
        let table = torch.sigmoid(segments.gather(1L, winner).squeeze 1L).t()
        table.index_select (0L, tasks)

    member _.Parameters =
        [ for layer, segments in hidden do
              layer.weight
              nonNull layer.bias
              yield! Option.toList segments
          for head in heads do
              head.weight
              nonNull head.bias ]

    member _.Forward(x: torch.Tensor, tasks: torch.Tensor) : torch.Tensor list =
        let x =
            if config.Beside then
                torch.cat ([| x; torch.nn.functional.one_hot(tasks, int64 config.Tasks).``to`` x.dtype |], 1L)
            else
                x

        let last =
            (x, hidden)
            ||> List.fold (fun x (layer, segments) ->
                let drive = layer.forward x

                let gated =
                    match segments with
                    | Some segments -> drive * gate segments tasks
                    | None -> drive

                match winners with
                | Some count ->
                    let struct (best, _) = gated.detach().topk(count (int gated.shape[1]), 1)
                    gated * gated.ge(best.amin ([| 1L |], keepdim = true)).to_type gated.dtype
                | None -> torch.nn.functional.relu gated)

        [ for head in heads do
              let said = head.forward last

              if config.OwnHeads then
                  let width = said.shape[1] / int64 config.Tasks
                  let index = tasks.view(-1L, 1L, 1L).expand(-1L, 1L, width)
                  said.view(said.shape[0], int64 config.Tasks, width).gather(1L, index).squeeze 1L
              else
                  said ]

/// Soft actor-critic as one writes it with TorchSharp's modules and its Adam: what the fused engine is compared with.
type TorchActorCritic(config: SoftActorCritic.Config, key: Key) =
    let drawn = SoftActorCritic.init config key
    let learned (t: torch.Tensor) = new Parameter(t.clone ())

    let fixed' (t: torch.Tensor) =
        new Parameter(t.clone (), requires_grad = false)

    let actor = Net(config.Actor, learned, drawn.Actor.Parameters)

    let critics =
        [ for critic in drawn.Critics ->
              Net(config.Critic, learned, critic.Learned.Parameters),
              Net(config.Critic, fixed', critic.Target) ]

    let logAlpha = learned drawn.LogAlpha.torch
    let adam rate (parameters: Parameter list) = torch.optim.Adam(parameters, rate)
    let actorAdam = adam config.ActorOptimiser.LearningRate actor.Parameters

    let criticAdam =
        critics
        |> List.collect (fun (critic, _) -> critic.Parameters)
        |> adam config.CriticOptimiser.LearningRate

    let alphaAdam = adam config.TemperatureOptimiser.LearningRate [ logAlpha ]
    let half = 0.5 * log (2.0 * Math.PI)

    let sample (observations: torch.Tensor) (tasks: torch.Tensor) =
        match actor.Forward(observations, tasks) with
        | [ mean; raw ] ->
            let logStd = raw.clamp (config.Policy.Low.ToScalar(), config.Policy.High.ToScalar())
            let noise = torch.randn_like mean
            let u = mean + logStd.exp () * noise
            let correction = (log 2.0 - u - torch.nn.functional.softplus (u * -2.0f)) * 2.0f
            u.tanh (), (noise * noise * -0.5f - logStd - half - correction).sum 1L
        | _ -> invalidOp "a policy has two heads"

    let values (net: Net) (observations: torch.Tensor) (actions: torch.Tensor) tasks =
        net.Forward(torch.cat ([| observations; actions |], 1L), tasks).Head.squeeze 1L

    let least (all: torch.Tensor list) =
        all |> List.reduce (fun a b -> torch.minimum (a, b))

    let goals (batch: Transitions) (alpha: torch.Tensor) (tasks: torch.Tensor) =
        use _ = torch.no_grad ()
        let next = batch.Next.torch
        let actions, density = sample next tasks
        let ahead = least [ for _, target in critics -> values target next actions tasks ]

        batch.Rewards.torch
        + (ahead - alpha * density)
          * (1.0.ToScalar() - batch.Terminals.torch)
          * config.Discount

    /// One update.
    member _.Update(batch: Transitions) =
        use _ = torch.NewDisposeScope()
        let tasks, seen = batch.Tasks.torch, batch.Observations.torch
        let alpha = logAlpha.detach().exp().index_select(0L, tasks)
        let goals = goals batch alpha tasks
        criticAdam.zero_grad ()

        let loss =
            [ for critic, _ in critics ->
                  torch.nn.functional.mse_loss (values critic seen batch.Actions.torch tasks, goals) ]
            |> List.reduce (fun a b -> a + b)

        loss.backward ()
        criticAdam.step () |> ignore
        actorAdam.zero_grad ()
        let actions, density = sample seen tasks
        let judged = least [ for critic, _ in critics -> values critic seen actions tasks ]
        let actorLoss = (alpha * density - judged).mean()
        actorLoss.backward ()
        actorAdam.step () |> ignore
        alphaAdam.zero_grad ()

        let temperature =
            -(logAlpha.index_select (0L, tasks) * (density.detach () + config.TargetEntropy)).mean()

        temperature.backward ()
        alphaAdam.step () |> ignore
        use _ = torch.no_grad ()

        for critic, target in critics do
            for now, slow in List.zip critic.Parameters target.Parameters do
                slow
                    .mul_((1.0 - config.TargetRate).ToScalar())
                    .add_(now, alpha = config.TargetRate.ToScalar())
                |> ignore

        loss.item<float32>() |> ignore
