namespace Dendrites

open System
open Dendrites.Kernels

/// What the fused engine can learn, and how it is told.
module internal FusedShape =

    let private gateKind (gate: Gate) : GateKind voption =
        match gate with
        | NoGate -> ValueSome GateKind.None
        | Bias -> ValueSome GateKind.Bias
        | Max -> ValueSome GateKind.Max
        | MaxShared -> ValueSome GateKind.MaxShared
        | AbsMax
        | OneSegment -> ValueSome GateKind.AbsMax
        | AbsMaxUnsigned -> ValueSome GateKind.AbsMaxUnsigned
        | Attention
        | Switch _
        | Custom _ -> ValueNone

    let private plain (winners: KWinners.Config) =
        winners.Competition = KWinners.Units
        && winners.BoostStrength = 0.0
        && not winners.BreakTies
        && not winners.Relu

    /// Why the engine cannot learn a network of one head or several, whose winners are those of `phase`; empty if it can.
    let validateNetwork (phase: Phase) (network: Network.Config) : Problem list =
        [ if network.Gates |> List.exists (gateKind >> _.IsNone) then
              Problem.at "gate" "attention, switch or one of one's own" "another with the fused engine"
          match network.Activation with
          | Network.KWinners winners when not (plain winners) ->
              Problem.at "k-winners" "boosted or of another kind" "KWinners.standard with the fused engine"
          | Network.KWinners winners when
              network.Hidden
              |> List.exists (fun units -> KWinners.winners winners phase units < 1)
              ->
              Problem.at
                  "density"
                  (string winners.Density)
                  "one winner or more in every layer with the fused engine"
          | _ -> ()
          if network.Gates.Length <> network.Hidden.Length then
              Problem.at
                  "gates"
                  (string network.Gates.Length)
                  $"{network.Hidden.Length}, one for each hidden layer"
          if network.Dtype <> Dtype.Float32 then
              Problem.at "dtype" (string network.Dtype) "Float32 with the fused engine"
          if
              network.Gates.Length = network.Hidden.Length
              && List.exists2
                  (fun units gate ->
                      not (gateKind gate = ValueSome GateKind.None)
                      && int64 units * int64 network.Segments * int64 network.Context > int64 Int32.MaxValue)
                  network.Hidden
                  network.Gates
          then
              Problem.at
                  "segments"
                  (string network.Segments)
                  "units × segments × context below 2³¹ with the fused engine" ]

    /// Why the engine cannot follow an optimiser; empty if it can.
    let validateRule (optimiser: Optimiser.Config) : Problem list =
        [ match optimiser.Rule with
          | Optimiser.Adam(beta1, beta2, _) when beta1 * beta1 >= beta2 ->
              Problem.at "optimiser" $"β₁ {beta1}, β₂ {beta2}" "β₁² below β₂ with the fused engine"
          | _ -> () ]

    /// Why the engine cannot learn as `config` says; empty if it can.
    let validate (config: Learner.Config) : Problem list =
        let network = config.Network

        [ yield! validateNetwork Training network
          match config.Context with
          | InputItself
          | Pooled -> Problem.at "context" "sample by sample" "one for a batch with the fused engine"
          | _ when config.ContextUse = BesideInput ->
              Problem.at "context-use" "input" "segments with the fused engine"
          | _ -> ()
          if config.Dropout.Hidden > 0.0 && network.Activation <> Network.Relu then
              Problem.at "dropout" (string config.Dropout.Hidden) "0 with k-winners and the fused engine"
          for piece in config.Pieces do
              match piece with
              | Synaptic _ -> ()
              | _ -> Problem.at "pieces" "others than si" "none | si with the fused engine"
          if network.Heads.Length <> 1 then
              Problem.at "heads" (string network.Heads.Length) "1 with the fused engine"
          yield! validateRule config.Optimiser ]

    /// Synaptic Intelligence, where it consolidates: the one piece that the kernels know.
    let synaptic (config: Learner.Config) : SynapticIntelligence.Config option =
        config.Pieces
        |> List.tryPick (fun piece ->
            match piece with
            | Synaptic synaptic -> Some synaptic
            | _ -> None)

    /// Whether Synaptic Intelligence follows the gradient of the loss without the penalty.
    let followsLossAlone (config: Learner.Config) : bool =
        match synaptic config with
        | Some synaptic -> synaptic.Source = SynapticIntelligence.LossAlone
        | None -> false

    /// The weight of the penalty while task number `task` is learned; 0 without consolidation.
    let penaltyStrength (config: Learner.Config) (task: int) : float =
        match synaptic config with
        | Some synaptic -> SynapticIntelligence.strength synaptic task
        | None -> 0.0

    /// The network as the kernels know it, for batches of up to `batch` samples, heads side by side, whose winners are those of `phase`
    /// when it learns; `sparse` if weights are missing.
    let shape (phase: Phase) (batch: int) (sparse: bool) (network: Network.Config) : NetworkShape =
        let winners phase units =
            match network.Activation with
            | Network.KWinners winners -> KWinners.winners winners phase units
            | Network.Relu -> 0

        let hidden units gate =
            let kind = (gateKind gate).Value

            LayerShape(
                units,
                winners phase units,
                winners Inference units,
                kind,
                if kind = GateKind.None then 0 else network.Segments
            )

        NetworkShape(
            network.Inputs,
            ResizeArray(List.map2 hidden network.Hidden network.Gates),
            List.sum network.Heads,
            network.Context,
            sparse,
            (match network.Activation with
             | Network.KWinners winners -> winners.DutyCyclePeriod
             | Network.Relu -> 1),
            batch
        )

    let rule (optimiser: Optimiser.Config) : UpdateRule =
        match optimiser.Rule with
        | Optimiser.Adam(beta1, beta2, epsilon) ->
            UpdateRule(true, optimiser.LearningRate, beta1, beta2, epsilon)
        | Optimiser.Sgd momentum -> UpdateRule(false, optimiser.LearningRate, momentum, 0.0, 0.0)
