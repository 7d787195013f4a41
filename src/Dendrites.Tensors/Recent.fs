namespace Dendrites

open System
open TorchSharp

/// The tensors that each thread touched last, held against the garbage collector. TorchSharp hands bare handles to
/// native code, so a temporary could be finalised, and its memory freed, while libtorch still reads it. (In a scope
/// the scope holds it; at a prompt nothing else does.)
[<AbstractClass; Sealed>]
type internal Recent =
    [<ThreadStatic; DefaultValue>]
    static val mutable private tensors: torch.Tensor[] | null

    [<ThreadStatic; DefaultValue>]
    static val mutable private next: int

    /// How many are held: more than any operation has operands, few enough not to keep much memory.
    static member Count = 16

    /// `t`, which now lives until `Count` more have been touched on this thread.
    static member Hold(t: torch.Tensor) : torch.Tensor =
        let tensors =
            match Recent.tensors with
            | null ->
                let fresh = Array.zeroCreate Recent.Count
                Recent.tensors <- fresh
                fresh
            | tensors -> tensors

        tensors[Recent.next] <- t
        Recent.next <- (Recent.next + 1) % Recent.Count
        t
