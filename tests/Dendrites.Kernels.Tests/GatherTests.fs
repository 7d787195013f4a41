module Dendrites.Tests.GatherTests

open System
open Dendrites.Kernels
open Expecto

[<Tests>]
let tests =
    testList
        "Gather"
        [ property "rows with their columns in another order" (fun random ->
              let width, height = random.Next(1, 30), random.Next(1, 20)
              let source = floats random (width * height)
              let rows = Array.init (random.Next 10) (fun _ -> random.Next height)
              let columns = shuffled random width
              let gathered = Array.zeroCreate (rows.Length * width)

              Gather.Columns(
                  ReadOnlySpan source,
                  width,
                  ReadOnlySpan rows,
                  ReadOnlySpan columns,
                  Span gathered
              )

              Expect.equal
                  gathered
                  [| for row in rows do
                         for column in columns -> source[row * width + column] |]
                  "gathered")

          test "places outside are refused before anything is read" {
              let gather (rows: int[]) (columns: int[]) room () =
                  let source = Array.zeroCreate<float32> 12

                  Gather.Columns(
                      ReadOnlySpan source,
                      4,
                      ReadOnlySpan rows,
                      ReadOnlySpan columns,
                      Span(Array.zeroCreate room)
                  )

              for wrong in
                  [ gather [| 3 |] [| 0 |] 1
                    gather [| -1 |] [| 0 |] 1
                    gather [| 0 |] [| 4 |] 1
                    gather [| 0 |] [| -1 |] 1
                    gather [| 0; 1 |] [| 0 |] 1 ] do
                  Expect.throwsT<ArgumentOutOfRangeException> wrong "refused"
          } ]
