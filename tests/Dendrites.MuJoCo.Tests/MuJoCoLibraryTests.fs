module Dendrites.Tests.MuJoCoLibraryTests

open System
open System.IO
open Dendrites.MuJoCo
open Expecto

/// A folder of its own for `body`, gone afterwards.
let private inFolder (body: string -> unit) =
    let folder = Directory.CreateTempSubdirectory "dendrites-test-"

    try
        body folder.FullName
    finally
        folder.Delete true

/// A library that no system has.
let private nowhere = "libno-such-physics.so.2.2.2"

/// The message with which a file or a folder is refused.
let private refusal (named: string | null) cache =
    try
        MuJoCoLibrary.Find(named, nowhere, cache) |> ignore
        failtest "it was accepted"
    with :? MuJoCoLoadException as e ->
        Expect.isFalse (e.Message.Contains '\n') "one line"
        e.Message

/// The library's file, when it is known by its path.
let private file () =
    let info = MuJoCoLibrary.Load()

    if not (File.Exists info.File) then
        skiptest "the library is installed, and its file not looked for"

    info.File

[<Tests>]
let tests =
    testList
        "MuJoCoLibrary"
        [ testCase "a name that is not there is told with the variable"
          <| fun () ->
              let message = refusal "/no/such/place" "/tmp"
              Expect.stringContains message "DENDRITES_MUJOCO is /no/such/place" "what was given"
              Expect.stringContains message "libmujoco.so.2.2.2" "what is accepted"

          testCase "a folder without the library is told"
          <| fun () ->
              inFolder (fun folder -> Expect.stringContains (refusal folder folder) folder "the folder")

          testCase "a file that is no library is told"
          <| fun () ->
              inFolder (fun folder ->
                  let file = Path.Combine(folder, "libmujoco.so.2.2.2")
                  File.WriteAllText(file, "not a library")
                  let message = refusal file folder
                  Expect.stringContains message file "the file"
                  Expect.stringContains message "does not load" "why")

          testCase "a library that is another is told"
          <| fun () ->
              let libm = "/usr/lib/x86_64-linux-gnu/libm.so.6"

              if not (File.Exists libm) then
                  skiptest $"no {libm}"

              Expect.stringContains (refusal libm "/tmp") "has no mj_version" "why"

          physics "MuJoCo of another version is told"
          <| fun () ->
              inFolder (fun folder ->
                  let source = file ()
                  let image = File.ReadAllBytes source
                  // mov eax, 222; ret
                  let version = [| 0xb8uy; 222uy; 0uy; 0uy; 0uy; 0xc3uy |]
                  let at = image.AsSpan().IndexOf(ReadOnlySpan version)
                  Expect.isGreaterThan at 0 "mj_version was found"
                  image[at + 1] <- 223uy
                  let other = Path.Combine(folder, "libmujoco.so.2.2.2")
                  File.WriteAllBytes(other, image)
                  let message = refusal other folder
                  Expect.stringContains message "mj_version 223" "what it is"
                  Expect.stringContains message "222 (2.2.2)" "what is accepted")

          physics "a file, its folder and the cache offer the same"
          <| fun () ->
              let source = file ()
              let folder = Path.GetDirectoryName source |> string
              let struct (byFile, _) = MuJoCoLibrary.Find(source, nowhere, "/nowhere")
              let struct (byFolder, named) = MuJoCoLibrary.Find(folder, nowhere, "/nowhere")
              let struct (byCache, cached) = MuJoCoLibrary.Find(null, nowhere, folder)
              Expect.equal byFolder byFile "one library"
              Expect.equal byCache byFile "one library"
              Expect.isFalse cached.FromEnvironment "not named"
              Expect.isTrue named.FromEnvironment "named"

          testCase "one that is neither installed nor in the cache is told with the cure"
          <| fun () ->
              inFolder (fun folder ->
                  let message = refusal null folder
                  Expect.stringContains message "dendrites data get mujoco" "the cure"
                  Expect.stringContains message folder "where it was looked for") ]
