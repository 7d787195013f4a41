module Dendrites.Tests.OpsFileTests

open System
open System.IO
open System.Text
open Dendrites
open Dendrites.Tests.Naive
open Expecto

let private inFile body =
    let path = Path.GetTempFileName()

    try
        body path
    finally
        File.Delete path

/// The bytes of a version 1.0 file.
let private npy (header: string) (elements: byte[]) =
    Array.concat
        [ [| 0x93uy |]
          Encoding.ASCII.GetBytes "NUMPY\001\000"
          BitConverter.GetBytes(uint16 header.Length)
          Encoding.ASCII.GetBytes header
          elements ]

[<Tests>]
let tests =
    testList
        "OpsFile"
        [ prop "load reads what save wrote, in every dtype"
          <| fun key ->
              let t = (drawTies (shapeOf 0 3 key) "t" key).abs()

              for dtype in
                  [ Dtype.Float32
                    Dtype.Float64
                    Dtype.Int64
                    Dtype.Int32
                    Dtype.Bool
                    Dtype.Byte ] do
                  inFile (fun path ->
                      let t = t.cast dtype
                      t.save path
                      let back = dsharp.load path
                      Expect.equal back.dtype dtype "dtype"
                      expectSame back (ofTensor t) $"{dtype}")

          testCase "what is not laid out row by row is saved in its order, and empty tensors too"
          <| fun () ->
              inFile (fun path ->
                  let t = (dsharp.tensor [ [ 1; 2 ]; [ 3; 4 ] ]).transpose()
                  dsharp.save (t, path)
                  Expect.equal (numbers (dsharp.load path)) [| 1.0; 3.0; 2.0; 4.0 |] "transposed"
                  dsharp.save (dsharp.zeros [ 2; 0 ], path)
                  Expect.equal (dsharp.load path).shape [| 2; 0 |] "empty")

          testCase "the header is NumPy's, and its end is aligned to 64 bytes"
          <| fun () ->
              inFile (fun path ->
                  (dsharp.ones [ 2; 3 ]).save path
                  let bytes = File.ReadAllBytes path
                  let header = Encoding.ASCII.GetString(bytes, 10, 118)

                  Expect.stringStarts
                      header
                      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3,), }"
                      "header"

                  Expect.equal bytes.Length (128 + 24) "64-byte blocks, then 6 elements of 4 bytes")

          testCase "a file that NumPy wrote is read"
          <| fun () ->
              inFile (fun path ->
                  let header =
                      "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }".PadRight 117 + "\n"

                  let elements =
                      [| 1.5; -2.0 |] |> Array.collect (fun (x: float) -> BitConverter.GetBytes x)

                  File.WriteAllBytes(path, npy header elements)
                  let t = dsharp.load path
                  Expect.equal (t.dtype, numbers t) (Dtype.Float64, [| 1.5; -2.0 |]) "read")

          testCase "damaged, foreign and hostile files are an error that names the file"
          <| fun () ->
              let header shape =
                  $"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"

              let good = npy (header "(1,)") (Array.zeroCreate 8)

              let files =
                  [ "empty", [||]
                    "foreign", Encoding.ASCII.GetBytes "hello, this is no array"
                    "short", good[.. good.Length - 2]
                    "long", Array.append good [| 0uy |]
                    "cut in its header", good[..20]
                    "another version", Array.updateAt 6 2uy good
                    "more than there is", npy (header "(2147483647, 2147483647,)") (Array.zeroCreate 8)
                    "a size that is no size", npy (header "(99999999999999999999,)") (Array.zeroCreate 8)
                    "Fortran order",
                    npy "{'descr': '<f8', 'fortran_order': True, 'shape': (1,), }" (Array.zeroCreate 8)
                    "objects",
                    npy "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }" (Array.zeroCreate 8)
                    "no dictionary", npy "import os" (Array.zeroCreate 8) ]

              for what, bytes in files do
                  inFile (fun path ->
                      File.WriteAllBytes(path, bytes)

                      Expect.throwsC (fun () -> dsharp.load path |> ignore) (fun e ->
                          Expect.isTrue (e :? InvalidDataException) $"{what}: {e.GetType()} {e.Message}"
                          Expect.stringContains e.Message path what)) ]
