namespace Dendrites

#nowarn "9" // `fixed`, to read and write tensors where they stand

open System
open System.Runtime.CompilerServices
open System.Threading.Tasks
open FSharp.NativeInterop
open TorchSharp

/// Order statistics of rows in managed code: about ten times as fast as libtorch's `topk` on a layer's activations.
[<RequireQualifiedAccess>]
module internal Selection =

    // Keys are integers that order as the floats do. Adding 0 makes -0.0 and 0.0 one; NaN is below all. Negative
    // floats order backwards in their bits, which the mask turns round without a branch: signs are hard to predict.

    let inline private key64 (x: float) : int64 =
        if x <> x then
            Int64.MinValue
        else
            let bits = BitConverter.DoubleToInt64Bits(x + 0.0)
            bits ^^^ ((bits >>> 63) &&& Int64.MaxValue)

    let inline private key32 (x: float32) : int64 =
        if x <> x then
            Int64.MinValue
        else
            let bits = BitConverter.SingleToInt32Bits(x + 0.0f)
            int64 (bits ^^^ ((bits >>> 31) &&& Int32.MaxValue))

    let private value64 (key: int64) : float =
        if key = Int64.MinValue then
            nan
        else
            BitConverter.Int64BitsToDouble(key ^^^ ((key >>> 63) &&& Int64.MaxValue))

    let private value32 (key: int64) : float32 =
        if key = Int64.MinValue then
            nanf
        else
            let key = int key
            BitConverter.Int32BitsToSingle(key ^^^ ((key >>> 31) &&& Int32.MaxValue))

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    let private read64 (source: nativeptr<float>) (keys: int64[]) =
        for i in 0 .. keys.Length - 1 do
            keys[i] <- key64 (NativePtr.get source i)

    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    let private read32 (source: nativeptr<float32>) (keys: int64[]) =
        for i in 0 .. keys.Length - 1 do
            keys[i] <- key32 (NativePtr.get source i)

    /// Rearranges `keys[left..right]` so that `keys[k]` is what sorting would put there, nothing greater before it,
    /// nothing less behind. R. W. Floyd and R. L. Rivest, "Algorithm 489: SELECT", CACM 18 (1975) 173.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    let rec private select (keys: int64[]) (left: int) (right: int) (k: int) : unit =
        let mutable left = left
        let mutable right = right

        while right > left do
            if right - left > 600 then
                // The k-th of a sample bounds the k-th of all from both sides.
                let n = float (right - left + 1)
                let i = float (k - left + 1)
                let z = log n
                let s = 0.5 * exp (2.0 * z / 3.0)
                let spread = 0.5 * sqrt (z * s * (n - s) / n) * float (sign (i - n / 2.0))
                let low = max left (int (floor (float k - i * s / n + spread)))
                let high = min right (int (floor (float k + (n - i) * s / n + spread)))
                select keys low high k

            let pivot = keys[k]
            let mutable i = left
            let mutable j = right
            keys[k] <- keys[left]
            keys[left] <- pivot

            if keys[right] > pivot then
                keys[left] <- keys[right]
                keys[right] <- pivot

            while i < j do
                let kept = keys[i]
                keys[i] <- keys[j]
                keys[j] <- kept
                i <- i + 1
                j <- j - 1

                while keys[i] < pivot do
                    i <- i + 1

                while keys[j] > pivot do
                    j <- j - 1

            if keys[left] = pivot then
                let kept = keys[left]
                keys[left] <- keys[j]
                keys[j] <- kept
            else
                j <- j + 1
                let kept = keys[j]
                keys[j] <- keys[right]
                keys[right] <- kept

            if j <= k then
                left <- j + 1

            if k <= j then
                right <- j - 1

    /// Whether rows can be read where they stand: floating point, in main memory, within a span's 2³¹ bytes.
    let applies (t: torch.Tensor) =
        t.device_type = DeviceType.CPU
        && Kind.isFloating t.dtype
        && t.NumberOfElements * t.ElementSize < 2147483648L

    /// Which `k` of `keys` are the largest: those above `threshold`, the k-th largest, and the first that equal it.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    let private mark (keys: int64[]) (threshold: int64) (k: int) (marks: nativeptr<byte>) =
        let mutable left = k

        for i in 0 .. keys.Length - 1 do
            if keys[i] > threshold then
                NativePtr.set marks i 1uy
                left <- left - 1

        let mutable i = 0

        while left > 0 do
            if keys[i] = threshold then
                NativePtr.set marks i 1uy
                left <- left - 1

            i <- i + 1

    /// Calls `work row keys spare` for each row of the last dimension of `t: [...; n]`, with the keys of its elements
    /// and a buffer as long; `work` may reorder both. Rows are divided among threads, so nothing that `work` does for
    /// one row may depend on another.
    let private byRow (t: torch.Tensor) (work: int -> int64[] -> int64[] -> unit) =
        use rows = Memory.rows t
        let n = int rows.shape[rows.shape.Length - 1]
        let count = int rows.NumberOfElements / n
        let memory = rows.bytes
        use pointer = fixed memory
        let address = NativePtr.toNativeInt pointer
        let isSingle = rows.dtype = torch.ScalarType.Float32

        let chunk first last =
            let keys = Array.zeroCreate n
            let spare = Array.zeroCreate n

            for row in first .. last - 1 do
                let start = int64 row * int64 n

                if isSingle then
                    read32 (NativePtr.ofNativeInt (address + nativeint (start * 4L))) keys
                else
                    read64 (NativePtr.ofNativeInt (address + nativeint (start * 8L))) keys

                work row keys spare

        let chunks = min count (torch.get_num_threads ())

        if chunks < 2 || int64 count * int64 n < 8192L then
            chunk 0 count
        else
            let border c =
                int (int64 count * int64 c / int64 chunks)

            Parallel.For(0, chunks, (fun c -> chunk (border c) (border (c + 1)))) |> ignore

    /// The k-th largest of each row, `[...; 1]`; see `dsharp.kthLargest`.
    let kthLargest (t: torch.Tensor) (k: int) : torch.Tensor =
        let shape = t.shape
        let n = int shape[shape.Length - 1]

        let result =
            torch.empty (Array.append shape[.. shape.Length - 2] [| 1L |], dtype = Nullable t.dtype)

        if result.NumberOfElements > 0L then
            let memory = result.bytes
            use pointer = fixed memory
            let address = NativePtr.toNativeInt pointer
            let isSingle = t.dtype = torch.ScalarType.Float32

            byRow t (fun row keys _ ->
                select keys 0 (n - 1) (n - k)

                if isSingle then
                    NativePtr.set (NativePtr.ofNativeInt address) row (value32 keys[n - k])
                else
                    NativePtr.set (NativePtr.ofNativeInt address) row (value64 keys[n - k]))

        result

    /// Which k of each row are the largest, Bool; see `dsharp.topkMask`.
    let topkMask (t: torch.Tensor) (k: int) : torch.Tensor =
        let shape = t.shape
        let n = int shape[shape.Length - 1]
        let result = torch.zeros (shape, dtype = Nullable torch.ScalarType.Bool)

        if k > 0 && result.NumberOfElements > 0L then
            let memory = result.bytes
            use pointer = fixed memory
            let address = NativePtr.toNativeInt pointer

            byRow t (fun row keys order ->
                Array.blit keys 0 order 0 n
                select order 0 (n - 1) (n - k)
                mark keys order[n - k] k (NativePtr.ofNativeInt (address + nativeint (int64 row * int64 n))))

        result
