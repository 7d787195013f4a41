// MNIST's four IDX files from the data cache, for the examples and the prompt.
#load "../dendrites.fsx"

open System
open System.IO
open Dendrites

/// Where `./dendrites data get mnist` leaves it.
let folder =
    let given name =
        match Environment.GetEnvironmentVariable name with
        | null
        | "" -> None
        | value -> Some value

    match given "DENDRITES_DATA", given "XDG_CACHE_HOME", given "HOME" with
    | Some data, _, _ -> Path.Combine(data, "mnist")
    | _, Some cache, _ -> Path.Combine(cache, "dendrites", "data", "mnist")
    | _, _, home -> Path.Combine(defaultArg home ".", ".cache", "dendrites", "data", "mnist")

/// The bytes of an IDX file behind its header.
let private body name =
    let bytes = File.ReadAllBytes(Path.Combine(folder, name))
    bytes[4 + 4 * int bytes[3] ..]

let private samples kind count =
    Stream.samples count (body $"{kind}-images-idx3-ubyte") (body $"{kind}-labels-idx1-ubyte")

/// Training and test samples; each takes how many from the front (0: all).
let load () = samples "train", samples "t10k"
