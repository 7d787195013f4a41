module Dendrites.Tests.TensorFileTests

open System.Collections.Generic
open System.IO
open Expecto
open FsCheck.FSharp
open Dendrites
open Dendrites.Cli
open Dendrites.Tests.Support

let private shapes =
    Gen.choose (0, 4)
    |> Gen.listOf
    |> Gen.resize 4
    |> Gen.listOf
    |> Gen.resize 5
    |> Arb.fromGen

let private dtypes =
    [ Dtype.Float32
      Dtype.Float64
      Dtype.Int64
      Dtype.Int32
      Dtype.Bool
      Dtype.Byte ]

let private bytes (tensor: Tensor) =
    use flat = tensor.torch.contiguous().flatten()

    if flat.NumberOfElements = 0L then
        [||]
    else
        flat.bytes.ToArray()

let private throughFile (tensors: (string * Tensor) list) =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "t.safetensors")

        do
            use file = File.Create path
            TensorFile.Write(file, dict tensors |> Dictionary, Dictionary()) |> ignore

        use reader = new SafetensorsReader(path)
        [ for name, _ in tensors -> name, TensorFile.Read(reader, nonNull (reader.Find name)) ])

[<Tests>]
let tests =
    testList
        "tensor file"
        [ prop
              "tensors of every type and shape come back"
              (Prop.forAll shapes (fun shapes ->
                  Scope.run (fun () ->
                      let tensors =
                          [ for index, shape in List.indexed shapes do
                                let drawn = Key.uniform -3.0 3.0 shape Dtype.Float64 (Key.ofSeed index)

                                for dtype in dtypes do
                                    $"{index}.{dtype}", dsharp.cast (drawn, dtype) ]

                      for (name, tensor), (_, read) in List.zip tensors (throughFile tensors) do
                          Expect.equal read.shape tensor.shape name
                          Expect.equal read.dtype tensor.dtype name
                          Expect.equal (bytes read) (bytes tensor) name)))

          test "a tensor that is not contiguous comes back as it looks" {
              Scope.run (fun () ->
                  let tensor = Key.uniform 0.0 1.0 [ 3; 4 ] Dtype.Float32 (Key.ofSeed 1)
                  let turned = Tensor.ofTorch (tensor.torch.t ())
                  let _, read = List.exactlyOne (throughFile [ "turned", turned ])
                  Expect.equal read.shape [| 4; 3 |] "shape"
                  Expect.equal (bytes read) (bytes turned) "bytes")
          } ]
