namespace Dendrites

/// The permutations of permutedMNIST, as the authors' data set draws them (facts: MT19937 seeded with 42 whatever
/// the trial's seed; Matsumoto and Nishimura 1998).
[<RequireQualifiedAccess>]
module Permutation =

    /// Seed of the permutation stream in every published run.
    [<Literal>]
    let PublishedSeed = 42u

    /// An endless stream of 32-bit outputs of MT19937 initialised by `init_genrand(seed)`.
    let private twister (seed: uint32) =
        let n, m = 624, 397
        let state = Array.zeroCreate<uint32> n
        state[0] <- seed

        for i in 1 .. n - 1 do
            state[i] <- 1812433253u * (state[i - 1] ^^^ (state[i - 1] >>> 30)) + uint32 i

        let mutable next = n

        let refill () =
            for i in 0 .. n - 1 do
                let y = (state[i] &&& 0x80000000u) ||| (state[(i + 1) % n] &&& 0x7fffffffu)
                let twist = if y &&& 1u = 0u then 0u else 0x9908b0dfu
                state[i] <- state[(i + m) % n] ^^^ (y >>> 1) ^^^ twist

            next <- 0

        fun () ->
            if next = n then
                refill ()

            let mutable y = state[next]
            next <- next + 1
            y <- y ^^^ (y >>> 11)
            y <- y ^^^ ((y <<< 7) &&& 0x9d2c5680u)
            y <- y ^^^ ((y <<< 15) &&& 0xefc60000u)
            y ^^^ (y >>> 18)

    /// `tasks` permutations of `0 .. size - 1`: the identity, then successive draws from one stream. Pixel `i` of a
    /// task's image is pixel `permutation[i]` of the original.
    let tasks (seed: uint32) (size: int) (tasks: int) : int[] list =
        let draw = twister seed

        let shuffled () =
            let places = [| 0 .. size - 1 |]

            for i in 0 .. size - 2 do
                let j = i + int (draw () % uint32 (size - i))
                let kept = places[i]
                places[i] <- places[j]
                places[j] <- kept

            places

        [ for task in 0 .. tasks - 1 -> if task = 0 then [| 0 .. size - 1 |] else shuffled () ]
