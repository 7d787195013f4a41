module Dendrites.Tests.ElfTests

open System
open System.IO
open System.Text
open Dendrites
open Expecto
open FsCheck

/// TorchSharp's native half as its package holds it.
let private original = lazy (File.ReadAllBytes(Native.shim ()))

let private patched =
    lazy
        (match Elf.withoutNewStandardLibrary original.Value with
         | Ok(Some image) -> image
         | other -> failtestf "expected a patched image, got %A" other)

let private positions (needle: string) (image: byte[]) =
    let bytes = Encoding.ASCII.GetBytes needle

    let rec from (start: int) =
        match image.AsSpan(start).IndexOf(ReadOnlySpan bytes) with
        | -1 -> []
        | found -> start + found :: from (start + found + 1)

    from 0

/// Every strict prefix and every damage must end in a value, never in an exception of another kind.
let private isAnswered image =
    match Elf.withoutNewStandardLibrary image with
    | Ok None -> true
    | Ok(Some changed) -> changed.Length = image.Length
    | Error reason -> not (String.IsNullOrWhiteSpace reason)

[<Tests>]
let tests =
    testList
        "Elf"
        [ testCase "only the marker's name and eight bytes of its version record change"
          <| fun () ->
              let before, after = original.Value, patched.Value
              Expect.equal after.Length before.Length "nothing moves"
              let marker = positions "_ZSt21ios_base_library_initv\000" before |> List.exactlyOne
              let nameEnd = marker + "_ZSt21ios_base_library_initv".Length

              let changed =
                  [ for i in 0 .. before.Length - 1 do
                        if before[i] <> after[i] then
                            i ]

              let inName, inRecord =
                  changed |> List.partition (fun i -> i >= marker && i < nameEnd)

              Expect.isNonEmpty inName "the name changed"
              Expect.isNonEmpty inRecord "the record changed"
              Expect.isLessThan (List.max inRecord - List.min inRecord) 12 "within one record's hash and name"

          testCase
              "the patched file needs nothing newer than the old library and asks for the harmless function"
          <| fun () ->
              Expect.isEmpty (positions "_ZSt21ios_base_library_initv\000" patched.Value) "the marker is gone"

              Expect.hasLength
                  (positions "_ZSt18uncaught_exceptionv\000" patched.Value)
                  1
                  "the substitute is there"

          testCase "a patched file needs no patch"
          <| fun () -> Expect.equal (Elf.withoutNewStandardLibrary patched.Value) (Ok None) "left alone"

          testCase "a library that needs no newer C++ library is left alone"
          <| fun () ->
              let folder = (Native.describe ()).LibTorchFolder
              let image = File.ReadAllBytes(Path.Combine(folder, "libc10.so"))
              Expect.equal (Elf.withoutNewStandardLibrary image) (Ok None) "left alone"

          testCase "the original is not written to"
          <| fun () ->
              let copy = Array.copy original.Value
              Elf.withoutNewStandardLibrary copy |> ignore
              Expect.isTrue (copy.AsSpan().SequenceEqual(ReadOnlySpan original.Value)) "same bytes"

          testCase "a file of another kind is refused by saying so"
          <| fun () ->
              for content in [ [||]; [| 0x7Fuy |]; Encoding.ASCII.GetBytes(String('x', 5000)) ] do
                  Expect.equal
                      (Elf.withoutNewStandardLibrary content)
                      (Error "it is not an x86-64 shared library")
                      $"{content.Length} bytes"

          testCase "a second user of the new version is refused by name"
          <| fun () ->
              // The substitute's own reference is moved to the new version: now two symbols need it.
              let image = Array.copy original.Value

              let versions =
                  BitConverter.ToInt64(image, int (BitConverter.ToInt64(image, 0x28)) + 5 * 64 + 24)
                  |> int

              let tooNew = 18us

              let other =
                  [ for i in 0..2000 do
                        if BitConverter.ToUInt16(image, versions + 2 * i) = 2us then
                            i ]

              BitConverter.TryWriteBytes(image.AsSpan(versions + 2 * other.Head), tooNew)
              |> ignore

              match Elf.withoutNewStandardLibrary image with
              | Error reason -> Expect.stringContains reason "for more than the start-up marker: " "says why"
              | other -> failtestf "expected a refusal, got %A" other

          testCase "a truncated library is refused wherever it ends"
          <| fun () ->
              let size = original.Value.Length

              for length in [ 63; 64; 100; 4096; size / 2; size - 64; size - 1 ] do
                  match Elf.withoutNewStandardLibrary original.Value[.. length - 1] with
                  | Error reason -> Expect.isNotEmpty reason "a reason"
                  | Ok _ -> failtestf "%d bytes of %d were accepted" length size

          testPropertyWithConfig
              { FsCheckConfig.defaultConfig with
                  maxTest = 60 }
              "damage anywhere in the tables ends in an answer"
          <| fun (DoNotSize(place: uint16)) (value: byte) ->
              let place = int place
              let image = Array.copy original.Value
              let tables = int (BitConverter.ToInt64(image, 0x28))
              // Half of the damage goes to the header and section headers, half to the version records.
              let at =
                  if place % 2 = 0 then
                      tables + place / 2 % (31 * 64)
                  else
                      0x3f8f0 + place / 2 % 0x210

              image[at] <- value
              isAnswered image ]
