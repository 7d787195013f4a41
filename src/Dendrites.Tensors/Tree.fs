namespace Dendrites

open System.Collections.Generic

/// Values that hold tensors: F# records, tuples, lists, arrays, options, unions, maps, and any nesting of these.
/// The leaves are the tensors; everything else (numbers, strings, functions, other classes) is passed through
/// unchanged. Other collections of tensors (`seq`, `ResizeArray`, `Dictionary`) raise. Fields are visited in the order of their declaration, maps in the order of their keys.
[<RequireQualifiedAccess>]
module Tree =

    /// The tensors of a value, in order.
    let tensors (tree: 'p) : Tensor[] =
        let into = List<Tensor>()
        (Walker.find typeof<'p>).Collect(box tree, into)
        into.ToArray()

    let private paths (tree: 'p) : string[] =
        let into = List<string>()
        (Walker.find typeof<'p>).Name(box tree, "", into)
        into.ToArray()

    /// The tensors of a value with their paths, in order. Paths are what checkpoints are keyed by and do not
    /// change with the values: record fields and union cases in camel case, tuple, list and array positions,
    /// map keys (a dot inside a key is written `\.`), joined by dots, such as `hidden.0.weight`.
    /// An option adds nothing to a path. A lone tensor is called `tensor`.
    let named (tree: 'p) : (string * Tensor)[] =
        Array.map2
            (fun path tensor -> (if path = "" then "tensor" else path), tensor)
            (paths tree)
            (tensors tree)

    /// The value with its tensors replaced, in order. `rebuild tree (tensors tree)` equals `tree`.
    let rebuild (tree: 'p) (replacements: Tensor[]) : 'p =
        let expected = (tensors tree).Length

        if replacements.Length <> expected then
            invalidArg
                "replacements"
                $"Tree.rebuild: the tree holds {expected} tensors, {replacements.Length} were given."

        unbox<'p>((Walker.find typeof<'p>).Rebuild(box tree, TensorReader replacements))

    /// Applies `f` to every tensor.
    let map (f: Tensor -> Tensor) (tree: 'p) : 'p =
        rebuild tree (Array.map f (tensors tree))

    /// The tensors of trees of one structure, tree by tree; else an error that names the first path that differs.
    let private aligned (who: string) (trees: 'p list) : Tensor[] list =
        let leaves =
            trees
            |> List.map (named >> Array.map (fun (path, tensor) -> path, tensor.shape))

        let first = leaves.Head

        for position, other in List.indexed leaves.Tail do
            let nth = $"tree {position + 2}"

            if Array.map fst first <> Array.map fst other then
                let at (paths: (string * int[])[]) i =
                    if i < paths.Length then $"`{fst paths[i]}`" else "nothing"

                let i = Seq.initInfinite id |> Seq.find (fun i -> at first i <> at other i)
                Guard.fail who $"the first tree has {at first i} where {nth} has {at other i}"

            for (path, a), (_, b) in Array.zip first other do
                if a <> b then
                    Guard.fail
                        who
                        $"at `{path}` the first tree has shape {Guard.show a}, {nth} has {Guard.show b}"

        List.map tensors trees

    /// Applies `f` to the corresponding tensors of two trees; what is not a tensor comes from the first.
    /// Raises ShapeException, naming the path, if the trees or the shapes of two tensors differ.
    let map2 (f: Tensor -> Tensor -> Tensor) (a: 'p) (b: 'p) : 'p =
        match aligned "Tree.map2" [ a; b ] with
        | [ ta; tb ] -> rebuild a (Array.map2 f ta tb)
        | _ -> a

    /// As `map2`, of three trees.
    let map3 (f: Tensor -> Tensor -> Tensor -> Tensor) (a: 'p) (b: 'p) (c: 'p) : 'p =
        match aligned "Tree.map3" [ a; b; c ] with
        | [ ta; tb; tc ] -> rebuild a (Array.map3 f ta tb tc)
        | _ -> a

    /// As `map2`, of four trees.
    let map4 (f: Tensor -> Tensor -> Tensor -> Tensor -> Tensor) (a: 'p) (b: 'p) (c: 'p) (d: 'p) : 'p =
        match aligned "Tree.map4" [ a; b; c; d ] with
        | [ ta; tb; tc; td ] -> rebuild a (Array.init ta.Length (fun i -> f ta[i] tb[i] tc[i] td[i]))
        | _ -> a

    /// Frees every tensor of a value now.
    let dispose (tree: 'p) : unit =
        for tensor in tensors tree do
            tensor.torch.Dispose()

    /// As `grad`, for a function that returns something beside its scalar (statistics, a new state):
    /// the value, the by-product (its tensors without a graph) and the gradients.
    let gradWith (f: 'p -> Tensor * 'extra) (tree: 'p) : Tensor * 'extra * 'p =
        Autograd.nested (fun carry ->
            let leaves = tensors tree

            let inputs =
                leaves
                |> Array.map (fun t ->
                    if Autograd.isFloating t then
                        Autograd.variable "Tree.grad" t
                    else
                        t)

            let value, extra = f (rebuild tree inputs)
            let seed = Autograd.unitSeed "Tree.grad" value
            let gradients = Autograd.pullback false carry value seed inputs
            Autograd.result carry value, map (Autograd.result carry) extra, rebuild tree gradients)

    /// Value and gradients of a scalar function of any tree: `grad loss parameters` is `loss parameters` (shape [])
    /// and a tree like `parameters` that holds ∂loss/∂tensor for each tensor: zeros where the loss does not depend
    /// on it or it is not floating-point. Nests; at the outermost level the results carry no graph.
    /// Raises ShapeException if the function does not return a scalar.
    let grad (f: 'p -> Tensor) (tree: 'p) : Tensor * 'p =
        let value, (), gradients = gradWith (fun p -> f p, ()) tree
        value, gradients
