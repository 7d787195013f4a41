namespace Dendrites

open System
open Dendrites.Kernels

/// The units that a task switches on, while it is learned.
[<NoEquality; NoComparison>]
type internal SubnetworkPart =
    {
        /// Of each hidden layer, in ascending order.
        Units: int[] list
        Config: Learner.Config
        Learner: FusedState
    }

/// What `Subnetwork` learns; consumed by each step, as `FusedState` is.
[<NoEquality; NoComparison>]
type SubnetworkState =
    internal
        {
            /// As the task that is learned found it.
            Whole: Learner.State
            /// `None` between tasks, and for a task that leaves a layer without a unit.
            Part: SubnetworkPart option
        }

/// The fused engine for context-dependent gating (Masse, Grant, Freedman 2018): a unit that a task switches off answers zero, learns
/// nothing, and with an optimiser that starts anew with every task does not move. So the rest is learned as a network of its own, and
/// put back at the task's end. Held to `Learner`, which stays the definition.
[<RequireQualifiedAccess>]
module Subnetwork =

    /// What is learned.
    type State = SubnetworkState

    let private isSwitch (gate: Gate) =
        match gate with
        | Switch _ -> true
        | _ -> false

    /// Whether tasks switch whole units, and nothing else.
    let applies (config: Learner.Config) : bool =
        config.Context = OneHotTask
        && config.ContextUse = ToSegments
        && config.Network.Segments = 1
        && config.Network.Activation = Network.Relu
        && config.Network.Gates |> List.forall isSwitch

    /// The learner of a task that leaves so many units of each hidden layer.
    let private partly (units: int list) (config: Learner.Config) : Learner.Config =
        { config with
            Context = Contextless
            Network =
                { config.Network with
                    Hidden = units
                    Gates = units |> List.map (fun _ -> NoGate)
                    Segments = 0
                    Context = 0 } }

    /// Why the engine cannot learn as `config` says; empty if it can.
    let validate (config: Learner.Config) : Problem list =
        [ if not (applies config) then
              Problem.at "gate" "another than switch, or not by one-hot contexts alone" "xdg's"
          if not config.Boundaries then
              Problem.at
                  "boundaries"
                  "an optimiser that goes on from task to task"
                  "given with xdg and the fused engine"
          yield! Fused.validate (partly config.Network.Hidden config) ]

    /// The units that `task` switches on.
    let private unitsOn (task: int) (parameters: Network.Parameters) : int[] list =
        [ for layer in parameters.Hidden ->
              let switches = (TensorMemory.floats layer.Segments.Value).ToArray()
              let tasks = layer.Segments.Value.shape[2]

              [| for unit in 0 .. layer.Segments.Value.shape[0] - 1 do
                     if switches[unit * tasks + task] <> 0.0f then
                         unit |] ]

    let private rowsAt (units: int[]) dim (t: Tensor) =
        dsharp.indexSelect (t, dim, dsharp.tensor (Array.map int64 units))

    /// Of a tensor that belongs to the weights of a layer, the head last, what lies between units that are on.
    let private between (units: int[] list) (layer: int) (weight: Tensor) =
        let into =
            if layer = 0 then
                weight
            else
                rowsAt units[layer - 1] 1 weight

        if layer = units.Length then
            into
        else
            rowsAt units[layer] 0 into

    let private partOf (units: int[] list) (whole: Network.Parameters) : Network.Parameters =
        { Hidden =
            [ for index, layer in List.indexed whole.Hidden ->
                  { Weight = between units index layer.Weight
                    Bias = rowsAt units[index] 0 layer.Bias
                    Segments = None } ]
          Heads =
            [ for head in whole.Heads ->
                  { head with
                      Weight = between units units.Length head.Weight } ] }

    /// `whole` with `part` in the places of units that are on.
    let private putBack
        (units: int[] list)
        (part: Network.Parameters)
        (whole: Network.Parameters)
        : Network.Parameters =
        let put (rows: int[] option) (columns: int[] option) (part: Tensor) (whole: Tensor) =
            let result = TensorMemory.copy whole
            let from = TensorMemory.floats part
            let into = TensorMemory.floats result
            let width = if whole.dim = 1 then 1 else whole.shape[1]
            let columns = columns |> Option.defaultWith (fun () -> [| 0 .. width - 1 |])
            let rows = rows |> Option.defaultWith (fun () -> [| 0 .. whole.shape[0] - 1 |])

            for i in 0 .. rows.Length - 1 do
                for j in 0 .. columns.Length - 1 do
                    into[rows[i] * width + columns[j]] <- from[i * columns.Length + j]

            result

        let columns layer =
            if layer = 0 then None else Some units[layer - 1]

        { Hidden =
            [ for index, (part, whole) in List.indexed (List.zip part.Hidden whole.Hidden) ->
                  { Weight = put (Some units[index]) (columns index) part.Weight whole.Weight
                    Bias = put (Some units[index]) None part.Bias whole.Bias
                    Segments = whole.Segments } ]
          Heads =
            [ for part, whole in List.zip part.Heads whole.Heads ->
                  { Weight = put None (columns units.Length) part.Weight whole.Weight
                    Bias = TensorMemory.copy part.Bias } ] }

    let private pieces (change: Network.Parameters -> Network.Parameters) (kept: PieceState list) =
        [ for state in kept ->
              match state with
              | SynapticState synaptic ->
                  SynapticState
                      { Anchor = change synaptic.Anchor
                        Importance = change synaptic.Importance
                        Path = change synaptic.Path }
              | other -> other ]

    /// The network that a task's units are among themselves, as a learner of its own.
    let private cut (units: int[] list) (whole: Learner.State) : Learner.State =
        { whole with
            Parameters = partOf units whole.Parameters
            Masks =
                { Hidden =
                    [ for index, layer in List.indexed whole.Masks.Hidden ->
                          { Weight = layer.Weight |> Option.map (between units index)
                            Segments = None } ]
                  Heads = whole.Masks.Heads |> List.map (Option.map (between units units.Length)) }
            Optimiser = Optimiser.init
            Pieces = pieces (partOf units) whole.Pieces }

    /// The whole network, with what its part has learned.
    let private joined (units: int[] list) (part: Learner.State) (whole: Learner.State) : Learner.State =
        { whole with
            Parameters = putBack units part.Parameters whole.Parameters
            Pieces =
                List.map2
                    (fun part whole ->
                        match part, whole with
                        | SynapticState part, SynapticState whole ->
                            SynapticState
                                { Anchor = putBack units part.Anchor whole.Anchor
                                  Importance = putBack units part.Importance whole.Importance
                                  Path = putBack units part.Path whole.Path }
                        | _ -> whole)
                    part.Pieces
                    whole.Pieces }

    let private resting whole : State = { Whole = whole; Part = None }

    /// A state that goes on from `learner` with its next task.
    let ofLearner (learner: Learner.State) : State =
        resting (Tree.map TensorMemory.copy learner)

    /// The state as the reference engine has it, without moments.
    let look (state: State) : Learner.State =
        match state.Part with
        | Some part -> Scope.run (fun () -> joined part.Units (Fused.toLearner part.Learner) state.Whole)
        | None -> state.Whole

    /// The engine as a method; see `Fused.asMethod`. `Save` and `Restore` are those between two tasks.
    let asMethod (options: EngineOptions) (batch: int) (config: Learner.Config) : Method<State> =
        let reference = Learner.asMethod config

        let fused (part: SubnetworkPart) =
            Fused.asMethod options batch part.Config

        let beginTask task samples places (state: State) =
            let whole = reference.BeginTask task samples places state.Whole
            let units = unitsOn task whole.Parameters

            if List.exists Array.isEmpty units then
                resting whole
            else
                let config = partly (units |> List.map _.Length) config

                { Whole = whole
                  Part =
                    Some
                        { Units = units
                          Config = config
                          Learner =
                            Scope.run (fun () -> Fused.ofLearner options config batch (cut units whole)) } }

        let predict task (x: Tensor) (state: State) =
            match state.Part with
            | Some part when part.Units = unitsOn task state.Whole.Parameters ->
                (fused part).Predict task x part.Learner
            | _ -> Learner.predict config task x (look state)

        let endTask task samples places (state: State) =
            match state.Part with
            | Some part ->
                let method = fused part
                let learner = method.EndTask task samples places part.Learner

                let whole =
                    Scope.run (fun () -> joined part.Units (Fused.toLearner learner) state.Whole)

                method.Free learner
                resting whole
            | None -> resting (reference.EndTask task samples places state.Whole)

        { Init = reference.Init >> resting
          BeginTask = beginTask
          BeginEpoch = id
          Step =
            fun task batch state ->
                match state.Part with
                | Some part ->
                    let unitsOf level =
                        if level = 0 then
                            [| 0 .. config.Network.Inputs - 1 |]
                        else
                            part.Units[level - 1]

                    let learner, loss = Fused.stepOf unitsOf part.Config task batch part.Learner

                    { state with
                        Part = Some { part with Learner = learner } },
                    loss
                | None ->
                    let whole, loss = reference.Step task batch state.Whole
                    resting whole, loss
          Predict = predict
          EndTask = endTask
          Save = look >> reference.Save
          Restore = fun key find -> reference.Restore key find |> Result.map resting
          Free =
            fun state ->
                state.Part |> Option.iter (fun part -> (fused part).Free part.Learner)
                reference.Free state.Whole }
