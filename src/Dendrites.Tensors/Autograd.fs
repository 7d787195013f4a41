namespace Dendrites

open System
open System.Collections.Generic
open TorchSharp

/// How deep inside functions being differentiated this thread is.
[<AbstractClass; Sealed>]
type internal Nesting =
    [<ThreadStatic; DefaultValue>]
    static val mutable private depth: int

    static member Depth
        with get () = Nesting.depth
        and set (value: int) = Nesting.depth <- value

/// Reverse mode over libtorch's graph: the three moves that every derivative is made of.
[<RequireQualifiedAccess>]
module internal Autograd =

    /// Runs `work`, one level deeper and with recording on. `work` is told whether its results must carry
    /// the graph: only if an outer derivative is waiting for them.
    let nested (work: bool -> 'r) : 'r =
        Native.load ()
        let carry = Nesting.Depth > 0 && torch.is_grad_enabled ()
        Nesting.Depth <- Nesting.Depth + 1

        try
            use _ = torch.enable_grad ()
            work carry
        finally
            Nesting.Depth <- Nesting.Depth - 1

    let isFloating (x: Tensor) =
        match x.dtype with
        | Dtype.Float32
        | Dtype.Float64 -> true
        | _ -> false

    /// A fresh stand-in for `x` to differentiate by. Where `x` already carries an outer graph it is a view,
    /// so that the outer derivative sees through it; else a leaf of its own. Never `x` itself: two
    /// derivatives by the same tensor must not be confused.
    let variable (who: string) (x: Tensor) : Tensor =
        if not (isFloating x) then
            invalidArg "x" $"{who}: only floating-point tensors can be differentiated by, got {x.dtype}."

        if x.torch.requires_grad then
            // TorchSharp's `alias` is the same node of the graph under another name; a view is a new one.
            Tensor.ofTorch (x.torch.view_as x.torch)
        else
            let leaf = x.torch.detach ()
            leaf.requires_grad <- true
            Tensor.ofTorch leaf

    /// Invalid tensors that libtorch handed out for unused inputs. TorchSharp counts them among the living for
    /// ever, though nothing is behind them.
    let mutable private phantoms = 0L

    /// How many tensors the process holds.
    let live () =
        torch.Tensor.TotalCount - Threading.Interlocked.Read &phantoms

    /// Jᵀ·seed for each of `xs`, zeros for those that `y` does not depend on or that are constants (integers).
    /// `seed` has `y`'s shape. `keep` leaves the graph for another pass; `carry` makes the result
    /// differentiable (and keeps).
    let pullback keep carry (y: Tensor) (seed: Tensor) (xs: Tensor[]) : Tensor[] =
        let variables = xs |> Array.filter _.torch.requires_grad

        let zeros (x: Tensor) =
            Tensor.ofTorch (torch.zeros_like x.torch)

        // A value without a graph, or an input that is none, would abort the process in native code.
        if Array.isEmpty variables || not y.torch.requires_grad then
            xs |> Array.map zeros
        else
            let gradients =
                torch.autograd.grad (
                    [| y.torch |],
                    variables |> Array.map _.torch,
                    [| seed.torch |],
                    retain_graph = (keep || carry),
                    create_graph = carry,
                    allow_unused = true
                )
                |> Queue

            GC.KeepAlive variables // more than `Recent` may hold
            GC.KeepAlive y
            GC.KeepAlive seed

            xs
            |> Array.map (fun x ->
                if not x.torch.requires_grad then
                    zeros x
                else
                    let gradient = gradients.Dequeue()

                    if gradient.IsInvalid then
                        Threading.Interlocked.Increment &phantoms |> ignore
                        zeros x
                    else
                        Tensor.ofTorch (Memory.backed gradient))

    /// `y` as the result of a derivative: without a graph unless an outer derivative needs it.
    let result carry (y: Tensor) : Tensor =
        if carry || not y.torch.requires_grad then
            y
        else
            Tensor.ofTorch (y.torch.detach ())

    /// A one of the shape, dtype and device of the scalar `y`; an error if `y` is not a scalar.
    let unitSeed (who: string) (y: Tensor) : Tensor =
        if y.dim <> 0 then
            Guard.fail
                who
                $"the function must return a scalar, shape [], but returned shape {Guard.show y.shape}"

        Tensor.ofTorch (torch.ones_like y.torch)

    /// J·v of `y` by `x`, by reverse mode twice: Jᵀ·u is linear in u, and its derivative by u along v is J·v.
    /// The function returned gives J·v for one v after another. Source: J. Townsend, "A new trick for
    /// calculating Jacobian vector products", 2017.
    let pushforward carry (y: Tensor) (x: Tensor) : Tensor -> Tensor =
        if not y.torch.requires_grad then
            // A constant, or a function with values that are not floating point.
            fun _ -> Tensor.ofTorch (torch.zeros_like y.torch)
        else
            let cotangent = torch.zeros_like y.torch
            cotangent.requires_grad <- true
            let u = Tensor.ofTorch cotangent
            let transposed = (pullback true true y u [| x |])[0]
            fun v -> (pullback true carry transposed v [| u |])[0]

    /// The rows of the identity matrix, in the dtype and on the device of the vector `like`.
    let oneHots (like: Tensor) : Tensor[] =
        let identity =
            torch.eye (int64 like.nelement, dtype = like.torch.dtype, device = like.torch.device)

        Array.init like.nelement (fun i -> Tensor.ofTorch (identity.select (0L, int64 i)))

    /// Tensors of one shape as the slices of a new dimension `dim`.
    let stacked (dim: int) (slices: Tensor[]) : Tensor = dsharp.stack (slices, dim)

    /// The Jacobian `[m; n]` of the vector `y: [m]` by the vector `x: [n]`: by rows in reverse mode, or by
    /// columns in forward mode, whichever takes fewer passes.
    let jacobian carry (y: Tensor) (x: Tensor) : Tensor =
        if y.nelement = 0 || x.nelement = 0 then
            Tensor.ofTorch (
                torch.zeros (
                    [| int64 y.nelement; int64 x.nelement |],
                    dtype = x.torch.dtype,
                    device = x.torch.device
                )
            )
        elif x.nelement < y.nelement then
            let along = pushforward carry y x
            oneHots x |> Array.map along |> stacked 1
        else
            oneHots y
            |> Array.map (fun row -> (pullback true carry y row [| x |])[0])
            |> stacked 0

    /// An error unless `v` has the shape of `t`; `v` is brought to `t`'s dtype and device.
    let direction (who: string) (what: string) (t: Tensor) (v: Tensor) : Tensor =
        if v.shape <> t.shape then
            Guard.fail
                who
                $"v must have the shape of {what}, {Guard.show t.shape}, but has shape {Guard.show v.shape}"

        if v.torch.dtype = t.torch.dtype && v.torch.device = t.torch.device then
            v
        else
            Tensor.ofTorch (v.torch.``to`` (t.torch.dtype, t.torch.device))
