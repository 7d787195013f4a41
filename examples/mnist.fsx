// MNIST's four IDX files from the data cache, for the examples and the prompt.
#load "../repl.fsx"

open System
open System.Buffers.Binary
open System.IO
open Dendrites

/// The real MNIST, as `./dendrites data get mnist` leaves it.
module Mnist =

    let folder =
        let given = Environment.GetEnvironmentVariable

        match given "DENDRITES_DATA", given "XDG_CACHE_HOME" with
        | null, null -> Path.Combine(given "HOME", ".cache", "dendrites", "data", "mnist")
        | null, cache -> Path.Combine(cache, "dendrites", "data", "mnist")
        | data, _ -> Path.Combine(data, "mnist")

    let private body name =
        let bytes = File.ReadAllBytes(Path.Combine(folder, name))
        let dimensions = int bytes[3]
        bytes[4 + 4 * dimensions ..], BinaryPrimitives.ReadInt32BigEndian(ReadOnlySpan(bytes, 4, 4))

    let private samples kind count =
        let images, _ = body $"{kind}-images-idx3-ubyte"
        let labels, _ = body $"{kind}-labels-idx1-ubyte"
        Stream.samples count images labels

    /// Training and test samples; each takes how many from the front (0: all).
    let load () = samples "train", samples "t10k"
