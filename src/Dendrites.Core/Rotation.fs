namespace Dendrites

open System

/// Square images, row by row, turned about their centre, counter-clockwise as they are seen; black comes in from outside.
[<RequireQualifiedAccess>]
module Rotation =

    /// How a turned image is made: each of its pixels is a mean of the four around the place that it came from.
    type Plan =
        {
            /// `[pixels × 4]`: which pixels.
            Corners: int[]
            /// `[pixels × 4]`: their weights, from 0; 0 outside the image.
            Weights: float32[]
        }

    /// Cosine and sine, exact at quarter turns, so that these move pixels and mix none.
    let private turn (degrees: float) =
        let quarters = Math.Round(degrees / 90.0)
        let rest = (degrees - quarters * 90.0) * Math.PI / 180.0
        let c, s = cos rest, sin rest

        match ((int quarters % 4) + 4) % 4 with
        | 0 -> c, s
        | 1 -> -s, c
        | 2 -> -c, -s
        | _ -> s, -c

    /// The plan for images of `side × side` pixels.
    let plan (side: int) (degrees: float) : Plan =
        let c, s = turn degrees
        let centre = float (side - 1) / 2.0

        let corners (pixel: int) =
            // Where the pixel came from: it turned from there to here.
            let x, y = float (pixel % side) - centre, float (pixel / side) - centre
            let fromX, fromY = centre + c * x - s * y, centre + s * x + c * y
            let left, top = floor fromX, floor fromY
            let right, below = fromX - left, fromY - top

            [| for dy, vertical in [ 0, 1.0 - below; 1, below ] do
                   for dx, horizontal in [ 0, 1.0 - right; 1, right ] do
                       let column, row = int left + dx, int top + dy

                       if column >= 0 && column < side && row >= 0 && row < side then
                           row * side + column, float32 (vertical * horizontal)
                       else
                           0, 0.0f |]

        let all = Array.collect corners [| 0 .. side * side - 1 |]

        { Corners = Array.map fst all
          Weights = Array.map snd all }

    /// The side of square images of so many pixels. Raises ArgumentException for others.
    let side (pixels: int) : int =
        let side = int (Math.Round(sqrt (float pixels)))

        if side * side <> pixels then
            invalidArg
                (nameof pixels)
                $"Rotation.side: {pixels}; accepted: a square number, the pixels of a square image"

        side
