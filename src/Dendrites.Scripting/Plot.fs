namespace Dendrites

open System
open System.IO
open System.Threading
open Dendrites.Cli

/// A figure: `Plot.accuracy run |> Plot.show`. The program draws its own reports with the same lines and colours.
[<Sealed>]
type Plot internal (title: string, drawing: Drawing) =

    /// Where this process leaves the figures that are only shown.
    static let folder =
        Lazy<string>(fun () -> Directory.CreateTempSubdirectory("dendrites-plots-").FullName)

    static let mutable shown = 0

    static let fileName (title: string) =
        let words =
            title
            |> String.map (fun c ->
                if Char.IsAsciiLetterOrDigit c then
                    Char.ToLowerInvariant c
                else
                    ' ')

        String.Join('-', words.Split(' ', StringSplitOptions.RemoveEmptyEntries))

    static let runOf (folder: string) =
        Script.shell (fun () -> KnownRun.Read folder)

    static let accuracyOf runs =
        let title = "Accuracy as tasks are learned"
        Plot(title, Drawings.accuracy title runs)

    static let matrixOf matrix =
        let title = "Accuracy matrix"
        Plot(title, Drawings.matrix title matrix)

    static let winnersOf (layer: int) rows =
        let title = $"Winners by task, hidden layer {layer}"
        Plot(title, Drawings.winners title rows)

    /// What the figure shows, in a phrase.
    member _.Title: string = title

    member internal _.Drawing = drawing

    /// What it shows, and how it is seen.
    override _.ToString() =
        $"Plot of: {title} (|> Plot.show shows it, |> Plot.save \"figure.svg\" keeps it)"

    /// The accuracy on each task as later ones are learned, darker for earlier ones, and the mean over the tasks so far. Raises
    /// ScriptException for a run that was not tested yet.
    static member accuracy(run: Trained<'s>) : Plot = accuracyOf [ "mean", run.Matrix ]

    /// As above, of a run folder that `dendrites run` wrote. Raises ScriptException where there is none.
    static member accuracy(folder: string) : Plot =
        accuracyOf [ "mean", (runOf folder).Matrix.Value ]

    /// The mean accuracy over the tasks so far of several runs by name, such as `[ "abs-max", one; "softer", other ]`.
    static member accuracy(runs: seq<string * Trained<'s>>) : Plot =
        accuracyOf [ for name, run in runs -> name, run.Matrix ]

    /// The accuracy matrix: a row for each task after which it was tested, a column for each task. Raises ScriptException for a run that was
    /// not tested yet.
    static member matrix(run: Trained<'s>) : Plot = matrixOf run.Matrix

    /// As above, of a run folder.
    static member matrix(folder: string) : Plot = matrixOf (runOf folder).Matrix.Value

    /// As above, of any accuracy matrix.
    static member matrix(matrix: AccuracyMatrix) : Plot = matrixOf matrix

    /// How often each of the first 64 units of a hidden layer, from 1 at the input, is active by task; `layer` is 1 unless it is given.
    /// Raises ScriptException for a layer that is not there.
    static member winners(run: Trained<Learner.State>, ?layer: int) : Plot =
        let number = defaultArg layer 1

        Scope.run (fun () ->
            match List.tryItem (number - 1) (Train.layers run) with
            | Some layer -> winnersOf number (Numbers.rows layer.Active)
            | None ->
                let hidden = run.Plan.Config.Hidden.Length
                Script.fail $"layer was {number}; accepted: a whole number from 1 to {hidden}")

    /// As above, of a finished run folder, whose analysis.json tells of the units.
    static member winners(folder: string, ?layer: int) : Plot =
        let number = defaultArg layer 1

        let units =
            Option.ofObj (runOf folder).Analysis.Value
            |> Option.bind (fun analysis -> Option.ofObj analysis.Layers)
            |> Option.bind (Seq.tryItem (number - 1))
            |> Option.bind (fun layer -> Option.ofObj layer.Units)

        match units with
        | Some units -> winnersOf number [| for row in units -> Array.ofSeq row |]
        | None ->
            Script.fail
                $"{folder} tells nothing of layer {number}; accepted: a finished run with such a hidden layer, from 1"

    /// The loss of every update, nats.
    static member losses(run: Trained<'s>) : Plot =
        let points = run.Losses |> Seq.mapi (fun i loss -> float (i + 1), loss)
        Plot("Loss", Drawings.curves "Loss" "updates" "cross-entropy, nats" [ "loss", points ])

    /// Series of numbers by name, each over 1, 2, 3 and so on: `Plot.lines ([ "loss", losses ], y = "nats")`. What is not finite is left
    /// out.
    static member lines(series: seq<string * #seq<float>>, ?title: string, ?x: string, ?y: string) : Plot =
        let title = defaultArg title "Lines"

        let curves =
            [ for name, values in series -> name, values |> Seq.mapi (fun i value -> float (i + 1), value) ]

        Plot(title, Drawings.curves title (defaultArg x "") (defaultArg y "") curves)

    /// Curves by name through points (x, y). What is not finite is left out.
    static member curves
        (curves: seq<string * #seq<float * float>>, ?title: string, ?x: string, ?y: string)
        : Plot =
        let title = defaultArg title "Curves"
        let curves = [ for name, points in curves -> name, Seq.map id points ]
        Plot(title, Drawings.curves title (defaultArg x "") (defaultArg y "") curves)

    /// A matrix `[rows; columns]` as a heat map from its least value to its greatest. Raises ScriptException for any other shape.
    static member heat(matrix: Tensor, ?title: string, ?x: string, ?y: string) : Plot =
        let title = defaultArg title "Heat map"
        let rows = Numbers.rows matrix
        Plot(title, Drawings.heat title (defaultArg x "column") (defaultArg y "row") rows)

    /// How many of a tensor's values, whatever its shape, fall into each of 30 equal intervals. Raises ScriptException where none is finite.
    static member histogram(values: Tensor, ?title: string, ?x: string) : Plot =
        let title = defaultArg title "Histogram"
        Plot(title, Drawings.histogram title (defaultArg x "value") (Numbers.all values))

    /// Writes the figure to `path`: SVG, or PNG where the name ends so. Raises ScriptException for another ending, and where it
    /// cannot be written.
    static member save (path: string) (plot: Plot) : unit =
        try
            match (string (Path.GetExtension path)).ToLowerInvariant() with
            | ".svg" -> File.WriteAllText(path, Svg.Alone plot.Drawing)
            | ".png" -> File.WriteAllBytes(path, Picture.Png plot.Drawing)
            | _ -> Script.fail $"path was '{path}'; accepted: a name that ends in .svg or .png"
        with
        | :? IOException
        | :? UnauthorizedAccessException as failure ->
            raise (ScriptException($"{path} cannot be written: {failure.Message}", failure))

    /// Writes the figure to a folder for temporary files, prints where, and opens it where there is a desktop to do so.
    static member show(plot: Plot) : unit =
        let number = Interlocked.Increment &shown
        let path = Path.Combine(folder.Value, $"{number:D2}-{fileName plot.Title}.svg")
        Plot.save path plot
        Console.Out.WriteLine path
        Opener.show path
