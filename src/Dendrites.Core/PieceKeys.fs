namespace Dendrites

/// The pieces of a run configuration: their names, their keys, and what they are together.
[<RequireQualifiedAccess>]
module PieceKeys =

    /// The pieces by name, in the order in which they are printed.
    let named =
        [ "si", Si
          "ewc", Ewc
          "lwf", Lwf
          "er", Er
          "der", Der
          "agem", Agem
          "packnet", Packnet
          "hat", Hat ]

    /// What the papers use, on permutedMNIST where they do.
    let standard: PieceSettings =
        { Synaptic = SynapticIntelligence.published
          Elastic = ElasticWeights.standard
          Distillation = Distillation.published
          Memory = 500
          MemoryBatch = 128
          ReplayWeight = 1.0
          DarkAlpha = 1.0
          DarkBeta = 0.5
          AttentionScale = HardAttention.published.Scale
          AttentionStrength = HardAttention.published.Strength }

    /// Such as `si+er`; `none` of none.
    let show (pieces: PieceName list) : string =
        match pieces with
        | [] -> "none"
        | _ ->
            [ for piece in pieces -> named |> List.find (snd >> (=) piece) |> fst ]
            |> String.concat "+"

    /// What `words` call, in the order of `named`; `None` where one is no piece, or comes twice.
    let ofNames (words: string list) : PieceName list option =
        let isPiece word = named |> List.exists (fst >> (=) word)

        if List.forall isPiece words && List.distinct words = words then
            Some
                [ for name, piece in named do
                      if List.contains name words then
                          piece ]
        else
            None

    /// The pieces that `config` describes.
    let pieces (config: RunConfig) : Piece list =
        let settings = config.PieceSettings

        let remembered purpose =
            Remembered
                { Capacity = settings.Memory
                  Batch = settings.MemoryBatch
                  Use = purpose }

        [ for piece in config.Pieces ->
              match piece with
              | Si -> Synaptic settings.Synaptic
              | Ewc -> Elastic settings.Elastic
              | Lwf -> Distilled settings.Distillation
              | Er -> remembered (Replay.Rehearsal settings.ReplayWeight)
              | Der -> remembered (Replay.Dark(settings.DarkAlpha, settings.DarkBeta))
              | Agem -> remembered Replay.Projection
              | Packnet ->
                  Parted
                      { Tasks = config.Tasks
                        Epochs = config.Epochs }
              | Hat ->
                  Attended
                      { Scale = settings.AttentionScale
                        Strength = settings.AttentionStrength
                        Batch = config.Batch
                        SharedHead = config.Reading <> TaskIncremental } ]

    let private which =
        let accepted =
            let names = named |> List.map fst |> String.concat " | "
            $"none | {names}, or several joined by +"

        { Name = "pieces"
          Meaning =
            "what is joined to the network to keep or bring back what earlier tasks taught: "
            + accepted
          Read = fun (config: RunConfig) -> show config.Pieces
          Write =
            fun text config ->
                match text with
                | "none" -> Ok { config with Pieces = [] }
                | _ ->
                    match ofNames (List.ofArray (text.Split '+')) with
                    | Some pieces -> Ok { config with Pieces = pieces }
                    | None -> Error accepted }

    let private changed change value (config: RunConfig) =
        { config with
            PieceSettings = change value config.PieceSettings }

    let private read field (config: RunConfig) = field config.PieceSettings

    /// The keys.
    let keys: ConfigKey<RunConfig> list =
        [ which
          ConfigKey.fromZero
              "si-strength"
              "weight of the penalty of Synaptic Intelligence"
              (read _.Synaptic.Strength)
              (changed (fun value pieces ->
                  { pieces with
                      PieceSettings.Synaptic.Strength = value }))
          ConfigKey.aboveZero
              "si-damping"
              "damping of Synaptic Intelligence's importances"
              (read _.Synaptic.Damping)
              (changed (fun value pieces ->
                  { pieces with
                      PieceSettings.Synaptic.Damping = value }))
          ConfigKey.whole
              1
              "si-from"
              "first task that pays the penalty of Synaptic Intelligence; 2 in its paper, 3 in the published runs with Active Dendrites"
              (read _.Synaptic.From)
              (changed (fun value pieces ->
                  { pieces with
                      PieceSettings.Synaptic.From = value }))
          ConfigKey.choice
              [ "total", SynapticIntelligence.Total; "loss", SynapticIntelligence.LossAlone ]
              (=)
              "si-path"
              "whose gradient Synaptic Intelligence sums along the path; loss in its paper, total, with the penalty, in the published runs with Active Dendrites"
              (read _.Synaptic.Source)
              (changed (fun value pieces ->
                  { pieces with
                      PieceSettings.Synaptic.Source = value }))
          ConfigKey.fromZero
              "ewc-strength"
              "weight of the penalty of online EWC"
              (read _.Elastic.Strength)
              (changed (fun value pieces ->
                  { pieces with
                      PieceSettings.Elastic.Strength = value }))
          ConfigKey.number
              "a number from 0 to 1"
              (fun x -> x >= 0.0 && x <= 1.0)
              "ewc-decay"
              "what is left of earlier tasks' Fisher information after each task"
              (read _.Elastic.Decay)
              (changed (fun value pieces ->
                  { pieces with
                      PieceSettings.Elastic.Decay = value }))
          ConfigKey.whole
              1
              "ewc-samples"
              "samples that a task's Fisher information is estimated from"
              (read _.Elastic.Samples)
              (changed (fun value pieces ->
                  { pieces with
                      PieceSettings.Elastic.Samples = value }))
          ConfigKey.fromZero
              "lwf-strength"
              "weight of distillation in Learning without Forgetting"
              (read _.Distillation.Strength)
              (changed (fun value pieces ->
                  { pieces with
                      PieceSettings.Distillation.Strength = value }))
          ConfigKey.aboveZero
              "lwf-temperature"
              "temperature of distillation"
              (read _.Distillation.Temperature)
              (changed (fun value pieces ->
                  { pieces with
                      PieceSettings.Distillation.Temperature = value }))
          ConfigKey.whole
              1
              "memory"
              "samples that er, der and agem remember"
              (read _.Memory)
              (changed (fun value pieces -> { pieces with Memory = value }))
          ConfigKey.whole
              1
              "memory-batch"
              "remembered samples that a step looks at"
              (read _.MemoryBatch)
              (changed (fun value pieces -> { pieces with MemoryBatch = value }))
          ConfigKey.fromZero
              "er-weight"
              "weight of remembered samples' loss in experience replay"
              (read _.ReplayWeight)
              (changed (fun value pieces -> { pieces with ReplayWeight = value }))
          ConfigKey.fromZero
              "der-alpha"
              "weight of moved scores in DER++"
              (read _.DarkAlpha)
              (changed (fun value pieces -> { pieces with DarkAlpha = value }))
          ConfigKey.fromZero
              "der-beta"
              "weight of remembered samples' loss in DER++"
              (read _.DarkBeta)
              (changed (fun value pieces -> { pieces with DarkBeta = value }))
          ConfigKey.number
              "a number from 1"
              (fun x -> x >= 1.0)
              "hat-scale"
              "slope of hard attention's gates at the end of each epoch and at test"
              (read _.AttentionScale)
              (changed (fun value pieces -> { pieces with AttentionScale = value }))
          ConfigKey.fromZero
              "hat-strength"
              "weight of the attention to units that no earlier task attends to"
              (read _.AttentionStrength)
              (changed (fun value pieces ->
                  { pieces with
                      AttentionStrength = value })) ]
