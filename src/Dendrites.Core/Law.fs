namespace Dendrites

/// A claim that must hold for every key: the key draws the shapes and numbers of one trial.
[<NoEquality; NoComparison>]
type Law =
    {
        /// The claim, as a sentence.
        Name: string
        /// `Ok` where it held, else what was seen.
        Check: Key -> Result<unit, string>
    }

/// Stating and running laws. With FsCheck:
/// `testProperty law.Name (fun (DoNotSize seed) -> Law.holds law (Key.ofSeed seed))`.
[<RequireQualifiedAccess>]
module Law =

    /// A law whose trials run in a scope of their own. A variant whose shapes or dtypes do not fit
    /// breaks the law.
    let create name (check: Key -> Result<unit, string>) : Law =
        { Name = name
          Check =
            fun key ->
                try
                    Scope.run (fun () -> check key)
                with
                | ShapeException message
                | DtypeException message -> Error message }

    /// `Ok` when `condition`, else what was seen.
    let expect (condition: bool) (seen: unit -> string) =
        if condition then Ok() else Error(seen ())

    /// Whether the law held for `key`; a violation is raised with its claim and what was seen.
    let holds (law: Law) (key: Key) : unit =
        match law.Check key with
        | Ok() -> ()
        | Error seen -> failwith $"{law.Name}: {seen}"

    /// The first violation of each broken law in `trials` trials: the claim and what was seen. Empty when all hold.
    let violations (trials: int) (key: Key) (laws: Law list) : (string * string) list =
        [ for law in laws do
              let trial index =
                  match law.Check(Key.fork index (Key.named law.Name key)) with
                  | Ok() -> None
                  | Error seen -> Some(law.Name, seen)

              match Seq.tryPick trial (seq { 0 .. trials - 1 }) with
              | Some violation -> violation
              | None -> () ]

    /// A whole number in `[low, high]` that `key` draws.
    let size (low: int) (high: int) (key: Key) =
        low + int ((Key.uniforms 1 key)[0] * float (high - low + 1))

    /// The largest magnitude in a tensor.
    let largest (t: Tensor) =
        if t.nelement = 0 then
            0.0
        else
            (dsharp.max (dsharp.abs t)).toDouble()

    /// Whether two tensors of one shape are equal element for element.
    let same (a: Tensor) (b: Tensor) =
        a.shape = b.shape && largest (a - b) = 0.0

    /// Whether two tensors of one shape differ by at most `tolerance`, relative to the larger of 1 and `b`.
    let close tolerance (a: Tensor) (b: Tensor) =
        a.shape = b.shape && largest (a - b) <= tolerance * max 1.0 (largest b)
