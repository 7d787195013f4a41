/// What the tests of pieces are made on.
module Dendrites.Tests.PieceCases

open Dendrites
open Expecto

/// Parameters of a small gated network, float64.
let parameters key : Network.Parameters =
    let linear outputs inputs key : Network.Linear =
        { Weight = normal [ outputs; inputs ] (Key.fork 0 key)
          Bias = normal [ outputs ] (Key.fork 1 key) }

    let hidden = linear 4 3 (Key.fork 2 key)

    { Hidden =
        [ { Weight = hidden.Weight
            Bias = hidden.Bias
            Segments = Some(normal [ 4; 2; 5 ] (Key.fork 3 key)) } ]
      Heads = [ linear 2 4 (Key.fork 4 key) ] }

/// Every number of a tree.
let numbers (tree: 'p) =
    Tree.tensors tree |> Array.collect values

/// The feed-forward parameters of `moved`, and the anchor's segments: what no penalty may see the difference of.
let withSegmentsOf (moved: Network.Parameters) (anchor: Network.Parameters) : Network.Parameters =
    { anchor with
        Hidden =
            List.map2
                (fun (moved: Network.Layer) (anchor: Network.Layer) ->
                    { anchor with
                        Segments = moved.Segments })
                moved.Hidden
                anchor.Hidden }

/// A stream whose tasks contradict each other in part: a small network forgets the first while it learns the others. The mean
/// accuracy after the last, with settings of one's own.
let accuracy (settings: (string * string) list) seed =
    Scope.run (fun () ->
        let config =
            configured
                "quick"
                ([ "method", "k-winners"
                   "hidden", "40,40"
                   "tasks", "5"
                   "epochs", "6"
                   "batch", "32"
                   "lr", "0.003"
                   "density", "0.3"
                   "evaluate", "last"
                   "boundaries", "kept"
                   "seed", string<int> seed ]
                 @ settings)

        let all = labelled 768 64 10 (Key.ofSeed 5)

        let part places =
            { Images = dsharp.indexSelect (all.Images, 0, indices places)
              Labels = dsharp.indexSelect (all.Labels, 0, indices places) }

        let train, test = part [| 0..511 |], part [| 512..767 |]
        let plan = Run.plan config train test
        let mutable latest = Run.start plan
        Run.events plan (fun state -> latest <- state) latest |> Seq.iter ignore
        Metrics.averageAccuracy latest.Matrix |> Option.get)

let private plain = lazy ([ 1..5 ] |> List.averageBy (accuracy []))

/// A claim that a piece forgets less than plain training, over five seeds.
let forgetsLess (settings: (string * string) list) =
    test $"{settings}: it forgets less than plain training, over five seeds" {
        let joined = [ 1..5 ] |> List.averageBy (accuracy settings)
        Expect.isGreaterThan joined (plain.Value + 0.02) $"{joined} with, {plain.Value} without"
    }
