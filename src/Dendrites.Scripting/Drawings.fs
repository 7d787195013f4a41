namespace Dendrites

open System
open System.Collections.Generic
open Dendrites.Cli

/// The drawings behind `Plot`.
module internal Drawings =

    /// Units of a layer that are drawn.
    [<Literal>]
    let private Shown = 64

    let private cells (rows: float option[][]) : IReadOnlyList<Nullable<float>>[] =
        [| for row in rows -> Array.map Option.toNullable row |]

    let private untested what : 'a =
        Script.fail $"{what} was asked of a run that was not tested yet; accepted: a run with a task learned"

    /// Mean accuracy over the tasks so far, after each task after which all of them were tested.
    let private course (matrix: AccuracyMatrix) : (float * float) list =
        let afters = matrix.Cells.Keys |> Seq.map fst |> Seq.distinct |> Seq.sort

        [ for after in afters do
              match Metrics.row after matrix with
              | row when after >= 0 && row.Length = after + 1 -> float (after + 1), List.average row
              | _ -> () ]

    let private curve (name: string) (points: seq<float * float>) : Curve =
        Curve(name, [| for x, y in points -> struct (x, y) |])

    /// The accuracy on task `on` of so many as later ones are learned.
    let private fate (matrix: AccuracyMatrix) (last: int) (on: int) : Curve =
        let points =
            [| for after in on..last do
                   match Metrics.accuracy after on matrix with
                   | Some accuracy -> struct (float (after + 1), accuracy)
                   | None -> () |]

        let shade = 0.25 + 0.6 * float on / float (max 1 last)
        Curve($"task {on + 1}", points, Named = false, Colour = Palette.Scale shade)

    /// Mean accuracy of runs by name; what becomes of each task is told of one run, and would hide the others of many.
    let accuracy (title: string) (runs: (string * AccuracyMatrix) list) : Drawing =
        let means =
            [ for name, matrix in runs do
                  match course matrix with
                  | [] -> ()
                  | points -> curve name points ]

        let tasks =
            match runs with
            | [ _, matrix ] ->
                match Metrics.lastRow matrix with
                | Some last -> List.map (fate matrix last) [ 0..last ]
                | None -> []
            | _ -> []

        if means.IsEmpty && tasks.IsEmpty then
            untested "accuracy"
        else
            LineFigure.Draw(title, "tasks learned", "accuracy", Array.ofList (means @ tasks))

    let matrix (title: string) (matrix: AccuracyMatrix) : Drawing =
        let known = matrix.Cells |> Map.filter (fun (after, on) _ -> after >= on)

        if known.IsEmpty then
            untested "the accuracy matrix"
        else
            let afters = known.Keys |> Seq.map fst |> Seq.distinct |> Seq.sort |> Array.ofSeq
            let last = known.Keys |> Seq.map snd |> Seq.max
            let accuracies = known.Values |> Seq.map _.Accuracy |> Array.ofSeq

            let row after =
                [| for on in 0..last -> Metrics.accuracy after on { Cells = known } |]

            HeatMap(
                Title = title,
                X = "on task",
                Y = "after task",
                Rows = cells (Array.map row afters),
                RowNumbers = Array.map ((+) 1) afters,
                Low = Array.min accuracies,
                High = Array.max accuracies
            )
                .Draw()

    let heat (title: string) (x: string) (y: string) (rows: float[][]) : Drawing =
        let values = Array.concat rows

        HeatMap(
            Title = title,
            X = x,
            Y = y,
            Rows = cells (Array.map (Array.map Some) rows),
            Low = Array.min values,
            High = Array.max values,
            Format = "0.##"
        )
            .Draw()

    /// `[tasks][units]` of a layer.
    let winners (title: string) (rows: float[][]) : Drawing =
        HeatMap(
            Title = title,
            X = "unit",
            Y = "task",
            Rows = cells (rows |> Array.map (Array.truncate Shown >> Array.map Some)),
            Low = 0.0,
            High = 1.0
        )
            .Draw()

    /// Curves by name; points that are not finite are left out.
    let curves
        (title: string)
        (x: string)
        (y: string)
        (curves: (string * (float * float) seq) list)
        : Drawing =
        let finite (x, y) = Double.IsFinite x && Double.IsFinite y

        LineFigure.Draw(
            title,
            x,
            y,
            [| for name, points in curves -> curve name (Seq.filter finite points) |]
        )

    let histogram (title: string) (x: string) (values: float[]) : Drawing =
        match Array.filter Double.IsFinite values with
        | [||] ->
            Script.fail
                "a histogram was asked of a tensor without a number; accepted: one with a finite value"
        | finite -> Histogram.Draw(title, x, finite)
