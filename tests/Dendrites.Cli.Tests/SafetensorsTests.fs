module Dendrites.Tests.SafetensorsTests

open System
open System.Collections.Generic
open System.IO
open System.Security.Cryptography
open System.Text
open Expecto
open FsCheck.FSharp
open Dendrites.Cli
open Dendrites.Tests.Support

/// A tensor as the format sees it: name, type, sizes, bytes.
type private Stored =
    { Name: string
      Dtype: string
      Shape: int64[]
      Bytes: byte[] }

let private files =
    let tensor index =
        gen {
            let! dtype = Gen.elements (List.ofSeq SafetensorsHeader.Sizes.Keys)
            let! shape = Gen.choose (0, 4) |> Gen.map int64 |> Gen.listOf |> Gen.resize 3
            let length = List.fold (*) (int64 SafetensorsHeader.Sizes[dtype]) shape
            let! bytes = Gen.choose (0, 255) |> Gen.map byte |> Gen.arrayOfLength (int length)

            return
                { Name = $"t{index}.\"é\\"
                  Dtype = dtype
                  Shape = Array.ofList shape
                  Bytes = bytes }
        }

    gen {
        let! count = Gen.choose (0, 5)
        let! tensors = Gen.sequenceToList [ for index in 1..count -> tensor index ]

        let! metadata =
            Gen.elements [ []; [ "config", "{\"lr\":1}" ]; [ "b", "2"; "a", "" ] ]

        return tensors, metadata
    }
    |> Arb.fromGen

let private write (tensors: Stored list) (metadata: (string * string) list) =
    let header =
        SafetensorsHeader.Lay(
            [ for t in tensors -> struct (t.Name, t.Dtype, t.Shape) ],
            dict metadata |> Dictionary
        )

    use target = new MemoryStream()

    let digest =
        SafetensorsWriter.Write(
            target,
            header,
            fun name piece ->
                let bytes = (List.find (fun t -> t.Name = name) tensors).Bytes
                let half = bytes.Length / 2
                piece.Invoke(ReadOnlySpan(bytes, 0, half))
                piece.Invoke(ReadOnlySpan(bytes, half, bytes.Length - half))
        )

    target.ToArray(), digest

let private opened (bytes: byte[]) =
    new SafetensorsReader(new MemoryStream(bytes))

let private read (bytes: byte[]) =
    use reader = opened bytes

    [ for entry in reader.Header.Entries ->
          let bytes = Array.zeroCreate (int entry.Length)
          reader.Read(entry, 0L, bytes.AsSpan())

          { Name = entry.Name
            Dtype = entry.Dtype
            Shape = entry.Shape
            Bytes = bytes } ],
    [ for pair in reader.Header.Metadata -> pair.Key, pair.Value ]

let private digestOf (bytes: byte[]) =
    Convert.ToHexStringLower(SHA256.HashData bytes)

let private rejects (bytes: byte[]) =
    Expect.throwsT<InvalidDataException> (fun () -> (opened bytes).Dispose()) "damage is told"

/// A file of this header and so many bytes behind it.
let private framed (header: string) (data: int) =
    let json = Encoding.UTF8.GetBytes header
    Array.concat [ BitConverter.GetBytes(int64 json.Length); json; Array.zeroCreate data ]

let private hostile name (header: string) data =
    test $"hostile: {name}" { rejects (framed header data) }

let private entry dtype shape first last =
    $"{{\"dtype\":\"{dtype}\",\"shape\":{shape},\"data_offsets\":[{first},{last}]}}"

