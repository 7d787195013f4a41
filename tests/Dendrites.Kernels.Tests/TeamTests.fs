module Dendrites.Tests.TeamTests

open System
open System.Threading
open Dendrites.Kernels
open Expecto

[<Tests>]
let tests =
    testList
        "Team"
        [ for size in [ 1; 2; 5 ] do
              test $"of {size}: every rank works once in every round" {
                  use team = new Team(size)
                  let calls = Array.zeroCreate<int> size

                  for round in 1..2000 do
                      team.Run(fun rank -> Interlocked.Increment(&calls[rank]) |> ignore)
                      // A worker that lay down is woken.
                      if round % 500 = 0 then
                          Thread.Sleep 5

                  Expect.equal calls (Array.create size 2000) "calls"
              }

          test "what a worker raises reaches the caller, and the next round works" {
              use team = new Team(3)

              let fail () =
                  team.Run(fun rank ->
                      if rank = 2 then
                          failwith "no")

              Expect.throwsT<AggregateException> fail "it is told"
              let mutable ranks = 0
              team.Run(fun rank -> Interlocked.Add(&ranks, rank + 1) |> ignore)
              Expect.equal ranks 6 "all three"
          }

          test "when the caller's own part fails, the others are over before it is told" {
              use team = new Team(3)
              let mutable over = 0

              let fail () =
                  team.Run(fun rank ->
                      if rank = 0 then
                          failwith "no"

                      Thread.Sleep 20
                      Interlocked.Increment &over |> ignore)

              Expect.throws fail "it is told"
              Expect.equal over 2 "the others"
          }

          property "shares are whole, in order, and differ by one at most" (fun random ->
              let size, count = random.Next(1, 9), random.Next(0, 100)
              use team = new Team(size)
              let shares = [ for rank in 0 .. size - 1 -> team.Share(rank, count) ]

              let ends =
                  shares
                  |> List.fold
                      (fun at (struct (from, until)) ->
                          Expect.equal from at "no gap"
                          until)
                      0

              Expect.equal ends count "all"
              let sizes = [ for struct (from, until) in shares -> until - from ]
              Expect.isLessThanOrEqual (List.max sizes - List.min sizes) 1 "even") ]
