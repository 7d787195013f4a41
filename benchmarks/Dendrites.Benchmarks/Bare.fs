namespace Dendrites.Benchmarks

#nowarn "9" // addresses of native memory

open System
open System.Diagnostics
open System.IO
open System.Runtime.InteropServices
open Dendrites.MuJoCo

/// A loop over `mj_step` in C, compiled when it is asked for.
[<RequireQualifiedAccess>]
module Bare =

    type private Loop =
        delegate of nativeint * nativeint * nativeint * nativeint * nativeint * nativeint * int * int -> unit

    let private compile () : Loop option =
        let library =
            Path.Combine(Path.GetTempPath(), $"dendrites-bare-{Environment.ProcessId}.so")

        let source = Path.Combine(AppContext.BaseDirectory, "bare.c")

        try
            try
                use compiler =
                    Process.Start("cc", [ "-O2"; "-shared"; "-fPIC"; "-o"; library; source ])

                compiler.WaitForExit()

                if compiler.ExitCode <> 0 then
                    None
                else
                    let entry = NativeLibrary.GetExport(NativeLibrary.Load library, "bare")
                    Some(Marshal.GetDelegateForFunctionPointer<Loop> entry)
            with :? ComponentModel.Win32Exception ->
                None
        finally
            // What is loaded stays mapped.
            File.Delete library

    let private loop = lazy (compile ())

    let private address (numbers: Span<float>) =
        let first = &MemoryMarshal.GetReference numbers
        use pointer = fixed &first
        NativeInterop.NativePtr.toNativeInt pointer

    /// Whether there is a compiler.
    let isThere () = loop.Value.IsSome

    /// Five steps of `simulation` for each row of `asked`, `[rows; 5]`: where the hand is sent and what the two fingers are told.
    let run (simulation: Simulation) (asked: float[]) =
        let step = NativeLibrary.GetExport(MuJoCoLibrary.Handle, "mj_step")
        use asked' = fixed asked

        loop.Value.Value.Invoke(
            step,
            simulation.Model.Handle.DangerousGetHandle(),
            simulation.Pointer,
            address simulation.MocapPos,
            address simulation.Ctrl,
            NativeInterop.NativePtr.toNativeInt asked',
            asked.Length / 5,
            5
        )
