/// `dendrites play`, and the animated pictures that it writes.
module Dendrites.Tests.PlayTests

open System
open System.Buffers.Binary
open System.IO
open System.IO.Compression
open System.Text
open Expecto
open FsCheck.FSharp
open Dendrites.Cli
open Dendrites.Tests.Running
open Dendrites.Tests.Support

let private word (bytes: byte[]) at =
    BinaryPrimitives.ReadInt32BigEndian(ReadOnlySpan(bytes, at, 4))

/// A file's chunks by name, in order.
let private chunks (file: byte[]) =
    let rec from at =
        if at = file.Length then
            []
        else
            let size = word file at

            (Encoding.ASCII.GetString(file, at + 4, 4), file[at + 8 .. at + 7 + size])
            :: from (at + 12 + size)

    Expect.equal file[1..3] "PNG"B "signature"
    from 8

let private inflated (data: byte[]) =
    use zip = new ZLibStream(new MemoryStream(data), CompressionMode.Decompress)
    use all = new MemoryStream()
    zip.CopyTo all
    all.ToArray()

/// What a viewer shows: rectangles put over what was there, frame by frame.
let private shown width (file: byte[]) =
    let mutable picture = Array.empty<byte>
    let mutable place = 0, 0, 0, 0

    [ for name, data in chunks file do
          match name with
          | "IHDR" -> picture <- Array.zeroCreate (3 * word data 0 * word data 4)
          | "fcTL" -> place <- (word data 4, word data 8, word data 12, word data 16)
          | "IDAT"
          | "fdAT" ->
              let wide, high, left, top = place
              let rows = inflated (if name = "IDAT" then data else data[4..])
              Expect.equal rows.Length (high * (1 + 3 * wide)) "the size of the rectangle"
              let next = Array.copy picture

              for row in 0 .. high - 1 do
                  Expect.equal rows[row * (1 + 3 * wide)] 0uy "no filter"

                  Array.blit
                      rows
                      (row * (1 + 3 * wide) + 1)
                      next
                      (3 * ((top + row) * width + left))
                      (3 * wide)

              picture <- next
              next
          | _ -> () ]

let private written width height (pictures: byte[] list) =
    use file = new MemoryStream()
    AnimatedPng.Write(file, width, height, pictures |> ResizeArray, 50)
    file.ToArray()

