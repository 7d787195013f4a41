namespace Dendrites

/// The least that a training step with one context for the whole batch has to do, however it is computed: what the fused
/// engine is measured by.
[<RequireQualifiedAccess>]
module Floor =

    /// How many inputs and units act, as it was measured.
    type Activity =
        {
            /// Inputs of a sample that are not background, on average.
            Entries: float
            /// Inputs that are not background in every sample, then the units of each hidden layer that have won.
            Acting: int list
        }

    /// What cannot be left out.
    type Work =
        {
            /// Products that are added to a sum.
            MultiplyAdds: float
            /// Read from and written to memory.
            Bytes: float
        }

    /// A float's bytes.
    let private size = 4.0

    /// The work of a step by `batch` samples. Products: every active input of a layer times every unit, since all units
    /// compete, and backwards, for the weights and for the error, times those that won. Memory: every weight is read;
    /// between inputs and units that have acted, whose moments go on when they rest, weights are written and both moments
    /// read and written; so is at least one segment of each unit that has won. Weights count whether they exist or not: 0 is stored too.
    let ofStep (network: Network.Config) (batch: int) (activity: Activity) : Work =
        let active units acting =
            match network.Activation with
            | Network.KWinners winners -> float (KWinners.winners winners Training units)
            | Network.Relu -> float acting

        let outputs = List.sum network.Heads

        // Each layer's units: their number, those that act in a sample, and those that have acted.
        let hidden =
            List.map2
                (fun units acting -> units, active units acting, acting)
                network.Hidden
                activity.Acting.Tail

        let layers =
            [ network.Inputs, activity.Entries, activity.Acting.Head ]
            @ hidden
            @ [ outputs, float outputs, outputs ]

        let gated = network.Gates |> List.map (fun gate -> not gate.IsNoGate)

        let segments =
            List.zip gated activity.Acting.Tail
            |> List.sumBy (fun (gated, acting) -> if gated then float acting * float network.Context else 0.0)

        let map index ((inputs, activeIn, actedIn), (units, activeOut, actedOut)) =
            let backwards = if index = 0 then 1.0 else 2.0

            { MultiplyAdds = float batch * activeIn * (float units + backwards * activeOut)
              Bytes = size * (float inputs * float units + 5.0 * float actedIn * float actedOut) }

        let maps = layers |> List.pairwise |> List.mapi map

        { MultiplyAdds = List.sumBy _.MultiplyAdds maps + segments
          Bytes = List.sumBy _.Bytes maps + 2.0 * size * segments }
