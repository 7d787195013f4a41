namespace Dendrites

open System
open Dendrites.Cli

/// A matrix as a picture of characters.
module internal Heat =

    let private shades = " ░▒▓█"

    /// From dark to light for a share in [0, 1].
    let private colour (share: float) = Palette.Scale share

    let private label (width: int) (number: int) = (string (number + 1)).PadLeft width

    /// Neighbouring columns as their mean, so that at most `width` are left.
    let private narrow (width: int) (row: float[]) =
        row
        |> Array.chunkBySize (max 1 ((row.Length + width - 1) / max 1 width))
        |> Array.map Array.average

    /// Rows from top to bottom, numbered from 1, values from `low` to `high`. In colour a line holds two rows, the upper one in
    /// half-block characters and the lower one behind them; else a row is a line of shades.
    let draw (terminal: Terminal) (low: float) (high: float) (rows: float[][]) : string =
        let digits = (string rows.Length).Length
        let rows = rows |> Array.map (narrow (terminal.Width - 2 * digits - 3))

        let share value =
            if high > low then
                Math.Clamp((value - low) / (high - low), 0.0, 1.0)
            else
                0.5

        let shaded (number: int) (row: float[]) =
            let line =
                row
                |> Array.map (fun value -> shades[int (round (float (shades.Length - 1) * share value))])

            $"{label digits number} {String line}".TrimEnd()

        let half (upper: float) (lower: float) =
            Terminal.paint terminal (colour (share upper)) (colour (share lower)) "▀"

        /// The last row of an odd number has nothing below it.
        let alone (upper: float) =
            let shown = colour (share upper)
            Terminal.paint terminal shown shown " "

        let painted (pair: int) (both: float[][]) =
            let first = label digits (2 * pair)

            match both with
            | [| upper; lower |] ->
                $"{first}-{string (2 * pair + 2)} ".PadRight(2 * digits + 2)
                + String.Join("", Array.map2 half upper lower)
            | _ -> $"{first} ".PadRight(2 * digits + 2) + String.Join("", Array.map alone both[0])

        let lines =
            match terminal.Colours with
            | NoColours -> Array.mapi shaded rows
            | _ -> rows |> Array.chunkBySize 2 |> Array.mapi painted

        String.Join("\n", lines)
