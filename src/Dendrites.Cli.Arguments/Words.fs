namespace Dendrites

open System

/// What every reader of command lines needs.
module internal Words =

    /// The command line cannot be used: why, in one line.
    exception Misuse of string

    /// Ends the reading.
    let misuse reason : 'a = raise (Misuse reason)

    /// A path that was given, or null; an empty one is most often a variable that is not set.
    let path name (value: string option) =
        match value with
        | Some given when String.IsNullOrWhiteSpace given ->
            misuse $"--{name} was '{given}'; accepted: a path"
        | _ -> Option.toObj value

    /// A whole number from `least`, or null.
    let atLeast (least: int) name (value: int option) : Nullable<int> =
        match value with
        | Some number when number < least ->
            misuse $"--{name} was '{number}'; accepted: a whole number from {least}"
        | given -> Option.toNullable given
