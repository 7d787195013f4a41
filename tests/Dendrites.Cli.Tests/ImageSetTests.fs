module Dendrites.Tests.ImageSetTests

open System.IO
open Expecto
open Dendrites.Cli
open Dendrites.Tests.Support

/// A folder with five training and three test images.
let private good =
    [ DataSet.TrainImages, idx [ 5; 28; 28 ] (Array.init (5 * 784) byte)
      DataSet.TrainLabels, idx [ 5 ] [| 0uy; 1uy; 2uy; 3uy; 9uy |]
      DataSet.TestImages, idx [ 3; 28; 28 ] (Array.init (3 * 784) (fun i -> byte (i / 7)))
      DataSet.TestLabels, idx [ 3 ] [| 7uy; 8uy; 9uy |] ]

let private withFiles (files: (string * byte[]) list) (f: string -> unit) =
    inFolder (fun folder ->
        for name, bytes in files do
            File.WriteAllBytes(Path.Combine(folder, name), bytes)

        f folder)

/// The good folder with one file replaced is refused.
let private refuses name bytes words =
    withFiles ((name, bytes) :: List.filter (fst >> (<>) name) good) (fun folder ->
        fails ExitCode.BadData words (fun () -> ImageSet.ReadFolder folder |> ignore))

[<Tests>]
let tests =
    testList
        "image set"
        [ test "a folder of the user's is read whole" {
              withFiles good (fun folder ->
                  let images = ImageSet.ReadFolder folder
                  Expect.equal (images.Train.Count, images.Test.Count) (5, 3) "counts"
                  Expect.equal images.Train.Labels[4] 9uy "labels"
                  Expect.equal images.Test.Pixels.Length (3 * 784) "pixels"
                  Expect.equal images.Digests.Count 4 "a digest for each file")
          }

          test "zipped files do as well" {
              withFiles [ for name, bytes in good -> name + ".gz", zipped bytes ] (fun folder ->
                  withFiles good (fun plain ->
                      Expect.equal
                          (List.ofSeq (ImageSet.ReadFolder folder).Digests)
                          (List.ofSeq (ImageSet.ReadFolder plain).Digests)
                          "the same digests"))
          }

          test "what does not fit together is told" {
              refuses DataSet.TrainLabels (idx [ 4 ] [| 0uy; 1uy; 2uy; 3uy |]) [ "5 images"; "4 labels" ]
              refuses DataSet.TestLabels (idx [ 3 ] [| 7uy; 10uy; 9uy |]) [ "label 10"; "place 1" ]
              refuses DataSet.TestImages (idx [ 3; 27; 28 ] (Array.zeroCreate (3 * 27 * 28))) [ "27 × 28" ]
          }

          test "a missing folder is told" {
              fails ExitCode.BadData [ "/nowhere" ] (fun () -> ImageSet.ReadFolder "/nowhere" |> ignore)
          }

          test "a known data set with another digest is told with its cure" {
              inFolder (fun root ->
                  let folder = Path.Combine(root, "mnist")
                  Directory.CreateDirectory folder |> ignore

                  for name, bytes in good do
                      File.WriteAllBytes(Path.Combine(folder, name), bytes)

                  fails ExitCode.BadData [ "SHA-256"; "dendrites data get mnist" ] (fun () ->
                      ImageSet.Read(DataSet.Mnist, DataFolder root) |> ignore))
          } ]
