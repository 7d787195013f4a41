namespace Dendrites

open System
open TorchSharp

/// Where the prompt's random numbers come from: children of one key, in turn.
[<RequireQualifiedAccess>]
module internal Prompt =

    let private gate = obj ()
    let mutable private root = Key.ofSeed 0
    let mutable private draws = 0

    let seed (seed: int) =
        lock gate (fun () ->
            root <- Key.ofSeed seed
            draws <- 0)

    let next () : Key =
        lock gate (fun () ->
            draws <- draws + 1
            Key.fork draws root)

/// Random tensors for the prompt. They draw from one key of the process, which `dsharp.seed` sets: convenient, and
/// reproducible only where calls come in one order. Programs draw through `Key`.
[<AutoOpen>]
module OpsRandom =

    let private floatingKind who (dtype: Dtype option) =
        match defaultArg dtype Defaults.dtype with
        | Dtype.Float32 -> Dtype.Float32
        | Dtype.Float64 -> Dtype.Float64
        | other -> Guard.failDtype who $"draws are Float32 or Float64, not {other}"

    let private placed (device: Device option) (t: Tensor) : Tensor =
        Tensor.ofTorch (Defaults.toPlace device t.torch)

    let private sizes who (shape: seq<int>) =
        let shape = Seq.toList shape
        Guard.sizes who (List.toArray shape)
        shape

    /// The numbers of `t` in main memory as float64, row-major.
    let private read (t: Tensor) : float[] =
        use plain = t.torch.detach ()
        use wide = plain.``to`` (torch.ScalarType.Float64, torch.CPU)
        use rows = Memory.rows wide
        rows.data<float>().ToArray()

    let private probability who (p: float) =
        if not (p >= 0.0 && p <= 1.0) then
            invalidArg "probs" $"{who}: a probability lies in [0, 1], got {p}."

    /// For each draw the first place at which the running sum of `weights` exceeds it.
    let private choose (weights: float[]) (draws: float[]) : int64[] =
        for w in weights do
            if not (w >= 0.0 && Double.IsFinite w) then
                invalidArg "probs" $"multinomial: probabilities must not be negative, got {w}."

        let sums = Array.scan (+) 0.0 weights |> Array.tail
        let total = Array.last sums

        if not (total > 0.0) then
            invalidArg "probs" "multinomial: the probabilities of a row must not all be zero."

        draws
        |> Array.map (fun draw ->
            // A place of probability zero repeats the sum before it, and so never is the first to exceed.
            match Array.FindIndex(sums, fun sum -> sum > draw * total) with
            | -1 -> int64 (Array.IndexOf(sums, total))
            | place -> int64 place)

    type dsharp with

        /// Starts the prompt's random numbers anew: the same seed gives the same numbers on every machine. Without a
        /// seed the start is different each time.
        static member seed(?seed: int) : unit =
            Prompt.seed (defaultArg seed (Random.Shared.Next()))

        /// Uniform in [0, 1).
        static member rand(shape: seq<int>, ?dtype: Dtype, ?device: Device) : Tensor =
            Key.uniform 0.0 1.0 (sizes "rand" shape) (floatingKind "rand" dtype) (Prompt.next ())
            |> placed device

        /// Standard normal.
        static member randn(shape: seq<int>, ?dtype: Dtype, ?device: Device) : Tensor =
            Key.normal (sizes "randn" shape) (floatingKind "randn" dtype) (Prompt.next ())
            |> placed device

        /// Whole numbers uniform in [low, high); Int32 unless said.
        static member randint(low: int, high: int, shape: seq<int>, ?dtype: Dtype, ?device: Device) : Tensor =
            let shape = sizes "randint" shape
            let count = int (Guard.elements (List.toArray shape))
            let flat = Key.integers low high count (Prompt.next ())
            use t = dsharp.tensor (flat, dtype = defaultArg dtype Dtype.Int32, ?device = device)
            Tensor.ofTorch (t.torch.reshape (Raw.longs shape))

        /// `rand` in the shape, dtype and device of `t`, or in those given.
        static member randLike(t: Tensor, ?shape: seq<int>, ?dtype: Dtype, ?device: Device) : Tensor =
            dsharp.rand (
                defaultArg shape t.shape,
                dtype = defaultArg dtype t.dtype,
                device = defaultArg device t.device
            )

        /// `randn` in the shape, dtype and device of `t`, or in those given.
        static member randnLike(t: Tensor, ?shape: seq<int>, ?dtype: Dtype, ?device: Device) : Tensor =
            dsharp.randn (
                defaultArg shape t.shape,
                dtype = defaultArg dtype t.dtype,
                device = defaultArg device t.device
            )

        /// 1 with the probability that stands at each place of `probs`, else 0, in its shape and dtype. No gradient.
        static member bernoulli(probs: Tensor) : Tensor =
            Guard.floating "bernoulli" probs.torch
            read probs |> Array.iter (probability "bernoulli")
            use draws = dsharp.randLike probs
            use plain = probs.torch.detach ()
            use less = draws.torch.lt plain
            Tensor.ofTorch (less.``to`` plain.dtype)

        /// `numSamples` places drawn with replacement, each in proportion to its entry in `probs`: `[n]` gives
        /// `[numSamples]`, `[b; n]` gives `[b; numSamples]`. Int64.
        static member multinomial(probs: Tensor, numSamples: int) : Tensor =
            let shape = probs.shape

            if (shape.Length <> 1 && shape.Length <> 2) || Array.last shape = 0 then
                Guard.fail "multinomial" $"probabilities must be [n] or [b; n], got shape {Guard.show shape}"

            Guard.sizes "multinomial" [| numSamples |]
            let n = Array.last shape
            let rows = if shape.Length = 1 then 1 else shape[0]
            let weights = read probs
            let draws = Key.uniforms (rows * numSamples) (Prompt.next ())

            let chosen =
                Array.init rows (fun row ->
                    choose (Array.sub weights (row * n) n) (Array.sub draws (row * numSamples) numSamples))
                |> Array.concat

            use flat = dsharp.tensor (chosen, device = probs.device)

            Tensor.ofTorch (
                flat.torch.reshape (
                    if shape.Length = 1 then
                        [| int64 numSamples |]
                    else
                        [| int64 rows; int64 numSamples |]
                )
            )

        /// Each element zero with probability `p` (0.5), else divided by 1 - p, so that the expectation stays.
        static member dropout(t: Tensor, ?p: float) : Tensor =
            let p = defaultArg p 0.5
            probability "dropout" p
            Guard.floating "dropout" t.torch
            use draws = dsharp.randLike t
            use chance = Scalar.op_Implicit p
            use kept = draws.torch.ge chance
            use mask = kept.``to`` t.torch.dtype

            use scaled =
                if p < 1.0 then
                    (Tensor.ofTorch mask) * (1.0 / (1.0 - p))
                else
                    Tensor.ofTorch (mask.alias ())

            Tensor.ofTorch (t.torch.mul scaled.torch)

    type Tensor with

        /// `dsharp.randLike`.
        member t.randLike(?shape: seq<int>, ?dtype: Dtype, ?device: Device) : Tensor =
            dsharp.randLike (t, ?shape = shape, ?dtype = dtype, ?device = device)

        /// `dsharp.randnLike`.
        member t.randnLike(?shape: seq<int>, ?dtype: Dtype, ?device: Device) : Tensor =
            dsharp.randnLike (t, ?shape = shape, ?dtype = dtype, ?device = device)

        /// `dsharp.bernoulli`.
        member t.bernoulli() : Tensor = dsharp.bernoulli t

        /// `dsharp.multinomial`.
        member t.multinomial(numSamples: int) : Tensor = dsharp.multinomial (t, numSamples)

        /// `dsharp.dropout`.
        member t.dropout(?p: float) : Tensor = dsharp.dropout (t, ?p = p)