[<Tests>]
let tests =
    testList
        "safetensors"
        [ prop
              "what was written is read"
              (Prop.forAll files (fun (tensors, metadata) ->
                  let bytes, digest = write tensors metadata
                  let readTensors, readMetadata = read bytes
                  Expect.equal (Set readTensors) (Set tensors) "tensors"
                  Expect.equal (Set readMetadata) (Set metadata) "metadata"
                  Expect.equal (digestOf bytes) digest "digest"))

          prop
              "the order of the tensors makes no difference"
              (Prop.forAll files (fun (tensors, metadata) ->
                  Expect.equal
                      (write (List.rev tensors) (List.rev metadata))
                      (write tensors metadata)
                      "the bytes"))

          prop
              "every tensor is aligned to its type"
              (Prop.forAll files (fun (tensors, metadata) ->
                  let bytes, _ = write tensors metadata
                  let start = 8 + int (BitConverter.ToInt64(bytes, 0))

                  use reader = opened bytes

                  for entry in reader.Header.Entries do
                      let size = int64 SafetensorsHeader.Sizes[entry.Dtype]
                      Expect.equal ((int64 start + entry.Offset) % size) 0L entry.Name))

          prop
              "every truncation is told"
              (Prop.forAll files (fun (tensors, metadata) ->
                  let bytes, _ = write tensors metadata

                  for length in 0 .. bytes.Length - 1 do
                      rejects bytes[.. length - 1]))

          prop
              "what follows the tensors is told"
              (Prop.forAll files (fun (tensors, metadata) ->
                  rejects (Array.append (fst (write tensors metadata)) [| 0uy |])))

          prop
              "a flipped byte is told by the header or the digest"
              (Prop.forAll files (fun (tensors, metadata) ->
                  let bytes, digest = write tensors metadata

                  for at in 0 .. bytes.Length - 1 do
                      let flipped = Array.copy bytes
                      flipped[at] <- flipped[at] ^^^ 0x40uy
                      Expect.notEqual (digestOf flipped) digest "the digest"

                      // Whatever the damage, reading ends, with tensors or with InvalidDataException.
                      try
                          read flipped |> ignore
                      with :? InvalidDataException ->
                          ()))

          test "the digest of a file is that of its bytes" {
              inFolder (fun folder ->
                  let path = Path.Combine(folder, "t")
                  File.WriteAllBytes(path, [| 1uy; 2uy |])
                  Expect.equal (SafetensorsReader.DigestOf path) (digestOf [| 1uy; 2uy |]) "SHA-256")
          }

          hostile "no object" "[]" 0
          hostile "empty" "" 0
          hostile "no JSON" "{\"a\":" 0
          hostile "not UTF-8" "{\"\u00ff" 0
          hostile "a tensor that is none" "{\"a\":3}" 0
          hostile "no type" "{\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}}" 1
          hostile "unknown type" $"""{{"a":{entry "F7" "[1]" 0 1}}}""" 1
          hostile "a type that is no text" "{\"a\":{\"dtype\":3,\"shape\":[1],\"data_offsets\":[0,1]}}" 1
          hostile "negative size" $"""{{"a":{entry "U8" "[-1]" 0 1}}}""" 1
          hostile "two negative sizes" $"""{{"a":{entry "U8" "[-1,-1]" 0 1}}}""" 1
          hostile "fractional size" $"""{{"a":{entry "U8" "[1.5]" 0 1}}}""" 1
          hostile "sizes that overflow" $"""{{"a":{entry "F64" "[4294967296,4294967296]" 0 0}}}""" 0
          hostile
              "sizes that overflow to the right length"
              $"""{{"a":{entry "F64" "[2305843009213693952,1]" 0 0}}}"""
              0
          hostile "offsets backwards" $"""{{"a":{entry "U8" "[1]" 1 0}}}""" 1
          hostile "offsets of another length" $"""{{"a":{entry "U8" "[2]" 0 1}}}""" 1
          hostile "beyond the end" $"""{{"a":{entry "U8" "[2]" 0 2}}}""" 1
          hostile "a hole" $"""{{"a":{entry "U8" "[1]" 1 2}}}""" 2
          hostile "an overlap" $"""{{"a":{entry "U8" "[2]" 0 2},"b":{entry "U8" "[2]" 1 3}}}""" 3
          hostile "the same bytes twice" $"""{{"a":{entry "U8" "[2]" 0 2},"b":{entry "U8" "[2]" 0 2}}}""" 2
          hostile "bytes that belong to nobody" $"""{{"a":{entry "U8" "[1]" 0 1}}}""" 2
          hostile "one name twice" $"""{{"a":{entry "U8" "[1]" 0 1},"a":{entry "U8" "[1]" 1 2}}}""" 2
          hostile "three offsets" "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1,2]}}" 1
          hostile "metadata that is no text" "{\"__metadata__\":{\"a\":1}}" 0
          hostile "metadata that is no object" "{\"__metadata__\":[]}" 0
          hostile "deep nesting" (String.replicate 100_000 "{\"a\":") 0

          test "a header longer than the file, or than the format allows, is told before memory is asked for" {
              for length in [ 1UL; 99_999_999UL; 100_000_001UL; uint64 Int64.MaxValue; UInt64.MaxValue ] do
                  rejects (BitConverter.GetBytes length)
          } ]
