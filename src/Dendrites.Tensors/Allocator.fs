namespace Dendrites

open System
open System.Runtime.InteropServices

/// The memory that libtorch takes for its tensors.
module internal Allocator =

    [<DllImport("libc.so.6", EntryPoint = "setenv")>]
    extern int private setVariable(string name, string value, int overwrite)

    /// Asks libtorch to take large tensors from huge pages, before it is loaded. Without, each 64 MB tensor of a
    /// training step costs 16 000 page faults (making one: 40 ms, with huge pages 8 ms). Where the system grants
    /// none, nothing changes.
    let useHugePages () =
        try
            setVariable ("THP_MEM_ALLOC_ENABLE", "1", 0) |> ignore
        with
        | :? DllNotFoundException
        | :? EntryPointNotFoundException -> ()
