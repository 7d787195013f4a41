namespace Dendrites

/// Reading back, by name, the tensors that were saved.
[<RequireQualifiedAccess>]
module Stored =

    /// What stops a reading.
    exception private Unfit of Problem

    /// Stops a reading with this problem.
    let refuse (problem: Problem) = raise (Unfit problem)

    let private show (tensor: Tensor) =
        let sizes = tensor.shape |> Array.map string |> String.concat "; "
        $"{tensor.dtype} [{sizes}]"

    /// The tensor called `path`, of the dtype of `like` and of its shape, where `grows` but for the number of its rows. Only within
    /// `reading`.
    let need (find: string -> Tensor option) (grows: bool) (path: string) (like: Tensor) : Tensor =
        let fits (tensor: Tensor) =
            if grows then
                tensor.dim = like.dim && Array.tail tensor.shape = Array.tail like.shape
            else
                tensor.shape = like.shape

        match find path with
        | Some tensor when tensor.dtype = like.dtype && fits tensor -> tensor
        | Some tensor -> refuse (Problem.at path (show tensor) (show like))
        | None -> refuse (Problem.at path "missing" "every tensor of the checkpoint")

    /// The tree whose tensors are called as `Tree.named` has it, after `prefix` and a dot. Only within `reading`.
    let tree (find: string -> Tensor option) (grows: bool) (prefix: string) (like: 'p) : 'p =
        Tree.named like
        |> Array.map (fun (name, tensor) -> need find grows (prefix + "." + name) tensor)
        |> Tree.rebuild like

    /// The tensors of a tree as `tree` reads them back.
    let named (prefix: string) (tree: 'p) : (string * Tensor) list =
        [ for name, tensor in Tree.named tree -> prefix + "." + name, tensor ]

    /// The tensors of an optimiser's state as `readOptimiser` reads them back.
    let optimiser (prefix: string) (state: Optimiser.State<'p>) : (string * Tensor) list =
        [ prefix + ".step", dsharp.tensor (int64 state.Step)
          for index, moment in List.indexed state.Moments do
              yield! named $"{prefix}.moments.{index}" moment ]

    /// The state of an optimiser of parameters like these. Only within `reading`.
    let readOptimiser
        (find: string -> Tensor option)
        (config: Optimiser.Config)
        (prefix: string)
        (like: 'p)
        : Optimiser.State<'p> =
        let step = int ((need find false (prefix + ".step") (dsharp.tensor 0L)).toDouble())
        let moments = if step = 0 then 0 else Optimiser.moments config

        { Step = step
          Moments = [ for index in 0 .. moments - 1 -> tree find false $"{prefix}.moments.{index}" like ] }

    /// What `read` makes, or the problem that stopped it; whatever else it made is freed.
    let reading (read: unit -> 'r) : Result<'r, Problem> =
        try
            Ok(Scope.run read)
        with Unfit problem ->
            Error problem
