module Dendrites.Tests.CrewTests

open System
open System.Threading
open Dendrites.MuJoCo
open Expecto

[<Tests>]
let tests =
    testList
        "Crew"
        [ for threads in [ 1; 2; 5 ] do
              testCase $"of {threads}: every piece is done once, by the same thread each round"
              <| fun () ->
                  use crew = new Crew(threads)

                  for count in [ 0; 1; 3; 12 ] do
                      let calls = Array.zeroCreate<int> count
                      let by = Array.zeroCreate<int> count

                      for round in 1..50 do
                          crew.Each(
                              count,
                              fun i ->
                                  Interlocked.Increment(&calls[i]) |> ignore

                                  if round > 1 && by[i] <> Environment.CurrentManagedThreadId then
                                      failwith "another thread"

                                  by[i] <- Environment.CurrentManagedThreadId
                          )

                      Expect.equal calls (Array.create count 50) "calls"

          for threads in [ 1; 3 ] do
              testCase
                  $"of {threads}: the failure of the lowest number is told, the rest is done, the next round works"
              <| fun () ->
                  use crew = new Crew(threads)
                  let mutable over = 0

                  let fail () =
                      crew.Each(
                          10,
                          fun i ->
                              if i = 8 || i = 4 then
                                  invalidOp $"piece {i}"

                              Interlocked.Increment &over |> ignore
                      )

                  let message =
                      try
                          fail ()
                          ""
                      with :? InvalidOperationException as e ->
                          e.Message

                  Expect.equal message "piece 4" "the lowest"
                  Expect.equal over 8 "the others"
                  crew.Each(10, fun _ -> Interlocked.Increment &over |> ignore)
                  Expect.equal over 18 "next round"

          testCase "less than one thread is refused"
          <| fun () -> Expect.throwsT<ArgumentOutOfRangeException> (fun () -> new Crew(0) |> ignore) "told" ]
