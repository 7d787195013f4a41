namespace Dendrites

open System

/// Numbers as a line of bars.
module internal Spark =

    let private bars = "▁▂▃▄▅▆▇█"

    /// Numbers up to which a vector is drawn one by one.
    [<Literal>]
    let Few = 40

    [<Literal>]
    let private Bins = 20

    let private bar (share: float) =
        bars[int (round (float (bars.Length - 1) * share))]

    /// A bar for each value, the least lowest; what is not finite is left blank.
    let row (values: float[]) : string =
        let finite = Array.filter Double.IsFinite values

        if finite.Length = 0 then
            String(' ', values.Length)
        else
            let low, high = Array.min finite, Array.max finite

            let draw value =
                if not (Double.IsFinite value) then ' '
                elif high > low then bar ((value - low) / (high - low))
                else bar 0.0

            String(Array.map draw values)

    /// A bar for how many values fall into each of some equal intervals from the least to the greatest; an interval that holds some
    /// is told from one that holds none, which is left blank.
    let histogram (values: float[]) : string =
        let finite = Array.filter Double.IsFinite values

        if finite.Length = 0 then
            ""
        else
            let low, high = Array.min finite, Array.max finite

            if not (high > low) then
                string (bar 1.0)
            else
                let bins = min Bins (max 2 finite.Length)
                let counts = Array.zeroCreate<int> bins

                for value in finite do
                    let bin = min (bins - 1) (int ((value - low) / (high - low) * float bins))
                    counts[bin] <- counts[bin] + 1

                let most = float (Array.max counts)

                String(
                    counts
                    |> Array.map (fun count -> if count = 0 then ' ' else bar (float count / most))
                )
