// The prompt: `dotnet fsi --use:repl.fsx` from the project's folder, after `dotnet fsi build.fsx build`.
#load "dendrites.fsx"

open Dendrites

printfn
    """Dendrites. To begin with:
  dsharp.grad (fun x -> (dsharp.sigmoid x).sum ()) (dsharp.tensor [ 0.0; 1.0 ]);;
  let softer = Custom(fun a -> dsharp.sigmoid (a.mean 2));;                    a gate of one's own
  Law.violations 100 (Key.ofSeed 1) (Laws.gate softer);;                       the laws that it breaks
  let small = { Train.preset "quick" with Hidden = [ 256; 256 ]; Segments = 3; Gate = "softer", softer };;
  let run = Data.permutedMnist 3 |> Data.take 5000 1000 |> Train.stream small;;   Ctrl-C stops, Train.rest goes on
  Show.winners run;;     Plot.accuracy run |> Plot.show;;
docs/tour.fsx has the rest."""
