module Dendrites.Tests.IdxFileTests

open System.IO
open Expecto
open FsCheck
open FsCheck.FSharp
open Dendrites.Cli
open Dendrites.Tests.Support

let private read rank (bytes: byte[]) =
    use stream = new MemoryStream(bytes)
    IdxFile.Read(stream, "digits", rank, "the cure")

let private broken words rank bytes =
    fails ExitCode.BadData (words @ [ "digits"; "the cure" ]) (fun () -> read rank bytes |> ignore)

/// Sizes of a small array, and its bytes.
let private arrays =
    gen {
        let! sizes = Gen.choose (1, 5) |> Gen.listOfLength 3

        let! bytes =
            Gen.choose (0, 255) |> Gen.map byte |> Gen.arrayOfLength (List.reduce (*) sizes)

        return sizes, bytes
    }
    |> Arb.fromGen

[<Tests>]
let tests =
    testList
        "IDX file"
        [ prop
              "what was written is read, plain and zipped"
              (Prop.forAll arrays (fun (sizes, bytes) ->
                  inFolder (fun folder ->
                      let file = idx sizes bytes
                      let plain, packed = Path.Combine(folder, "plain"), Path.Combine(folder, "packed")
                      File.WriteAllBytes(plain, file)
                      File.WriteAllBytes(packed + ".gz", zipped file)

                      for path in [ plain; packed ] do
                          let result = IdxFile.Open(path, 3, "the cure")
                          Expect.equal (List.ofArray result.Sizes) sizes "sizes"
                          Expect.equal result.Bytes bytes "bytes"

                          let digest = System.Security.Cryptography.SHA256.HashData file

                          Expect.equal
                              result.Digest
                              (System.Convert.ToHexStringLower digest)
                              "digest of the plain bytes")))

          prop
              "every truncation is told"
              (Prop.forAll arrays (fun (sizes, bytes) ->
                  let file = idx sizes bytes

                  for length in 0 .. file.Length - 1 do
                      broken [] 3 file[.. length - 1]))

          prop
              "whatever follows the array is told"
              (Prop.forAll arrays (fun (sizes, bytes) ->
                  broken [] 3 (Array.append (idx sizes bytes) [| 0uy |])))

          prop
              "no truncation of a zipped file loses a byte untold"
              (Prop.forAll arrays (fun (sizes, bytes) ->
                  let file = zipped (idx sizes bytes)

                  for length in 0 .. file.Length - 1 do
                      use packed = new MemoryStream(file[.. length - 1])

                      use content =
                          new Compression.GZipStream(packed, Compression.CompressionMode.Decompress)

                      // What is cut off may hold no bytes of the array: then nothing is lost.
                      try
                          Expect.equal
                              (IdxFile.Read(content, "digits", 3, "the cure")).Bytes
                              bytes
                              "all or nothing"
                      with :? Failure as failure ->
                          Expect.equal failure.Code ExitCode.BadData failure.Message))

          test "another rank and another element type are told" {
              broken [ "0x00000801" ] 3 (idx [ 4 ] [| 1uy; 2uy; 3uy; 4uy |])
              broken [ "0x00000d01" ] 1 (Array.concat [ [| 0uy; 0uy; 0xduy; 1uy |]; bigEndian 1; [| 0uy |] ])
          }

          test "impossible sizes are told before memory is asked for" {
              let header sizes = idx sizes [||]
              broken [ "size" ] 3 (header [ 60000; 0; 28 ])
              broken [ "size" ] 3 (header [ -1; 28; 28 ])
              broken [ "size" ] 3 (header [ 0x3fffffff; 0x3fffffff; 0x3fffffff ])
          }

          test "a missing file is told by its name" {
              inFolder (fun folder ->
                  fails ExitCode.BadData [ "nothing-here"; "the cure" ] (fun () ->
                      IdxFile.Open(Path.Combine(folder, "nothing-here"), 1, "the cure") |> ignore))
          } ]
