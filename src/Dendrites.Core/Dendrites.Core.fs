namespace Dendrites

/// The map of the mathematics, and the few functions that most scripts need.
///
/// `SparseMask` and `KWinners` make activity and connectivity sparse; `Segments` read a context and a `Gate` turns
/// what they say into a modulation; `Network` stacks such layers; `Prototypes` and `OneHot` are contexts;
/// `Optimiser` turns gradients into updates. `Stream` is a sequence of tasks, `Learner` a method that learns them,
/// `Run` the protocol that trains, tests and tells; `RunConfig` and `Presets` say what a run is; `Metrics` what came
/// of it; `Laws` what every variant must satisfy.
[<RequireQualifiedAccess>]
module Dendrites =

    /// The published Active Dendrites network: `inputs` wide, two hidden layers of 2048, `segments` segments that
    /// read a context as wide as the input, 5 % winners, half of the weights.
    let publishedNetwork (segments: int) : Network.Config =
        match RunConfig.setAll [ "segments", string segments ] Presets.all[0].Config with
        | Ok config -> RunConfig.network 784 10 config
        | Error problems -> invalidArg (nameof segments) (string problems.Head)