/// Pictures of one size, each as the one before but for some bytes.
let private films =
    gen {
        let! width = Gen.choose (1, 6)
        let! height = Gen.choose (1, 6)
        let! count = Gen.choose (1, 5)
        let byte' = Gen.choose (0, 255) |> Gen.map byte
        let! first = Gen.arrayOfLength (3 * width * height) byte'

        let change (picture: byte[]) =
            gen {
                let! changes = Gen.listOf (Gen.zip (Gen.choose (0, picture.Length - 1)) byte')
                let next = Array.copy picture

                for at, value in List.truncate 4 changes do
                    next[at] <- value

                return next
            }

        let rec film made picture =
            gen {
                if made = count then
                    return [ picture ]
                else
                    let! next = change picture
                    let! others = film (made + 1) next
                    return picture :: others
            }

        let! all = film 1 first
        return width, height, all
    }

/// What the program says; skips the test where it has no simulator or nothing that draws.
let private played folder words =
    let outcome = call folder ("play" :: words)

    if
        outcome.Code = 4
        && (outcome.Error.Contains "libmujoco" || outcome.Error.Contains "pictures cannot")
    then
        skiptest outcome.Error

    outcome

let private refused code words (hint: string) =
    let line = String.concat " " words

    test $"`dendrites play {line}` is refused" {
        inFolder (fun folder ->
            let outcome = played folder words
            Expect.equal outcome.Code code outcome.Error
            Expect.stringContains outcome.Error hint "why"
            Expect.equal outcome.Out "" "nothing on standard output"
            Expect.isEmpty (Directory.GetFileSystemEntries folder) "nothing written")
    }

[<Tests>]
let tests =
    testList
        "play"
        [ testProperty "an animation shows the pictures that it was made of"
          <| Prop.forAll (Arb.fromGen films) (fun (width, height, pictures) ->
              Expect.equal (shown width (written width height pictures)) pictures "pictures")

          test "a picture that hardly differs costs little, and sequence numbers count up" {
              let first = Array.init (3 * 64 * 64) (fun i -> byte (i * 7919 >>> 3))
              let second = Array.copy first
              second[3 * (20 * 64 + 30)] <- second[3 * (20 * 64 + 30)] + 1uy
              let file = written 64 64 [ first; second; second ]
              let all = chunks file

              let named name =
                  all |> List.filter (fst >> (=) name) |> List.map snd

              Expect.isLessThan (named "fdAT" |> List.sumBy Array.length) 60 "two rectangles of a pixel"
              Expect.equal (word (named "acTL").Head 0) 3 "pictures"

              let numbers =
                  [ for name, data in all do
                        if name = "fcTL" || name = "fdAT" then
                            word data 0 ]

              Expect.equal numbers [ 0..4 ] "sequence"
          }

          test "a scripted policy at work: an animation, the same again, and pictures in a folder" {
              inFolder (fun folder ->
                  let words =
                      [ "--oracle"; "reach"; "--model"; "fast"; "--width"; "48"; "--height"; "32" ]

                  let outcome = played folder (words @ [ "--every"; "10"; "--json" ])
                  ok outcome
                  let document = json outcome.Out
                  let count = whole (field "pictures" document)
                  let episode = (field "episodes" document)[0]
                  let steps = whole (field "steps" episode)
                  Expect.equal count (1 + steps / 10) "a picture at first, and one every ten steps"
                  Expect.isLessThan (whole (field "done" episode)) steps "done"
                  let file = File.ReadAllBytes(Path.Combine(folder, "play.png"))
                  let pictures = shown 48 file
                  Expect.equal pictures.Length count "pictures"

                  for picture in pictures do
                      Expect.isGreaterThan (picture |> Array.distinct |> Array.length) 20 "something is seen"

                  Expect.notEqual pictures.Head (List.last pictures) "something moves"
                  ok (played folder (words @ [ "--every"; "10"; "--out"; "again.png" ]))
                  Expect.equal (File.ReadAllBytes(Path.Combine(folder, "again.png"))) file "the same bytes"
                  ok (played folder (words @ [ "--every"; "10"; "--out"; "apart" ]))

                  let files =
                      Directory.GetFiles(Path.Combine(folder, "apart")) |> Array.sort |> List.ofArray

                  for file, picture in List.zip files pictures do
                      let _, data = chunks (File.ReadAllBytes file) |> List.find (fst >> (=) "IDAT")

                      let rows =
                          inflated data |> Array.chunkBySize (1 + 3 * 48) |> Array.collect Array.tail

                      Expect.equal rows picture file

                  let refused = played folder words
                  Expect.equal refused.Code ExitCode.BadConfig "what is there stays"
                  Expect.equal (File.ReadAllBytes(Path.Combine(folder, "play.png"))) file "as it was")
          }

          test "a run's policy, from its folder and exported" {
              inFolder (fun folder ->
                  let run =
                      [ "run"
                        "mt10"
                        "--tasks"
                        "reach,drawer-close"
                        "--out"
                        "run"
                        "--quiet"
                        "--set" ]
                      @ [ "model=fast"
                          "horizon=20"
                          "steps=40"
                          "updates=0"
                          "learn-from=1"
                          "lag=false" ]
                      @ [ "random-steps=0"; "hidden=8,8"; "evaluation-episodes=1"; "final-episodes=1" ]

                  let made = call folder run

                  if made.Code = 4 then
                      skiptest made.Error

                  ok made
                  let small = [ "--width"; "48"; "--height"; "32"; "--json" ]
                  let outcome = played folder ([ "run"; "--out"; "a.png" ] @ small)
                  ok outcome

                  let tasks =
                      [ for episode in (field "episodes" (json outcome.Out)).EnumerateArray() ->
                            (field "task" episode).GetString(), whole (field "steps" episode) ]

                  Expect.equal tasks [ "reach", 20; "drawer-close", 20 ] "an episode of each"
                  ok (call folder [ "export"; "run"; "--to"; "policy.safetensors" ])
                  ok (played folder ([ "policy.safetensors"; "--out"; "b.png" ] @ small))

                  Expect.equal
                      (File.ReadAllBytes(Path.Combine(folder, "a.png")))
                      (File.ReadAllBytes(Path.Combine(folder, "b.png")))
                      "the same policy"

                  let other = played folder [ "run"; "--tasks"; "push" ]
                  Expect.equal other.Code ExitCode.BadConfig other.Error
                  Expect.stringContains other.Error "reach, drawer-close" "the run's")
          }

          refused ExitCode.Usage [] "--oracle TASK"
          refused ExitCode.Usage [ "run"; "--oracle"; "reach" ] "not both"
          refused ExitCode.Usage [ "run"; "--model"; "fast" ] "--oracle"
          refused ExitCode.Usage [ "--oracle"; "reach"; "--every"; "0" ] "from 1"
          refused ExitCode.BadConfig [ "--oracle"; "reech" ] "oracle was 'reech'"
          refused ExitCode.BadConfig [ "--oracle"; "reach"; "--goal"; "50" ] "0 to 49"
          refused ExitCode.BadConfig [ "--oracle"; "reach"; "--width"; "5000" ] "4096"
          refused ExitCode.BadConfig [ "--oracle"; "reach"; "--camera"; "fornt" ] "front, top"
          refused ExitCode.BadConfig [ "nothing-there" ] "a run folder" ]
