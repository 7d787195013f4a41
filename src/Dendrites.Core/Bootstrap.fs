namespace Dendrites

/// Confidence intervals over seeds, without a claim about how accuracies are distributed.
[<RequireQualifiedAccess>]
module Bootstrap =

    /// How often the values are drawn again.
    [<Literal>]
    let Resamples = 10_000

    /// The percentile interval (Efron and Tibshirani 1993, section 13.3) of the mean of `values`: low and high, between which
    /// `confidence`, in (0, 1), of the means of resamples lie; `None` of fewer than two values. With few values it is too narrow: the
    /// interval of three never leaves their range.
    let mean (confidence: float) (key: Key) (values: float list) : (float * float) option =
        match Array.ofList values with
        | [||]
        | [| _ |] -> None
        | values ->
            let resample i =
                Key.integers 0 values.Length values.Length (Key.fork i key)
                |> Array.averageBy (fun place -> values[place])

            let means = Array.init Resamples resample |> Array.sort
            let tail = (1.0 - confidence) / 2.0

            let at fraction =
                means[int (System.Math.Round(fraction * float (Resamples - 1)))]

            Some(at tail, at (1.0 - tail))
