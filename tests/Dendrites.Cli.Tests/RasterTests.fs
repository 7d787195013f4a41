/// Figures as pixels.
module Dendrites.Tests.RasterTests

open System
open System.IO
open Expecto
open FsCheck
open Dendrites.Cli
open Dendrites.Tests.Support

/// Fails unless the numbers are within `tolerance` of each other.
let internal close tolerance expected actual message =
    Expect.floatClose { absolute = tolerance; relative = 0.0 } actual expected message

let private black = struct (0uy, 0uy, 0uy)

let private fill (paper: Raster) (outlines: (float * float) list list) opacity =
    let points =
        [ for outline in outlines ->
              (Array.ofList [ for x, y in outline -> struct (x, y) ] :> Collections.Generic.IReadOnlyList<_>) ]

    paper.Fill(points, black, opacity)

/// How much of the paper is black, in pixels.
let private ink (paper: Raster) =
    paper.Pixels
    |> Array.chunkBySize 3
    |> Array.sumBy (fun pixel -> float (255uy - pixel[0]) / 255.0)

/// The columns and rows that hold ink.
let private inked (paper: Raster) =
    [ for place, pixel in paper.Pixels |> Array.chunkBySize 3 |> Seq.indexed do
          if pixel[0] < 250uy then
              place % paper.Width, place / paper.Width ]

let private paint (draw: Drawing -> Drawing) =
    Picture.Paint(draw (Drawing("test", 60.0, 60.0)))

/// Pixels along a length of 1, and in a square of it.
let private scale = float Picture.Scale

let private square = scale * scale

/// A number in [low, high] from any number.
let internal within low high (NormalFloat x) =
    low + (high - low) * (0.5 + 0.5 * sin x)

let private rectangle x y w h =
    [ x, y; x + w, y; x + w, y + h; x, y + h ]

