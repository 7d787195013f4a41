namespace Dendrites

open System

/// Says how something goes on: on a terminal in one line that is written over a few times a second and leaves nothing behind, else in a line every
/// few seconds.
type internal Teller(terminal: Terminal, write: string -> unit, now: unit -> TimeSpan) =
    let pause =
        if terminal.Rewrites then
            TimeSpan.FromSeconds 0.25
        else
            TimeSpan.FromSeconds 5.0

    let mutable next = now () + pause
    let mutable shown = 0

    let wipe () =
        if shown > 0 then
            write $"\r{String(' ', shown)}\r"
            shown <- 0

    /// Shows what `text` gives, unless something was shown a moment ago.
    member _.Say(text: unit -> string) : unit =
        if now () >= next then
            next <- now () + pause

            if terminal.Rewrites then
                let line = text ()
                let line = line[.. min line.Length (terminal.Width - 1) - 1]
                write $"\r{line.PadRight shown}"
                shown <- line.Length
            else
                write $"{text ()}\n"

    /// A line that stays.
    member _.Tell(line: string) : unit =
        wipe ()
        write $"{line}\n"

    interface IDisposable with
        member _.Dispose() = wipe ()
