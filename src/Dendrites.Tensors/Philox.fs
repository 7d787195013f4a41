namespace Dendrites

#nowarn "9" // fills write through pointers, so that arrays and native tensors share one loop

open System
open System.Runtime.CompilerServices
open System.Threading.Tasks
open Microsoft.FSharp.NativeInterop

/// The counter-based generator Philox4x32-10 and the distributions drawn from it.
/// Word `i` of a stream is a pure function of the key and `i`, so any thread may compute any part.
/// Only + - * / and square root of IEEE 754 are used, with a logarithm and a cosine of our own:
/// the mathematics libraries of two machines differ in the last bit, these numbers do not.
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
[<RequireQualifiedAccess>]
module Philox =

    /// What a stream is for; the fourth word of the counter. Streams of one key never meet.
    type internal Domain =
        | Draw = 0u
        | Fork = 1u
        | Name = 2u
        | Seed = 3u

    let inline private rounds
        key0
        key1
        (c0: byref<uint32>)
        (c1: byref<uint32>)
        (c2: byref<uint32>)
        (c3: byref<uint32>)
        =
        let mutable k0: uint32 = key0
        let mutable k1: uint32 = key1

        for _ in 1..10 do
            let product0 = 0xD2511F53UL * uint64 c0
            let product1 = 0xCD9E8D57UL * uint64 c2
            c0 <- uint32 (product1 >>> 32) ^^^ c1 ^^^ k0
            c2 <- uint32 (product0 >>> 32) ^^^ c3 ^^^ k1
            c1 <- uint32 product1
            c3 <- uint32 product0
            k0 <- k0 + 0x9E3779B9u
            k1 <- k1 + 0xBB67AE85u

    /// The four random words of a 128-bit counter under a 64-bit key (low word first in both).
    let block (key: uint64) (counter: struct (uint32 * uint32 * uint32 * uint32)) =
        let struct (a, b, c, d) = counter
        let mutable c0 = a
        let mutable c1 = b
        let mutable c2 = c
        let mutable c3 = d
        rounds (uint32 key) (uint32 (key >>> 32)) &c0 &c1 &c2 &c3
        struct (c0, c1, c2, c3)

    /// The first 64 random bits at `index` of a domain: how keys beget keys.
    let internal word64 (domain: Domain) (key: uint64) (index: uint64) =
        let struct (low, high, _, _) =
            block key (struct (uint32 index, uint32 (index >>> 32), 0u, uint32 domain))

        uint64 low ||| (uint64 high <<< 32)

    /// Values per parallel piece; a multiple of four, so that no block straddles two pieces.
    [<Literal>]
    let private Piece = 65536L

    /// Runs `fill first past` over [0, count) in pieces; pieces, not threads, decide what is computed.
    let private inPieces (count: int64) (fill: int64 -> int64 -> unit) =
        if count <= Piece then
            fill 0L count
        else
            let piece (i: int64) =
                fill (i * Piece) (min count ((i + 1L) * Piece))

            Parallel.For(0L, (count + Piece - 1L) / Piece, piece) |> ignore

    /// Calls `write position w0 w1 w2 w3` for each block of the draw stream that covers [first, past),
    /// where a block serves `perBlock` values; `position` is that of the block's first value.
    let inline private overBlocks
        (key: uint64)
        perBlock
        (first: int64)
        (past: int64)
        ([<InlineIfLambda>] write)
        =
        let key0 = uint32 key
        let key1 = uint32 (key >>> 32)
        let mutable position = first

        while position < past do
            let index = uint64 (position / perBlock)
            let mutable c0 = uint32 index
            let mutable c1 = uint32 (index >>> 32)
            let mutable c2 = 0u
            let mutable c3 = uint32 Domain.Draw
            rounds key0 key1 &c0 &c1 &c2 &c3
            write position c0 c1 c2 c3
            position <- position + perBlock

    /// [0, 1), a multiple of 2⁻²⁴.
    let inline private unit24 (word: uint32) = float32 (word >>> 8) * 5.9604645e-8f

    /// [0, 1), a multiple of 2⁻⁵³.
    let inline private unit53 (low: uint32) (high: uint32) =
        float ((uint64 low ||| (uint64 high <<< 32)) >>> 11) * 1.1102230246251565e-16

    // The loops below are compiled at full optimisation from the first call (`Eager`): a program that
    // draws once, and much, would otherwise spend that draw in unoptimised code.
    [<Literal>]
    let private Eager =
        MethodImplOptions.AggressiveOptimization ||| MethodImplOptions.NoInlining

    let inline private offset<'a when 'a: unmanaged> (target: nativeptr<'a>) (index: int64) =
        NativePtr.ofNativeInt<'a>(NativePtr.toNativeInt target + nativeint (index * int64 sizeof<'a>))

    /// Writes `value w` for each word, four to a block.
    let inline private perWord key (target: nativeptr<float32>) first past ([<InlineIfLambda>] value) =
        overBlocks key 4L first past (fun i w0 w1 w2 w3 ->
            let p = offset target i
            NativePtr.write p (value w0)

            if i + 1L < past then
                NativePtr.set p 1 (value w1)

            if i + 2L < past then
                NativePtr.set p 2 (value w2)

            if i + 3L < past then
                NativePtr.set p 3 (value w3))

    /// Writes `value low high` for each pair of words, two to a block.
    let inline private perPair key (target: nativeptr<'a>) first past ([<InlineIfLambda>] value) =
        overBlocks key 2L first past (fun i w0 w1 w2 w3 ->
            let p = offset target i
            NativePtr.write p (value w0 w1)

            if i + 1L < past then
                NativePtr.set p 1 (value w2 w3))

    [<MethodImpl(Eager)>]
    let private pieceUniform32 key (low: float) (high: float) target first past =
        if low = 0.0 && high = 1.0 then
            perWord key target first past unit24
        else
            let width = high - low
            let top = max (float32 low) (MathF.BitDecrement(float32 high)) // rounding must not reach `high`
            perWord key target first past (fun w -> min top (float32 (low + width * float (unit24 w))))

    /// Uniform float32 in [low, high) at `target`, four to a block.
    let internal fillUniform32
        (key: uint64)
        (low: float)
        (high: float)
        (target: nativeptr<float32>)
        (count: int64)
        =
        inPieces count (pieceUniform32 key low high target)

    [<MethodImpl(Eager)>]
    let private pieceUniform64 key (low: float) (high: float) (target: nativeptr<float>) first past =
        let width = high - low
        let top = max low (Math.BitDecrement high)
        perPair key target first past (fun a b -> min top (low + width * unit53 a b))

    /// Uniform float64 in [low, high) at `target`, two to a block.
    let internal fillUniform64
        (key: uint64)
        (low: float)
        (high: float)
        (target: nativeptr<float>)
        (count: int64)
        =
        inPieces count (pieceUniform64 key low high target)

    [<MethodImpl(Eager)>]
    let private pieceBernoulli32 key (probability: float) target first past =
        perWord key target first past (fun w -> if float (unit24 w) < probability then 1.0f else 0.0f)

    /// 1 with a probability (in steps of 2⁻²⁴), else 0; float32 at `target`, four to a block.
    let internal fillBernoulli32
        (key: uint64)
        (probability: float)
        (target: nativeptr<float32>)
        (count: int64)
        =
        inPieces count (pieceBernoulli32 key probability target)

    [<MethodImpl(Eager)>]
    let private pieceBernoulli64 key (probability: float) (target: nativeptr<float>) first past =
        perPair key target first past (fun a b -> if unit53 a b < probability then 1.0 else 0.0)

    /// 1 with a probability, else 0; float64 at `target`, two to a block.
    let internal fillBernoulli64
        (key: uint64)
        (probability: float)
        (target: nativeptr<float>)
        (count: int64)
        =
        inPieces count (pieceBernoulli64 key probability target)

    /// `count` bits, eight to a byte, the lowest first, each 1 with a probability of `threshold` in 2¹⁶; eight to a block. What is left
    /// of the last byte is drawn too.
    [<MethodImpl(Eager)>]
    let internal fillChances (key: uint64) (threshold: uint32) (target: nativeptr<byte>) (count: int64) =
        // 1 where half a word is below the threshold: the difference then has its top bit.
        let inline below (half: uint32) = (half - threshold) >>> 31

        let inline pair (word: uint32) =
            below (word &&& 0xFFFFu) ||| (below (word >>> 16) <<< 1)

        overBlocks key 8L 0L count (fun i w0 w1 w2 w3 ->
            let bits = pair w0 ||| (pair w1 <<< 2) ||| (pair w2 <<< 4) ||| (pair w3 <<< 6)
            NativePtr.write (offset target (i / 8L)) (byte bits))

    [<MethodImpl(Eager)>]
    let private pieceWords key (target: nativeptr<uint64>) first past =
        perPair key target first past (fun low high -> uint64 low ||| (uint64 high <<< 32))

    /// 64-bit words at `target`, two to a block.
    let internal fillWords (key: uint64) (target: nativeptr<uint64>) (count: int64) =
        inPieces count (pieceWords key target)

    /// Natural logarithm of a positive normal number, to within two units in the last place:
    /// m·2ᵉ with m in [√½, √2), then 2 artanh((m-1)/(m+1)) by its series.
    let internal log (x: float) =
        let bits = BitConverter.DoubleToInt64Bits x
        let exponent = (bits >>> 52) - 1023L

        let mantissa =
            BitConverter.Int64BitsToDouble((bits &&& 0xFFFFFFFFFFFFFL) ||| 0x3FF0000000000000L)

        let high = mantissa >= 1.4142135623730951
        let m = if high then mantissa * 0.5 else mantissa
        let e = if high then exponent + 1L else exponent
        let s = (m - 1.0) / (m + 1.0)
        let q = s * s

        let series =
            1.0 / 3.0
            + q
              * (1.0 / 5.0
                 + q
                   * (1.0 / 7.0
                      + q
                        * (1.0 / 9.0
                           + q
                             * (1.0 / 11.0
                                + q
                                  * (1.0 / 13.0
                                     + q
                                       * (1.0 / 15.0 + q * (1.0 / 17.0 + q * (1.0 / 19.0 + q * (1.0 / 21.0)))))))))

        float e * 0.6931471805599453 + (2.0 * s + 2.0 * s * q * series)

    /// Cosine and sine of `turns` whole turns, `turns` in [0, 1): the quadrant is exact,
    /// the remaining angle in [-π/4, π/4] goes through Taylor's series.
    let internal cosSin (turns: float) =
        let quadrant = int (turns * 4.0 + 0.5)
        let x = (turns * 4.0 - float quadrant) * 1.5707963267948966
        let q = x * x

        let sine =
            x
            + x
              * q
              * (-1.0 / 6.0
                 + q
                   * (1.0 / 120.0
                      + q
                        * (-1.0 / 5040.0
                           + q
                             * (1.0 / 362880.0
                                + q
                                  * (-1.0 / 39916800.0
                                     + q * (1.0 / 6227020800.0 + q * (-1.0 / 1307674368000.0)))))))

        let cosine =
            1.0
            + q
              * (-0.5
                 + q
                   * (1.0 / 24.0
                      + q
                        * (-1.0 / 720.0
                           + q
                             * (1.0 / 40320.0
                                + q
                                  * (-1.0 / 3628800.0
                                     + q
                                       * (1.0 / 479001600.0
                                          + q * (-1.0 / 87178291200.0 + q * (1.0 / 20922789888000.0))))))))

        match quadrant &&& 3 with
        | 0 -> struct (cosine, sine)
        | 1 -> struct (-sine, cosine)
        | 2 -> struct (-cosine, -sine)
        | _ -> struct (sine, -cosine)

    /// (0, 1], a multiple of 2⁻³².
    let inline private above32 (word: uint32) =
        (float word + 1.0) * 2.3283064365386963e-10

    /// Two independent standard normals from a radius variate in (0, 1] and an angle in [0, 1).
    /// Source: Box and Muller 1958.
    let inline private boxMuller (radius: float) (turns: float) =
        let r = sqrt (-2.0 * log radius)
        let struct (c, s) = cosSin turns
        struct (r * c, r * s)

    [<MethodImpl(Eager)>]
    let private pieceNormal32 key (target: nativeptr<float32>) first past =
        overBlocks key 4L first past (fun i w0 w1 w2 w3 ->
            let p = offset target i
            let struct (a, b) = boxMuller (above32 w0) (float w1 * 2.3283064365386963e-10)
            let struct (c, d) = boxMuller (above32 w2) (float w3 * 2.3283064365386963e-10)
            NativePtr.write p (float32 a)

            if i + 1L < past then
                NativePtr.set p 1 (float32 b)

            if i + 2L < past then
                NativePtr.set p 2 (float32 c)

            if i + 3L < past then
                NativePtr.set p 3 (float32 d))

    /// Standard normal float32 at `target`, four to a block; computed in float64, |z| ≤ 6.7.
    let internal fillNormal32 (key: uint64) (target: nativeptr<float32>) (count: int64) =
        inPieces count (pieceNormal32 key target)

    [<MethodImpl(Eager)>]
    let private pieceNormal64 key (target: nativeptr<float>) first past =
        overBlocks key 2L first past (fun i w0 w1 w2 w3 ->
            let p = offset target i
            let struct (a, b) = boxMuller (unit53 w0 w1 + 1.1102230246251565e-16) (unit53 w2 w3)
            NativePtr.write p a

            if i + 1L < past then
                NativePtr.set p 1 b)

    /// Standard normal float64 at `target`, two to a block; |z| ≤ 8.6.
    let internal fillNormal64 (key: uint64) (target: nativeptr<float>) (count: int64) =
        inPieces count (pieceNormal64 key target)
