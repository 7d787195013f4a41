// Our sparsity laws over a variant of one's own: which hold, which do not, and on what numbers.
// Run: dotnet fsi examples/laws-for-your-variant.fsx   (seconds)
// It ends with the laws that a leaky selection breaks.
#load "../dendrites.fsx"

open Dendrites

// A gate that takes the mean of its segments: a proper switch, but it listens to all segments.
let averaging = Custom(fun activations -> dsharp.sigmoid (activations.mean 2))

// A selection that lets a little of the losers through.
let leaky k (x: Tensor) =
    let winners = dsharp.ge (x, dsharp.kthLargest (x, k))
    dsharp.where (winners, x, x * 0.01)

let report title laws =
    let broken = Law.violations 100 (Key.ofSeed 1) laws
    printfn "%s: %d of %d laws hold" title (laws.Length - broken.Length) laws.Length

    for claim, seen in broken do
        let first = (seen.Split '\n')[0]
        printfn "  broken: %s (%s)" claim first

report "averaging gate" (Laws.gate averaging @ Laws.switching averaging)
report "published gate" (Laws.gate AbsMax @ Laws.switching AbsMax @ Laws.selecting AbsMax)
report "leaky selection" (Laws.selection leaky)
// In a test project: for law in Laws.gate averaging do testProperty law.Name (fun (DoNotSize seed) -> Law.holds law (Key.ofSeed seed))
