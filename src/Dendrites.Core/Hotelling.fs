namespace Dendrites

open MathNet.Numerics.Distributions

/// Hotelling's two-sample test as the published clustering of contexts uses it (Hotelling 1931).
/// Both sets are `[samples; columns]`, of any floating dtype; all is computed in float64, the test being too delicate
/// for float32.
[<RequireQualifiedAccess>]
module Hotelling =

    let private sizes who (a: Tensor) (b: Tensor) =
        if
            a.dim <> 2
            || b.dim <> 2
            || a.shape[1] <> b.shape[1]
            || min a.shape[0] b.shape[0] < 1
            || a.shape[0] + b.shape[0] < 3
        then
            let found = $"%A{a.shape} and %A{b.shape}"

            raise (
                ShapeException
                    $"Hotelling.{who}: {found}; accepted: two [samples; columns] of equally many columns"
            )

        float a.shape[0], float b.shape[0], float a.shape[1]

    /// T² = n₁n₂/(n₁+n₂) · (m₁-m₂)ᵀ S⁺ (m₁-m₂): m the means of the two sets, S⁺ the Moore-Penrose inverse of their
    /// pooled covariance. Raises ShapeException unless both sets have the same columns and at least
    /// one sample each, three together.
    let statistic (a: Tensor) (b: Tensor) : float =
        let n1, n2, _ = sizes "statistic" a b

        Scope.run (fun () ->
            let a, b = a.cast Dtype.Float64, b.cast Dtype.Float64
            let m1, m2 = a.mean 0, b.mean 0

            let scatter (x: Tensor) (m: Tensor) =
                let centred = (x - m).transpose()
                dsharp.linear (centred, centred)

            let covariance = (scatter a m1 + scatter b m2) / (n1 + n2 - 2.0)
            let difference = (m1 - m2).unsqueeze 0

            let distance =
                (dsharp.linear (difference, dsharp.pinv (covariance, rtol = 1e-15)) * difference).sum()

            n1 * n2 / (n1 + n2) * distance.toDouble ())

    /// Where the statistic falls under the hypothesis that both sets come from one normal distribution, in [0, 1]:
    /// the F(p, n-p-1) distribution function at (n-p-1)/(p(n-2)) · T², n samples in all, p columns. The published
    /// code takes p as the number of columns whatever the rank of the covariance; so does this.
    /// Raises ShapeException unless n exceeds p + 1.
    let cdf (a: Tensor) (b: Tensor) : float =
        let n1, n2, p = sizes "cdf" a b
        let n = n1 + n2

        if n - p - 1.0 < 1.0 then
            raise (
                ShapeException
                    $"Hotelling.cdf: {n} samples of {p} columns; accepted: more than columns + 1 samples"
            )

        FisherSnedecor.CDF(p, n - p - 1.0, (n - p - 1.0) / (p * (n - 2.0)) * statistic a b)
