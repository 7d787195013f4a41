namespace Dendrites

/// The methods of reinforcement learning by name.
[<RequireQualifiedAccess>]
module ControlMethods =

    /// The methods by name.
    let named =
        [ "mlp", ControlMethod.Mlp
          "multi-head", ControlMethod.MultiHead
          "active-dendrites", ControlMethod.ActiveDendrites ]

    let private gateNamed name =
        name, Gate.named |> List.find (fst >> (=) name) |> snd

    /// `config` with everything that defines a method set to its published values; dendrites go on the last hidden layer.
    let set (name: ControlMethod) (config: ControlConfig) : ControlConfig =
        let dense =
            { config with
                Method = name
                KWinners = false
                WeightSparsity = 0.0
                Gate = gateNamed "none"
                Dendrites = []
                Segments = 0
                SegmentSparsity = 0.0
                Preprocess = 0
                TaskInput = true
                OwnHeads = false
                Initialisation = Xavier
                LogStdBias = Some 1.0 }

        match name with
        | ControlMethod.Mlp -> dense
        | ControlMethod.MultiHead -> { dense with OwnHeads = true }
        | ControlMethod.ActiveDendrites ->
            { dense with
                KWinners = true
                Density = 0.25
                WeightSparsity = 0.1
                Gate = gateNamed "abs-max"
                Dendrites = [ config.Hidden.Length ]
                Segments = 10
                ContextDensity = 1.0
                TaskInput = false
                Initialisation = ModifiedLinear
                LogStdBias = None }
