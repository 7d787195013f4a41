// The built project for scripts and notebooks: `#load "dendrites.fsx"`, after `dotnet fsi build.fsx build`.
#I "src/Dendrites.Scripting/bin/Release/net10.0"
#r "TorchSharp.dll"
#r "MathNet.Numerics.dll"
#r "Dendrites.Tensors.dll"
#r "Dendrites.Kernels.dll"
#r "Dendrites.Core.dll"
#r "dendrites.dll"
#r "Dendrites.Scripting.dll"

open Dendrites

fsi.AddPrinter Printers.tensor
fsi.AddPrinter Printers.matrix
fsi.AddPrinter Printers.layer
fsi.AddPrinter(fun (run: Trained<Learner.State>) -> Printers.run run)
fsi.AddPrinter(fun (plot: Plot) -> string plot)
fsi.AddPrinter(fun (stream: Stream) -> Printers.stream stream)
