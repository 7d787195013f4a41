namespace Dendrites.Benchmarks

open System.Diagnostics
open Dendrites

/// One way of doing a thing.
type Contender =
    {
        Name: string
        /// Does it once; what it makes is freed.
        Work: unit -> unit
    }

/// Timing several ways of doing a thing in turn, so that a change of the machine's speed meets all of them.
[<RequireQualifiedAccess>]
module Timing =

    let contender name (work: unit -> 'r) =
        { Name = name
          Work = fun () -> Scope.run (fun () -> work () |> ignore) }

    let private milliseconds (work: unit -> unit) =
        let clock = Stopwatch.StartNew()
        work ()
        clock.Elapsed.TotalMilliseconds

    /// A table of medians with their range over `repetitions`, after two rounds that are not counted, and each
    /// median's ratio to the first.
    let compare title repetitions (contenders: Contender list) =
        let rounds =
            [ for round in 1 .. repetitions + 2 do
                  let times = contenders |> List.map (fun c -> milliseconds c.Work)

                  if round > 2 then
                      times ]

        let median times =
            List.item (repetitions / 2) (List.sort times)

        let columns = List.transpose rounds
        let first = median columns.Head
        printfn $"\n{title}"

        for contender, times in List.zip contenders columns do
            printfn
                $"  {contender.Name, -44}{median times, 8:F1} ms  [{List.min times:F1} .. {List.max times:F1}]  {median times / first, 6:F2} x"
