namespace Dendrites

/// Rotations of square images about their centre, as linear maps of their pixels.
[<RequireQualifiedAccess>]
module Rotation =

    /// The share of each pixel `[pixels; pixels]` that each place of an image `side` wide shows once it is turned by `degrees`,
    /// anticlockwise, by bilinear interpolation. Rows sum to 1, or to less where the image's outside shows.
    let weights (side: int) (degrees: float) : Tensor =
        let pixels = side * side
        let shares = Array.zeroCreate<float32>(pixels * pixels)
        let angle = degrees * System.Math.PI / 180.0
        let sine, cosine = sin angle, cos angle
        let centre = float (side - 1) / 2.0

        let add place row column (share: float) =
            if share > 1e-9 && row >= 0 && row < side && column >= 0 && column < side then
                let at = place * pixels + row * side + column
                shares[at] <- shares[at] + float32 share

        for row in 0 .. side - 1 do
            for column in 0 .. side - 1 do
                // Where what is seen here stood before; rows count downwards.
                let x, y = float column - centre, centre - float row
                let fromX, fromY = cosine * x + sine * y, cosine * y - sine * x
                let c, r = fromX + centre, centre - fromY
                let left, top = floor (c + 1e-9), floor (r + 1e-9)
                let right, low = max 0.0 (c - left), max 0.0 (r - top)
                let place = row * side + column
                add place (int top) (int left) ((1.0 - low) * (1.0 - right))
                add place (int top) (int left + 1) ((1.0 - low) * right)
                add place (int top + 1) (int left) (low * (1.0 - right))
                add place (int top + 1) (int left + 1) (low * right)

        dsharp.tensor(shares).view [ pixels; pixels ]

    /// Images `[samples; pixels]` turned by `degrees`; `background` shows outside them.
    let apply (degrees: float) (background: float) (images: Tensor) : Tensor =
        let side = int (System.Math.Round(sqrt (float images.shape[1])))
        let weights = weights side degrees
        let outside = (1.0 - weights.sum 1) * background
        dsharp.linear (images, weights, outside)
