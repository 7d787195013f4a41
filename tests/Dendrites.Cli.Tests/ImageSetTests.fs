module Dendrites.Tests.ImageSetTests

open System
open System.IO
open System.Security.Cryptography
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

          testList
              "a set whose gzip files' digests are known"
              [ let set =
                    DataSet(
                        "toy",
                        "",
                        Dendrites.Stream.mnist,
                        [| for name, bytes in good ->
                               let digest = SHA256.HashData(zipped bytes) |> Convert.ToHexStringLower
                               DataFile(name, digest, Zipped = true) |],
                        [||],
                        null
                    )

                let kept change f =
                    inFolder (fun root ->
                        let folder = Directory.CreateDirectory(Path.Combine(root, "toy")).FullName

                        for name, bytes in good do
                            File.WriteAllBytes(Path.Combine(folder, name + ".gz"), zipped bytes)

                        change folder
                        f (DataFolder root))

                test "is read from them, whatever stands beside" {
                    kept
                        (fun folder ->
                            File.WriteAllBytes(Path.Combine(folder, DataSet.TrainLabels), [| 1uy |]))
                        (fun folder ->
                            let images = ImageSet.Read(set, folder)
                            Expect.equal (images.Train.Count, images.Test.Count) (5, 3) "counts"
                            Expect.equal (folder.Check(set, set.Files[1])) FileCondition.Good "good")
                }

                test "is refused with one changed, though it unzips to the same" {
                    kept
                        (fun folder ->
                            let path = Path.Combine(folder, DataSet.TestLabels + ".gz")
                            let bytes = File.ReadAllBytes path
                            // The header's time of the gzip file says nothing of its content.
                            bytes[4] <- bytes[4] + 1uy
                            File.WriteAllBytes(path, bytes))
                        (fun folder ->
                            fails ExitCode.BadData [ "SHA-256"; "dendrites data get toy" ] (fun () ->
                                ImageSet.Read(set, folder) |> ignore))
                } ]

          test "every known data set has four files, each with a digest of its own, and mirrors by https" {
              let digests =
                  [ for set in DataSet.All do
                        for file in set.Files -> file.Digest ]

              Expect.equal (List.distinct digests) digests "digests"

              for set in DataSet.All do
                  let names = [ for file in set.Files -> file.Name ] |> Set.ofList
                  Expect.equal names (good |> List.map fst |> Set.ofList) "the files"
                  Expect.all digests (fun digest -> digest.Length = 64) "SHA-256"
                  Expect.isNonEmpty set.Mirrors set.Name

                  Expect.all
                      set.Mirrors
                      (fun mirror -> mirror.Scheme = "https" && string mirror |> _.EndsWith('/'))
                      set.Name

                  Expect.isTrue
                      (set.Scale.Mean > 0.1 && set.Scale.Mean < 0.5 && set.Scale.Deviation > 0.2)
                      "scale"
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
