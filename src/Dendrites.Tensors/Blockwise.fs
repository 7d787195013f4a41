namespace Dendrites

open System.Threading.Tasks
open TorchSharp

/// Element-wise functions of large tensors, computed block by block: what a chain of operations makes on the way
/// stays in the processor's cache instead of crossing memory once per operation.
[<RequireQualifiedAccess>]
module Blockwise =

    /// Elements of a block: so few that libtorch does not share one operation among threads; blocks are shared instead.
    [<Literal>]
    let Size = 32768

    let private applies (inputs: Tensor list) =
        inputs.Head.nelement > 4 * Size
        && inputs
           |> List.forall (fun t -> t.device = Device.CPU && not t.torch.requires_grad)

    let private blocks (f: Tensor list -> Tensor list) (inputs: Tensor list) : Tensor list =
        let flat = inputs |> List.map (fun t -> t.torch.contiguous().view -1L)
        let count = int64 inputs.Head.nelement
        let number = int ((count + int64 Size - 1L) / int64 Size)

        let slice (block: int) (t: torch.Tensor) =
            let start = int64 block * int64 Size
            t.narrow (0L, start, min (int64 Size) (count - start))

        let at block =
            f (flat |> List.map (slice block >> Tensor.ofTorch))

        let results =
            at 0
            |> List.map (fun t -> torch.empty ([| count |], dtype = System.Nullable t.torch.dtype))

        let doBlock block =
            Scope.run (fun () ->
                for result, part in List.zip results (at block) do
                    (slice block result).copy_ part.torch |> ignore)

        Parallel.For(0, number, ParallelOptions(MaxDegreeOfParallelism = torch.get_num_threads ()), doBlock)
        |> ignore

        results |> List.map (fun t -> Tensor.ofTorch (t.view inputs.Head.torch.shape))

    /// `f inputs` for an element-wise `f` of tensors of one shape: exactly the same numbers. Large CPU tensors that
    /// carry no graph are done block by block, the others at once. `f` may run on several threads at a time.
    let map (f: Tensor list -> Tensor list) (inputs: Tensor list) : Tensor list =
        for input in inputs.Tail do
            Guard.same "Blockwise.map" inputs.Head.shape input.shape

        Scope.run (fun () -> if applies inputs then blocks f inputs else f inputs)
