// The routing task: which outputs of a fixed map get through depends on a context. Dendrites can be that function without learning,
// and learn it; a linear layer that reads the context beside its input cannot.
// Run: dotnet fsi examples/routing.fsx   (about a quarter of a minute)
// It ends with mean absolute errors on inputs outside of those learned from: hard-coded below 1e-7, learned below 1e-2, linear above 1e-1.
#load "../dendrites.fsx"

open Dendrites

// Work so small is done before a second thread has woken.
Native.setThreads 1
let key = Key.ofSeed 1
let config = Routing.standard
let f = Routing.init (Key.named "function" key) config
let test = Routing.draw config 2.0 1000 (Key.named "test" key)

let error answer =
    (Routing.error f answer test).toDouble()

// A segment for each mode: the mode's context where the unit is let through, minus it where not.
printfn "hard-coded segments: %.1e" (error (Routing.dendritic f (Routing.solution f)))

// Segments alone are learned, by plain descent on the absolute error: at the published rate slowly, at a larger one in seconds.
let batches = Key.named "batches" key
let start = Routing.initSegments (Key.named "segments" key) config
printfn "segments at first: %.1e" (error (Routing.dendritic f start))

for rate in [ 0.5; 10.0 ] do
    let descent: Optimiser.Config =
        { Rule = Optimiser.Sgd 0.0
          LearningRate = rate }

    let segments =
        Routing.learn config descent f (Routing.dendritic f) 3000 batches start

    printfn "segments learned at rate %g: %.1e" rate (error (Routing.dendritic f segments))

let linear =
    Routing.initLinear (Key.named "linear" key) config
    |> Routing.learn config (Optimiser.adam 1e-3) f (Routing.beside f) 3000 batches

printfn "linear layer beside the context: %.1e" (error (Routing.beside f linear))
