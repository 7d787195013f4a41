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
              testCase $"of {threads}: every piece is done once, round after round"
              <| fun () ->
                  use crew = new Crew(threads)

                  for round in 1..3000 do
                      let count = round * round % 13
                      let calls = Array.zeroCreate<int> count
                      crew.Each(count, fun i -> Interlocked.Increment(&calls[i]) |> ignore)
                      Expect.equal calls (Array.create count 1) $"calls in round {round}"

          testCase "what a thread has not begun is done by the others"
          <| fun () ->
              use crew = new Crew(2)

              // Whoever has piece 1 or 0 waits for all that follow, some of which would be its own.
              for waiting in [ 0; 1 ] do
                  use others = new CountdownEvent(8 - 1)
                  let mutable went = false

                  crew.Each(
                      8,
                      fun i ->
                          if i = waiting then
                              went <- others.Wait(TimeSpan.FromSeconds 60.0)
                          else
                              others.Signal() |> ignore
                  )

                  Expect.isTrue went $"piece {waiting}"

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
