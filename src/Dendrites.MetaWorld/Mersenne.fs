namespace Dendrites.MetaWorld

/// The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998) as numpy's legacy global generator runs it: the benchmark
/// draws its goals with it, so the same seed must give the same numbers. Everything else in this project draws with a `Key`.
[<Sealed>]
type Mersenne(seed: uint32) =
    let size, middle = 624, 397
    let state = Array.zeroCreate<uint32> size
    let mutable next = size

    do
        state[0] <- seed

        for i in 1 .. size - 1 do
            state[i] <- 1812433253u * (state[i - 1] ^^^ (state[i - 1] >>> 30)) + uint32 i

    let twist () =
        for i in 0 .. size - 1 do
            let joined = (state[i] &&& 0x80000000u) ||| (state[(i + 1) % size] &&& 0x7fffffffu)

            let turned =
                if joined &&& 1u = 0u then
                    joined >>> 1
                else
                    (joined >>> 1) ^^^ 0x9908b0dfu

            state[i] <- state[(i + middle) % size] ^^^ turned

        next <- 0

    /// The next 32 bits.
    member _.Word() : uint32 =
        if next = size then
            twist ()

        let y = state[next]
        next <- next + 1
        let y = y ^^^ (y >>> 11)
        let y = y ^^^ ((y <<< 7) &&& 0x9d2c5680u)
        let y = y ^^^ ((y <<< 15) &&& 0xefc60000u)
        y ^^^ (y >>> 18)

    /// The next number in [0, 1), a multiple of 2⁻⁵³ made of 27 and 26 bits.
    member generator.Double() : float =
        let high = generator.Word() >>> 5
        let low = generator.Word() >>> 6
        (float high * 67108864.0 + float low) / 9007199254740992.0
