module Dendrites.Tests.PromptTests

open System.Diagnostics
open System.IO
open System.Text
open System.Threading
open Dendrites.Tests.ExamplesTests
open Expecto

/// The prompt as a process that leads a group of its own, as a terminal has it.
let private prompt () =
    let info =
        ProcessStartInfo(
            "setsid",
            // A shell that starts the tests in the background lets them inherit that SIGINT is to be ignored.
            [ "env"; "--default-signal=INT"; "dotnet"; "fsi"; "--nologo"; "--use:repl.fsx" ],
            WorkingDirectory = root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        )

    match Process.Start info with
    | null -> failtest "setsid does not start"
    | child -> child

let private signal (name: string) (group: Process) =
    use sent = Process.Start("kill", [ $"-{name}"; "--"; $"-{group.Id}" ])
    sent.WaitForExit()

[<Tests>]
let tests =
    testSequenced (
        testCase "at the prompt values are printed, and Ctrl-C in training gives back what was learned"
        <| fun () ->
            use child = prompt ()
            let output = StringBuilder()
            use training = new ManualResetEventSlim()

            let hear (line: string | null) =
                lock output (fun () -> output.AppendLine line |> ignore)

                match line with
                | null -> ()
                | line when line.Contains "step" -> training.Set()
                | _ -> ()

            child.OutputDataReceived.Add(fun said -> hear said.Data)
            child.ErrorDataReceived.Add(fun said -> hear said.Data)
            child.BeginOutputReadLine()
            child.BeginErrorReadLine()

            for line in
                [ "dsharp.tensor [ 1.0; 2.0; 3.0 ];;"
                  "let mine = Custom(fun a -> dsharp.sigmoid (a.mean 2));;"
                  "let tasks = Data.permutedMnist 3;;"
                  "let run = Train.stream { Train.preset \"quick\" with Gate = \"mine\", mine } tasks;;"
                  "printfn \"updates: %d, losses: %d\" run.State.Steps run.Losses.Length;;"
                  "printfn \"the prompt lives: %d\" (6 * 7);;"
                  "#quit;;" ] do
                child.StandardInput.WriteLine line

            child.StandardInput.Flush()

            try
                let began = training.Wait(System.TimeSpan.FromMinutes 4.0)
                signal "INT" child
                let ended = child.WaitForExit(System.TimeSpan.FromMinutes 2.0)
                let text = lock output (fun () -> string output)
                Expect.isTrue (began && ended) text
                Expect.stringContains text "Dendrites. To begin with:" text
                Expect.stringContains text "max 3 · ▕▁▅█▏" "tensors are printed with a picture"
                Expect.stringContains text "each of 60000 training and 10000 test samples" "streams in a line"
                Expect.stringContains text "stopped in task 1 of 3, after" text
                Expect.stringContains text "0 of 3 tasks learned" "the run is printed"
                Expect.isFalse (text.Contains "updates: 0,") text
                Expect.stringContains text "updates: " "the value is there"
                Expect.stringContains text "the prompt lives: 42" text
            finally
                if not child.HasExited then
                    signal "KILL" child
    )
