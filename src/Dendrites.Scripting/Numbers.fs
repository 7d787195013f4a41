namespace Dendrites

/// A tensor's numbers, whatever its dtype, device and strides.
module internal Numbers =

    /// All of them, row by row.
    let all (t: Tensor) : float[] =
        Scope.run (fun () ->
            dsharp.noGrad (fun () ->
                let floats = TensorMemory.copy (dsharp.cast (t.cpu (), Dtype.Float32))
                (TensorMemory.floats floats).ToArray() |> Array.map float))

    /// At most some `most` of them, evenly spaced.
    let some (most: int) (t: Tensor) : float[] =
        let stride = (t.nelement + most - 1) / most

        if stride <= 1 then
            all t
        else
            Scope.run (fun () ->
                let rows = t.nelement / stride
                let flat = t.view [ t.nelement ]
                let grid = flat[.. rows * stride - 1].view [ rows; stride ]
                all grid[*, 0])

    /// The rows of a matrix. Raises ScriptException for any other shape.
    let rows (matrix: Tensor) : float[][] =
        match matrix.shape with
        | [| rows; columns |] when rows > 0 && columns > 0 -> all matrix |> Array.chunkBySize columns
        | shape ->
            Script.fail
                $"a heat map was asked of a tensor of shape {List.ofArray shape}; accepted: [rows; columns], none of them 0"
