namespace Dendrites

open System
open System.Collections
open System.Collections.Generic
open TorchSharp

/// What `dsharp.config` sets.
[<RequireQualifiedAccess>]
module internal Defaults =

    let mutable dtype = Dtype.Float32
    let mutable device = Device.CPU

    let kind (wanted: Dtype option) =
        Nullable(Kind.ofDtype (defaultArg wanted dtype))

    /// Loads libtorch; an error if the GPU is asked for where libtorch has none.
    let place (wanted: Device option) : torch.Device =
        Native.load ()

        match defaultArg wanted device with
        | Device.CPU -> torch.CPU
        | Device.GPU when torch.cuda.is_available () -> torch.CUDA
        | Device.GPU ->
            invalidOp
                "Device.GPU: no CUDA device here, or a libtorch without CUDA; DENDRITES_LIBTORCH names another libtorch."

    let toPlace (wanted: Device option) (t: torch.Tensor) : torch.Tensor =
        let place = place wanted

        if place.``type`` = t.device_type then
            t
        else
            use here = t
            here.``to`` place

    let sizes (who: string) (shape: seq<int>) : int64[] =
        let shape = Seq.toArray shape
        Guard.sizes who shape
        Raw.longs shape

/// Numbers in F# values of any nesting, as one flat array and a shape.
[<RequireQualifiedAccess>]
module private Nested =

    let private isLeaf (value: obj) =
        match value with
        | :? string -> invalidArg "value" "tensor: a string is not a number"
        | :? IEnumerable -> false
        | _ -> true

    /// The shape of `value`; its leaves go to `leaves` in row-major order.
    let rec private walk (leaves: List<obj>) (value: obj) : int list =
        if isLeaf value then
            leaves.Add value
            []
        else
            let shapes = [ for item in (value :?> IEnumerable) -> walk leaves (nonNull item) ]

            match List.distinct shapes with
            | [] -> [ 0 ]
            | [ inner ] -> shapes.Length :: inner
            | first :: second :: _ ->
                let show shape = Guard.show (List.toArray shape)
                Guard.fail "tensor" $"items of shapes {show first} and {show second} stand side by side"

    let private typed<'t> (leaves: List<obj>) : Array =
        leaves
        |> Seq.map (function
            | :? 't as leaf -> leaf
            | other ->
                invalidArg
                    "value"
                    $"tensor: a {typeof<'t>.Name} and a {other.GetType().Name} stand side by side")
        |> Seq.toArray
        :> Array

    let private isPlain (t: Type) =
        t = typeof<float>
        || t = typeof<float32>
        || t = typeof<int>
        || t = typeof<int64>
        || t = typeof<bool>
        || t = typeof<byte>

    /// The type of number that an empty sequence is declared to hold; `float` where that is not known.
    let private declared (value: obj) : Type =
        value.GetType().GetInterfaces()
        |> Array.tryPick (fun i ->
            if
                i.IsGenericType
                && i.GetGenericTypeDefinition() = typedefof<seq<_>>
                && isPlain (i.GetGenericArguments()[0])
            then
                Some(i.GetGenericArguments()[0])
            else
                None)
        |> Option.defaultValue typeof<float>

    let private ofLeaves (value: obj) (leaves: List<obj>) : Array =
        if leaves.Count = 0 then
            Array.CreateInstance(declared value, 0)
        else
            match leaves[0] with
            | :? float -> typed<float> leaves
            | :? float32 -> typed<float32> leaves
            | :? int -> typed<int> leaves
            | :? int64 -> typed<int64> leaves
            | :? bool -> typed<bool> leaves
            | :? byte -> typed<byte> leaves
            | other ->
                invalidArg "value" $"tensor: a {other.GetType().Name} is not a number that tensors hold"

    let read (value: obj) : Array * int[] =
        match value with
        | :? Array as array when isPlain (array.GetType().GetElementType() |> nonNull) ->
            let shape = Array.init array.Rank array.GetLength

            if array.Rank = 1 then
                array, shape
            else
                let flat =
                    Array.CreateInstance(array.GetType().GetElementType() |> nonNull, array.Length)

                Buffer.BlockCopy(array, 0, flat, 0, Buffer.ByteLength array)
                flat, shape
        | _ when not (isLeaf value) && (value :? Array) && (value :?> Array).Rank > 1 ->
            invalidArg "value" "tensor: an array of several dimensions must hold numbers"
        | _ ->
            let leaves = List<obj>()
            let shape = walk leaves value |> List.toArray
            ofLeaves value leaves, shape

