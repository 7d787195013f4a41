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

    /// dᵀ S⁺ d, S⁺ by eigenvalues: any S.
    let private byEigenvalues (covariance: Tensor) (d: Tensor) =
        let inverse = dsharp.pinv (covariance, rtol = 1e-15, symmetric = true)
        (dsharp.linear (d.unsqueeze 0, inverse) * d).sum().toDouble()

    /// The same as dᵀ(S + εI)⁻¹d at a fraction of the cost, ε being 10⁻¹³ of the widest variance; `None` where d has a part of note in
    /// directions so narrow that ε counts there: what is left, εy of y = (S + εI)⁻¹d, tells.
    let private bySolving (covariance: Tensor) (d: Tensor) =
        let shift = 1e-13 * (covariance.diagonal().max().toDouble())

        if shift = 0.0 then
            None
        else
            let y =
                dsharp.solve (covariance + dsharp.eye (d.nelement, dtype = d.dtype) * shift, d)

            let length (v: Tensor) = sqrt ((v * v).sum().toDouble())

            if shift * length y <= 1e-11 * length d then
                Some((y * d).sum().toDouble())
            else
                None

    /// The difference of the means, and the samples of both sets from their own means: their scatter is that of the rows of one
    /// matrix. In float64.
    let private centred (a: Tensor) (b: Tensor) =
        let a, b = a.cast Dtype.Float64, b.cast Dtype.Float64
        let m1, m2 = a.mean 0, b.mean 0
        m1 - m2, dsharp.cat ([ a - m1; b - m2 ], 0)

    /// T² = n₁n₂/(n₁+n₂) · (m₁-m₂)ᵀ S⁺ (m₁-m₂): m the means of the two sets, S⁺ the Moore-Penrose inverse of their
    /// pooled covariance. Raises ShapeException unless both sets have the same columns and at least
    /// one sample each, three together.
    let statistic (a: Tensor) (b: Tensor) : float =
        let n1, n2, _ = sizes "statistic" a b

        Scope.run (fun () ->
            let difference, samples = centred a b
            let across = samples.transpose ()
            let covariance = dsharp.linear (across, across) / (n1 + n2 - 2.0)

            let distance =
                bySolving covariance difference
                |> Option.defaultWith (fun () -> byEigenvalues covariance difference)

            n1 * n2 / (n1 + n2) * distance)

    /// How many directions the bound looks along.
    [<Literal>]
    let private Directions = 4

    /// A lower bound of T² that needs no inverse. For any v in the range of S, (dᵀv)² ≤ (dᵀS⁺d)(vᵀSv) (Cauchy and Schwarz), d the
    /// difference of the means; this is the best of all v in the span of Sd, S²d, S³d, S⁴d.
    let bound (a: Tensor) (b: Tensor) : float =
        let n1, n2, _ = sizes "bound" a b

        Scope.run (fun () ->
            let difference, samples = centred a b
            let across = samples.transpose ()
            let row (v: Tensor) = v.unsqueeze 0

            let covariance (v: Tensor) =
                (dsharp.linear (dsharp.linear (row v, samples), across))[0] / (n1 + n2 - 2.0)

            let dot (u: Tensor) (v: Tensor) = (u * v).sum().toDouble()

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

    /// Lower bounds of T² between `x: [n; columns]` and each of several sets, `sets: [k; most; columns]` with zeros behind the first
    /// `sizes[i]` samples of each: of `bound`'s directions the first, Sd, for all sets at once and in their own precision, less what
    /// rounding may have added.
    let bounds (sets: Tensor) (sizes: int[]) (x: Tensor) : float[] =
        let samples = float x.shape[0]
        // Of a sum over columns or over samples, at most, relative to its terms.
        let rounding =
            float (max x.shape[1] sets.shape[1])
            * System.Math.Pow(2.0, (if sets.dtype = Dtype.Float64 then -52.0 else -23.0))

        let bounds () =
            let count = (dsharp.tensor(Array.map float32 sizes).cast sets.dtype).unsqueeze 1
            let place = dsharp.arange (float sets.shape[1], dtype = sets.dtype)
            let isThere = dsharp.cast (dsharp.lt (place.unsqueeze 0, count), sets.dtype)
            // A column of numbers, one for each set.
            let total (t: Tensor) = (t.sum 1).unsqueeze 1

            let largest =
                List.max
                    [ for t in [ sets; x ] do
                          t.max().toDouble()
                          -(t.min().toDouble()) ]

            let m1, m2 = sets.sum 1 / count, x.mean 0
            let x = x - m2
            let across = x.transpose ()
            let difference = m1 - m2

            // How far along v every sample lies from its mean, `[k; most]` and `[k; n]`.
            let along (v: Tensor) =
                (dsharp.bmm(sets, v.unsqueeze 2).squeeze 2 - total (m1 * v)) * isThere, dsharp.linear (v, x)

            let a, b = along difference

            let v =
                dsharp.bmm(a.unsqueeze 1, sets).squeeze 1 - m1 * total a
                + dsharp.linear (b, across)

            let va, vb = along v
            let size (t: Tensor) = total (dsharp.abs t)

            let found =
                [ total (difference * v)
                  total (va * va) + total (vb * vb)
                  // What rounding may move a sample along v, and d along what of v lies outside of the range of S.
                  size v * (4.0 * rounding * largest)
                  size difference * (size a + size b) * (2.0 * rounding * largest) ]

            dsharp.stack(found, 0).cast Dtype.Float64

        let found = Scope.run bounds
        use _ = found
        let at row set = found[row, set, 0].toDouble()

        [| for set in 0 .. sizes.Length - 1 ->
               let n1, n = float sizes[set], float sizes[set] + samples
               let moved = at 2 set
               let reach = abs (at 0 set) - moved - at 3 set
               let spread = sqrt (at 1 set) + sqrt n * moved

               if reach > 0.0 then
                   n1 * samples / n * (n - 2.0) * (reach / spread) ** 2.0
               else
                   0.0 |]

    let private position who (n1: float) (n2: float) (p: float) (statistic: unit -> float) =
        let n = n1 + n2

        if n - p - 1.0 < 1.0 then
            raise (
                ShapeException
                    $"Hotelling.{who}: {n} samples of {p} columns; accepted: more than columns + 1 samples"
            )

        FisherSnedecor.CDF(p, n - p - 1.0, (n - p - 1.0) / (p * (n - 2.0)) * statistic ())

    /// Where the statistic falls under the hypothesis that both sets come from one normal distribution, in [0, 1]:
    /// the F(p, n-p-1) distribution function at (n-p-1)/(p(n-2)) · T², n samples in all, p columns. The published
    /// code takes p as the number of columns whatever the rank of the covariance; so does this.
    /// Raises ShapeException unless n exceeds p + 1.
    let cdf (a: Tensor) (b: Tensor) : float =
        let n1, n2, p = sizes "cdf" a b
        position "cdf" n1 n2 p (fun () -> statistic a b)

    /// Less than a bound by far more than its rounding.
    let private cautious bound = bound * (1.0 - 1e-6)

    /// Whether `cdf` is `threshold` or more. Sets that are far apart are told so by the bound, at a fraction of the cost; raises as
    /// `cdf` does.
    let isApart (threshold: float) (a: Tensor) (b: Tensor) : bool =
        let n1, n2, p = sizes "isApart" a b

        position "isApart" n1 n2 p (fun () -> cautious (bound a b)) >= threshold
        || cdf a b >= threshold

    /// The first of `sets: [k; most; columns]`, with `counts[i]` samples each and zeros behind them, that is not apart from
    /// `x: [n; columns]`. Most that are, are told so by `bounds`; raises as `cdf` does.
    let tryFirst (threshold: float) (sets: Tensor) (counts: int[]) (x: Tensor) : int option =
        let samples, columns = float x.shape[0], float x.shape[1]

        let isNear (set: int, coarse) =
            position "tryFirst" (float counts[set]) samples columns (fun () -> cautious coarse) < threshold
            && not (Scope.run (fun () -> isApart threshold (sets[set].[.. counts[set] - 1]) x))

        if counts.Length = 0 then
            None
        else
            Seq.indexed (bounds sets counts x) |> Seq.tryFind isNear |> Option.map fst
