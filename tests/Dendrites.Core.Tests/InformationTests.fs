module Dendrites.Tests.InformationTests

open Expecto
open Dendrites

let private preset = configured "prototype-10"

[<Tests>]
let tests =
    testList
        "Information"
        [ test "prototypes tell which task is learned, and nothing at test" {
              let config = preset []
              Expect.contains (Information.learning config) "which task is learned" "learning"
              Expect.isEmpty (Information.testing config) "test"
              Expect.stringEnds (Information.describe config) "Test: nothing." "in words"
          }

          test "clusters do not need to be told" {
              let config = preset [ "context", "cluster"; "boundaries", "none"; "segments", "7" ]
              Expect.isEmpty (Information.learning config) "learning"
              Expect.isEmpty (Information.testing config) "test"
              Expect.equal (Information.describe config) "Learning: nothing. Test: nothing." "in words"
          }

          for context, oracle in
              [ "prototype", false
                "cluster", false
                "one-hot", true
                "sparse-binary", true
                "own-prototype", true
                "input", false
                "pooled", false ] do
              test $"context {context} asks at test for the task: {oracle}" {
                  let told = Information.testing (preset [ "context", context ])

                  Expect.equal
                      told
                      [ if oracle then
                            "which task is asked" ]
                      "told"
              }

          for method', learning, testing in [ "mlp", 1, 0; "xdg", 2, 1 ] do
              test $"method {method'} is told {learning} facts while it learns, {testing} at test" {
                  let config = preset [ "method", method' ]
                  Expect.hasLength (Information.learning config) learning "learning"
                  Expect.hasLength (Information.testing config) testing "test"
              }

          test
              "a split stream that is read by task gives the task, whatever the context; other streams have no reading" {
              let told preset context =
                  let config = configured preset [ "reading", "task"; "context", context ]

                  Information.testing config,
                  List.contains "which task is learned" (Information.learning config)

              for context in [ "cluster"; "prototype"; "one-hot" ] do
                  Expect.equal (told "split-5" context) ([ "which task is asked" ], true) context

              Expect.equal (told "prototype-10" "cluster") ([], false) "permuted"
              Expect.isEmpty (Information.testing (configured "split-5" [ "reading", "class" ])) "by class"
          }

          test "samples of other tasks beside the task's own are told" {
              let told order =
                  Information.learning (preset [ "order", order ])
                  |> List.filter _.Contains("samples of all")

              Expect.isEmpty (told "sequential") "none"
              Expect.hasLength (told "cumulative") 1 "earlier ones"
              Expect.hasLength (told "interleaved") 1 "all"
          }

          test "boundaries are told with what is done there" {
              for boundaries, count in [ "given", 1; "kept", 1; "none", 0 ] do
                  let told =
                      Information.learning (preset [ "boundaries", boundaries ])
                      |> List.filter _.Contains("where tasks end")

                  Expect.hasLength told count boundaries
          }

          test "a segment for each task says how many tasks there are" {
              let told segments =
                  Information.learning (preset [ "segments", segments ])
                  |> List.exists _.Contains("how many tasks")

              Expect.isTrue (told "10") "as many as tasks"
              Expect.isFalse (told "9") "another number"
          } ]
