namespace Dendrites

#nowarn "9" // spans over a tensor's own memory

open System
open FSharp.NativeInterop
open TorchSharp

/// A tensor's numbers where they stand, for kernels that read and write them without a copy. Only for contiguous tensors in
/// main memory; what is found here is valid while the tensor lives.
[<RequireQualifiedAccess>]
module TensorMemory =

    let private require who (t: torch.Tensor) (kind: torch.ScalarType) =
        if t.dtype <> kind then
            Guard.failDtype who $"accepts {Kind.toDtype kind}, got {Kind.toDtype t.dtype}"

        if t.device_type <> DeviceType.CPU || not (t.is_contiguous ()) then
            invalidArg (nameof t) $"{who}: the tensor is not contiguous in main memory"

    let private start (t: torch.Tensor) : nativeint =
        if t.NumberOfElements = 0L then
            0n
        else
            // The first element alone: a span of bytes ends at 2 GiB.
            use flat = t.view (-1L)
            use first = flat.narrow (0L, 0L, 1L)
            let bytes = first.bytes
            use pointer = fixed bytes
            NativePtr.toNativeInt pointer

    let private span<'t when 't: unmanaged> who (kind: torch.ScalarType) (t: Tensor) : Span<'t> =
        require who t.torch kind
        let pointer = NativePtr.ofNativeInt<'t>(start t.torch) |> NativePtr.toVoidPtr
        Span<'t>(pointer, Checked.int t.torch.NumberOfElements)

    /// Where the first of the float32 elements stands; 0 if there is none.
    let address (t: Tensor) : nativeint =
        require "TensorMemory.address" t.torch torch.ScalarType.Float32
        start t.torch

    /// The float32 elements, at most 2³¹ - 1.
    let floats (t: Tensor) : Span<float32> =
        span "TensorMemory.floats" torch.ScalarType.Float32 t

    /// The int64 elements, at most 2³¹ - 1.
    let longs (t: Tensor) : Span<int64> =
        span "TensorMemory.longs" torch.ScalarType.Int64 t

    /// The uint8 elements, at most 2³¹ - 1.
    let bytes (t: Tensor) : Span<byte> =
        span "TensorMemory.bytes" torch.ScalarType.Byte t

    /// A contiguous tensor of its own with the same elements.
    let copy (t: Tensor) : Tensor =
        use rows = Memory.rows t.torch
        Tensor.ofTorch (rows.clone ())
