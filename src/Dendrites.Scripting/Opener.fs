namespace Dendrites

open System
open System.Diagnostics
open System.IO

/// Shows files to whoever sits before a screen.
module internal Opener =

    /// The program that opens a file with what the desktop has for it, where `variable` tells of a desktop and of such a program.
    let find (variable: string -> string | null) : string option =
        let value name =
            match variable name with
            | null
            | "" -> None
            | value -> Some value

        match value "DISPLAY", value "WAYLAND_DISPLAY", value "PATH" with
        | None, None, _
        | _, _, None -> None
        | _, _, Some path ->
            path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            |> Array.map (fun folder -> Path.Combine(folder, "xdg-open"))
            |> Array.tryFind File.Exists

    /// Starts `program` with a file; nobody waits for it, and nothing that it says is shown. Never fails.
    let start (file: string) (program: string) : unit =
        try
            let info =
                ProcessStartInfo(
                    program,
                    [ file ],
                    RedirectStandardOutput = true,
                    RedirectStandardError = true
                )

            match Process.Start info with
            | null -> ()
            | opened ->
                opened.BeginOutputReadLine()
                opened.BeginErrorReadLine()
        with _ ->
            ()

    /// Opens a file where there is a desktop and a program to do so. Never fails.
    let show (file: string) : unit =
        find Environment.GetEnvironmentVariable |> Option.iter (start file)
