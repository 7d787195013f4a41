namespace Dendrites

open System

/// A script asked for what cannot be done. The prompt shows one line, what was wrong, where, and what is accepted, instead of a
/// trace of the stack.
type ScriptException(line: string, cause: exn | null) =
    inherit Exception(line, cause)

    /// A failure that no other exception explains.
    new(line) = ScriptException(line, null)

    override failure.ToString() = failure.Message

/// Raising `ScriptException`.
module internal Script =

    let fail line : 'a = raise (ScriptException line)

    /// Nothing, or all problems in one line.
    let refuse (problems: Problem list) : unit =
        if not problems.IsEmpty then
            problems |> List.distinct |> List.map string |> String.concat "; " |> fail

    /// The value, or its problem in a line.
    let accept (result: Result<'a, Problem>) : 'a =
        match result with
        | Ok value -> value
        | Error problem -> fail (string problem)

    /// What `f` gives; what the shell fails with becomes one line.
    let shell (f: unit -> 'a) : 'a =
        try
            f ()
        with :? Cli.Failure as failure ->
            raise (ScriptException(failure.Message, failure))
