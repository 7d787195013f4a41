namespace Dendrites

open System.Collections.Generic
open TorchSharp

/// When tensors are freed. A tensor's memory is native: left to the garbage collector it goes back too late,
/// so a loop that makes tensors runs in a scope. Scopes belong to the thread that opened them.
[<RequireQualifiedAccess>]
module Scope =

    /// Runs `f` and frees every tensor that it made on this thread, except those of its result (found as `Tree`
    /// finds them; a result that hides tensors in a closure or a lazy sequence loses them).
    /// Nests: what an inner scope returns belongs to the outer one. If `f` raises, all that it made is freed.
    let run (f: unit -> 'r) : 'r =
        Native.load ()
        use scope = torch.NewDisposeScope()
        let result = f ()

        for tensor in Tree.tensors result do
            // Does nothing to one that is not in this scope because `f` did not make it.
            scope.MoveToOuter tensor.torch |> ignore

        result

    /// One step of a loop that owns its state: runs `f state` in a scope, then frees every tensor of the old state
    /// that is not, as the same object, in the new one. If `f` raises, the old state is untouched.
    let advance (f: 's -> 's) (state: 's) : 's =
        let next = run (fun () -> f state)
        let kept = HashSet<torch.Tensor>(HashIdentity.Reference)

        for tensor in Tree.tensors next do
            kept.Add tensor.torch |> ignore

        for tensor in Tree.tensors state do
            if not (kept.Contains tensor.torch) then
                tensor.torch.Dispose()

        next

    /// How many tensors the process holds at the moment: what a test of flat memory counts.
    let live () : int64 =
        Native.load ()
        Autograd.live ()
