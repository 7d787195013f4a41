namespace Dendrites

open TorchSharp

/// Losses. `reduction` is "mean" (the default), "sum" or "none". Weights are constants: a loss of one that is
/// differentiated raises. A class number of -100 is left out of the loss.
[<AutoOpen>]
module OpsLoss =

    let private wrap = Tensor.ofTorch

    let private reductionOf who (reduction: string option) : torch.nn.Reduction =
        match defaultArg reduction "mean" with
        | "mean" -> torch.nn.Reduction.Mean
        | "sum" -> torch.nn.Reduction.Sum
        | "none" -> torch.nn.Reduction.None
        | other ->
            invalidArg "reduction" $"{who}: reduction is \"mean\", \"sum\" or \"none\", got \"{other}\"."

    /// libtorch has no derivative by a weight.
    let private constantWeight who (w: Tensor) : torch.Tensor =
        if w.torch.requires_grad then
            invalidArg "weight" $"{who}: there is no derivative by `weight`; multiply by it outside the loss."

        w.torch

    /// A weight for each class, or null.
    let private classWeights
        who
        (classes: int)
        (input: Tensor)
        (weight: Tensor option)
        : torch.Tensor | null =
        match weight with
        | None -> null
        | Some w ->
            if w.shape <> [| classes |] then
                Guard.fail
                    who
                    $"weights of shape {Guard.show w.shape} do not fit the classes of shape {Guard.show input.shape}"

            Guard.alike who input.torch w.torch
            constantWeight who w

    /// Scores `[n; classes; …]` with class numbers `[n; …]`, or `[classes]` with one number.
    let private classified who (input: Tensor) (target: Tensor) : int =
        let shape = input.shape

        let expected =
            if shape.Length = 1 then Some [||]
            elif shape.Length >= 2 then Some(Array.removeAt 1 shape)
            else None

        if expected <> Some target.shape then
            Guard.fail
                who
                $"targets of shape {Guard.show target.shape} do not fit scores of shape {Guard.show shape}"

        Guard.floating who input.torch
        shape[min 1 (shape.Length - 1)]

    type Tensor with

        /// Squared difference to `target`, of one shape.
        member input.mseLoss(target: Tensor, ?reduction: string) : Tensor =
            let reduction = reductionOf "mseLoss" reduction
            Guard.same "mseLoss" input.shape target.shape
            Guard.alikeFloating "mseLoss" input.torch target.torch
            wrap (torch.nn.functional.mse_loss (input.torch, target.torch, reduction))

        /// Binary cross-entropy of probabilities in [0, 1] with targets in [0, 1], of one shape; logarithms are cut
        /// at -100. `weight` scales the elements and broadcasts.
        member input.bceLoss(target: Tensor, ?weight: Tensor, ?reduction: string) : Tensor =
            let reduction = reductionOf "bceLoss" reduction
            let shape = input.shape
            Guard.same "bceLoss" shape target.shape
            Guard.alikeFloating "bceLoss" input.torch target.torch

            let weight: torch.Tensor | null =
                match weight with
                | None -> null
                | Some w ->
                    if Guard.broadcast "bceLoss" shape w.shape <> shape then
                        Guard.fail
                            "bceLoss"
                            $"weights of shape {Guard.show w.shape} do not fit shape {Guard.show shape}"

                    Guard.alike "bceLoss" input.torch w.torch
                    constantWeight "bceLoss" w

            wrap (torch.nn.functional.binary_cross_entropy (input.torch, target.torch, weight, reduction))

        /// Negative log-likelihood: minus the entry of `input: [n; classes; …]` (log-probabilities) that
        /// `target: [n; …]` (class numbers) names. `weight: [classes]`; the mean is then a weighted one.
        member input.nllLoss(target: Tensor, ?weight: Tensor, ?reduction: string) : Tensor =
            let reduction = reductionOf "nllLoss" reduction
            let classes = classified "nllLoss" input target
            let weight = classWeights "nllLoss" classes input weight

            Raw.indexed "nllLoss" target (fun target ->
                if input.dim > 1 then
                    torch.nn.functional.nll_loss (input.torch, target, weight, reduction)
                else
                    use row = input.torch.unsqueeze 0L
                    use rowTarget = target.unsqueeze 0L
                    use loss = torch.nn.functional.nll_loss (row, rowTarget, weight, reduction)
                    loss.reshape [||])

        /// `nllLoss` of `logsoftmax`: `input: [n; classes; …]` holds scores of any scale.
        member input.crossEntropyLoss(target: Tensor, ?weight: Tensor, ?reduction: string) : Tensor =
            let reduction = reductionOf "crossEntropyLoss" reduction
            let classes = classified "crossEntropyLoss" input target
            let weight = classWeights "crossEntropyLoss" classes input weight

            Raw.indexed "crossEntropyLoss" target (fun target ->
                torch.nn.functional.cross_entropy (input.torch, target, weight, reduction = reduction))

    type dsharp with

        /// `input.mseLoss (target, ?reduction)`.
        static member mseLoss(input: Tensor, target: Tensor, ?reduction: string) : Tensor =
            input.mseLoss (target, ?reduction = reduction)

        /// `input.bceLoss (target, ?weight, ?reduction)`.
        static member bceLoss(input: Tensor, target: Tensor, ?weight: Tensor, ?reduction: string) : Tensor =
            input.bceLoss (target, ?weight = weight, ?reduction = reduction)

        /// `input.nllLoss (target, ?weight, ?reduction)`.
        static member nllLoss(input: Tensor, target: Tensor, ?weight: Tensor, ?reduction: string) : Tensor =
            input.nllLoss (target, ?weight = weight, ?reduction = reduction)

        /// `input.crossEntropyLoss (target, ?weight, ?reduction)`.
        static member crossEntropyLoss
            (input: Tensor, target: Tensor, ?weight: Tensor, ?reduction: string)
            : Tensor =
            input.crossEntropyLoss (target, ?weight = weight, ?reduction = reduction)
