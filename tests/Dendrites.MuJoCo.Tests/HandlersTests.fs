module Dendrites.Tests.HandlersTests

open System
open System.Diagnostics
open System.IO
open Dendrites.MuJoCo
open Expecto

/// Set for a process that is to end by an error that MuJoCo cannot go on from.
let private provoked = "DENDRITES_TEST_FATAL"

[<Tests>]
let tests =
    testList
        "Handlers"
        [ if Environment.GetEnvironmentVariable provoked = "1" then
              physics "this process ends" <| fun () -> Functions.Error "no room\nfor this"
          else
              physics
                  "an error that MuJoCo cannot go on from ends the process with one line, without waiting for Enter"
              <| fun () ->
                  let folder = Directory.CreateTempSubdirectory "dendrites-test-"

                  try
                      let info =
                          ProcessStartInfo(
                              Environment.ProcessPath |> string,
                              [ "--filter"; "Handlers.this process ends" ],
                              WorkingDirectory = folder.FullName,
                              RedirectStandardInput = true,
                              RedirectStandardOutput = true,
                              RedirectStandardError = true
                          )

                      info.Environment[provoked] <- "1"
                      use child = Process.Start info |> Option.ofObj |> Option.get
                      let output = child.StandardOutput.ReadToEndAsync()
                      let errors = child.StandardError.ReadToEndAsync()

                      // Its standard input stays open: who waits for Enter waits for ever.
                      if not (child.WaitForExit(TimeSpan.FromMinutes 2.0)) then
                          child.Kill()
                          failtest "it waits"

                      Expect.equal child.ExitCode 1 output.Result

                      Expect.stringContains
                          errors.Result
                          "dendrites: MuJoCo cannot go on: no room for this\n"
                          "the line"

                      Expect.isEmpty (folder.GetFiles()) "no log file"
                  finally
                      folder.Delete true ]
