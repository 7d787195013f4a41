module Dendrites.Tests.NativeTests

open System
open System.IO
open System.Threading.Tasks
open Dendrites
open Expecto
open TorchSharp

let private inTemporaryFolder body =
    let folder = Directory.CreateTempSubdirectory "dendrites-test-"

    try
        body folder.FullName
    finally
        folder.Delete true

[<Tests>]
let tests =
    testList
        "Native"
        [ testCase "loads, and TorchSharp computes"
          <| fun () ->
              Native.load ()
              use x = torch.ones [| 3L; 4L |]
              use y = x.mm (x.t ())
              Expect.equal (y.sum().item<float32>()) 36.0f "3 × 3 entries of 4"

          testCase "loading again changes nothing, from any thread"
          <| fun () ->
              let all =
                  Array.init 8 (fun _ -> Task.Run(fun () -> Native.describe ())) |> Task.WhenAll

              Expect.allEqual all.Result (Native.describe ()) "one answer"

          testCase "one copy of TorchSharp's native half is in the process"
          <| fun () ->
              Native.load ()
              use _ = torch.ones [| 1L |]

              let mapped =
                  File.ReadLines "/proc/self/maps"
                  |> Seq.filter (fun line -> line.EndsWith "libLibTorchSharp.so")
                  |> Seq.map (fun line -> line.Substring(line.IndexOf '/'))
                  |> Seq.distinct
                  |> List.ofSeq

              Expect.equal mapped [ (Native.describe ()).Shim ] "the file that was described"

          testCase "the output folder holds no native library"
          <| fun () ->
              let natives =
                  Directory.GetFiles(AppContext.BaseDirectory, "*.so*", SearchOption.AllDirectories)

              Expect.isEmpty natives "libtorch is loaded from the package folder"

          testCase "a damaged cache is rewritten"
          <| fun () ->
              inTemporaryFolder (fun root ->
                  let adapt () = Native.adapt [ root ] (Native.shim ())

                  match adapt () with
                  | None -> failtest "TorchSharp 0.107.0 needs adapting"
                  | Some file ->
                      let good = File.ReadAllBytes file
                      File.WriteAllBytes(file, good[..999])
                      Expect.equal (adapt ()) (Some file) "same place"

                      Expect.isTrue
                          (File.ReadAllBytes(file).AsSpan().SequenceEqual(ReadOnlySpan good))
                          "same bytes"

                      Expect.hasLength
                          (Directory.GetFiles(root, "*", SearchOption.AllDirectories))
                          1
                          "nothing aside")

          testCase "processes that fill the cache at once do not disturb each other"
          <| fun () ->
              inTemporaryFolder (fun root ->
                  let image = Array.init 300_000 byte
                  let file = Path.Combine(root, "a", "b.so")

                  let work =
                      Array.init 16 (fun _ -> Task.Run(fun () -> Native.ensure file image))
                      |> Task.WhenAll

                  work.Wait()
                  Expect.isTrue (File.ReadAllBytes(file).AsSpan().SequenceEqual(ReadOnlySpan image)) "whole"

                  Expect.hasLength
                      (Directory.GetFiles(root, "*", SearchOption.AllDirectories))
                      1
                      "nothing aside")

          testCase "a cache that cannot be written is passed over"
          <| fun () ->
              inTemporaryFolder (fun root ->
                  let blocked = Path.Combine(root, "file")
                  File.WriteAllText(blocked, "not a folder")
                  let good = Path.Combine(root, "cache")

                  match Native.adapt [ Path.Combine(blocked, "cache"); good ] (Native.shim ()) with
                  | Some file -> Expect.stringStarts file good "the second folder"
                  | None -> failtest "TorchSharp 0.107.0 needs adapting")

          testCase "no writable cache is an error with the reasons"
          <| fun () ->
              inTemporaryFolder (fun root ->
                  let blocked = Path.Combine(root, "file")
                  File.WriteAllText(blocked, "not a folder")

                  Expect.throwsC (fun () -> Native.adapt [ blocked ] (Native.shim ()) |> ignore) (fun e ->
                      Expect.isTrue (e :? NativeLoadException) $"{e.GetType()}"
                      Expect.stringContains e.Message "can be written" "the cause"))

          testCase "a damaged package names the file and the cure"
          <| fun () ->
              inTemporaryFolder (fun root ->
                  let file = Path.Combine(root, "libLibTorchSharp.so")
                  File.WriteAllText(file, "rubbish")

                  Expect.throwsC (fun () -> Native.adapt [ root ] file |> ignore) (fun e ->
                      Expect.isTrue (e :? NativeLoadException) $"{e.GetType()}"
                      Expect.stringContains e.Message file "the file"
                      Expect.stringContains e.Message "build.fsx setup" "the cure"))

          testCase "a named folder without libtorch is an error that names both"
          <| fun () ->
              inTemporaryFolder (fun root ->
                  Expect.throwsC (fun () -> Native.named root |> ignore) (fun e ->
                      Expect.isTrue (e :? NativeLoadException) $"{e.GetType()}"
                      Expect.stringContains e.Message root "the folder"
                      Expect.stringContains e.Message "DENDRITES_LIBTORCH" "where it came from")) ]
