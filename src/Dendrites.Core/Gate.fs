namespace Dendrites

/// How a unit's segment activations act on its feed-forward drive `y` (active-dendrites paper, equations 2-4).
/// `a` stands for the unit's segment activations, σ for the logistic function.
[<NoEquality; NoComparison>]
type Gate =
    /// `y + max a`.
    | Bias
    /// `y · σ(max a)`; the gradient goes to the first of tied segments.
    | Max
    /// `y · σ(max a)`; the gradient is shared evenly by tied segments.
    | MaxShared
    /// `y · σ(a*)`, a* the activation of largest magnitude, its sign kept: the published default.
    | AbsMax
    /// `y · σ(max |a|)`: between a half and one, so it cannot switch a unit off.
    | AbsMaxUnsigned
    /// `y · σ(a)` of a unit's only segment.
    | OneSegment
    /// `y · σ(Σ softmax(a) a)`: all segments are heard, the strongest most, as attention has it.
    | Attention
    /// `y · a` of a unit's only segment, which is not learned: 1 with this probability for each context, else 0. With one-hot contexts,
    /// context-dependent gating (Masse, Grant, Freedman 2018).
    | Switch of on: float
    /// `y`: the context is ignored.
    | NoGate
    /// `y · f(a)`: `f` takes activations `[..; units; segments]` to gate values `[..; units]`.
    | Custom of (Tensor -> Tensor)

/// Gates as functions of segment activations.
[<RequireQualifiedAccess>]
module Gate =

    /// The published gates by the names that configurations use.
    let named: (string * Gate) list =
        [ "bias", Bias
          "max", Max
          "max-shared", MaxShared
          "abs-max", AbsMax
          "abs-max-unsigned", AbsMaxUnsigned
          "one-segment", OneSegment
          "attention", Attention
          "switch", Switch 0.2
          "none", NoGate ]

    /// The index of each unit's winning segment, `[..; units]`, for activations `[..; units; segments]`;
    /// `None` for a gate that selects no segment. Ties go to the first.
    let winner (gate: Gate) (activations: Tensor) : Tensor option =
        let last = activations.dim - 1

        match gate with
        | Bias
        | Max
        | MaxShared -> Some(dsharp.argmax (activations, last))
        | AbsMax
        | AbsMaxUnsigned
        | OneSegment -> Some(dsharp.argmax (dsharp.abs activations, last))
        | Attention
        | Switch _
        | NoGate
        | Custom _ -> None

    let private pick (gate: Gate) (activations: Tensor) =
        let last = activations.dim - 1
        let index = dsharp.noGrad (fun () -> (winner gate activations).Value.unsqueeze last)
        dsharp.gather(activations, last, index).squeeze last

    /// What the segments say to each unit: `[..; units; segments]` to `[..; units]`, to be added to the drive by
    /// `Bias` and multiplied with it by every other gate; `None` when the context is ignored.
    let response (gate: Gate) (activations: Tensor) : Tensor option =
        match gate with
        | Bias -> Some(pick gate activations)
        | Max
        | AbsMax
        | OneSegment -> Some(dsharp.sigmoid (pick gate activations))
        | AbsMaxUnsigned -> Some(dsharp.sigmoid (dsharp.abs (pick gate activations)))
        | MaxShared -> Some(dsharp.sigmoid (dsharp.amax (activations, activations.dim - 1)))
        | Attention ->
            let last = activations.dim - 1
            Some(dsharp.sigmoid ((dsharp.softmax (activations, last) * activations).sum last))
        | Switch _ -> Some(dsharp.noDiff (activations.sum (activations.dim - 1)))
        | NoGate -> None
        | Custom f -> Some(f activations)

    /// The drive `y: [batch; units]` under a response of a shape that broadcasts to it.
    let modulate (gate: Gate) (y: Tensor) (response: Tensor option) : Tensor =
        match gate, response with
        | _, None -> y
        | Bias, Some response -> y + response
        | _, Some response -> y * response

    /// `modulate` after `response`: `y: [batch; units]`, activations `[batch or 1; units; segments]`.
    let apply (gate: Gate) (y: Tensor) (activations: Tensor) : Tensor =
        modulate gate y (response gate activations)

    /// A per-channel gate for `y: [batch; channels; height; width]`: every pixel of a channel is modulated alike;
    /// activations `[batch or 1; channels; segments]`.
    let apply2d (gate: Gate) (y: Tensor) (activations: Tensor) : Tensor =
        response gate activations
        |> Option.map (fun response -> response.unsqueeze(2).unsqueeze 3)
        |> modulate gate y