/// Making tensors. `dtype` and `device` default to what `dsharp.config` says: Float32 on the CPU.
[<AutoOpen>]
module OpsMake =

    let private wrap = Tensor.ofTorch

    let private ofFlat (flat: Array) (shape: int[]) : torch.Tensor =
        let dimensions = ReadOnlySpan(Raw.longs shape)

        use pinned =
            match flat with
            | :? (float32[]) as v -> torch.tensor (v, dimensions)
            | :? (float[]) as v -> torch.tensor (v, dimensions)
            | :? (int64[]) as v -> torch.tensor (v, dimensions)
            | :? (int[]) as v -> torch.tensor (v :> IList<int>, dimensions)
            | :? (bool[]) as v -> torch.tensor (v, dimensions)
            | :? (byte[]) as v -> torch.tensor (v, dimensions)
            | other -> invalidArg "value" $"tensor: {other.GetType().Name}"

        // TorchSharp leaves the numbers in a managed array, at any multiple of 8 bytes, and the last bits of MKL's products depend on
        // where a matrix begins: the same numbers would not always give the same.
        pinned.clone ()

    /// `t` cast; `t` itself is freed if the cast made another.
    let private recast (kind: torch.ScalarType) (t: torch.Tensor) : torch.Tensor =
        if t.dtype = kind then
            t
        else
            use before = t
            before.``to`` kind

    let private like (t: Tensor) (shape: seq<int> option) who =
        match shape with
        | Some shape -> Defaults.sizes who shape
        | None -> t.torch.shape

    let private kindLike (t: Tensor) (dtype: Dtype option) =
        match dtype with
        | Some dtype -> Nullable(Kind.ofDtype dtype)
        | None -> Nullable t.torch.dtype

    let private placeLike (t: Tensor) (device: Device option) =
        match device with
        | Some _ -> Defaults.place device
        | None -> t.torch.device

    type dsharp with

        /// A tensor of numbers: one number, an array of any rank, nested sequences, or a sequence of tensors (which are
        /// stacked). Without `dtype`, floats take the default dtype (Float32) and all else keeps its own type.
        /// Raises ShapeException if the nesting is ragged.
        static member tensor(value: obj, ?dtype: Dtype, ?device: Device) : Tensor =
            let place = Defaults.place device

            let made =
                match value with
                | :? Tensor as t -> t.torch.alias ()
                | :? seq<Tensor> as slices ->
                    let slices = Seq.toArray slices

                    if slices.Length = 0 then
                        Guard.fail "tensor" "no tensors to stack"

                    for slice in slices do
                        Guard.same "tensor" slices[0].shape slice.shape

                    let whole = torch.stack (Raw.all slices)
                    GC.KeepAlive slices // more than `Recent` may hold
                    whole
                | _ ->
                    let flat, shape = Nested.read value
                    let t = ofFlat flat shape

                    match flat with
                    | :? (float[]) -> recast (Defaults.kind dtype).Value t
                    | _ -> t

            let typed =
                match dtype with
                | Some dtype -> recast (Kind.ofDtype dtype) made
                | None -> made

            if typed.device_type = place.``type`` then
                wrap typed
            else
                use here = typed
                wrap (here.``to`` place)

        /// A tensor of zeros.
        static member zeros(shape: seq<int>, ?dtype: Dtype, ?device: Device) : Tensor =
            let device = Defaults.place device
            wrap (torch.zeros (Defaults.sizes "zeros" shape, dtype = Defaults.kind dtype, device = device))

        /// A tensor of ones.
        static member ones(shape: seq<int>, ?dtype: Dtype, ?device: Device) : Tensor =
            let device = Defaults.place device
            wrap (torch.ones (Defaults.sizes "ones" shape, dtype = Defaults.kind dtype, device = device))

        /// A tensor of one value.
        static member full(shape: seq<int>, value: scalar, ?dtype: Dtype, ?device: Device) : Tensor =
            let device = Defaults.place device
            let sizes = Defaults.sizes "full" shape
            Raw.scalar value (fun v -> torch.full (sizes, v, dtype = Defaults.kind dtype, device = device))

        /// One number as a tensor of shape `[]`.
        static member scalar(value: obj, ?dtype: Dtype, ?device: Device) : Tensor =
            let t = dsharp.tensor (value, ?dtype = dtype, ?device = device)

            if t.dim <> 0 then
                let shape = t.shape
                t.torch.Dispose()
                Guard.fail "scalar" $"needs one number, got shape {Guard.show shape}"

            t

        /// 0, of shape `[]`.
        static member zero(?dtype: Dtype, ?device: Device) : Tensor =
            dsharp.zeros ([], ?dtype = dtype, ?device = device)

        /// 1, of shape `[]`.
        static member one(?dtype: Dtype, ?device: Device) : Tensor =
            dsharp.ones ([], ?dtype = dtype, ?device = device)

        /// Ones on the diagonal, zeros elsewhere, `[rows; cols]`; square without `cols`.
        static member eye(rows: int, ?cols: int, ?dtype: Dtype, ?device: Device) : Tensor =
            let device = Defaults.place device
            let cols = defaultArg cols rows
            Guard.sizes "eye" [| rows; cols |]
            wrap (torch.eye (int64 rows, int64 cols, dtype = Defaults.kind dtype, device = device))

        /// Zeros with a one at place `hot`, `[length]`.
        static member onehot(length: int, hot: int, ?dtype: Dtype, ?device: Device) : Tensor =
            if hot < 0 || hot >= length then
                Guard.fail "onehot" $"place {hot} is outside shape {Guard.show [| length |]}"

            let t = dsharp.zeros ([ length ], ?dtype = dtype, ?device = device)
            use place = t.torch.select (0L, int64 hot)
            use one = Scalar.op_Implicit 1.0
            place.fill_ one |> ignore
            t

        /// Numbers from `startVal` (0), each `step` (1) beyond the last, ending before `endVal`.
        static member arange
            (endVal: float, ?startVal: float, ?step: float, ?dtype: Dtype, ?device: Device)
            : Tensor =
            let first, step = defaultArg startVal 0.0, defaultArg step 1.0

            if not (Double.IsFinite((endVal - first) / step)) then
                invalidArg "step" $"arange: cannot go from {first} to {endVal} by {step}."

            let count = max 0 (int (ceil ((endVal - first) / step)))

            dsharp.tensor (
                Array.init count (fun i -> first + float i * step),
                ?dtype = dtype,
                ?device = device
            )

        /// Whole numbers from `startVal` (0), each `step` (1) beyond the last, ending before `endVal`; Int32 unless said.
        static member arange
            (endVal: int, ?startVal: int, ?step: int, ?dtype: Dtype, ?device: Device)
            : Tensor =
            let first, step = defaultArg startVal 0, defaultArg step 1

            if step = 0 then
                invalidArg "step" "arange: the step must not be 0."

            let whole =
                if step > 0 then
                    [| first..step .. endVal - 1 |]
                else
                    [| first..step .. endVal + 1 |]

            dsharp.tensor (whole, ?dtype = dtype, ?device = device)

        /// `steps` numbers at equal distances, both ends included.
        static member linspace
            (startVal: float, endVal: float, steps: int, ?dtype: Dtype, ?device: Device)
            : Tensor =
            Guard.sizes "linspace" [| steps |]
            let device = Defaults.place device

            wrap (
                torch.linspace (startVal, endVal, int64 steps, dtype = Defaults.kind dtype, device = device)
            )

        /// `steps` numbers at equal ratios: `baseVal` (10) to the powers of `linspace`.
        static member logspace
            (startVal: float, endVal: float, steps: int, ?baseVal: float, ?dtype: Dtype, ?device: Device)
            : Tensor =
            Guard.sizes "logspace" [| steps |]
            let device = Defaults.place device
            let basis = defaultArg baseVal 10.0

            wrap (
                torch.logspace (
                    startVal,
                    endVal,
                    int64 steps,
                    basis,
                    dtype = Defaults.kind dtype,
                    device = device
                )
            )

        /// Zeros of the shape, dtype and device of `t`, or of those given.
        static member zerosLike(t: Tensor, ?shape: seq<int>, ?dtype: Dtype, ?device: Device) : Tensor =
            wrap (
                torch.zeros (like t shape "zerosLike", dtype = kindLike t dtype, device = placeLike t device)
            )

        /// Ones of the shape, dtype and device of `t`, or of those given.
        static member onesLike(t: Tensor, ?shape: seq<int>, ?dtype: Dtype, ?device: Device) : Tensor =
            wrap (torch.ones (like t shape "onesLike", dtype = kindLike t dtype, device = placeLike t device))

        /// One value in the shape, dtype and device of `t`, or of those given.
        static member fullLike
            (t: Tensor, value: scalar, ?shape: seq<int>, ?dtype: Dtype, ?device: Device)
            : Tensor =
            let sizes = like t shape "fullLike"

            Raw.scalar value (fun v ->
                torch.full (sizes, v, dtype = kindLike t dtype, device = placeLike t device))

        /// `dsharp.tensor value` in the dtype and on the device of `t`, or those given.
        static member like(t: Tensor, value: obj, ?dtype: Dtype, ?device: Device) : Tensor =
            dsharp.tensor (value, dtype = defaultArg dtype t.dtype, device = defaultArg device t.device)

    type Tensor with

        /// `dsharp.zerosLike`.
        member t.zerosLike(?shape: seq<int>, ?dtype: Dtype, ?device: Device) : Tensor =
            dsharp.zerosLike (t, ?shape = shape, ?dtype = dtype, ?device = device)

        /// `dsharp.onesLike`.
        member t.onesLike(?shape: seq<int>, ?dtype: Dtype, ?device: Device) : Tensor =
            dsharp.onesLike (t, ?shape = shape, ?dtype = dtype, ?device = device)

        /// `dsharp.fullLike`.
        member t.fullLike(value: scalar, ?shape: seq<int>, ?dtype: Dtype, ?device: Device) : Tensor =
            dsharp.fullLike (t, value, ?shape = shape, ?dtype = dtype, ?device = device)

        /// `dsharp.like`.
        member t.like(value: obj, ?dtype: Dtype, ?device: Device) : Tensor =
            dsharp.like (t, value, ?dtype = dtype, ?device = device)
