namespace Dendrites

open System
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

    /// Jᵀ·seed for each of `xs`, zeros for those that `y` does not depend on. `seed` has `y`'s shape.
    /// `keep` leaves the graph for another pass; `carry` makes the result differentiable (and keeps).
    let pullback keep carry (y: Tensor) (seed: Tensor) (xs: Tensor[]) : Tensor[] =
        // A tensor without a graph, or no input at all, would abort the process in native code.
        if Array.isEmpty xs || not y.torch.requires_grad then
            xs |> Array.map (fun x -> Tensor.ofTorch (torch.zeros_like x.torch))
        else
            let inputs = xs |> Array.map _.torch

            let gradients =
                torch.autograd.grad (
                    [| y.torch |],
                    inputs,
                    [| seed.torch |],
                    retain_graph = (keep || carry || Nesting.Depth > 1),
                    create_graph = carry,
                    allow_unused = true
                )

            Array.init xs.Length (fun i ->
                match gradients[i] with
                | null -> Tensor.ofTorch (torch.zeros_like inputs[i])
                | gradient -> Tensor.ofTorch gradient)

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
