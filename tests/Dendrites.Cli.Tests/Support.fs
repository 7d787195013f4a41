/// What the tests of the shell share.
module Dendrites.Tests.Support

open System
open System.IO
open Expecto
open Dendrites.Cli

/// FsCheck's settings here: cases stay small, so that a failure prints small.
let config =
    { FsCheckConfig.defaultConfig with
        maxTest = 100 }

/// A law that must hold for every input.
let prop name property =
    testPropertyWithConfig config name property

/// Runs `f` in a folder of its own that is gone afterwards.
let inFolder (f: string -> 'r) : 'r =
    let folder = Directory.CreateTempSubdirectory "dendrites-test-"

    try
        f folder.FullName
    finally
        folder.Delete true

/// The exit code and the line that `f` fails with.
let failureOf (f: unit -> unit) : int * string =
    try
        f ()
        failtest "nothing failed"
    with :? Failure as failure ->
        failure.Code, failure.Message

/// `f` fails with `code`, in one line that holds every one of `words`.
let fails code (words: string list) (f: unit -> unit) =
    let actual, line = failureOf f
    Expect.equal actual code $"the exit code of: {line}"
    Expect.isFalse (line.Contains '\n') $"one line: {line}"

    for word in words do
        Expect.stringContains line word "the line names what was wrong"

/// Big-endian bytes of a 32-bit number.
let bigEndian (value: int) =
    BitConverter.GetBytes value |> Array.rev

/// An IDX file of bytes.
let idx (sizes: int list) (bytes: byte[]) : byte[] =
    Array.concat
        [ [| 0uy; 0uy; 8uy; byte sizes.Length |]
          yield! sizes |> List.map bigEndian
          bytes ]

/// `bytes` compressed as gzip does.
let zipped (bytes: byte[]) : byte[] =
    use target = new MemoryStream()

    do
        use zip = new Compression.GZipStream(target, Compression.CompressionMode.Compress)
        zip.Write(bytes, 0, bytes.Length)

    target.ToArray()
