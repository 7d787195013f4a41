module Dendrites.Tests.ClustersTests

open Dendrites
open Expecto

/// Batches of two normal distributions, far apart, and what became of them: each with its source and its cluster.
let private formed inputs size key =
    let batches =
        [ for i in 0..7 ->
              let source =
                  Key.integers 0 2 1 (key |> Key.named "source" |> Key.fork i) |> Array.head

              source, normal [ size; inputs ] (Key.fork i key) + float source * 5.0 ]

    let clusters, state =
        (Clusters.init inputs Dtype.Float64 key, batches)
        ||> List.mapFold (fun state (_, x) ->
            let state, cluster = Clusters.assign x state
            cluster, state)

    List.zip clusters batches, state

[<Tests>]
let tests =
    testList
        "Clusters"
        [ propertyOf
              25
              "no cluster mixes what is far apart; prototypes, counts and exemplars are its batches'"
              (fun key ->
                  let inputs, batch = size "inputs" 2 9 key, size "batch" 8 200 key
                  let joined, state = formed inputs batch key
                  Expect.isLessThan (Clusters.count state) 7 "some joined"

                  for cluster in 0 .. Clusters.count state - 1 do
                      let own = joined |> List.filter (fst >> (=) cluster) |> List.map snd
                      Expect.hasLength (List.distinctBy fst own) 1 "one source"
                      let all = dsharp.cat (own |> List.map snd, 0)
                      Expect.equal (integers state.Counts[cluster]) [| all.shape[0] |] "count"
                      expectClose 1e-9 (values (all.mean 0)) (values state.Rows[cluster]) "prototype"
                      let kept = (integers state.Sizes)[cluster]
                      Expect.isLessThanOrEqual kept Clusters.Most "exemplars"
                      let exemplars = rows (state.Exemplars[cluster].[.. kept - 1])
                      let members = Set.ofArray (rows all)
                      Expect.isTrue (exemplars |> Array.forall members.Contains) "exemplars are samples"
                      Expect.equal (Array.distinct exemplars).Length kept "each once")

          propertyOf 10 "the first cluster that passes the test takes a batch, if any does" (fun key ->
              let joined, state = formed 4 40 key
              let x = normal [ 40; 4 ] (Key.named "next" key)
              let after, cluster = Clusters.assign x state

              let passing =
                  [ for j in 0 .. Clusters.count state - 1 do
                        let kept = (integers state.Sizes)[j]

                        if Hotelling.cdf (state.Exemplars[j].[.. kept - 1]) x < 0.9 then
                            j ]

              Expect.isNonEmpty joined "batches"
              Expect.equal cluster (passing @ [ Clusters.count state ] |> List.head) "first"

              let grown = if passing.IsEmpty then 1 else 0
              Expect.equal (Clusters.count after) (Clusters.count state + grown) "clusters")

          propertyOf 3 "of many inputs, 256 are looked at; a prototype as an image says the same" (fun key ->
              let inputs = size "inputs" 257 300 key
              let x = normal [ 140; inputs ] key
              let state, _ = Clusters.assign x (Clusters.init inputs Dtype.Float64 key)
              let columns = integers state.Columns
              Expect.equal (Array.sort (Array.distinct columns)) columns "ascending, each once"
              Expect.equal columns.Length 256 "columns"

              Expect.isTrue (columns |> Array.forall (fun column -> column >= 0 && column < inputs)) "inputs"

              let inside = dsharp.linear (Clusters.look state x, state.Rows)

              expectClose
                  1e-9
                  (values inside)
                  (values (dsharp.linear (x, Clusters.spread inputs state)))
                  "products")

          test "the same key and batches make the same clusters; another key looks elsewhere" {
              Scope.run (fun () ->
                  let make seed = formed 300 140 (Key.ofSeed seed)
                  let (joined, state), (joined', state') = make 1, make 1
                  Expect.equal (List.map fst joined) (List.map fst joined') "clusters"
                  Expect.equal (values state.Exemplars) (values state'.Exemplars) "exemplars"
                  Expect.notEqual (integers (snd (make 2)).Columns) (integers state.Columns) "columns")
          } ]
