namespace Dendrites

open System
open System.Collections
open TorchSharp

/// Element types, places, and the way back to F# values.
[<AutoOpen>]
module OpsPlace =

    let private wrap = Tensor.ofTorch

    /// The numbers of `t`, row-major, as an array of its own element type.
    let private flat (t: Tensor) : Array =
        use plain = t.torch.detach ()
        use here = plain.cpu ()
        use rows = Memory.rows here

        match t.dtype with
        | Dtype.Float32 -> rows.data<float32>().ToArray()
        | Dtype.Float64 -> rows.data<float>().ToArray()
        | Dtype.Int64 -> rows.data<int64>().ToArray()
        | Dtype.Int32 -> rows.data<int>().ToArray()
        | Dtype.Bool -> rows.data<bool>().ToArray()
        | Dtype.Byte -> rows.data<byte>().ToArray()

    type Tensor with

        /// With elements of another type. Floats lose their fraction towards zero on the way to integers.
        member t.cast(dtype: Dtype) : Tensor =
            let kind = Kind.ofDtype dtype

            if t.torch.dtype = kind then
                wrap (t.torch.alias ())
            else
                wrap (t.torch.``to`` kind)

        /// On another device, in another dtype, or both.
        member t.move(?device: Device, ?dtype: Dtype) : Tensor =
            let kind = Kind.ofDtype (defaultArg dtype t.dtype)

            let place =
                match device with
                | Some _ -> Defaults.place device
                | None -> t.torch.device

            if t.torch.dtype = kind && t.torch.device_type = place.``type`` then
                wrap (t.torch.alias ())
            else
                wrap (t.torch.``to`` (kind, place))

        /// In main memory.
        member t.cpu() : Tensor = t.move (device = Device.CPU)

        /// On the GPU; raises where there is none.
        member t.gpu() : Tensor = t.move (device = Device.GPU)

        /// The one element, in its own .NET type: `float32`, `float`, `int64`, `int`, `bool` or `byte`.
        member t.toScalar() : IConvertible =
            if t.nelement <> 1 then
                Guard.fail "toScalar" $"needs one element, got shape {Guard.show t.shape}"

            (flat t).GetValue 0 |> nonNull :?> IConvertible

        /// The one element as a `float`.
        member t.toDouble() : float = float t

        /// The one element as a `float32`.
        member t.toSingle() : float32 = float32 t

        /// The elements as a .NET array of as many dimensions, of the element's own type: `:?> float32[,]`.
        member t.toArray() : Array =
            let shape = t.shape

            if shape.Length = 0 then
                Guard.fail "toArray" "a scalar, shape [], is no array; toScalar reads it"

            let elements = flat t

            if shape.Length = 1 then
                elements
            else
                let whole =
                    Array.CreateInstance(elements.GetType().GetElementType() |> nonNull, shape)

                Buffer.BlockCopy(elements, 0, whole, 0, Buffer.ByteLength elements)
                whole

        /// Whether every element differs from `b`'s by at most `absoluteTolerance` (1e-8) +
        /// `relativeTolerance` (1e-5) · |b|, broadcasting. NaN is close to nothing.
        member a.allclose(b: Tensor, ?relativeTolerance: float, ?absoluteTolerance: float) : bool =
            Guard.broadcast "allclose" a.shape b.shape |> ignore
            Guard.alike "allclose" a.torch b.torch
            use left = a.torch.detach ()
            use right = b.torch.detach ()
            left.allclose (right, defaultArg relativeTolerance 1e-5, defaultArg absoluteTolerance 1e-8)

        /// The first line of what prints: shape, dtype, density, smallest, mean, largest.
        member t.summary() : string = (string t).Split('\n')[0]

    type dsharp with

        /// `t.cast dtype`.
        static member cast(t: Tensor, dtype: Dtype) : Tensor = t.cast dtype

        /// `t.move (?device, ?dtype)`.
        static member move(t: Tensor, ?device: Device, ?dtype: Dtype) : Tensor =
            t.move (?device = device, ?dtype = dtype)

        /// `t.cpu ()`.
        static member cpu(t: Tensor) : Tensor = t.cpu ()

        /// `t.gpu ()`.
        static member gpu(t: Tensor) : Tensor = t.gpu ()

        /// `a.allclose (b, ?relativeTolerance, ?absoluteTolerance)`.
        static member allclose
            (a: Tensor, b: Tensor, ?relativeTolerance: float, ?absoluteTolerance: float)
            : bool =
            a.allclose (b, ?relativeTolerance = relativeTolerance, ?absoluteTolerance = absoluteTolerance)

        /// Sets where and in which dtype tensors are made when a call does not say; for the whole process. Only
        /// Float32 and Float64 can be the default.
        static member config(?device: Device, ?dtype: Dtype) : unit =
            match dtype with
            | Some(Dtype.Float32 | Dtype.Float64)
            | None -> ()
            | Some other -> Guard.failDtype "config" $"the default is Float32 or Float64, not {other}"

            Defaults.place device |> ignore
            Defaults.dtype <- defaultArg dtype Defaults.dtype
            Defaults.device <- defaultArg device Defaults.device

        /// The default device and dtype.
        static member config() : Device * Dtype = Defaults.device, Defaults.dtype

        /// Whether libtorch finds a CUDA device.
        static member isCudaAvailable() : bool =
            Native.load ()
            torch.cuda.is_available ()

        /// The devices that tensors can be on.
        static member devices() : Device list =
            [ Device.CPU
              if dsharp.isCudaAvailable () then
                  Device.GPU ]
