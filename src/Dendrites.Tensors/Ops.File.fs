namespace Dendrites

open System
open System.IO
open System.Text
open System.Text.RegularExpressions
open TorchSharp

/// NumPy's .npy files, version 1.0: one tensor, readable by NumPy and everything that reads its files.
[<RequireQualifiedAccess>]
module private Npy =

    let private magic = [| 0x93uy; byte 'N'; byte 'U'; byte 'M'; byte 'P'; byte 'Y' |]

    let private descriptions =
        [ Dtype.Float32, "<f4"
          Dtype.Float64, "<f8"
          Dtype.Int64, "<i8"
          Dtype.Int32, "<i4"
          Dtype.Bool, "|b1"
          Dtype.Byte, "|u1" ]

    let private sizeOf dtype =
        match dtype with
        | Dtype.Float64
        | Dtype.Int64 -> 8L
        | Dtype.Float32
        | Dtype.Int32 -> 4L
        | Dtype.Bool
        | Dtype.Byte -> 1L

    let write (stream: Stream) (t: torch.Tensor) =
        let dtype = Kind.toDtype t.dtype
        let description = descriptions |> List.find (fun (d, _) -> d = dtype) |> snd
        let sizes = t.shape |> Array.map (fun size -> $"{size},") |> String.concat " "

        let header =
            $"{{'descr': '{description}', 'fortran_order': False, 'shape': ({sizes}), }}"

        // Magic, version, length and header fill a multiple of 64 bytes, the last of them a line feed.
        let length = (10 + header.Length + 1 + 63) / 64 * 64 - 10
        stream.Write(ReadOnlySpan magic)
        stream.Write(ReadOnlySpan [| 1uy; 0uy; byte length; byte (length >>> 8) |])
        stream.Write(ReadOnlySpan(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n")))
        t.WriteBytesToStream stream

    let private layout =
        Regex @"^\{'descr': '([^']+)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\), \}\s*$"

    let read (path: string) (stream: Stream) : torch.Tensor =
        let fail what : 'a =
            raise (InvalidDataException $"{path}: {what}.")

        let exactly (count: int) : byte[] =
            let bytes: byte[] = Array.zeroCreate count

            if stream.ReadAtLeast(bytes.AsSpan(), count, throwOnEndOfStream = false) < count then
                fail "the file ends too early"

            bytes

        if exactly 6 <> magic then
            fail "not a .npy file"

        match exactly 2 with
        | [| 1uy; 0uy |] -> ()
        | version -> fail $"version {version[0]}.{version[1]} of .npy; 1.0 can be read"

        let length = exactly 2

        let header =
            exactly (int length[0] ||| (int length[1] <<< 8)) |> Encoding.ASCII.GetString

        let parts = layout.Match header

        if not parts.Success || parts.Groups[2].Value = "True" then
            fail $"cannot read the header {header.Trim()}"

        let dtype =
            match descriptions |> List.tryFind (fun (_, d) -> d = parts.Groups[1].Value) with
            | Some(dtype, _) -> dtype
            | None -> fail $"elements of type {parts.Groups[1].Value} are not part of the dialect"

        let shape =
            parts.Groups[3].Value.Split([| ','; ' ' |], StringSplitOptions.RemoveEmptyEntries)
            |> Array.map (fun size ->
                match Int64.TryParse(size: string) with
                | true, size when size < 2147483648L -> size
                | _ -> fail $"a dimension of size {size}")

        let bytes =
            Array.fold (fun n size -> n * bigint (size: int64)) (bigint (sizeOf dtype)) shape

        if bytes <> bigint (stream.Length - stream.Position) then
            fail $"holds {stream.Length - stream.Position} bytes of elements where its header says {bytes}"

        let t = torch.empty (shape, dtype = Nullable(Kind.ofDtype dtype))
        t.ReadBytesFromStream stream
        t

/// Tensors in files.
[<AutoOpen>]
module OpsFile =

    type Tensor with

        /// Writes the tensor to a NumPy .npy file (version 1.0), in place of what stood there.
        member t.save(path: string) : unit =
            use plain = t.torch.detach ()
            use here = plain.cpu ()
            use rows = Memory.rows here
            use stream = File.Create path
            Npy.write stream rows

    type dsharp with

        /// `t.save path`.
        static member save(t: Tensor, path: string) : unit = t.save path

        /// Reads a NumPy .npy file of little-endian floats, integers or Booleans in C order, to main memory.
        /// Raises InvalidDataException, with the path and the cause, on any other file.
        static member load(path: string) : Tensor =
            Native.load ()
            use stream = File.OpenRead path
            Tensor.ofTorch (Npy.read path stream)