[<Tests>]
let tests =
    testList
        "raster"
        [ prop "a triangle takes as much ink as its area"
          <| fun (a, b, c) (d, e, f) ->
              let at = within 2.0 38.0
              let p, q, r = (at a, at b), (at c, at d), (at e, at f)
              let paper = Raster(40, 40)
              fill paper [ [ p; q; r ] ] 1.0

              let area =
                  abs ((fst q - fst p) * (snd r - snd p) - (fst r - fst p) * (snd q - snd p))
                  / 2.0

              // A pixel's cover is rounded to a 255th.
              close (1e-2 + 0.003 * area + 0.15) area (ink paper) "area"

          prop "what lies outside the paper is left out"
          <| fun x y w h ->
              let x, y = within -30.0 30.0 x, within -30.0 30.0 y
              let w, h = within 1.0 40.0 w, within 1.0 40.0 h
              let paper = Raster(20, 20)
              fill paper [ rectangle x y w h ] 1.0

              let common low length =
                  max 0.0 (min 20.0 (low + length) - max 0.0 low)

              close 0.3 (common x w * common y h) (ink paper) "the part on the paper"

          test "a hole that turns the other way is left white" {
              let paper = Raster(20, 20)
              fill paper [ rectangle 2.0 2.0 10.0 10.0; List.rev (rectangle 4.5 4.5 3.0 3.0) ] 1.0
              close 0.1 91.0 (ink paper) "outer less inner"
              Expect.equal paper.Pixels[(6 * 20 + 6) * 3] 255uy "white in the hole"
          }

          test "opacity mixes with what is below, and painting leaves nothing for the next area" {
              let paper = Raster(20, 20)
              fill paper [ rectangle 0.0 0.0 10.0 10.0 ] 0.5
              close 0.3 50.0 (ink paper) "half"
              fill paper [ rectangle 0.0 0.0 10.0 10.0 ] 0.5
              close 0.3 75.0 (ink paper) "half of the rest"
              fill paper [] 1.0
              close 0.3 75.0 (ink paper) "nothing"
          }

          test "lines, rings and dashes have the ink of their lengths" {
              let line dashes =
                  paint (fun drawing -> drawing.Line(5.0, 20.0, 55.0, 20.0, Drawing.Ink, 2.0, 1.0, dashes))

              let drawn = 255.0 - float 0x1b |> fun part -> part / 255.0
              close 2.0 (50.0 * 2.0 * square * drawn) (ink (line [||])) "a whole line"
              // 7 of 11: five dashes of 7 and the whole last one, of 6.
              close 2.0 ((4.0 * 7.0 + 6.0) * 2.0 * square * drawn) (ink (line [| 7.0; 4.0 |])) "dashes"
              let ring = paint (fun drawing -> drawing.Dot(30.0, 30.0, "#000000", true, 10.0))
              close 25.0 (2.0 * Math.PI * 10.0 * 1.5 * square) (ink ring) "a ring"
          }

          test "text stands where its anchor says, upright or not" {
              let text anchor upright =
                  paint (fun drawing -> drawing.Text(30.0, 30.0, "Ag1", anchor, 12.0, Drawing.Ink, upright))
                  |> inked

              let width = Glyphs.Width "Ag1" * 12.0 * scale
              let columns = List.map fst
              let rows = List.map snd

              Expect.isGreaterThanOrEqual
                  (List.min (columns (text Anchor.Start false)))
                  (int (30.0 * scale))
                  "starts there"

              Expect.isLessThanOrEqual
                  (List.max (columns (text Anchor.End false)))
                  (int (30.0 * scale))
                  "ends there"

              let middle = columns (text Anchor.Middle false)
              close 6.0 (30.0 * scale) (float (List.min middle + List.max middle) / 2.0) "the middle"
              close 7.5 width (float (List.max middle - List.min middle)) "as wide as it says"
              let upright = text Anchor.Start true
              Expect.isLessThanOrEqual (List.max (rows upright)) (int (30.0 * scale)) "upwards"
              close 7.5 width (float (List.max (rows upright) - List.min (rows upright))) "turned"
          }

          test "every letter that can be typed has an outline, and an unknown one is a question mark" {
              for letter in '!' .. '~' do
                  Expect.isNonEmpty (Glyphs.Outlines(string<char> letter)) $"{letter}"

              Expect.equal
                  (List.ofSeq (Glyphs.Outlines "語") |> List.map List.ofSeq)
                  (List.ofSeq (Glyphs.Outlines "?") |> List.map List.ofSeq)
                  "unknown"
          }

          prop "a PNG gives back the pixels that it was made of"
          <| fun (PositiveInt width) (PositiveInt height) (seed: int) ->
              let width, height = width % 40 + 1, height % 40 + 1
              let pixels = Array.zeroCreate<byte>(width * height * 3)
              Random(seed).NextBytes pixels
              let file = Png.Encode(width, height, ReadOnlySpan pixels)

              let word at =
                  int file[at] <<< 24
                  ||| (int file[at + 1] <<< 16)
                  ||| (int file[at + 2] <<< 8)
                  ||| int file[at + 3]

              Expect.equal
                  file[..7]
                  [| 0x89uy; 0x50uy; 0x4euy; 0x47uy; 0x0duy; 0x0auy; 0x1auy; 0x0auy |]
                  "signature"
              // The checksum of an empty IEND is the same in every PNG.
              Expect.equal
                  file[file.Length - 8 ..]
                  [| 0x49uy; 0x45uy; 0x4euy; 0x44uy; 0xaeuy; 0x42uy; 0x60uy; 0x82uy |]
                  "end"

              Expect.equal (word 16, word 20) (width, height) "size"

              let rec data at =
                  if Text.Encoding.ASCII.GetString(file, at + 4, 4) = "IDAT" then
                      file[at + 8 .. at + 7 + word at]
                  else
                      data (at + 12 + word at)

              use zip =
                  new Compression.ZLibStream(new MemoryStream(data 8), Compression.CompressionMode.Decompress)

              use rows = new MemoryStream()
              zip.CopyTo rows

              let read =
                  rows.ToArray()
                  |> Array.chunkBySize (width * 3 + 1)
                  |> Array.collect (fun row ->
                      Expect.equal row[0] 0uy "no filter"
                      row[1..])

              Expect.equal read pixels "pixels" ]
