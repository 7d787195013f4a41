module Dendrites.Tests.GatherTests

open System
open Dendrites.Kernels
open Expecto

[<Tests>]
let tests =
    testList
        "Gather"
        [ property "rows with their columns in another order, bytes as a table says" (fun random ->
              let width, height = random.Next(1, 200), random.Next(1, 20)
              let source = floats random (width * height)
              let bytes = Array.init (width * height) (fun _ -> byte (random.Next 256))
              let meaning = floats random 256
              let rows = Array.init (random.Next 10) (fun _ -> random.Next height)
              let columns = shuffled random width |> Array.truncate (random.Next(width + 1))

              let gathered, meant =
                  Array.zeroCreate (rows.Length * columns.Length),
                  Array.zeroCreate (rows.Length * columns.Length)

              Gather.Columns(
                  ReadOnlySpan source,
                  width,
                  ReadOnlySpan rows,
                  ReadOnlySpan columns,
                  Span gathered
              )

              Gather.Columns(
                  ReadOnlySpan bytes,
                  width,
                  ReadOnlySpan rows,
                  ReadOnlySpan columns,
                  ReadOnlySpan meaning,
                  Span meant
              )

              let picked (all: 'a[]) =
                  [| for row in rows do
                         for column in columns -> all[row * width + column] |]

              Expect.equal gathered (picked source) "numbers"
              Expect.equal meant (picked bytes |> Array.map (fun value -> meaning[int value])) "bytes")

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

              let bytes (rows: int[]) meanings () =
                  Gather.Columns(
                      ReadOnlySpan(Array.zeroCreate<byte> 12),
                      4,
                      ReadOnlySpan rows,
                      ReadOnlySpan [| 0 |],
                      ReadOnlySpan(Array.zeroCreate<float32> meanings),
                      Span(Array.zeroCreate 1)
                  )

              for wrong in
                  [ gather [| 3 |] [| 0 |] 1
                    gather [| -1 |] [| 0 |] 1
                    gather [| 0 |] [| 4 |] 1
                    gather [| 0 |] [| -1 |] 1
                    gather [| 0; 1 |] [| 0 |] 1
                    bytes [| 3 |] 256
                    bytes [| 0 |] 255 ] do
                  Expect.throwsT<ArgumentOutOfRangeException> wrong "refused"
          } ]
