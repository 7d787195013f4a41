namespace Dendrites

open TorchSharp

/// Products of matrices, determinants, inverses, linear systems. Operands have one dtype.
[<AutoOpen>]
module OpsLinearAlgebra =

    let private wrap = Tensor.ofTorch

    let private product who (a: Tensor) (b: Tensor) =
        if a.dtype = Dtype.Bool || b.dtype = Dtype.Bool then
            Guard.failDtype who $"is not defined for Bool, got {a.dtype} and {b.dtype}; cast first"

        Guard.alike who a.torch b.torch

    let private checkMatmul (a: Tensor) (b: Tensor) =
        let left, right = a.shape, b.shape

        let misfit () =
            Guard.fail "matmul" $"shapes {Guard.show left} and {Guard.show right} cannot be multiplied"

        if left.Length = 0 || right.Length = 0 then
            misfit ()

        let inner =
            if right.Length = 1 then
                right[0]
            else
                right[right.Length - 2]

        if Array.last left <> inner then
            misfit ()

        let matrices (shape: int[]) = shape[.. shape.Length - 3]

        try
            Guard.broadcast "matmul" (matrices left) (matrices right) |> ignore
        with ShapeException _ ->
            misfit ()

        product "matmul" a b

    let private batch (shape: int64[]) = shape[.. shape.Length - 3]

    /// `t` with `sizes` in front of its last two dimensions, as one batch of matrices.
    let private batched (sizes: int64[]) (t: torch.Tensor) : torch.Tensor =
        let matrix = t.shape[t.shape.Length - 2 ..]
        use spread = t.expand (Array.append sizes matrix)
        spread.reshape (Array.append [| Array.fold (*) 1L sizes |] matrix)

    /// Of shapes that fit. Not TorchSharp's `matmul`: an error in it, of memory say, would end the process.
    let rec private multiply (a: torch.Tensor) (b: torch.Tensor) : torch.Tensor =
        match a.shape, b.shape with
        | [| _ |], [| _ |] -> a.dot b
        | [| _ |], right ->
            use row = a.unsqueeze 0L
            use rows = multiply row b
            rows.squeeze (int64 (right.Length - 2))
        | left, [| _ |] ->
            use column = b.unsqueeze 1L
            use columns = multiply a column
            columns.squeeze (int64 (left.Length - 1))
        | [| _; _ |], [| _; _ |] -> a.mm b
        | left, [| k; n |] ->
            let rows = left[.. left.Length - 2]
            use matrix = a.reshape [| Array.fold (*) 1L rows; k |]
            use product = matrix.mm b
            product.reshape (Array.append rows [| n |])
        | left, right ->
            let sizes =
                Guard.broadcast "matmul" (batch left |> Array.map int) (batch right |> Array.map int)
                |> Array.map int64

            use first = batched sizes a
            use second = batched sizes b
            use products = first.bmm second
            products.reshape (Array.append sizes [| left[left.Length - 2]; Array.last right |])

    let private square who (t: Tensor) =
        let shape = t.shape

        if shape.Length < 2 || shape[shape.Length - 1] <> shape[shape.Length - 2] then
            Guard.fail who $"needs a square matrix, got shape {Guard.show shape}"

        Guard.floating who t.torch

    let private checkSolve (a: Tensor) (b: Tensor) =
        square "solve" a
        let left, right = a.shape, b.shape
        let n = Array.last left
        let batch = left[.. left.Length - 3]

        let ok =
            if right.Length = 1 || right = left[.. left.Length - 2] then
                Array.last right = n && (right.Length > 1 || left.Length = 2)
            else
                right.Length >= 2
                && right[right.Length - 2] = n
                && right[.. right.Length - 3] = batch

        if not ok then
            Guard.fail
                "solve"
                $"a right side of shape {Guard.show right} does not fit a matrix of shape {Guard.show left}"

        Guard.alike "solve" a.torch b.torch

    type Tensor with

        /// Matrix product: `[m; k]` by `[k; n]` is `[m; n]`; a vector stands for a row on the left, a column on the
        /// right; dimensions in front are batches and broadcast.
        member a.matmul(b: Tensor) : Tensor =
            checkMatmul a b
            wrap (multiply a.torch b.torch)

        /// Sum of the products of two vectors of one length, shape `[]`.
        member a.dot(b: Tensor) : Tensor =
            if a.dim <> 1 || a.shape <> b.shape then
                Guard.fail
                    "dot"
                    $"needs two vectors of one length, got shapes {Guard.show a.shape} and {Guard.show b.shape}"

            product "dot" a b
            wrap (a.torch.dot b.torch)

        /// Determinant of `[n; n]`, shape `[]`; of batches, one each.
        member t.det() : Tensor =
            square "det" t
            wrap (torch.linalg.det t.torch)

        /// Inverse of `[n; n]`, or of each of a batch. A singular matrix raises.
        member t.inv() : Tensor =
            square "inv" t
            wrap (torch.linalg.inv t.torch)

        /// x of a·x = b: `[n; n]` with `[n]` or `[n; k]` gives the shape of `b`; batches in front are equal in both.
        /// A singular matrix raises.
        member a.solve(b: Tensor) : Tensor =
            checkSolve a b
            wrap (torch.linalg.solve (a.torch, b.torch))

    type dsharp with

        /// `a.matmul b`.
        static member matmul(a: Tensor, b: Tensor) : Tensor = a.matmul b
        /// `a.dot b`.
        static member dot(a: Tensor, b: Tensor) : Tensor = a.dot b
        /// `t.det ()`.
        static member det(t: Tensor) : Tensor = t.det ()
        /// `t.inv ()`.
        static member inv(t: Tensor) : Tensor = t.inv ()
        /// `a.solve b`.
        static member solve(a: Tensor, b: Tensor) : Tensor = a.solve b
