/// What build.fsx runs other programs with.
module Build.Processes

open System
open System.Diagnostics
open System.IO

/// The project's folder.
let root = __SOURCE_DIRECTORY__

/// Ends the script: what went wrong, in one line, and the exit code.
exception Stop of message: string * code: int

let stop message = raise (Stop(message, 1))

/// `file` with `arguments`, ready to start in the project's folder.
let startInfo (file: string) (arguments: string list) =
    let info = ProcessStartInfo(file, arguments, WorkingDirectory = root)

    for name, value in
        [ "DOTNET_CLI_TELEMETRY_OPTOUT", "1"
          "DOTNET_NOLOGO", "1"
          "DOTNET_GENERATE_ASPNET_CERTIFICATE", "false"
          "DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE", "true" ] do
        info.Environment[name] <- value

    info

/// Runs with this terminal; the exit code.
let run file arguments =
    use child = Process.Start(startInfo file arguments)
    child.WaitForExit()
    child.ExitCode

/// Runs with this terminal, and stops when it fails.
let must file arguments =
    match run file arguments with
    | 0 -> ()
    | code ->
        stop
            $"""{Path.GetFileName(file: string)} {String.Join(' ', arguments |> List.truncate 3)} failed ({code})"""

/// Runs and gives each line of its output to `see` as it comes; the exit code.
let watch file arguments (see: string -> unit) =
    let info = startInfo file arguments
    info.RedirectStandardOutput <- true
    use child = Process.Start info

    let rec read () =
        match child.StandardOutput.ReadLine() with
        | null -> ()
        | line ->
            see line
            read ()

    read ()
    child.WaitForExit()
    child.ExitCode

let dotnet arguments = must "dotnet" arguments
