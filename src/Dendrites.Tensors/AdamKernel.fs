namespace Dendrites

#nowarn "9" // `fixed` and vectors at addresses, to read and write tensors where they stand

open System
open System.Numerics
open System.Runtime.CompilerServices
open System.Threading.Tasks
open FSharp.NativeInterop
open TorchSharp

/// The scalars of one Adam update, with the corrections of its bias folded in.
[<Struct>]
type AdamStep =
    {
        /// Decay of the first moment.
        Beta1: float
        /// Decay of the second moment.
        Beta2: float
        /// Learning rate · √(1-β₂ᵗ)/(1-β₁ᵗ).
        Rate: float
        /// ε · √(1-β₂ᵗ).
        Epsilon: float
    }

/// Adam's update crossing memory once: the chain of tensor operations that says the same crosses it seven times.
/// Float32 in main memory; the arithmetic of an element does not depend on the number of threads.
[<RequireQualifiedAccess>]
module internal AdamKernel =

    /// Elements that a thread takes at a time.
    [<Literal>]
    let private Block = 65536L

    let private at (address: nativeint) (i: int64) =
        NativePtr.ofNativeInt<byte>(address + nativeint (i * 4L)) |> NativePtr.toVoidPtr

    let private elements
        (step: AdamStep)
        (pIn: nativeint)
        (g: nativeint)
        (mIn: nativeint)
        (vIn: nativeint)
        (p: nativeint)
        (m: nativeint)
        (v: nativeint)
        first
        last
        =
        let keep1, new1 = float32 step.Beta1, float32 (1.0 - step.Beta1)
        let keep2, new2 = float32 step.Beta2, float32 (1.0 - step.Beta2)
        let rate, epsilon = float32 step.Rate, float32 step.Epsilon
        let width = int64 Vector<float32>.Count
        let epsilons = Vector<float32>(epsilon)
        let mutable i = first

        while i + width <= last do
            let gradient = Unsafe.ReadUnaligned<Vector<float32>>(at g i)
            let m' = Unsafe.ReadUnaligned<Vector<float32>>(at mIn i) * keep1 + gradient * new1

            let v' =
                Unsafe.ReadUnaligned<Vector<float32>>(at vIn i) * keep2
                + gradient * gradient * new2

            let move = m' * rate / (Vector.SquareRoot v' + epsilons)
            Unsafe.WriteUnaligned(at m i, m')
            Unsafe.WriteUnaligned(at v i, v')
            Unsafe.WriteUnaligned(at p i, Unsafe.ReadUnaligned<Vector<float32>>(at pIn i) - move)
            i <- i + width

        while i < last do
            let gradient = Unsafe.ReadUnaligned<float32>(at g i)
            let m' = Unsafe.ReadUnaligned<float32>(at mIn i) * keep1 + gradient * new1

            let v' =
                Unsafe.ReadUnaligned<float32>(at vIn i) * keep2 + gradient * gradient * new2

            let move = m' * rate / (sqrt v' + epsilon)
            Unsafe.WriteUnaligned(at m i, m')
            Unsafe.WriteUnaligned(at v i, v')
            Unsafe.WriteUnaligned(at p i, Unsafe.ReadUnaligned<float32>(at pIn i) - move)
            i <- i + 1L

    /// Whether the kernel may do it: float32 in main memory, no derivative is being recorded.
    let applies (tensors: torch.Tensor list) =
        tensors
        |> List.forall (fun t ->
            t.dtype = torch.ScalarType.Float32
            && t.device_type = DeviceType.CPU
            && not t.requires_grad
            && t.NumberOfElements * 4L < 2147483648L)

    /// Where a tensor's numbers begin: native memory, which does not move while the tensor lives.
    let private address (t: torch.Tensor) : nativeint =
        let memory = t.bytes
        use first = fixed memory
        NativePtr.toNativeInt first

    /// Parameter and moments after the update; four tensors of one shape in, three fresh ones out.
    let update (step: AdamStep) (p: torch.Tensor) (g: torch.Tensor) (m: torch.Tensor) (v: torch.Tensor) =
        use pIn = Memory.rows p
        use gIn = Memory.rows g
        use mIn = Memory.rows m
        use vIn = Memory.rows v

        let fresh () =
            torch.empty (p.shape, dtype = Nullable torch.ScalarType.Float32)

        let pOut, mOut, vOut = fresh (), fresh (), fresh ()
        let count = p.NumberOfElements

        if count > 0L then
            let a, b, c, d = address pIn, address gIn, address mIn, address vIn
            let x, y, z = address pOut, address mOut, address vOut
            let blocks = int ((count + Block - 1L) / Block)

            let block i =
                elements step a b c d x y z (int64 i * Block) (min count ((int64 i + 1L) * Block))

            if blocks = 1 then
                block 0
            else
                Parallel.For(
                    0,
                    blocks,
                    ParallelOptions(MaxDegreeOfParallelism = torch.get_num_threads ()),
                    block
                )
                |> ignore

        struct (pOut, mOut, vOut)

/// Adam's update of one tensor, beside the dialect.
[<AutoOpen>]
module AdamUpdate =

    type dsharp with

        /// The definition: m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², p ← p - rate·m/(√v + ε), as tensor operations; any
        /// floating dtype, any device; differentiable where v > 0 (√v has no derivative at 0). Four tensors of one shape give parameter, first and second moment.
        static member adamDefinition
            (step: AdamStep, p: Tensor, g: Tensor, m: Tensor, v: Tensor)
            : Tensor * Tensor * Tensor =
            let m = dsharp.lerp (m, g, 1.0 - step.Beta1)
            use kept = v * step.Beta2
            let v = dsharp.addcmul (kept, g, g, 1.0 - step.Beta2)
            use root = dsharp.sqrt v
            use scale = root + step.Epsilon
            dsharp.addcdiv (p, m, scale, -step.Rate), m, v

        /// `adamDefinition`, by a kernel that crosses memory once where there is one (float32 on the CPU, no graph);
        /// equal to it within rounding.
        static member adam
            (step: AdamStep, p: Tensor, g: Tensor, m: Tensor, v: Tensor)
            : Tensor * Tensor * Tensor =
            for other in [ g; m; v ] do
                Guard.same "adam" p.shape other.shape

            if AdamKernel.applies [ p.torch; g.torch; m.torch; v.torch ] then
                let struct (p, m, v) = AdamKernel.update step p.torch g.torch m.torch v.torch
                Tensor.ofTorch p, Tensor.ofTorch m, Tensor.ofTorch v
            else
                dsharp.adamDefinition (step, p, g, m, v)
