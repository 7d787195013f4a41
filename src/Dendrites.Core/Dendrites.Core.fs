namespace Dendrites

/// The map of the mathematics, and the few functions that most scripts need.
///
/// A `Problem` is one reason why something cannot be used. `SparseMask` and `KWinners` make activity and connectivity
/// sparse; `Segments` read a context and a `Gate` turns what they say into a modulation; `Network` stacks such layers;
/// `Prototypes`, `Clusters` and `OneHot` are contexts, `Hotelling` tells whether two sets share one; `Pieces` keep or bring back what
/// was learned, `Methods` join networks and pieces; `Scenario` says which streams there are; `Representation` what units and
/// segments do; `Optimiser` turns gradients
/// into updates, `Fused` and `Subnetwork` the same faster. `Permutation` draws tasks, `Stream` is a sequence of them, `Learner` a method that learns them, `Run`
/// the protocol that trains, tests and tells; `RunConfig`, key by `ConfigKey`, and `Presets` say what a run is;
/// `Metrics` what came of it; `Laws`, each a `Law`, what every variant must satisfy.
///
/// Not qualified by force: a script that opens the namespace a second time opens this module with it.
module Dendrites =

    /// The published Active Dendrites network: `inputs` wide, two hidden layers of 2048, `segments` segments that
    /// read a context as wide as the input, 5 % winners, half of the weights.
    let publishedNetwork (segments: int) : Network.Config =
        let network =
            match Presets.find "prototype-10" with
            | Ok preset ->
                { RunConfig.network 784 10 preset.Config with
                    Segments = segments }
            | Error problem -> failwith (string problem)

        match Network.validate network with
        | [] -> network
        | problems -> invalidArg (nameof segments) (problems |> List.map string |> String.concat "; ")
