// The built project for scripts and notebooks: `#load "dendrites.fsx"`, after `dotnet fsi build.fsx build`.
#I "src/Dendrites.Cli/bin/Release/net10.0"
#r "TorchSharp.dll"
#r "MathNet.Numerics.dll"
#r "Dendrites.Tensors.dll"
#r "Dendrites.Kernels.dll"
#r "Dendrites.Core.dll"

fsi.AddPrinter(fun (t: Dendrites.Tensor) -> t.ToString())
