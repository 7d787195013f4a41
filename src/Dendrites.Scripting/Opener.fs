namespace Dendrites

open System
open System.Diagnostics
open System.IO

/// Shows files to whoever sits before a screen.
module internal Opener =

    [<Literal>]
    let private Program = "xdg-open"

    let private given name =
        not (String.IsNullOrEmpty(Environment.GetEnvironmentVariable name))

    let private isInstalled () =
        match Environment.GetEnvironmentVariable "PATH" with
        | null -> false
        | path ->
            path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            |> Array.exists (fun folder -> File.Exists(Path.Combine(folder, Program)))

    /// Opens a file with the desktop's own program, where there is a desktop and one. Never fails.
    let show (file: string) : unit =
        if (given "DISPLAY" || given "WAYLAND_DISPLAY") && isInstalled () then
            try
                // What the program says would stand in the middle of the prompt; nobody waits for it.
                let info =
                    ProcessStartInfo(
                        Program,
                        [ file ],
                        RedirectStandardOutput = true,
                        RedirectStandardError = true,
                        UseShellExecute = false
                    )

                match Process.Start info with
                | null -> ()
                | opened ->
                    opened.OutputDataReceived.Add ignore
                    opened.ErrorDataReceived.Add ignore
                    opened.BeginOutputReadLine()
                    opened.BeginErrorReadLine()
            with _ ->
                ()
