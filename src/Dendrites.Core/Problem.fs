namespace Dendrites

/// One reason why a value cannot be used: what was wrong, where, and what is accepted.
type Problem =
    {
        /// The field, key or place, as the user spells it.
        Where: string
        /// What was found there.
        Was: string
        /// What is accepted there.
        Accepted: string
    }

    /// One line: `lr was -1; accepted: a number above 0`.
    override problem.ToString() =
        $"{problem.Where} was {problem.Was}; accepted: {problem.Accepted}"

/// Checks that gather every problem instead of stopping at the first.
[<RequireQualifiedAccess>]
module Problem =

    /// A problem at `where`.
    let at where was accepted =
        { Where = where
          Was = was
          Accepted = accepted }

    /// Empty when `low <= value`, else the problem.
    let atLeast (low: int) where (value: int) =
        [ if value < low then
              at where (string value) $"a whole number from {low}" ]

    /// Empty when `value` is in `(0, 1]`, else the problem.
    let fraction where (value: float) =
        [ if not (value > 0.0 && value <= 1.0) then
              at where (string value) "a fraction above 0, up to 1" ]

    /// Empty when `value` is in `[0, 1)`, else the problem.
    let sparsity where (value: float) =
        [ if not (value >= 0.0 && value < 1.0) then
              at where (string value) "a fraction from 0, below 1" ]

    /// Empty when `value` is finite and above 0, else the problem.
    let positive where (value: float) =
        [ if not (value > 0.0 && value < infinity) then
              at where (string value) "a number above 0" ]

    /// Levenshtein's edit distance, one row of its table at a time.
    let private distance (a: string) (b: string) =
        let first = [| 0 .. b.Length |]

        let row (previous: int[]) (i: int) =
            let current = Array.zeroCreate (b.Length + 1)
            current[0] <- i + 1

            for j in 1 .. b.Length do
                let change = if a[i] = b[j - 1] then 0 else 1
                current[j] <- min (min (current[j - 1] + 1) (previous[j] + 1)) (previous[j - 1] + change)

            current

        (Seq.fold row first (seq { 0 .. a.Length - 1 }))[b.Length]

    /// The candidate nearest to `word` in edit distance.
    let nearest (candidates: string seq) (word: string) =
        candidates
        |> Seq.minBy (fun candidate -> distance (word.ToLowerInvariant()) candidate)
