namespace Dendrites.Benchmarks

open System
open System.Diagnostics

/// Times of one piece of work, in milliseconds, in rising order.
type Measurement = { Work: string; Times: float[] }

/// Timing a piece of work often enough to trust the middle of what was seen.
[<RequireQualifiedAccess>]
module Measure =

    /// Repeats `act` for about `seconds`, at least five times, after two rounds that do not count.
    let time (seconds: float) (work: string) (act: unit -> unit) : Measurement =
        for _ in 1..2 do
            act ()

        let total = Stopwatch.StartNew()
        let times = ResizeArray<float>()

        while times.Count < 5 || total.Elapsed.TotalSeconds < seconds do
            let one = Stopwatch.StartNew()
            act ()
            times.Add one.Elapsed.TotalMilliseconds

        { Work = work
          Times = times.ToArray() |> Array.sort }

    /// The value below which the fraction `q` of the times lies.
    let quantile (q: float) (measurement: Measurement) =
        let times = measurement.Times
        times[min (times.Length - 1) (int (q * float times.Length))]

    /// One line of the table; `None` gives its head.
    let row (measurement: Measurement option) =
        let line (work: string) median low high times =
            String.Format("{0,-58}{1,10}{2,10}{3,10}{4,7}", [| box work; median; low; high; times |])

        match measurement with
        | None -> line "milliseconds" "median" "quartile" "quartile" "times"
        | Some m ->
            let at q = box ((quantile q m).ToString "0.00")
            line m.Work (at 0.5) (at 0.25) (at 0.75) (box m.Times.Length)
