namespace Dendrites

/// The contexts that a batch reads.
[<NoEquality; NoComparison>]
type Context =
    /// No context: only `NoGate` can work without one.
    | NoContext
    /// `[context]`: one vector for the whole batch.
    | Shared of Tensor
    /// `[batch; context]`: one vector per sample.
    | PerSample of Tensor
    /// Rows `[rows; context]` and, for each sample, the row that it reads, `[batch]` int64.
    | Rows of rows: Tensor * index: Tensor

/// Dendritic segments: weights that read a context (active-dendrites paper, equation 1).
[<RequireQualifiedAccess>]
module Segments =

    /// Activations `[rows; units; segments]` of `weight: [units; segments; context]` for `contexts: [rows; context]`.
    let activations (weight: Tensor) (contexts: Tensor) : Tensor =
        let shape = weight.shape

        dsharp.linear(contexts, weight.view [ shape[0] * shape[1]; shape[2] ]).view
            [ contexts.shape[0]; shape[0]; shape[1] ]

    /// The gate's response to a batch, of a shape that broadcasts to `[batch; units]`; `None` for `NoGate`.
    /// Segment activations are computed once per distinct context: a shared context costs one row, `Rows` as many as
    /// there are rows. Raises ShapeException where a gate gets no context.
    let response (gate: Gate) (weight: Tensor) (context: Context) : Tensor option =
        match context with
        | NoContext ->
            match gate with
            | NoGate -> None
            | _ -> raise (ShapeException "Segments.response: a gate needs a context, got NoContext")
        | Shared row -> Gate.response gate (activations weight (row.unsqueeze 0))
        | PerSample contexts -> Gate.response gate (activations weight contexts)
        | Rows(rows, index) ->
            Gate.response gate (activations weight rows)
            |> Option.map (fun response -> dsharp.indexSelect (response, 0, index))
