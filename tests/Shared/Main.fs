/// The entry point of every test project; each project links this file last.
module Dendrites.Tests.Main

open System
open System.Reflection
open Expecto
open Expecto.Impl

/// `--filter WORD` keeps the tests whose full name holds WORD, whatever its case; Expecto reads all other arguments.
let rec private splitFilter arguments =
    match arguments with
    | "--filter" :: word :: rest ->
        let _, others = splitFilter rest
        Some word, others
    | argument :: rest ->
        let word, others = splitFilter rest
        word, argument :: others
    | [] -> None, []

[<EntryPoint>]
let main arguments =
#if !WITHOUT_LIBTORCH
    // Expecto runs tests side by side; libtorch's threads on top of that would only wait for each other.
    Dendrites.Native.setThreads 1
#endif
    let word, others = splitFilter (List.ofArray arguments)

    let all =
        Assembly.GetExecutingAssembly()
        |> testFromAssembly
        |> Option.defaultValue (testList "" [])

    let chosen =
        match word with
        | None -> all
        | Some word ->
            all
            |> Test.filter "." (fun name ->
                String.Join('.', name).Contains(word, StringComparison.OrdinalIgnoreCase))

    runTestsWithCLIArgs [ CLIArguments.JoinWith "." ] (Array.ofList others) chosen
