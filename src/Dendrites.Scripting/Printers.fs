namespace Dendrites

open System
open System.Globalization
open Dendrites.Cli

/// Values as text, as the prompt shows them; `Show` prints the same from a script. Colours go to a terminal alone, and not where
/// NO_COLOR is set.
[<RequireQualifiedAccess>]
module Printers =

    let private invariant = CultureInfo.InvariantCulture

    /// Of a larger tensor some so many elements, evenly spaced, are looked at for its picture.
    [<Literal>]
    let private Most = 1_000_000

    /// The picture in a header: a vector's values one by one, the distribution of any other tensor's, zeros left out.
    let private picture (t: Tensor) : string =
        if t.nelement < 2 || t.dtype = Dtype.Bool then
            ""
        elif t.dim = 1 && t.nelement <= Spark.Few then
            $" · ▕{Spark.row (Numbers.all t)}▏"
        else
            match Numbers.some Most t |> Array.filter ((<>) 0.0) with
            | [||] -> ""
            | values -> $" · ▕{Spark.histogram values}▏"

    /// Shape, dtype, the share that is not zero, least, mean and greatest value, a picture, and a few values. The picture of a vector of
    /// up to 40 numbers is the numbers themselves, one bar each; of any other tensor how its non-zero values are distributed, from the
    /// least to the greatest.
    let tensor (t: Tensor) : string =
        let text = string t

        if text = "Tensor (freed)" then
            text
        else
            match text.IndexOf '\n' with
            | -1 -> text
            | place -> text[.. place - 1] + picture t + text[place..]

    let private percent (accuracy: float) =
        (100.0 * accuracy).ToString("0.0", invariant)

    [<Literal>]
    let private Corner = "accuracy, % on"

    /// Characters of a row's name.
    [<Literal>]
    let private Left = 14

    let private cell (terminal: Terminal) (low: float) (accuracy: float option) =
        match accuracy with
        | None -> "     ·"
        | Some accuracy ->
            let behind = Palette.Scale(Math.Clamp((accuracy - low) / (1.0 - low), 0.0, 1.0))
            Terminal.paint terminal (Palette.On behind) behind ((percent accuracy).PadLeft 6)

    let internal matrixOn (terminal: Terminal) (matrix: AccuracyMatrix) : string =
        let afters =
            matrix.Cells.Keys |> Seq.map fst |> Seq.distinct |> Seq.sort |> List.ofSeq

        if afters.IsEmpty then
            "accuracy: nothing was tested yet"
        else
            let last = matrix.Cells.Keys |> Seq.map snd |> Seq.max
            // Few numbers are below a half, and those above should be told apart.
            let low = matrix.Cells.Values |> Seq.map _.Accuracy |> Seq.min |> min 0.5

            let row after =
                let cells =
                    [ for on in 0..last -> cell terminal low (Metrics.accuracy after on matrix) ]
                    |> String.concat ""

                let mean =
                    match Metrics.row after matrix with
                    | row when row.Length = after + 1 && after >= 0 -> percent (List.average row)
                    | _ -> ""

                let name =
                    if after < 0 then
                        "first weights"
                    else
                        $"after task {after + 1}"

                $"{name.PadRight Left}{cells}  {mean}".TrimEnd()

            let heads = [ for on in 0..last -> (string (on + 1)).PadLeft 6 ] |> String.concat ""
            String.Join("\n", $"{Corner.PadRight Left}{heads}  mean" :: List.map row afters)

    /// The accuracy matrix as a table, percent: a row for each task after which it was tested, a column for each task that it was tested on,
    /// and the mean of a row over the tasks up to its own. A cell is coloured by its accuracy.
    let matrix (matrix: AccuracyMatrix) : string = matrixOn (Terminal.here ()) matrix

    let internal heatOn (terminal: Terminal) (matrix: Tensor) : string =
        let rows = Numbers.rows matrix
        let values = Array.concat rows
        Heat.draw terminal (Array.min values) (Array.max values) rows

    /// A matrix `[rows; columns]` as a heat map from its least value, dark, to its greatest, as wide as the terminal, neighbouring
    /// columns joined by their mean where it is too wide. Raises ScriptException for any other shape.
    let heat (matrix: Tensor) : string = heatOn (Terminal.here ()) matrix

    let internal layerOn (terminal: Terminal) (layer: Representation.Layer) : string =
        let units = layer.Active.shape[1]
        let shown = min units (terminal.Width - 12)

        Scope.run (fun () ->
            let picture =
                Numbers.rows (layer.Active[*, .. shown - 1]) |> Heat.draw terminal 0.0 1.0

            let density = percent (layer.Active.mean().toDouble())
            $"{units} units, {density} %% active; how often each of the first {shown} is, by task:\n{picture}")

    /// A hidden layer's winners by task: a row for each task, a column for each of the first units, light where it is active for most of
    /// the task's samples.
    let layer (layer: Representation.Layer) : string = layerOn (Terminal.here ()) layer

    /// How a run stands, and its accuracy matrix.
    let run (run: Trained<'s>) : string = $"{run}\n{matrix run.Matrix}"

    /// A stream in a line: tasks, samples of each, inputs, classes.
    let stream (stream: Stream) : string =
        let sizes (tasks: Task list) =
            match tasks |> List.map _.Size |> List.distinct with
            | [ size ] -> string size
            | sizes -> $"{Seq.fold min Int32.MaxValue sizes} to {Seq.fold max 0 sizes}"

        $"Stream of {stream.Train.Length} tasks, each of {sizes stream.Train} training and {sizes stream.Test} test samples [{stream.Inputs}], {stream.Classes} classes"
