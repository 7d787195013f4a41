// The prompt: `dotnet fsi --use:repl.fsx` from the project's folder, after `dotnet fsi build.fsx build`.
#load "dendrites.fsx"

open Dendrites

printfn
    "Dendrites: `dsharp` has tensors and derivatives, `Gate` gates, `Network` networks, `Laws` what must hold."

printfn "  dsharp.grad (fun x -> (dsharp.sigmoid x).sum ()) (dsharp.tensor [ 0.0; 1.0 ]);;"

printfn
    "  #load \"examples/custom-gate.fsx\";;  writes a gate, differentiates it, trains it on a task of permutedMNIST."
