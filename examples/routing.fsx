// The routing task: one linear map, and for each of ten contexts another half of its outputs.
// Run: dotnet fsi examples/routing.fsx   (half a minute)
// It ends with `learned: error` below a third of the error before, on inputs that were never seen.
#load "../dendrites.fsx"

open Dendrites

Native.setThreads 2
let problem = Routing.init Routing.published Dtype.Float32 (Key.ofSeed 1)

/// Mean absolute error on inputs from 2 to 6, where nothing was trained.
let far segments =
    Scope.run (fun () ->
        (Routing.error problem 2.0 6.0 2000 (Key.ofSeed 9) (Routing.respond problem segments)).toDouble())

// Segments that solve it, by hand: each adds up its context where the unit is let through, and takes it away where not.
printfn "solution: error %.1e" (far (Routing.solution problem))

// Segments that learn it, by gradient descent, nothing else moving.
let start = Key.uniform -0.1 0.1 [ 100; 10; 100 ] Dtype.Float32 (Key.ofSeed 2)
printfn "at first: error %.4f" (far start)

let learned =
    (start, seq { 1..3000 })
    ||> Seq.fold (fun segments step ->
        Scope.advance (Routing.step 0.5 64 problem (Key.fork step (Key.ofSeed 3))) segments)

printfn "learned: error %.4f" (far learned)
