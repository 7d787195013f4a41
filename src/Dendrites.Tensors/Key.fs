namespace Dendrites

#nowarn "9" // `fixed`, to hand managed arrays to the fills of Philox

open System
open System.Text
open Microsoft.FSharp.NativeInterop
open TorchSharp

/// A source of random numbers as a value: the same key gives the same numbers, on every machine
/// and with any number of threads. A key is not used up by a draw; give each purpose its own child.
[<Struct>]
type Key =
    private
        { Bits: uint64 }

    /// `Key 0123456789abcdef`, the 64 bits in hexadecimal.
    override key.ToString() = $"Key {key.Bits:x16}"

/// Making keys, and drawing from them. Two draws from one key see the same underlying stream.
[<RequireQualifiedAccess>]
module Key =

    let private child domain index (key: Key) =
        { Bits = Philox.word64 domain key.Bits index }

    /// The key of a seed; neighbouring seeds give unrelated keys.
    let ofSeed64 (seed: int64) : Key =
        child Philox.Domain.Seed (uint64 seed) { Bits = 0UL }

    /// The key of a seed; `ofSeed s = ofSeed64 (int64 s)`.
    let ofSeed (seed: int) : Key = ofSeed64 (int64 seed)

    /// The 64 bits of a key, for writing it down. `ofBits (bits key) = key`.
    let bits (key: Key) : uint64 = key.Bits

    /// The key that `bits` wrote down.
    let ofBits (bits: uint64) : Key = { Bits = bits }

    /// Child number `index` (any int) of a key. Children are independent of each other and of the parent's draws.
    let fork (index: int) (key: Key) : Key =
        child Philox.Domain.Fork (uint64 (uint32 index)) key

    /// The first `count` children: `[| fork 0 key; fork 1 key; … |]`.
    let split (count: int) (key: Key) : Key[] = Array.init count (fun i -> fork i key)

    /// The child for a named purpose, such as `Key.named "weights" key`. Named and numbered children never coincide.
    let named (name: string) (key: Key) : Key =
        let mutable hash = 0xcbf29ce484222325UL // FNV-1a, 64 bits, of the UTF-8 bytes

        for b in Encoding.UTF8.GetBytes name do
            hash <- (hash ^^^ uint64 b) * 0x100000001b3UL

        child Philox.Domain.Name hash key

    let private nonNegative what count =
        if count < 0 then
            invalidArg "count" $"Key.{what}: the count must not be negative, got {count}."

    /// `count` numbers uniform in [0, 1), multiples of 2⁻⁵³.
    let uniforms (count: int) (key: Key) : float[] =
        nonNegative "uniforms" count
        let values = Array.zeroCreate count
        use pointer = fixed values
        Philox.fillUniform64 key.Bits 0.0 1.0 pointer (int64 count)
        values

    /// `count` float32 numbers uniform in [0, 1), multiples of 2⁻²⁴.
    let uniforms32 (count: int) (key: Key) : float32[] =
        nonNegative "uniforms32" count
        let values = Array.zeroCreate count
        use pointer = fixed values
        Philox.fillUniform32 key.Bits 0.0 1.0 pointer (int64 count)
        values

    /// `count` standard normal numbers.
    let normals (count: int) (key: Key) : float[] =
        nonNegative "normals" count
        let values = Array.zeroCreate count
        use pointer = fixed values
        Philox.fillNormal64 key.Bits pointer (int64 count)
        values

    /// Fills `target` with bits, each 1 with a probability of `threshold` in 2¹⁶, from 0 to 2¹⁶: eight to a byte, the lowest first.
    let chances (threshold: int) (target: Span<byte>) (key: Key) : unit =
        if threshold < 0 || threshold > 65536 then
            invalidArg "threshold" $"Key.chances: a threshold lies in [0, 65536], got {threshold}."

        use pointer = fixed target
        Philox.fillChances key.Bits (uint32 threshold) pointer (8L * int64 target.Length)

    let private words (count: int) (key: Key) : uint64[] =
        let values = Array.zeroCreate count
        use pointer = fixed values
        Philox.fillWords key.Bits pointer (int64 count)
        values

    /// [0, range) from a 64-bit word; no value is favoured by more than range / 2⁶⁴.
    let private below (range: uint64) (word: uint64) =
        let mutable low = 0UL
        Math.BigMul(word, range, &low)

    /// `count` integers uniform in [low, high).
    let integers (low: int) (high: int) (count: int) (key: Key) : int[] =
        nonNegative "integers" count

        if high <= low then
            invalidArg "high" $"Key.integers: high must exceed low, got [{low}, {high})."

        let range = uint64 (int64 high - int64 low)
        words count key |> Array.map (fun w -> int (int64 low + int64 (below range w)))

    /// A random order of 0 .. n-1 (Fisher and Yates), every order equally likely.
    let permutation (n: int) (key: Key) : int[] =
        nonNegative "permutation" n
        let order = Array.init n id
        let words = words n key

        for i in n - 1 .. -1 .. 1 do
            let j = int (below (uint64 i + 1UL) words[i])
            let kept = order[i]
            order[i] <- order[j]
            order[j] <- kept

        order

    /// A new CPU tensor filled through its memory.
    let private filled
        who
        (shape: int list)
        dtype
        (fill32: nativeptr<float32> -> int64 -> unit)
        fill64
        : Tensor =
        if List.exists (fun size -> size < 0) shape then
            Guard.fail who $"a shape cannot hold a negative size, got {Guard.show (List.toArray shape)}"

        let elementType =
            match dtype with
            | Dtype.Float32 -> torch.ScalarType.Float32
            | Dtype.Float64 -> torch.ScalarType.Float64
            | other -> invalidArg "dtype" $"{who}: draws are Float32 or Float64, not {other}."

        Native.load ()

        let tensor =
            torch.empty (shape |> List.map int64 |> List.toArray, dtype = elementType)

        let count = tensor.NumberOfElements

        if count > 0L then
            let memory = tensor.bytes
            use pointer = fixed memory
            let address = NativePtr.toNativeInt pointer

            match dtype with
            | Dtype.Float32 -> fill32 (NativePtr.ofNativeInt address) count
            | _ -> fill64 (NativePtr.ofNativeInt address) count

        Tensor.ofTorch tensor

    /// Uniform in [low, high) (`low` itself where the two are equal), on the CPU. Float32 or Float64, at most 2³¹ bytes.
    let uniform (low: float) (high: float) (shape: int list) (dtype: Dtype) (key: Key) : Tensor =
        if not (low <= high && Double.IsFinite(high - low)) then
            invalidArg "high" $"Key.uniform: [low, high) must be a finite range, got [{low}, {high})."

        filled
            "Key.uniform"
            shape
            dtype
            (fun target count -> Philox.fillUniform32 key.Bits low high target count)
            (fun target count -> Philox.fillUniform64 key.Bits low high target count)

    /// Standard normal, on the CPU. Float32 or Float64, at most 2³¹ bytes.
    let normal (shape: int list) (dtype: Dtype) (key: Key) : Tensor =
        filled "Key.normal" shape dtype (Philox.fillNormal32 key.Bits) (Philox.fillNormal64 key.Bits)

    /// 1 with the given probability, else 0, on the CPU. Float32 or Float64, at most 2³¹ bytes.
    let bernoulli (probability: float) (shape: int list) (dtype: Dtype) (key: Key) : Tensor =
        if not (probability >= 0.0 && probability <= 1.0) then
            invalidArg "probability" $"Key.bernoulli: a probability lies in [0, 1], got {probability}."

        filled
            "Key.bernoulli"
            shape
            dtype
            (Philox.fillBernoulli32 key.Bits probability)
            (Philox.fillBernoulli64 key.Bits probability)
