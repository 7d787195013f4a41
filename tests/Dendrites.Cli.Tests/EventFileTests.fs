/// What TensorBoard is given, read back by a reader of its own.
module Dendrites.Tests.EventFileTests

open System
open System.IO
open Expecto
open Dendrites.Cli

/// CRC-32C bit by bit (Castagnoli's polynomial, reflected).
let private crc (bytes: byte[]) =
    let fold (crc: uint32) (octet: byte) =
        Seq.fold
            (fun (crc: uint32) _ ->
                if crc &&& 1u = 1u then
                    (crc >>> 1) ^^^ 0x82F63B78u
                else
                    crc >>> 1)
            (crc ^^^ uint32 octet)
            (seq { 1..8 })

    ~~~(Array.fold fold UInt32.MaxValue bytes)

let private masked (bytes: byte[]) =
    let crc = crc bytes
    ((crc >>> 15) ||| (crc <<< 17)) + 0xa282ead8u

let private records (file: byte[]) =
    use reader = new BinaryReader(new MemoryStream(file))

    [ while reader.BaseStream.Position < reader.BaseStream.Length do
          let length = reader.ReadBytes 8
          Expect.equal (reader.ReadUInt32()) (masked length) "checksum of a length"
          let data = reader.ReadBytes(int (BitConverter.ToUInt64(length, 0)))
          Expect.equal (reader.ReadUInt32()) (masked data) "checksum of a record"
          yield data ]

/// The fields of a message: number, and what it holds as bytes.
let private fields (message: byte[]) =
    let mutable at = 0

    let varint () =
        let mutable value, shift = 0UL, 0

        while message[at] >= 128uy do
            value <- value ||| (uint64 (message[at] &&& 127uy) <<< shift)
            shift <- shift + 7
            at <- at + 1

        value <- value ||| (uint64 message[at] <<< shift)
        at <- at + 1
        value

    let take count =
        at <- at + count
        message[at - count .. at - 1]

    [ while at < message.Length do
          let tag = varint ()

          let value =
              match tag &&& 7UL with
              | 0UL -> BitConverter.GetBytes(varint ())
              | 1UL -> take 8
              | 2UL -> take (int (varint ()))
              | 5UL -> take 4
              | kind -> failtest $"field of kind {kind}"

          yield int (tag >>> 3), value ]

let private only number message =
    fields message |> List.filter (fst >> (=) number) |> List.map snd

/// Step, tag and value of every scalar of a file of events, and its first record's version.
let internal scalars (file: byte[]) =
    let all = records file

    let scalar message =
        let value = message |> only 5 |> List.exactlyOne |> only 1 |> List.exactlyOne

        let step =
            only 2 message
            |> List.map (fun (bytes: byte[]) -> BitConverter.ToInt64(bytes, 0))

        List.fold (+) 0L step,
        Text.Encoding.UTF8.GetString(List.exactlyOne (only 1 value)),
        float (BitConverter.ToSingle(List.exactlyOne (only 2 value), 0))

    Text.Encoding.UTF8.GetString(List.exactlyOne (only 3 all.Head)), List.map scalar all.Tail

[<Tests>]
let tests =
    testList
        "event file"
        [ test "the reader's checksum is the standard's" {
              Expect.equal (crc "123456789"B) 0xE3069283u "CRC-32C of 123456789"
          }

          Support.prop "steps, tags and values are read back" (fun (pairs: (string * int64 * float32) list) ->
              let clean =
                  [ for tag, step, value in pairs ->
                        struct ("a" + string tag.Length, abs (step % 1_000_000L), float value) ]

              use file = new MemoryStream()
              EventFile.Write(file, DateTimeOffset.UnixEpoch, clean)
              let version, found = scalars (file.ToArray())
              Expect.equal version "brain.Event:2" "version"

              let expected = [ for struct (tag, step, value) in clean -> step, tag, value ]

              // NaN is not equal to itself, and its text is.
              Expect.equal (string found) (string expected) "scalars") ]
