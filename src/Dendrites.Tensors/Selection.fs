namespace Dendrites

#nowarn "9" // `fixed`, to read and write tensors where they stand

open System
open System.Threading.Tasks
open FSharp.NativeInterop
open TorchSharp

/// Order statistics of rows in managed code: about ten times as fast as libtorch's `topk` on a layer's activations.
[<RequireQualifiedAccess>]
module internal Selection =

    /// An integer that orders as the float does. -0.0 and 0.0 are one; NaN is below all.
    let private key (x: float) : int64 =
        if Double.IsNaN x then
            Int64.MinValue
        else
            let bits = BitConverter.DoubleToInt64Bits(x + 0.0)
            if bits >= 0L then bits else bits ^^^ Int64.MaxValue

    let private ofKey (key: int64) : float =
        if key = Int64.MinValue then nan
        elif key >= 0L then BitConverter.Int64BitsToDouble key
        else BitConverter.Int64BitsToDouble(key ^^^ Int64.MaxValue)

    /// Rearranges `keys[left..right]` so that `keys[k]` is what sorting would put there, nothing greater before it,
    /// nothing less behind. R. W. Floyd and R. L. Rivest, "Algorithm 489: SELECT", CACM 18 (1975) 173.
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

    /// Calls `work row keys` for each row of the last dimension of `t: [...; n]`, with the keys of its elements in a
    /// buffer that `work` may reorder. Rows are divided among threads; nothing that `work` does for one row may
    /// depend on another.
    let private byRow (t: torch.Tensor) (work: int -> int64[] -> unit) =
        use rows = t.contiguous ()
        let n = int rows.shape[rows.shape.Length - 1]
        let count = int rows.NumberOfElements / n
        let memory = rows.bytes
        use pointer = fixed memory
        let address = NativePtr.toNativeInt pointer
        let isSingle = rows.dtype = torch.ScalarType.Float32

        let chunk first last =
            let keys = Array.zeroCreate n

            for row in first .. last - 1 do
                if isSingle then
                    let source =
                        NativePtr.ofNativeInt<float32>(address + nativeint (int64 row * int64 n * 4L))

                    for i in 0 .. n - 1 do
                        keys[i] <- key (float (NativePtr.get source i))
                else
                    let source =
                        NativePtr.ofNativeInt<float>(address + nativeint (int64 row * int64 n * 8L))

                    for i in 0 .. n - 1 do
                        keys[i] <- key (NativePtr.get source i)

                work row keys

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

            byRow t (fun row keys ->
                select keys 0 (n - 1) (n - k)
                let value = ofKey keys[n - k]

                if isSingle then
                    NativePtr.set (NativePtr.ofNativeInt<float32> address) row (float32 value)
                else
                    NativePtr.set (NativePtr.ofNativeInt<float> address) row value)

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

            byRow t (fun row keys ->
                let order = Array.copy keys
                select order 0 (n - 1) (n - k)
                let threshold = order[n - k]
                let marks = NativePtr.ofNativeInt<byte>(address + nativeint (int64 row * int64 n))
                let mutable left = k

                for i in 0 .. n - 1 do
                    if keys[i] > threshold then
                        NativePtr.set marks i 1uy
                        left <- left - 1

                let mutable i = 0

                while left > 0 do
                    if keys[i] = threshold then
                        NativePtr.set marks i 1uy
                        left <- left - 1

                    i <- i + 1)

        result
