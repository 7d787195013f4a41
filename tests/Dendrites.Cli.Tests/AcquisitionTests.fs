module Dendrites.Tests.AcquisitionTests

open System
open System.IO
open System.Security.Cryptography
open System.Threading
open Expecto
open Dendrites.Cli
open Dendrites.Tests.Support

let private contents =
    [ "first", [| 1uy; 2uy; 3uy |]; "second", Array.zeroCreate<byte> 100_000 ]

let private set =
    DataSet(
        "toy",
        "",
        Dendrites.Stream.mnist,
        [| for name, bytes in contents -> DataFile(name, Convert.ToHexStringLower(SHA256.HashData bytes)) |],
        [||],
        NpmPackage("", "")
    )

/// A source that hands over what `content` makes of each file, and notes what it was asked for.
let private source name (asked: ResizeArray<string>) (content: string -> byte[] -> byte[]) =
    { new ISource with
        member _.Name = name

        member _.Fetch(wanted, keep, _) =
            for file in wanted do
                asked.Add $"{name} {file.Name}"
                let bytes = content file.Name (List.find (fst >> (=) file.Name) contents |> snd)
                keep.Invoke(file, new MemoryStream(bytes)) }

let private whole _ bytes = bytes

let private unreachable _ _ : byte[] = raise (SourceException "no answer")

let private filesIn root =
    Directory.GetFiles(root, "*", SearchOption.AllDirectories)
    |> Array.map Path.GetFileName
    |> Array.sort

let private get root sources =
    Acquisition(DataFolder root, ignore, CancellationToken.None).Get(set, sources)

[<Tests>]
let tests =
    testList
        "acquisition"
        [ test "the first source that delivers is the last that is asked" {
              inFolder (fun root ->
                  let asked = ResizeArray()
                  get root [ source "a" asked unreachable; source "b" asked whole; source "c" asked whole ]
                  Expect.sequenceEqual asked [ "a first"; "b first"; "b second" ] "who was asked"
                  Expect.equal (filesIn root) [| "first"; "second" |] "the files"

                  for name, bytes in contents do
                      Expect.equal (File.ReadAllBytes(Path.Combine(root, "toy", name))) bytes "the bytes")
          }

          test "a wrong digest is not kept, and the next source is asked for the rest" {
              inFolder (fun root ->
                  let asked = ResizeArray()

                  let damaged name (bytes: byte[]) =
                      if name = "second" then
                          Array.append bytes [| 1uy |]
                      else
                          bytes

                  get root [ source "a" asked damaged; source "b" asked whole ]
                  Expect.equal (filesIn root) [| "first"; "second" |] "nothing half-written"
                  Expect.equal (DataFolder(root).Check(set, set.Files[1])) FileCondition.Good "the good one")
          }

          test "when nobody delivers the line says why, and nothing half-written remains" {
              inFolder (fun root ->
                  let asked = ResizeArray()
                  let half _ (bytes: byte[]) = bytes[.. bytes.Length / 2 - 1]

                  fails
                      ExitCode.BadData
                      [ "toy"; "a: no answer"; "b: first has the wrong SHA-256" ]
                      (fun () -> get root [ source "a" asked unreachable; source "b" asked half ])

                  Expect.isEmpty (filesIn root) "no file")
          }

          test "what is good already is not fetched again; what is corrupt is" {
              inFolder (fun root ->
                  get root [ source "a" (ResizeArray()) whole ]
                  File.WriteAllBytes(Path.Combine(root, "toy", "first"), [| 0uy |])
                  let asked = ResizeArray()
                  get root [ source "b" asked whole ]
                  Expect.sequenceEqual asked [ "b first" ] "only the corrupt one"
                  get root [ source "c" asked whole ]
                  Expect.equal asked.Count 1 "nothing once all is good")
          }

          test "an interruption leaves nothing half-written" {
              inFolder (fun root ->
                  use cancelled = new CancellationTokenSource()
                  cancelled.Cancel()

                  Expect.throwsT<OperationCanceledException>
                      (fun () ->
                          Acquisition(DataFolder root, ignore, cancelled.Token)
                              .Get(set, [ source "a" (ResizeArray()) whole ]))
                      "cancelled"

                  Expect.isEmpty (filesIn root) "no file")
          } ]
