namespace Dendrites

/// The methods by name, such as `si+active-dendrites`: a network, and the pieces that are joined to it.
[<RequireQualifiedAccess>]
module Methods =

    /// The networks by name.
    let named =
        [ "active-dendrites", ActiveDendrites
          "mlp", Mlp
          "k-winners", KWinnersOnly
          "dendrites", DendritesOnly
          "attention", Attentive
          "mlp-context", MlpWithContext
          "xdg", TaskGated ]

    let private gateNamed name =
        name, Gate.named |> List.find (fst >> (=) name) |> snd

    /// `config` with everything that defines the method `name` set to its published values.
    let set (name: MethodName) (config: RunConfig) : RunConfig =
        let sparse =
            { config with
                Method = name
                Pieces = []
                WeightSparsity = 0.5
                ContextUse = ToSegments
                Initialisation = Network.Modified }

        let gated =
            { sparse with
                Gate = gateNamed "abs-max"
                Context = Prototype
                Segments = max 1 config.Tasks }

        let plain config =
            { config with
                Gate = gateNamed "none"
                Context = Contextless
                Segments = 0 }

        let dense =
            { plain sparse with
                KWinners = false
                WeightSparsity = 0.0
                Initialisation = Network.ModifiedMlp }

        match name with
        | ActiveDendrites -> { gated with KWinners = true }
        | Attentive ->
            { gated with
                KWinners = true
                Gate = gateNamed "attention" }
        | DendritesOnly -> { gated with KWinners = false }
        | KWinnersOnly -> { plain sparse with KWinners = true }
        | Mlp -> dense
        | MlpWithContext ->
            { dense with
                Context = Prototype
                ContextUse = BesideInput }
        | TaskGated ->
            { dense with
                Gate = gateNamed "switch"
                Context = OneHotTask
                Segments = 1
                Initialisation = Network.Default }

    /// `config` with `pieces`, and the gates that they need: HAT's, one segment a unit, which reads the task.
    let private join (pieces: PieceName list) (config: RunConfig) : RunConfig =
        let joined = { config with Pieces = pieces }

        if List.contains Hat pieces then
            { joined with
                Gate = gateNamed "one-segment"
                Segments = 1
                Context = OneHotTask
                ContextUse = ToSegments }
        else
            joined

    let private nameOfNetwork (config: RunConfig) =
        named |> List.find (snd >> (=) config.Method) |> fst

    /// What learns, with what is joined to it: active-dendrites, si+active-dendrites.
    let nameOf (config: RunConfig) : string =
        match config.Pieces with
        | [] -> nameOfNetwork config
        | pieces -> PieceKeys.show pieces + "+" + nameOfNetwork config

    /// The key `method`: names joined by +, in any order, at most one of them a network (mlp where there is none). Read back, it is
    /// the network alone: the pieces have a key of their own.
    let key: ConfigKey<RunConfig> =
        let names = named |> List.map fst |> String.concat " | "
        let pieces = PieceKeys.named |> List.map fst |> String.concat " | "
        let accepted = $"{names}; with or without {pieces}, joined by +"

        { Name = "method"
          Meaning =
            "what learns; sets pieces, k-winners, weight-sparsity, gate, segments, context, context-use and initialisation to its published values: "
            + accepted
          Read = nameOfNetwork
          Write =
            fun text config ->
                let isNetwork word = named |> List.exists (fst >> (=) word)
                let networks, others = text.Split '+' |> List.ofArray |> List.partition isNetwork

                match networks, PieceKeys.ofNames others with
                | ([] | [ _ ]), Some pieces ->
                    let name = networks |> List.tryHead |> Option.defaultValue "mlp"
                    let network = named |> List.find (fst >> (=) name) |> snd

                    Ok(config |> set network |> join pieces)
                | _ -> Error accepted }
