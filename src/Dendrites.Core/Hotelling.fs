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
                (dsharp.linear (difference, dsharp.pinv (covariance, rtol = 1e-15, symmetric = true))
                 * difference)
                    .sum()

            n1 * n2 / (n1 + n2) * distance.toDouble ())

    /// How many directions the bound looks along.
    [<Literal>]
    let private Directions = 4

    /// A lower bound of T² that needs no inverse. For any v in the range of S, (dᵀv)² ≤ (dᵀS⁺d)(vᵀSv) (Cauchy and Schwarz), d the
    /// difference of the means; this is the best of all v in the span of Sd, S²d, S³d, S⁴d.
    let bound (a: Tensor) (b: Tensor) : float =
        let n1, n2, _ = sizes "bound" a b

        Scope.run (fun () ->
            let a, b = a.cast Dtype.Float64, b.cast Dtype.Float64
            let m1, m2 = a.mean 0, b.mean 0
            // The scatter of both sets is that of the rows of one matrix.
            let centred = dsharp.cat ([ a - m1; b - m2 ], 0)
            let across = centred.transpose ()
            let row (v: Tensor) = v.unsqueeze 0

            let covariance (v: Tensor) =
                (dsharp.linear (dsharp.linear (row v, centred), across))[0] / (n1 + n2 - 2.0)

            let dot (u: Tensor) (v: Tensor) = (u * v).sum().toDouble()
            let difference = m1 - m2

            // Directions that are conjugate, uᵀSv = 0, so that what each adds is added.
            let rec add sum count (v: Tensor) (taken: (Tensor * Tensor * float) list) =
                let conjugate =
                    taken |> List.fold (fun (v: Tensor) (u, su, usu) -> v - u * (dot v su / usu)) v

                let image = covariance conjugate
                let spread = dot conjugate image

                // What is left of a direction that the others span is rounding.
                if count = 0 || not (spread > 0.0 && dot conjugate conjugate > 1e-8 * dot v v) then
                    sum
                else
                    let along = dot difference conjugate

                    add
                        (sum + along * along / spread)
                        (count - 1)
                        image
                        ((conjugate, image, spread) :: taken)

            n1 * n2 / (n1 + n2) * add 0.0 Directions (covariance difference) [])

    let private distribution who (statistic: Tensor -> Tensor -> float) (a: Tensor) (b: Tensor) : float =
        let n1, n2, p = sizes who a b
        let n = n1 + n2

        if n - p - 1.0 < 1.0 then
            raise (
                ShapeException
                    $"Hotelling.{who}: {n} samples of {p} columns; accepted: more than columns + 1 samples"
            )

        FisherSnedecor.CDF(p, n - p - 1.0, (n - p - 1.0) / (p * (n - 2.0)) * statistic a b)

    /// Where the statistic falls under the hypothesis that both sets come from one normal distribution, in [0, 1]:
    /// the F(p, n-p-1) distribution function at (n-p-1)/(p(n-2)) · T², n samples in all, p columns. The published
    /// code takes p as the number of columns whatever the rank of the covariance; so does this.
    /// Raises ShapeException unless n exceeds p + 1.
    let cdf (a: Tensor) (b: Tensor) : float = distribution "cdf" statistic a b

    /// Whether `cdf` is `threshold` or more. Sets that are far apart are told so by the bound, at a fraction of the cost; raises as
    /// `cdf` does.
    let isApart (threshold: float) (a: Tensor) (b: Tensor) : bool =
        // Less than the bound by far more than its rounding.
        distribution "isApart" (fun a b -> bound a b * (1.0 - 1e-6)) a b >= threshold
        || cdf a b >= threshold
