namespace Dendrites

/// Fixed random connectivity: which weights of a unit exist. Masks are drawn once and never rewired.
[<RequireQualifiedAccess>]
module SparseMask =

    /// Connections that every row keeps: `(1 - sparsity) * fanIn`, rounded half to even.
    let connections (sparsity: float) (fanIn: int) =
        int (System.Math.Round((1.0 - sparsity) * float fanIn))

    /// `[rows; fanIn]` of 0 and 1 with exactly `connections sparsity fanIn` ones in every row, at random places.
    let init (key: Key) (sparsity: float) (rows: int) (fanIn: int) (dtype: Dtype) : Tensor =
        let kept = connections sparsity fanIn
        let mask = Array.zeroCreate<float32>(rows * fanIn)

        for row in 0 .. rows - 1 do
            let places = Key.fork row key |> Key.permutation fanIn

            for place in 0 .. kept - 1 do
                mask[row * fanIn + places[place]] <- 1.0f

        dsharp.tensor(mask, dtype = dtype).view [ rows; fanIn ]

    /// The weights with the missing ones set to zero; unchanged when every connection exists.
    /// Applied after every optimiser step, as the published code does.
    let apply (mask: Tensor option) (weight: Tensor) : Tensor =
        match mask with
        | Some mask -> weight * mask
        | None -> weight
