namespace Dendrites

open System
open TorchSharp

[<AutoOpen>]
module OpsDraft =

    let private longs (shape: seq<int>) = shape |> Seq.map int64 |> Array.ofSeq
    let private kind (dtype: Dtype option) = Nullable(Tensor.kind (defaultArg dtype Dtype.Float32))
    let wrap = Tensor.ofTorch

    type dsharp with
        static member zeros(shape: seq<int>, ?dtype) = Native.load (); wrap (torch.zeros (longs shape, dtype = kind dtype))
        static member ones(shape: seq<int>, ?dtype) = Native.load (); wrap (torch.ones (longs shape, dtype = kind dtype))
        static member full(shape: seq<int>, value: float, ?dtype) =
            Native.load (); use s = Scalar.op_Implicit value in wrap (torch.full (longs shape, s, dtype = kind dtype))
        static member zerosLike(t: Tensor) = wrap (torch.zeros_like t.torch)
        static member onesLike(t: Tensor) = wrap (torch.ones_like t.torch)
        static member fullLike(t: Tensor, value: float) = use s = Scalar.op_Implicit value in wrap (torch.full_like (t.torch, s))
        static member fullLike(t: Tensor, value: int) = dsharp.fullLike (t, float value)
        static member cast(t: Tensor, dtype: Dtype) = wrap (t.torch.``to``(Tensor.kind dtype))
        static member tensor(value: obj, ?dtype: Dtype) : Tensor =
            Native.load ()
            let t =
                match value with
                | :? (float32[]) as v -> torch.tensor v
                | :? (float[]) as v -> (torch.tensor v)
                | :? (int64[]) as v -> torch.tensor v
                | :? int64 as v -> torch.tensor v
                | :? float as v -> torch.tensor v
                | _ -> failwith "draft"
            match dtype with
            | Some d -> wrap (t.``to``(Tensor.kind d))
            | None -> (match value with :? (float[]) -> wrap (t.``to``(torch.ScalarType.Float32)) | _ -> wrap t)
        static member onehot(length: int, hot: int) = dsharp.tensor (Array.init length (fun i -> if i = hot then 1.0f else 0.0f))
        static member exp(t: Tensor) = wrap (t.torch.exp ())
        static member sqrt(t: Tensor) = wrap (t.torch.sqrt ())
        static member sigmoid(t: Tensor) = wrap (t.torch.sigmoid ())
        static member relu(t: Tensor) = wrap (t.torch.relu ())
        static member abs(t: Tensor) = wrap (t.torch.abs ())
        static member clamp(t: Tensor, ?low: float) = use s = Scalar.op_Implicit low.Value in wrap (t.torch.clamp_min s)
        static member max(t: Tensor) = wrap (t.torch.max ())
        static member min(t: Tensor) = wrap (t.torch.min ())
        static member argmax(t: Tensor, dim: int) = wrap (t.torch.argmax (int64 dim))
        static member argmin(t: Tensor, dim: int) = wrap (t.torch.argmin (int64 dim))
        static member ge(a: Tensor, b: Tensor) = wrap (a.torch.ge b.torch)
        static member gt(a: Tensor, b: Tensor) = wrap (a.torch.gt b.torch)
        static member lt(a: Tensor, b: Tensor) = wrap (a.torch.lt b.torch)
        static member eq(a: Tensor, b: Tensor) = wrap (a.torch.eq b.torch)
        static member ne(a: Tensor, b: Tensor) = wrap (a.torch.ne b.torch)
        static member gather(t: Tensor, dim: int, index: Tensor) = wrap (t.torch.gather (int64 dim, index.torch))
        static member amax(t: Tensor, dim: int) = wrap (t.torch.amax [| int64 dim |])
        static member cat(ts: seq<Tensor>, ?dim: int) = wrap (torch.cat (ts |> Seq.map _.torch |> Array.ofSeq, int64 (defaultArg dim 0)))
        static member stack(ts: seq<Tensor>, ?dim: int) = wrap (torch.stack (ts |> Seq.map _.torch |> Array.ofSeq, int64 (defaultArg dim 0)))
        static member indexSelect(t: Tensor, dim: int, index: Tensor) = wrap (t.torch.index_select (int64 dim, index.torch))
        static member linear(x: Tensor, w: Tensor, ?b: Tensor) =
            wrap (match b with Some b -> torch.nn.functional.linear (x.torch, w.torch, b.torch) | None -> torch.nn.functional.linear (x.torch, w.torch))
        static member where(c: Tensor, a: Tensor, b: Tensor) = wrap (torch.where (c.torch, a.torch, b.torch))
        static member addcmul(t: Tensor, a: Tensor, b: Tensor, v: float) = use s = Scalar.op_Implicit v in wrap (t.torch.addcmul (a.torch, b.torch, s))
        static member addcdiv(t: Tensor, a: Tensor, b: Tensor, v: float) = use s = Scalar.op_Implicit v in wrap (t.torch.addcdiv (a.torch, b.torch, s))
        static member lerp(a: Tensor, b: Tensor, w: float) =
            use rest = Scalar.op_Implicit (1.0 - w)
            use s = Scalar.op_Implicit w
            wrap (a.torch.mul(rest).add_ (b.torch, s))
        static member noGrad(f: unit -> 'r) : 'r = use _ = torch.no_grad () in f ()
        static member kthLargest(t: Tensor, k: int) =
            let struct (v, _) = t.torch.topk (k, -1, true, true)
            wrap (v.narrow (-1L, int64 (k - 1), 1L))
        static member topkMask(t: Tensor, k: int) =
            let struct (_, i) = t.torch.topk (k, -1, true, true)
            wrap (torch.zeros_like(t.torch, dtype = Nullable torch.ScalarType.Bool).scatter_ (-1L, i, torch.ones_like (i, dtype = Nullable torch.ScalarType.Bool)))
        static member crossEntropyLoss(x: Tensor, y: Tensor) = wrap (torch.nn.functional.cross_entropy (x.torch, y.torch))

    type Tensor with
        member t.view(shape: seq<int>) = wrap (t.torch.reshape (longs shape))
        member t.permute(dims: seq<int>) = wrap (t.torch.permute (longs dims))
        member t.unsqueeze(dim: int) = wrap (t.torch.unsqueeze (int64 dim))
        member t.squeeze(dim: int) = wrap (t.torch.squeeze (int64 dim))
        member t.sum() = wrap (t.torch.sum ())
        member t.sum(dim: int) = wrap (t.torch.sum (int64 dim))
        member t.mean(dim: int) = wrap (t.torch.mean [| int64 dim |])
        member t.min(dim: int) = wrap (t.torch.amin [| int64 dim |])
        member t.max(dim: int) = wrap (t.torch.amax [| int64 dim |])
        member t.toDouble() = (t.torch.``to``(torch.ScalarType.Float64)).item<float> ()

        member t.transpose() = wrap (t.torch.transpose (0L, 1L))
        member t.repeat(dim: int, times: int) = wrap (torch.repeat_interleave (t.torch, int64 times, int64 dim))
        member t.GetSlice(a: int option, b: int option) = wrap (t.torch.narrow (0L, int64 (defaultArg a 0), int64 ((defaultArg b (t.shape[0] - 1)) - (defaultArg a 0) + 1)))
        member t.GetSlice(_a: int option, _b: int option, _c: int option, _d: int option, e: int) = wrap (t.torch.select (2L, int64 e))
        member t.GetSlice(_a: int option, _b: int option, _c: int option, _d: int option, e: int option, f: int option) = wrap (t.torch.narrow (2L, int64 e.Value, int64 (f.Value - e.Value + 1)))
        member t.GetSlice(_a: int option, _b: int option, _c: int option, _d: int option, e: int, f: int) = wrap (t.torch.select(3L, int64 f).select (2L, int64 e))
    type dsharp with
        static member pinv(t: Tensor) = wrap (torch.linalg.pinv t.torch)
        static member tanh(t: Tensor) = wrap (t.torch.tanh ())
