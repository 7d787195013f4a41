// The prompt: `dotnet fsi --use:repl.fsx` from the project's folder, after `dotnet fsi build.fsx build`.
#r "src/Dendrites.Core/bin/Release/net10.0/Dendrites.Core.dll"
#r "src/Dendrites.Core/bin/Release/net10.0/Dendrites.Tensors.dll"
#r "src/Dendrites.Core/bin/Release/net10.0/TorchSharp.dll"

open Dendrites

fsi.ShowDeclarationValues <- true
fsi.AddPrinter(fun (t: Tensor) -> t.ToString())

printfn
    "Dendrites: tensors and derivatives are in `dsharp`, gates in `Gate`, networks in `Network`, laws in `Laws`."

printfn "  let f (x: Tensor) = (dsharp.sigmoid x).sum ()      dsharp.grad f (dsharp.tensor [ 0.0; 1.0 ])"

printfn
    "  #load \"examples/custom-gate.fsx\" writes a gate, differentiates it and trains it on a task of permutedMNIST."
